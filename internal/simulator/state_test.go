package simulator

import (
	"fmt"
	"slices"
	"testing"
)

func TestIdentifyCreatesAndUpdates(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	accept(t, w, identify("1", `"a":1,"b":"x"`), identify("2", `"a":2`), identify("1", `"b":"y","c":true`))
	equal(t, "first", attributesOf(t, w, "1"), `{"a":1,"b":"y","c":true}`)
	equal(t, "second", attributesOf(t, w, "2"), `{"a":2}`)
	people := w.People()
	equal(t, "cio_ids", []string{people[0].CioID, people[1].CioID}, []string{"a3000000", "a3000001"})
	equal(t, "found by cio_id", personOf(t, w, "cio_id", "a3000001").ID, "2")
}

func TestIdentifiersAmongAttributes(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	accept(t, w, identify("1", `"email":"Ann@Example.com","phone":"+15005550006","cio_id":"x","plan":"pro"`))
	want := `{a3000000 1 Ann@Example.com +15005550006 0 map[plan:[34 112 114 111 34]] [] []}`
	for kind, value := range map[string]string{"id": "1", "email": "ann@EXAMPLE.com", "phone": "+15005550006"} {
		equal(t, kind, fmt.Sprint(personOf(t, w, kind, value)), want)
	}
	accept(t, w, on("identify", "email", "ANN@example.com", `"attributes":{"plan":"free"}`))
	equal(t, "people", len(w.People()), 1)
	equal(t, "by email in capitals", attributesOf(t, w, "1"), `{"plan":"free"}`)
}

func TestEmailCaseSensitive(t *testing.T) {
	t.Parallel()
	w := New(Config{EmailCaseSensitive: true})
	accept(t, w, on("identify", "email", "A@example.com"), on("identify", "email", "a@example.com"))
	equal(t, "people", len(w.People()), 2)
}

func TestConflicts(t *testing.T) {
	t.Parallel()
	ann, bob := identify("ann", `"email":"ann@example.com"`), identify("bob", `"email":"bob@example.com"`)
	for name, c := range map[string]struct {
		config    Config
		operation string
		email     string // Bob's afterwards
		conflicts int64
	}{
		"another's":                    {Config{}, identify("bob", `"email":"ann@example.com","n":1`), "bob@example.com", 1},
		"another's by cio_id":          {Config{}, on("identify", "cio_id", "a3000001", `"attributes":{"email":"ann@example.com","n":1}`), "bob@example.com", 1},
		"set already":                  {Config{}, identify("bob", `"email":"new@example.com","n":1`), "bob@example.com", 1},
		"the same":                     {Config{}, identify("bob", `"email":"BOB@example.com","n":1`), "bob@example.com", 0},
		"cleared":                      {Config{}, identify("bob", `"email":"","n":1`), "bob@example.com", 1},
		"changed by cio_id":            {Config{}, on("identify", "cio_id", "a3000001", `"attributes":{"email":"new@example.com","n":1}`), "new@example.com", 0},
		"cleared by cio_id":            {Config{}, on("identify", "cio_id", "a3000001", `"attributes":{"email":null,"n":1}`), "", 0},
		"changed by id where allowed":  {Config{EmailByID: true}, identify("bob", `"email":"new@example.com","n":1`), "new@example.com", 0},
		"another's where allowed":      {Config{EmailByID: true}, identify("bob", `"email":"ann@example.com","n":1`), "bob@example.com", 1},
		"an id is not changed by mail": {Config{EmailByID: true}, on("identify", "email", "bob@example.com", `"attributes":{"id":"rob","n":1}`), "bob@example.com", 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := New(c.config)
			accept(t, w, ann, bob, c.operation)
			equal(t, "email", personOf(t, w, "id", "bob").Email, c.email)
			equal(t, "conflicts", w.Stats().Conflicts, c.conflicts)
			equal(t, "the rest is applied", attributesOf(t, w, "bob"), `{"n":1}`)
			equal(t, "Ann's", personOf(t, w, "email", "ann@example.com").ID, "ann")
			if _, found := w.Person("email", "bob@example.com"); found != (c.email == "bob@example.com") {
				t.Errorf("found by the old email: %v", found)
			}
		})
	}
}

