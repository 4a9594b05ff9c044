package rows

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"
)

var texts = []string{
	"", " ", "a", "a b", " a", "a ", "\t", `"`, `""`, `"a"`, `a"b`, ",", ";", "|", "a,b;c\td|e", "\n", "\r", "\r\n", "a\r", "\ra", "\n\"\r\n",
	"\x00", "\x1f\x7f", "\\", `\n`, `\u0041`, "\u2028\u2029", "é", "😀", "\ufeff", "\x1a", "\x1aa", "a\x1a", "\ufeffa", "a\ufeff", "\x1e", "\ufffd", "\xff", "a\xc3", "\xed\xa0\x80", strings.Repeat("\"\n", 99),
}

// checkCell writes text as the first and the last of three cells and reads them again,
// as from a file that Open opened.
func checkCell(t testing.TB, text []byte, delimiter byte) {
	t.Helper()
	line := append(AppendCSVCell(nil, text, delimiter), delimiter, '1', delimiter)
	line = append(AppendCSVCell(line, text, delimiter), "\n2"...)
	in := stream(CSV, delimiter, bytes.NewReader(line))
	in.Columns, in.opened = make([]Column, 3), true
	var b Block
	if err := in.Next(&b, 10, 1<<20); err != nil {
		t.Fatalf("%q by %q: %v", text, delimiter, err)
	}
	r := in.Parser(nil).Row(&b, 0)
	if broken := r.Broken; broken != nil && (broken.Reason != ReasonUTF8 || utf8.Valid(text)) || b.Len() != 2 {
		t.Fatalf("%q by %q: written as %q, %d rows: %+v", text, delimiter, line, b.Len(), r.Broken)
	}
	if !bytes.Equal(r.Cells[0].Text, text) || !bytes.Equal(r.Cells[2].Text, text) {
		t.Errorf("%q by %q: written as %q, read as %q", text, delimiter, line, r.Cells)
	}
}

func TestAppendCSVCell(t *testing.T) {
	t.Parallel()
	for i := range len(delimiters) {
		for _, text := range texts {
			checkCell(t, []byte(text), delimiters[i])
		}
	}
	for text, want := range map[string]string{
		"": ``, "a": `a`, "a b;c": `a b;c`, " a": `" a"`, "a,b": `"a,b"`, `a"b`: `"a""b"`, "a\nb": "\"a\nb\"", "00123": `00123`, "é": `é`,
	} {
		if got := AppendCSVCell([]byte("x,"), []byte(text), ','); string(got) != "x,"+want {
			t.Errorf("%q is written as %q, want %q", text, got, want)
		}
	}
}

func FuzzAppendCSVCell(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text), byte(';'))
	}
	f.Fuzz(func(t *testing.T, text []byte, delimiter byte) {
		if formatOf(delimiter) == CSV {
			checkCell(t, text, delimiter)
		}
	})
}
