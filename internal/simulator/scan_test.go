package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzScan holds the scanner to encoding/json: whatever is valid has the same
// members, elements and strings.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[]`, ` { "a" : 1 , "b\"" : [ 1 , "]" , { } ] , "a" : null } `, `[1,-2.5e+3,true,"\u00e9\\","\\\""]`,
		`{"":{"":{"":[]}}}`, `["\ud800","\ud83d\ude00",""]`, "[\n1\t,\r2]", `{"a":"{","b":"[","c":"\\"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text := strings.Trim(string(data), " \n\r\t")
		if !json.Valid(data) || !utf8.Valid(data) {
			return // the scanner never sees it
		}
		switch text[0] {
		case '{':
			checkMembers(t, text)
		case '[':
			checkElements(t, text)
		case '"':
			var want string
			json.Unmarshal([]byte(text), &want)
			equal(t, "string", decoded(text), want)
		}
	})
}

func checkMembers(t *testing.T, text string) {
	var want map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &want); err != nil {
		t.Skip() // deeper than Unmarshal goes
	}
	got := map[string]json.RawMessage{}
	for name, value := range members(text) {
		got[name] = json.RawMessage(value)
	}
	equal(t, "members", fmt.Sprintf("%q", got), fmt.Sprintf("%q", want))
}

func checkElements(t *testing.T, text string) {
	var want []json.RawMessage
	if err := json.Unmarshal([]byte(text), &want); err != nil {
		t.Skip()
	}
	got := []json.RawMessage{}
	for value := range elements(text) {
		got = append(got, json.RawMessage(value))
	}
	equal(t, "elements", fmt.Sprintf("%q", got), fmt.Sprintf("%q", want))
}

// FuzzBatch sends anything at all: the answer is one of four, and the ledger
// of the operations adds up.
func FuzzBatch(f *testing.F) {
	seeds := 0
	for _, facts := range [][]fact{requestFacts(), identifierFacts(), entityFacts(), attributeFacts(), eventFacts()} {
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