// The person with the email of the attributes gets an id that no one has.
func TestHeir(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	accept(t, w, on("identify", "email", "ann@example.com", `"attributes":{"a":1}`))
	accept(t, w, identify("1", `"email":"ann@example.com","b":2`))
	equal(t, "people", len(w.People()), 1)
	equal(t, "attributes", attributesOf(t, w, "1"), `{"a":1,"b":2}`)

	accept(t, w, identify("2", `"email":"ann@example.com"`)) // she has an id now
	equal(t, "people", len(w.People()), 2)
	equal(t, "conflicts", w.Stats().Conflicts, 1)

	accept(t, w, on("identify", "email", "bob@example.com"))
	accept(t, w, identify("3", `"email":"bob@example.com","_update":true`), on("identify", "cio_id", "b0000000", `"attributes":{"email":"bob@example.com","a":1}`))
	equal(t, "not by an update, nor by cio_id", fmt.Sprint(personOf(t, w, "email", "bob@example.com")), "{a3000002  bob@example.com  0 map[] [] []}")
	equal(t, "nobody", w.Stats().Nobody, 2)
}

func TestUpdateOnlyNeverCreates(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	accept(t, w, identify("1", `"_update":true,"a":1`))
	equal(t, "people", len(w.People()), 0)
	accept(t, w, identify("1", `"_update":false,"a":1`), identify("1", `"_update":true,"a":2`))
	equal(t, "attributes", attributesOf(t, w, "1"), `{"a":2}`)
	equal(t, "nobody", w.Stats().Nobody, 1)
}

func TestTimestampOrdersUpdates(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	dated := func(second int, plan string) string {
		return on("identify", "id", "1", fmt.Sprintf(`"timestamp":%d,"attributes":{"plan":%q}`, second, plan))
	}
	accept(t, w, dated(100, "new"), dated(99, "old"))
	equal(t, "older is ignored", attributesOf(t, w, "1"), `{"plan":"new"}`)
	accept(t, w, dated(100, "same"))
	equal(t, "equal is applied", attributesOf(t, w, "1"), `{"plan":"same"}`)
	accept(t, w, identify("1", `"plan":"undated"`), dated(99, "old"))
	equal(t, "undated is applied and leaves the time", attributesOf(t, w, "1"), `{"plan":"undated"}`)
	equal(t, "stale", w.Stats().Stale, 2)
	equal(t, "timestamp", personOf(t, w, "id", "1").Timestamp, 100)
}

func TestDeleteAndRecreate(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	accept(t, w, identify("1", `"email":"a@example.com","a":1`), on("delete", "email", "A@example.com"))
	equal(t, "people", len(w.People()), 0)
	accept(t, w, on("delete", "id", "1"), identify("1", `"b":2`))
	p := personOf(t, w, "id", "1")
	equal(t, "a new cio_id", p.CioID, "a3000001")
	equal(t, "nothing restored", p.Email+attributesOf(t, w, "1"), `{"b":2}`)
	accept(t, w, on("identify", "cio_id", "a3000000", `"attributes":{"c":3}`))
	equal(t, "by the old cio_id", w.Stats().Nobody, 1)
}

func TestCioIDHasNoPrefix(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	accept(t, w, identify("1", ``))
	for _, value := range []string{"cio_a3000000", "A3000000", "0a3000000", "a3000001", "a2ffffff"} {
		accept(t, w, on("identify", "cio_id", value, `"attributes":{"a":1}`))
	}
	equal(t, "nobody", w.Stats().Nobody, 5)
	accept(t, w, on("identify", "cio_id", "a3000000", `"attributes":{"a":1}`))
	equal(t, "attributes", attributesOf(t, w, "1"), `{"a":1}`)
}

