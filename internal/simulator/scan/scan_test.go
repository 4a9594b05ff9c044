package scan

import (
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
			equal(t, "string", Decoded(text), want)
		}
	})
}

func checkMembers(t *testing.T, text string) {
	var want map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &want); err != nil {
		t.Skip() // deeper than Unmarshal goes
	}
	got := map[string]json.RawMessage{}
	for name, value := range Members(text) {
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
	for value := range Elements(text) {
		got = append(got, json.RawMessage(value))
	}
	equal(t, "elements", fmt.Sprintf("%q", got), fmt.Sprintf("%q", want))
}

func equal(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %s, want %s", what, got, want)
	}
}
