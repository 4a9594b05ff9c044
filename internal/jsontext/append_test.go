package jsontext

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

var texts = []string{
	"", " ", "a", "a b", " a", "a ", "\t", `"`, `""`, `"a"`, `a"b`, ",", ";", "|", "a,b;c\td|e", "\n", "\r", "\r\n", "a\r", "\ra", "\n\"\r\n",
	"\x00", "\x1f\x7f", "\\", `\n`, `\u0041`, "\u2028\u2029", "é", "😀", "\ufeff", "\ufffd", "\xff", "a\xc3", "\xed\xa0\x80", strings.Repeat("\"\n", 99),
}

// checkString wants one JSON string that stands for text.
func checkString(t testing.TB, text []byte) {
	t.Helper()
	got := AppendString([]byte("[1,"), text)
	if !bytes.HasPrefix(got, []byte("[1,\"")) {
		t.Fatalf("%q is written as %q", text, got)
	}
	got = got[3:]
	if !json.Valid(got) {
		t.Fatalf("%q is written as %q, which is not JSON", text, got)
	}
	var back string
	if err := json.Unmarshal(got, &back); err != nil || utf8.Valid(text) && back != string(text) {
		t.Errorf("%q is written as %q, read as %q, %v", text, got, back, err)
	}
	if Valid(got) != utf8.Valid(text) {
		t.Errorf("%q is written as %q, valid: %t", text, got, Valid(got))
	}
}

func TestAppendString(t *testing.T) {
	t.Parallel()
	for _, text := range texts {
		checkString(t, []byte(text))
	}
	if got := AppendString(nil, []byte("\"\\/\n\r\t\b\x00é\x7f")); string(got) != `"\"\\/\n\r\t\u0008\u0000é`+"\x7f\"" {
		t.Errorf("got %s", got)
	}
}

func FuzzAppendString(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkString(t, text) })
}