func TestSuppress(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	accept(t, w, identify("1", `"email":"a@example.com"`), on("suppress", "id", "1"))
	equal(t, "people", len(w.People()), 0)
	accept(t, w, identify("1", `"a":1`), on("identify", "email", "A@example.com"), on("event", "id", "1", `"name":"n"`), on("suppress", "id", "1"))
	equal(t, "people", len(w.People()), 0)
	equal(t, "events", len(w.Events()), 0)
	equal(t, "dropped", w.Stats().Suppressed, 4)
	accept(t, w, identify("2", `"email":"a@example.com"`))
	equal(t, "a blocked email", personOf(t, w, "id", "2").Email, "")
	equal(t, "conflicts", w.Stats().Conflicts, 1)
	equal(t, "blocked", w.Stats().SuppressedIdentifiers, 2)
}

func TestUnsuppressFreesWhatWasBlockedTogether(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	accept(t, w, identify("1", `"email":"a@example.com","a":1`), on("suppress", "cio_id", "a3000000"), on("suppress", "id", "2"))
	accept(t, w, on("unsuppress", "email", "a@example.com"))
	equal(t, "no one is restored", len(w.People()), 0)
	equal(t, "still blocked", w.Stats().SuppressedIdentifiers, 1)
	accept(t, w, identify("1", `"b":2`), identify("2", `"b":2`), on("suppress", "cio_id", "a3000009"))
	ids := []string{}
	for _, p := range w.People() {
		ids = append(ids, p.ID)
	}
	equal(t, "people", ids, []string{"1"})
}

func TestLog(t *testing.T) {
	t.Parallel()
	w := New(Config{KeepLog: true})
	rec := sendBatch(w, identify("1", `"a":1`), on("identify", "id", ""), on("event", "email", "A@b", `"name":" n "`, `"timestamp":7`), identify("2", `"_update":true`))
	equal(t, "status", rec.Code, 207)
	log := w.Log()
	equal(t, "log", fmt.Sprintf("%+v", log[0]), `{Sequence:1 Type: Action:identify Kind:id Value:1 Segment:0 Name: ID: Timestamp:0 Attributes:[123 34 97 34 58 49 125] Outcome:applied Conflict:false}`)
	equal(t, "log", fmt.Sprintf("%+v", log[1]), `{Sequence:2 Type: Action:event Kind:email Value:A@b Segment:0 Name:n ID: Timestamp:7 Attributes:[] Outcome:applied Conflict:false}`)
	equal(t, "log", log[2].Outcome, "nobody")
	equal(t, "rejected are not in it", len(log), 3)
	without := New(Config{})
	accept(t, without, identify("1", ``))
	equal(t, "not kept unless asked for", len(without.Log()), 0)
}

func TestStatsAddUp(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	event := on("event", "id", "1", `"name":"n","id":"01ARZ3NDEKTSV4RRFFQ69G5FAV"`)
	operations := []string{identify("1", `"a":1`), event, event, identify("2", `"_update":true`), on("suppress", "id", "3"), identify("3", ``), `{}`}
	body := batchOf(operations...)
	equal(t, "status", ask(w, "POST", batchPath, body).Code, 207)
	sizes := []int{}
	for _, o := range operations {
		sizes = append(sizes, len(o))
	}
	equal(t, "stats", w.Stats(), Stats{
		Requests: 1, BatchRequests: 1, Answers: map[int]int64{207: 1}, Bytes: int64(len(body)),
		Operations: 7, Applied: 3, Rejected: 1, Duplicates: 1, Suppressed: 1, Nobody: 1,
		LargestBody: len(body), LargestEntity: slices.Max(sizes), MostOperations: 7, MostInFlight: 1,
		People: 1, Events: 1, SuppressedIdentifiers: 1,
	})
	equal(t, "too large", ask(w, "POST", batchPath, padded(body, 500_003)).Code, 413)
	equal(t, "of no path", ask(w, "GET", "/x", "").Code, 404)
	s := w.Stats()
	equal(t, "answers", s.Answers, map[int]int64{207: 1, 404: 1, 413: 1})
	equal(t, "requests", []int64{s.Requests, s.BatchRequests, s.Operations}, []int64{3, 2, 7})
	equal(t, "the refused body counts", s.LargestBody, 500_003)
}
