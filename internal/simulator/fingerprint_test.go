package simulator

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// fingerprintOf is that of a workspace that was sent the operations, one a request.
func fingerprintOf(t *testing.T, operations ...string) string {
	t.Helper()
	w := New(Config{})
	for _, o := range operations {
		accept(t, w, o)
	}
	return w.Fingerprint()
}

func TestFingerprintIsIndependentOfOrder(t *testing.T) {
	t.Parallel()
	operations := []string{
		identify("1", `"a":1,"b":"x"`), identify("2", `"b":[1,2]`), on("identify", "email", "E@example.com", `"timestamp":9`),
		event("1", ulidOf(1)), event("2", ulidOf(2)), on("page", "id", "3", `"name":"p"`), on("page", "id", "3", `"name":"p"`),
		on("suppress", "id", "4"), on("suppress", "email", "F@example.com"), identify("5", `"phone":"+15005550006"`),
	}
	want := fingerprintOf(t, operations...)
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		random.Shuffle(len(operations), func(i, j int) { operations[i], operations[j] = operations[j], operations[i] })
		equal(t, "fingerprint", fingerprintOf(t, operations...), want)
	}
	equal(t, "of attributes in another order", fingerprintOf(t, identify("1", `"b":1,"a":2`)), fingerprintOf(t, identify("1", `"a":2`), identify("1", `"b":1`)))
}

// A broken run sends again, and has deleted people come back for a moment.
func TestFingerprintIsIndependentOfRepeats(t *testing.T) {
	t.Parallel()
	run := []string{
		identify("1", `"a":1`), event("1", ulidOf(1)), identify("2", `"a":1`), on("delete", "id", "2"),
		identify("3", `"email":"c@example.com"`), on("suppress", "id", "3"), identify("1", `"a":2`),
	}
	equal(t, "fingerprint", fingerprintOf(t, slices.Concat(run, run)...), fingerprintOf(t, run...))
	byCio := on("event", "cio_id", "a3000001", `"name":"n"`, `"id":"`+ulidOf(7)+`"`)
	equal(t, "of another cio_id",
		fingerprintOf(t, identify("0", ``), identify("1", ``), byCio),
		fingerprintOf(t, identify("1", ``), identify("0", ``), event("1", ulidOf(7))))
	bare := on("identify", "cio_id", "a3000000", `"attributes":{"id":""}`) // has no identifier but that
	equal(t, "of an event of such a person",
		fingerprintOf(t, identify("1", ``), bare, on("event", "cio_id", "a3000000", `"name":"n"`)),
		fingerprintOf(t, identify("0", ``), on("delete", "id", "0"), identify("1", ``),
			strings.Replace(bare, "a3000000", "a3000001", 1), on("event", "cio_id", "a3000001", `"name":"n"`)))
}

func TestFingerprintTellsApart(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for name, operations := range map[string][]string{
		"nothing":         {},
		"a person":        {identify("1", `"a":1`)},
		"another id":      {identify("2", `"a":1`)},
		"by email":        {on("identify", "email", "1", `"attributes":{"a":1}`)},
		"a type":          {identify("1", `"a":"1"`)},
		"digits":          {identify("1", `"a":1.0`)},
		"another name":    {identify("1", `"b":1`)},
		"two attributes":  {identify("1", `"a":1,"b":1`)},
		"two people":      {identify("1", `"a":1`), identify("2", `"a":1`)},
		"a timestamp":     {on("identify", "id", "1", `"timestamp":1`, `"attributes":{"a":1}`)},
		"an event":        {on("event", "id", "1", `"name":"n"`)},
		"two events":      {on("event", "id", "1", `"name":"n"`), on("event", "id", "1", `"name":"n"`)},
		"event of a name": {on("event", "id", "1", `"name":"m"`)},
		"event with data": {on("event", "id", "1", `"name":"n"`, `"attributes":{"a":1}`)},
		"event of a time": {on("event", "id", "1", `"name":"n"`, `"timestamp":1`)},
		"event of an id":  {event("1", ulidOf(1))},
		"a page":          {on("page", "id", "1", `"name":"n"`)},
		"suppressed":      {on("suppress", "id", "1")},
		"suppressed mail": {on("suppress", "email", "1")},
	} {
		f := fingerprintOf(t, operations...)
		if other := seen[f]; other != "" {
			t.Errorf("%s and %s look alike", name, other)
		}
		seen[f] = name
	}
}
