package customerio

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// FuzzJudge reads two answers: one is any text, the other names operations in
// its own way, with that text as one more entry if it is JSON. Of both:
//
//   - the indexes ascend, and every one is of an operation that there is;
//   - a 207 to n > 0 operations always rejects one at least, since a list that
//     names none leaves all in doubt;
//   - a verdict that is in doubt has the reason unknown.
//
// And of the second: what a sound entry names is not accepted, what it names
// once is known to be rejected, and one entry that is not sound leaves no
// operation accepted.
func FuzzJudge(f *testing.F) {
	for _, c := range judgements {
		f.Add(c.status == 200, []byte(c.body), []byte{1, 2}, uint8(3))
	}
	f.Add(false, []byte(`{"batch_index":2,"batch_index":0}`), []byte{0, 0, 200, 255}, uint8(4))
	f.Add(true, []byte(`[[[`), []byte{}, uint8(0))
	f.Fuzz(func(t *testing.T, ok bool, text, indexes []byte, operations uint8) {
		status, n := 207, int(operations)
		if ok {
			status = 200
		}
		lawful(t, judge(&reply{status: status, body: text}, n), status, n)
		all := judge(&reply{status: status, body: naming(indexes, text)}, n)
		lawful(t, all, status, n)
		just(t, all, indexes, n, json.Valid(text))
	})
}

// naming is an answer whose errors have these indexes, 255 standing for none.
func naming(indexes, extra []byte) []byte {
	var entries []string
	for _, i := range indexes {
		entry := fmt.Sprintf(`{"batch_index":%d,"reason":"required"}`, i)
		if i == 255 {
			entry = `{"reason":"required"}`
		}
		entries = append(entries, entry)
	}
	if json.Valid(extra) {
		entries = append(entries, string(extra))
	}
	return []byte(`{"meta":{"errors":["x"]},"errors":[` + strings.Join(entries, ",") + `]}`)
}

func lawful(t *testing.T, all []Rejection, status, n int) {
	last := -1
	for _, r := range all {
		if r.Index <= last || r.Index >= n {
			t.Errorf("index %d after %d of %d operations", r.Index, last, n)
		}
		last = r.Index
		if r.Status != status || r.Reason == "" || r.Unknown && r.Reason != ReasonUnknown {
			t.Errorf("%+v", r)
		}
	}
	if status == 207 && n > 0 && len(all) == 0 {
		t.Error("a 207 that rejects nothing")
	}
}

// just checks the verdicts on an answer that names these indexes, and perhaps
// something else, which may reject more and make more unknown, and no less.
func just(t *testing.T, all []Rejection, indexes []byte, n int, more bool) {
	times, unsound := map[int]int{}, false
	for _, i := range indexes {
		times[int(i)]++
		unsound = unsound || int(i) >= n || i == 255
	}
	verdicts := map[int]Rejection{}
	for _, r := range all {
		verdicts[r.Index] = r
	}
	if unsound && len(all) != n {
		t.Errorf("%d of %d operations are accepted in doubt", n-len(all), n)
	}
	for i := range n {
		r, rejected := verdicts[i]
		switch {
		case times[i] > 0 && !rejected:
			t.Errorf("%d was named and is accepted", i)
		case times[i] > 1 && !r.Unknown:
			t.Errorf("%d was named %d times and is certain", i, times[i])
		case times[i] == 1 && r.Unknown && !more:
			t.Errorf("%d was named once and is in doubt", i)
		case times[i] == 0 && rejected && !r.Unknown && !more:
			t.Errorf("%d was not named and is rejected", i)
		}
	}
}
