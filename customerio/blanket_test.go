package customerio

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
)

func TestBlanket(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 413, 422} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := always(status, `{"meta":{"error":"blocked by policy 7"}}`)
				all, err := client(t, s, Config{}).Send(t.Context(), batchOf(rowsOf(3000, 0)...))
				equal(t, "rejections", all, nil)
				equal(t, "trouble", troubleOf(t, err), Blanket)
				t.Logf("%d requests: %v", s.count(), err)
				if !strings.Contains(err.Error(), "blocked by policy 7") || s.count() > 50 {
					t.Error("without the reason, or with too many requests")
				}
			})
		})
	}
}

func TestBlanketOfOnePerson(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var ops [][]byte
		for i := range 5000 {
			ops = append(ops, identify("1", i))
		}
		s := always(400, "no")
		_, err := client(t, s, Config{}).Send(t.Context(), batchOf(ops...))
		equal(t, "trouble", troubleOf(t, err), Blanket)
		if s.count() > 250 {
			t.Errorf("%d requests", s.count())
		}
	})
}

func TestNotBlanket(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{answer: func(n int, w http.ResponseWriter, r *http.Request) { say(w, 400, fmt.Sprint("row ", n)) }}
		all, err := client(t, s, Config{}).Send(t.Context(), batchOf(rowsOf(50, 0)...))
		equal(t, "error", err, nil)
		equal(t, "rejections", len(all), 50)
	})
	synctest.Test(t, func(t *testing.T) {
		s := &picky{bad: `"bad"`, way: answer(400, "no")}
		ops := rowsOf(200, 0)
		for i := range ops {
			if i%10 != 5 {
				ops[i] = identify("bad", i)
			}
		}
		all, err := client(t, s, Config{}).Send(t.Context(), batchOf(ops...))
		equal(t, "error", err, nil)
		equal(t, "rejections", len(all), 180)
	})
}

func TestTooLargeTeaches(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sizes []int
		s := &script{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if sizes = append(sizes, len(body)); len(body) > 20_000 || bytes.Contains(body, []byte(`"bad"`)) {
				say(w, 413, page)
				return
			}
			say(w, 200, "{}")
		}}
		track := client(t, s, Config{})
		for i := range 20 {
			all, err := track.Send(t.Context(), batchOf(rowsOf(1000, 300+10_000*min(i, 1))...))
			equal(t, "error", err, nil)
			equal(t, "rejections", len(all), 1-min(i, 1))
		}
		t.Logf("%d requests, the last of %d bytes", len(sizes), sizes[len(sizes)-1])
		for _, size := range sizes[len(sizes)-50:] {
			if size > 20_000 || size < 5_000 {
				t.Errorf("a request of %d bytes", size)
			}
		}
	})
}

func TestLongReasons(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 5000)
	body := fmt.Sprintf(`{"errors":[{"batch_index":0,"reason":%q,"field":%q,"message":%q}]}`, long, long, long)
	synctest.Test(t, func(t *testing.T) {
		all, err := client(t, always(207, body), Config{}).Send(t.Context(), batchOf(one()...))
		equal(t, "error", err, nil)
		for _, text := range []string{all[0].Reason, all[0].Field, all[0].Message} {
			if len(text) > 500 || !strings.HasSuffix(text, "é…") {
				t.Errorf("%d bytes: %q", len(text), text)
			}
		}
	})
}
