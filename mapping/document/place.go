package document

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/token"
)

// errorAt returns an error at a place of the document.
func (d *Document) errorAt(p Place, hint, format string, args ...any) *Error {
	return &Error{File: d.name, Line: p.Line, Column: p.Column, Source: Printable(d.line(p.Line)),
		Msg: fmt.Sprintf(format, args...), Hint: hint}
}

// line returns a line of the document, or nothing.
func (d *Document) line(n int) string {
	if n < 1 || n > len(d.lines) {
		return ""
	}
	return string(d.lines[n-1])
}

// inside returns the place of a token, which is inside the file whatever the library
// says: it counts no tabs, and counts blanks after a value as if they were before
// it. So of the places on the line where such a text is, it is the nearest.
func (d *Document) inside(t *token.Token) Place {
	if t == nil || t.Position == nil {
		return Place{1, 1}
	}
	p := Place{min(max(t.Position.Line, 1), len(d.lines)), max(t.Position.Column, 1)}
	line := d.lines[p.Line-1]
	first, _, _ := strings.Cut(strings.TrimSpace(t.Origin), "\n")
	text := []rune(first)
	for away := 0; len(text) > 0 && t.Type != token.InvalidType && away <= max(len(line), p.Column); away++ {
		for _, column := range []int{p.Column - away, p.Column + away} {
			if column >= 1 && column+len(text) <= len(line)+1 && slices.Equal(line[column-1:column-1+len(text)], text) {
				return Place{p.Line, column}
			}
		}
	}
	return Place{p.Line, min(p.Column, len(line)+1)}
}

// within returns the place of a character of a scalar's text. The scalar starts at
// p; quotes, escapes, and the lines of a block or a folded scalar are taken into
// account. If the place cannot be found it returns p.
func (d *Document) within(p Place, text []rune, offset int) Place {
	var source []rune
	for _, line := range d.lines[p.Line-1:] {
		source = append(append(source, line...), '\n')
	}
	source = source[p.Column-1:]
	at := 0
	switch source[0] {
	case '"', '\'':
		at = 1
	case '|', '>':
		at = 1 + slices.Index(source, '\n')
	}
	for i, r := range text {
		blank := unicode.IsSpace(r)
		for !blank && at < len(source) && (unicode.IsSpace(source[at]) || continued(source, at)) {
			at++
		}
		if i == offset {
			break
		}
		n := written(source[at:], r, source[0])
		if n == 0 && !blank {
			return p
		}
		at += n
	}
	for _, r := range source[:at] {
		p.Column++
		if r == '\n' {
			p = Place{p.Line + 1, 1}
		}
	}
	return p
}

// continued reports whether a backslash in double quotes joins two lines.
func continued(source []rune, at int) bool {
	return source[0] == '"' && source[at] == '\\' && at+1 < len(source) && source[at+1] == '\n'
}

// written returns how many characters of source, a scalar that starts with quote
// if it has any, are r: none if the end of a line is.
func written(source []rune, r, quote rune) int {
	switch {
	case len(source) == 0:
		return 0
	case quote == '"' && source[0] == '\\' && len(source) > 1:
		return max(2, escapes[source[1]])
	case quote == '\'' && r == '\'' && source[0] == r:
		return 2
	case source[0] == r && r != '\n':
		return 1
	}
	return 0
}

// escapes are those of more than two characters.
var escapes = map[rune]int{'x': 4, 'u': 6, 'U': 10}
