package ui

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/ciobulk/ciobulk/rows"
)

var lines = regexp.MustCompile(`[^\n\t]+`)

// Safe keeps what others wrote, such as the name of a file or a column, from moving
// the cursor of a terminal or changing its colours. Line ends and tabs stay.
func Safe(text string) string { return lines.ReplaceAllStringFunc(text, rows.Printable) }

// SafeJSON is Safe for JSON, which stays the same value. Line ends stay.
func SafeJSON(json string) string {
	var b strings.Builder
	for _, r := range json {
		switch {
		case unicode.IsPrint(r), r == '\n':
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// Short cuts text after so many characters.
func Short(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// Wrap breaks text between words into lines of at most width characters. A word
// that is longer has a line of its own.
func Wrap(text string, width int) (wrapped []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case Width(line)+1+Width(word) <= width:
			line += " " + word
		default:
			wrapped = append(wrapped, line)
			line = word
		}
	}
	if line != "" {
		wrapped = append(wrapped, line)
	}
	return wrapped
}
