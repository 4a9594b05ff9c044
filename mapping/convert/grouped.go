package convert

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// thousandsMarks are what may separate thousands, with what files have for each:
// spaces that look the same, and apostrophes.
var thousandsMarks = map[string][]string{
	".": {"."}, ",": {","}, "'": {"'", "’"}, " ": {" ", "\u00a0", "\u202f"},
}

// Marks returns the marks that the rule for a mark takes for the same, or nil if it
// cannot separate thousands.
func Marks(mark string) []string {
	for _, alike := range thousandsMarks {
		if slices.Contains(alike, mark) {
			return alike
		}
	}
	return nil
}

// appendUngrouped converts text without the marks that separate its thousands. It
// is put together after dst, so that nothing is allocated for it.
func appendUngrouped(dst []byte, r *Rule, text []byte, limit int) ([]byte, string) {
	convert := appendNumber
	if r.Type == Integer {
		convert = func(dst, text []byte, _ byte, _ int) ([]byte, string) { return appendInteger(dst, text) }
	}
	mark := markIn(r, text)
	if mark == "" {
		return convert(dst, text, r.Decimal, limit)
	}
	n := len(dst)
	dst, ok := appendDigits(dst, text, mark, r.Decimal)
	if !ok {
		return dst[:n], fmt.Sprintf("%s is not a number with thousands separated by %q in groups of three, such as 1%[2]s234%[2]s567", Quote(text), mark)
	}
	m := len(dst)
	dst, problem := convert(dst, dst[n:m], r.Decimal, limit)
	if problem != "" {
		return dst[:n], strings.Replace(problem, Quote(dst[n:m]), Quote(text), 1)
	}
	return append(dst[:n], dst[m:]...), ""
}

// markIn returns the mark that separates thousands in text, or nothing.
func markIn(r *Rule, text []byte) string {
	for _, mark := range r.Thousands {
		if bytes.Contains(text, []byte(mark)) {
			return mark
		}
	}
	return ""
}

// appendDigits appends text without marks if they separate groups of three digits
// of its whole part, of which the first has one to three and begins with no 0. An
// exponent is refused: in 1.234e5 the point is a decimal one.
func appendDigits(dst, text []byte, mark string, decimal byte) (_ []byte, ok bool) {
	if _, digits := splitSign(text); len(digits) < len(text) {
		dst, text = append(dst, text[0]), digits
	}
	group, rest := digitRun(text)
	if len(group) < 1 || len(group) > 3 || group[0] == '0' {
		return dst, false
	}
	dst = append(dst, group...)
	for bytes.HasPrefix(rest, []byte(mark)) {
		if group, rest = digitRun(rest[len(mark):]); len(group) != 3 {
			return dst, false
		}
		dst = append(dst, group...)
	}
	if len(rest) > 0 && (rest[0] != decimal || !allDigits(rest[1:])) {
		return dst, false
	}
	return append(dst, rest...), true
}

// advice says what a number that does not convert may be, or nothing.
func advice(r *Rule, text []byte) string {
	mark := seemsGrouped(text)
	switch {
	case shortened(text):
		return shortenedAdvice
	case r.Thousands != nil: // what is wrong has been said
	case mark != "" && !(r.Type == Number && mark == string(r.Decimal)):
		return fmt.Sprintf("; if its thousands are separated, write thousands: %q in the mapping", mark)
	case r.Type == Integer && isFraction(text):
		return "; type: number takes fractions"
	case r.Type == Number && r.Decimal == '.' && bytes.IndexByte(text, ',') >= 0, r.Type == Number && r.Decimal == ',' && bytes.IndexByte(text, '.') >= 0:
		return "; decimal and thousands in the mapping say how the input writes numbers"
	}
	return ""
}

// shortened reports whether a spreadsheet has replaced the digits of a number, as it
// does with those of more than eleven.
func shortened(text []byte) bool { return bytes.Contains(text, []byte("E+")) }

const shortenedAdvice = "; a spreadsheet has shortened it: export the column as text"

func isFraction(text []byte) bool {
	_, point := appendNumber(nil, text, '.', noLimit)
	_, comma := appendNumber(nil, text, ',', noLimit)
	return bytes.ContainsAny(text, ".,") && (point == "" || comma == "")
}

// seemsGrouped returns the mark that separates thousands in text, if it is a whole
// number of such groups.
func seemsGrouped(text []byte) string {
	_, digits := splitSign(text)
	for _, alike := range thousandsMarks {
		for _, mark := range alike {
			if out, ok := appendDigits(nil, digits, mark, 0); ok && len(out) < len(digits) {
				return alike[0]
			}
		}
	}
	return ""
}
