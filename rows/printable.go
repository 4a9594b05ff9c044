package rows

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Printable returns text, a name or what others wrote, in a form that stays on its
// line and cannot move a terminal's cursor: what is not a graphic character is
// written as its escape, \n, \u001b or, where it is not UTF-8, \xff. Text of graphic
// characters alone, backslashes too, stays as it is.
func Printable(text string) string {
	if strings.IndexFunc(text, unprintable) < 0 {
		return text
	}
	var b strings.Builder
	for len(text) > 0 {
		r, n := utf8.DecodeRuneInString(text)
		switch {
		case r == utf8.RuneError && n == 1:
			b.WriteString(`\x`)
			writeHex(&b, int(text[0]), 2)
		case r == '\n':
			b.WriteString(`\n`)
		case r > 0xffff && unprintable(r):
			b.WriteString(`\U`)
			writeHex(&b, int(r), 8)
		case unprintable(r):
			b.WriteString(`\u`)
			writeHex(&b, int(r), 4)
		default:
			b.WriteRune(r)
		}
		text = text[n:]
	}
	return b.String()
}

// unprintable also holds for what is not UTF-8.
func unprintable(r rune) bool { return r == utf8.RuneError || !unicode.IsGraphic(r) }

func writeHex(b *strings.Builder, n, digits int) {
	for i := digits - 1; i >= 0; i-- {
		b.WriteByte("0123456789abcdef"[n>>(4*i)&15])
	}
}
