package document

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/ciobulk/ciobulk/internal/suggest"
	"github.com/ciobulk/ciobulk/mapping/convert"
)

// Error is a mistake in a document, in an option that takes the place of a part of one, or
// one that shows when either meets an input.
type Error struct {
	File   string // the name of the document or of the input; empty: an option is wrong
	Option Option
	Case   Case // what else a caller may have to say about it
	Line   int  // 0 where the whole is meant
	Column int
	Source string // the line that is wrong, for the caret
	Msg    string
	Hint   string // what to do, without a full stop; may be empty
}

// Option is an option of a command, by its name alone: how it is given is for the
// caller to say.
type Option string

// Case says which mistake it is, for a caller that has more to say than Hint does.
type Case string

// Error returns the message, and below it the line with a caret.
func (e *Error) Error() string {
	where := e.File
	if where == "" {
		where = string(e.Option)
	}
	if e.Line == 0 {
		return where + ": " + e.Msg
	}
	text := fmt.Sprintf("%s:%d:%d: %s", where, e.Line, e.Column, e.Msg)
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

// Printable replaces what would move a terminal's cursor by a space.
func Printable(line string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, line)
}

// Meant returns a hint with the name closest to what was written, or "". The
// beginning of a name is enough: int for integer.
func Meant(written string, names []string) string {
	near := suggest.Near(written, names)
	for _, name := range names {
		if len(written) > 1 && strings.HasPrefix(strings.ToLower(name), strings.ToLower(written)) {
			near = append(near, name)
		}
	}
	if len(near) == 0 {
		return ""
	}
	return fmt.Sprintf("did you mean %q?", near[0])
}

// MeantOr is Meant, or else lists the names.
func MeantOr(written string, names []string) string {
	switch hint := Meant(written, names); {
	case hint != "":
		return hint
	case len(names) == 1:
		return fmt.Sprintf("write %q", names[0])
	}
	return "known are " + convert.Listed(names)
}
