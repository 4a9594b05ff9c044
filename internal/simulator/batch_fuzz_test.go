package simulator

import (
	"bytes"
	"encoding/json"
	"testing"
)

// FuzzBatch sends anything at all: the answer is one of four, and the ledger
// of the operations adds up.
func FuzzBatch(f *testing.F) {
	seeds := 0
	for _, facts := range [][]fact{requestFacts(), identifierFacts(), entityFacts(), attributeFacts(), eventFacts(), kindFacts()} {
		for _, fact := range facts {
			if len(fact.body) < 2000 {
				f.Add([]byte(fact.body))
				seeds++
			}
		}
	}
	if seeds < 50 {
		f.Fatalf("%d seeds", seeds)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		w := New(Config{KeepLog: true, EventsCreatePeople: true})
		rec := ask(w, "POST", batchPath, string(body))
		if !json.Valid(bytes.TrimSpace(rec.Body.Bytes())) {
			t.Errorf("the answer is not JSON: %s", rec.Body)
		}
		if rec.Code != 200 && rec.Code != 207 && rec.Code != 400 && rec.Code != 413 {
			t.Errorf("status %d", rec.Code)
		}
		s := w.Stats()
		equal(t, "ledger", s.Applied+s.Rejected+s.Duplicates+s.Stale+s.Suppressed+s.Nobody+s.Full, s.Operations)
		equal(t, "log", int64(len(w.Log())), s.Operations-s.Rejected)
		for _, p := range w.People() {
			if same, found := w.Person("cio_id", p.CioID); !found || same.ID != p.ID {
				t.Errorf("%v is not found", p)
			}
		}
		w.Fingerprint()
	})
}
