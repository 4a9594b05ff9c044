package draft

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/rows"
)

// signs counts values that a program or a spreadsheet has changed on their way, and
// amounts that are written in a way that no form reads.
type signs struct {
	parentheses int64  // amounts such as (100.50)
	trailing    int64  // amounts such as 100.50-
	lakhs       int64  // amounts such as 12,34,567
	mojibake    int64  // UTF-8 that was read as windows-1252
	entities    int64  // HTML's, such as &amp;
	objects     int64  // [object Object]
	apostrophes int64  // at the start, before what would be a number or a formula
	exported    int64  // mongoexport's objects, such as {"$date": …}
	dicts       int64  // Python's, such as {'a': 1}
	key         string // of those exported: the last one, such as $date
}

var (
	inParentheses = regexp.MustCompile(`^\([0-9][0-9.,' ]*\)$`)
	minusLast     = regexp.MustCompile(`^[0-9][0-9.,' ]*-$`)
	inLakhs       = regexp.MustCompile(`^-?[0-9]{1,2}(?:,[0-9]{2})*,[0-9]{3}(?:\.[0-9]+)?$`)
	twoGrouped    = regexp.MustCompile(`^-?[0-9]{1,2},[0-9]{2},`)
	entity        = regexp.MustCompile(`&(?:amp|lt|gt|quot|apos|nbsp|#[0-9]+|#x[0-9A-Fa-f]+|[A-Za-z]+(?:acute|grave|uml|cedil|tilde|circ|slash|ring|lig));`)
	exportedValue = regexp.MustCompile(`^\{\s*"(\$(?:date|oid|numberLong|numberInt|numberDecimal|numberDouble|binary|timestamp|uuid))"\s*:`)
	pythonDict    = regexp.MustCompile(`^\{\s*'[^']*'\s*:`)
)

// signedAmount returns an amount in parentheses, or with the minus last, with the minus
// first, and every other text as it is.
func signedAmount(text []byte) []byte {
	last := len(text) - 1
	switch {
	case text[0] == '(' && inParentheses.Match(text):
		return append([]byte{'-'}, text[1:last]...)
	case text[last] == '-' && minusLast.Match(text):
		return append([]byte{'-'}, text[:last]...)
	}
	return text
}

// oddlySigned counts the amounts that no form reads because of their sign.
func (s *signs) oddlySigned() int64 { return s.parentheses + s.trailing }

// add looks at a value, which is not empty.
func (s *signs) add(kind rows.Kind, text []byte) {
	count := func(n *int64, is bool) {
		if is {
			*n++
		}
	}
	switch first, last := text[0], text[len(text)-1]; {
	case first == '{':
		if found := exportedValue.FindSubmatch(text); found != nil {
			s.exported++
			s.key = string(found[1])
		}
		count(&s.dicts, kind == rows.Text && pythonDict.Match(text))
	case kind != rows.Text:
		return
	case first == '(' && last == ')':
		count(&s.parentheses, inParentheses.Match(text))
	case first == '\'':
		count(&s.apostrophes, len(text) > 1 && strings.IndexByte("0123456789+-=@", text[1]) >= 0)
	case last == '-':
		count(&s.trailing, minusLast.Match(text))
	default:
		count(&s.lakhs, twoGrouped.Match(text) && inLakhs.Match(text))
	}
	if kind == rows.Text {
		count(&s.entities, bytes.IndexByte(text, '&') >= 0 && entity.Match(text))
		count(&s.objects, bytes.Contains(text, []byte("[object Object]")))
		count(&s.mojibake, isMojibake(text))
	}
}

// isMojibake reports whether some characters of a text are the bytes of one character in
// UTF-8, each read as windows-1252.
func isMojibake(text []byte) bool {
	for len(text) > 0 {
		start := bytes.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })
		if start < 0 {
			return false
		}
		var run []byte
		for text = text[start:]; len(text) > 0 && text[0] >= utf8.RuneSelf; {
			r, n := utf8.DecodeRune(text)
			run, text = append(run, windows1252(r)), text[n:]
		}
		if utf8.Valid(run) {
			return true
		}
	}
	return false
}

// above7f are the characters of the bytes 0x80 to 0x9f in windows-1252.
var above7f = []rune("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ")

// windows1252 returns the byte of a character beyond ASCII in windows-1252, or one
// that is in no text in UTF-8.
func windows1252(r rune) byte {
	if i := slices.Index(above7f, r); i >= 0 {
		return byte(0x80 + i)
	}
	if r >= 0x80 && r < 0x100 {
		return byte(r)
	}
	return 0xff
}

// apostrophe asks about values with an apostrophe at the start.
func (s *signs) apostrophe() string {
	begin := "values begin"
	if s.apostrophes == 1 {
		begin = "value begins"
	}
	return fmt.Sprintf("%d %s with an apostrophe, which spreadsheets and exports put before text that looks like a number or a formula: export the file again without it", s.apostrophes, begin)
}
