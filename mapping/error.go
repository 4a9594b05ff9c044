package mapping

import (
	"fmt"
	"strings"
)

// place is where something stands in the mapping; the zero place is nowhere.
type place struct{ line, column int }

// Error is a mistake in a mapping, or one that shows when it meets an input.
type Error struct {
	File   string // the mapping's name, or the flag's
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
	return text + "\n" + number + e.Source + "\n" + strings.Repeat(" ", len(number)+max(e.Column-1, 0)) + "^"
}

// wrong returns an error at p in the mapping.
func (m *Mapping) wrong(p place, hint, format string, args ...any) *Error {
	e := &Error{File: m.file, Line: p.line, Column: p.column, Msg: fmt.Sprintf(format, args...), Hint: hint}
	if lines := strings.Split(string(m.source), "\n"); p.line > 0 && p.line <= len(lines) {
		e.Source = strings.ReplaceAll(strings.TrimRight(lines[p.line-1], "\r"), "\t", " ")
	}
	return e
}

// meant returns a hint with the name closest to what was written, or "".
func meant(written string, names []string) string {
	best, distance := "", len(written)/3+2
	for _, name := range names {
		if strings.EqualFold(name, written) {
			return fmt.Sprintf("did you mean %q?", name)
		}
		if d := editDistance(strings.ToLower(written), strings.ToLower(name)); d < distance {
			best, distance = name, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %q?", best)
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
func listed(names []string) string { return strings.Join(names, ", ") }
