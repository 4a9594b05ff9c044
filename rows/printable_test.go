package rows

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestPrintable(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "people.csv": "people.csv", `C:\new`: `C:\new`, "größe 日本\u00a0😀.csv": "größe 日本\u00a0😀.csv", "a\nb": `a\nb`, "a\r\tb": `a\u000d\u0009b`,
		"\x1b[2J\x1b]0;x\a": `\u001b[2J\u001b]0;x\u0007`, "\xff\xfe": `\xff\xfe`, "\u009b31m": `\u009b31m`, "\u202egpj.exe": `\u202egpj.exe`, "\x7f": `\u007f`,
		"\U000e0001": `\U000e0001`, "\ufffd": `\ufffd`, "a\xc3": `a\xc3`, "\u2028": `\u2028`,
	} {
		got := Printable(text)
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
		if !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return !unicode.IsGraphic(r) }) {
			t.Errorf("%q is not printable", got)
		}
		if Printable(got) != got {
			t.Errorf("%q is changed again", got)
		}
	}
}
