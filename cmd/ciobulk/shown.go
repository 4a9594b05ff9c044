package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// mostName is how wide a name may be that others are set beside.
const mostName = 24

// tabulate writes lines of three cells each. A long name stands on a line of its
// own.
func tabulate(b *strings.Builder, lines [][3]string) {
	var widths [2]int
	for _, l := range lines {
		if n := utf8.RuneCountInString(l[0]); n <= mostName {
			widths[0] = max(widths[0], n)
		}
		widths[1] = max(widths[1], utf8.RuneCountInString(l[1]))
	}
	for _, l := range lines {
		if utf8.RuneCountInString(l[0]) > widths[0] {
			fmt.Fprintf(b, "  %s\n", l[0])
			l[0] = ""
		}
		line := fmt.Sprintf("  %-*s  %-*s  %s", widths[0], l[0], widths[1], l[1], l[2])
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

// escaped is rows.Printable for JSON, which stays the same value.
func escaped(json string) string {
	var b strings.Builder
	for _, r := range json {
		switch {
		case unicode.IsPrint(r):
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

// short cuts text behind so many characters.
func short(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
