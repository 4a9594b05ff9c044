package simulator

import (
	"encoding/json"
	"fmt"
	"testing"
)

func event(id, ulid string) string {
	return on("event", "id", id, fmt.Sprintf(`"name":"n","id":%q`, ulid))
}

// ulidOf is the nth of many.
func ulidOf(n int) string { return fmt.Sprintf("%026d", n) }

func TestEvents(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	accept(t, w, identify("1", `"email":"A@example.com"`))
	accept(t, w, on("page", "email", "a@example.com", `"name":" https://example.com "`, `"timestamp":5`, `"attributes":{"n":1.0}`), on("screen", "id", "2", `"name":"s"`))
	got, err := json.Marshal(w.Events())
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "events", string(got), `[`+
		`{"sequence":2,"action":"page","name":"https://example.com","kind":"email","value":"a@example.com","cio_id":"a3000000","timestamp":5,"attributes":{"n":1.0}},`+
		`{"sequence":3,"action":"screen","name":"s","kind":"id","value":"2"}]`)
	equal(t, "no one is created", len(w.People()), 1)
}

func TestRepeatedEventsAreIgnored(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	accept(t, w, event("1", "01ARZ3NDEKTSV4RRFFQ69G5FAV"), event("1", "01arz3ndektsv4rrffq69g5fav"), event("1", ulidOf(1)))
	accept(t, w, event("1", "01ARZ3NDEKTSV4RRFFQ69G5FAV"))
	accept(t, w, on("event", "id", "1", `"name":"n"`), on("event", "id", "1", `"name":"n"`, `"id":null`))
	equal(t, "events", len(w.Events()), 4)
	equal(t, "duplicates", w.Stats().Duplicates, 2)
}

func TestEventDedupWindow(t *testing.T) {
	t.Parallel()
	w := New(Config{EventDedupWindow: 3})
	for _, n := range []int{1, 2, 3, 1, 4, 2, 3, 1, 4, 2} { // 4 drives 1 out, which then drives 2 out
		accept(t, w, event("x", ulidOf(n)))
	}
	got := []string{}
	for _, e := range w.Events() {
		got = append(got, e.ID[25:])
	}
	equal(t, "events", got, []string{"1", "2", "3", "4", "1", "2"})
}

func TestEventsOfAnUnknownCioIDAreDropped(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	accept(t, w, on("event", "cio_id", "a3000000", `"name":"n"`))
	equal(t, "events", len(w.Events()), 0)
	equal(t, "nobody", w.Stats().Nobody, 1)
}

func TestEventsCreatePeople(t *testing.T) {
	t.Parallel()
	w := New(Config{EventsCreatePeople: true})
	accept(t, w, on("event", "email", "A@example.com", `"name":"n"`), on("event", "email", "a@example.com", `"name":"n"`))
	equal(t, "people", len(w.People()), 1)
	equal(t, "owner", w.Events()[1].CioID, personOf(t, w, "email", "a@example.com").CioID)
}

func TestEventDataIsFree(t *testing.T) {
	t.Parallel()
	for _, action := range []string{"event", "page", "screen"} {
		w := New(Config{})
		accept(t, w, on(action, "id", "1", `"name":"n"`, `"attributes":{"a":"`+repeat("x", 31_000)+`"}`))
		accept(t, w, on(action, "id", "1", `"name":"n"`, `"attributes":{`+numbered(1000)+`}`))
		equal(t, "people stay limited", sendBatch(w, identify("1", `"a":"`+repeat("x", 1001)+`"`)).Code, 207)
	}
}

func TestLongPageNames(t *testing.T) {
	t.Parallel()
	page := on("page", "id", "1", `"name":"https://example.com/`+repeat("x", 100)+`"`)
	equal(t, "limited", sendBatch(New(Config{}), page).Body.String(),
		`{"errors":[{"batch_index":0,"reason":"invalid","field":"name","message":"event name cannot be longer than 100 bytes"}]}`+"\n")
	long := New(Config{LongPageNames: true})
	accept(t, long, page)
	equal(t, "events stay limited", sendBatch(long, on("event", "id", "1", `"name":"`+repeat("x", 101)+`"`)).Code, 207)
}
