package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// place is where something stands in the mapping: a line and the character in
// it, both counted from 1. The zero place is nowhere.
type place struct{ line, column int }

// Error is a mistake in a mapping, or one that shows when it meets an input.
type Error struct {
	File   string // the mapping's name, the flag's or the input's
	Line   int    // 0 where the whole is meant
	Column int
	Source string // the line that is wrong, for the caret
	Msg    string
	Hint   string // what to do, without a full stop; may be empty
}

// Error returns the message, and below it the line with a caret.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Msg
	}
	text := fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Msg)
	if e.Source == "" {
		return text
	}
	number := fmt.Sprintf("%5d | ", e.Line)
	line, column := excerpt(e.Source, e.Column)
	return text + "\n" + number + line + "\n" + strings.Repeat(" ", len(number)) + below(line, column) + "^"
}

// excerpt returns the part of a long line that is around the column, and where
// the column is in it.
func excerpt(line string, column int) (string, int) {
	const most, around = 120, 60
	text := []rune(line)
	if len(text) <= most {
		return line, column
	}
	if end := column + around; len(text) > end {
		text = append(text[:end:end], '…')
	}
	if start := column - around; start > 1 {
		text, column = append([]rune{'…'}, text[start:]...), column-start+1
	}
	return string(text), column
}

// below returns the spaces that put a caret below a character of line: terminals
// give some characters two places, and some none.
func below(line string, column int) string {
	width := 0
	for _, r := range line {
		if column--; column < 1 {
			break
		}
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana),
			r >= 0xff01 && r <= 0xff60, r >= 0x1f300 && r <= 0x1faff:
			width += 2
		default:
			width++
		}
	}
	return strings.Repeat(" ", width+max(column-1, 0))
}

// wrong returns an error at p in the mapping.
func (m *Mapping) wrong(p place, hint, format string, args ...any) *Error {
	return &Error{File: m.file, Line: p.line, Column: p.column, Source: printable(m.line(p.line)),
		Msg: fmt.Sprintf(format, args...), Hint: hint}
}

// line returns a line of the mapping, or nothing.
func (m *Mapping) line(n int) string {
	if n < 1 || n > len(m.lines) {
		return ""
	}
	return string(m.lines[n-1])
}

// printable replaces what would move a terminal's cursor by a space.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, line)
}

// meant returns a hint with the name closest to what was written, or "".
func meant(written string, names []string) string {
	if near := Nearest(written, names); len(near) > 0 {
		return fmt.Sprintf("did you mean %q?", near[0])
	}
	return ""
}

// Nearest returns the names that may have been meant by what was written, the
// closest first.
func Nearest(written string, names []string) (near []string) {
	written = strings.ToLower(written)
	bound := min((len(written)+1)/3, len(written)-1)
	distance := make(map[string]int)
	for _, name := range names {
		d := editDistance(written, strings.ToLower(name))
		if len(written) > 1 && strings.HasPrefix(strings.ToLower(name), written) {
			d = min(d, 1) // int for integer
		}
		if _, twice := distance[name]; d <= bound && !twice {
			distance[name] = d
			near = append(near, name)
		}
	}
	slices.SortStableFunc(near, func(a, b string) int { return cmp.Compare(distance[a], distance[b]) })
	return near
}

// meantOr is meant, or else lists the names.
func meantOr(written string, names []string) string {
	switch hint := meant(written, names); {
	case hint != "":
		return hint
	case len(names) == 1:
		return fmt.Sprintf("write %q", names[0])
	}
	return "known are " + listed(names)
}

// editDistance counts the insertions, deletions and replacements between two names.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}

// listed joins names for a message.
func listed(names []string) string {
	const most = 20
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}
