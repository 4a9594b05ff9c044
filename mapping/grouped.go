package mapping

import (
	"bytes"
	"fmt"
	"strings"
)

// thousandsMarks are what may separate thousands, and all that stands for each in
// files: spaces that look alike, and apostrophes.
var thousandsMarks = map[string][]string{
	".": {"."}, ",": {","}, "'": {"'", "’"}, " ": {" ", "\u00a0", "\u202f"},
}

func (m *Mapping) parseThousands(n node, r *rule) error {
	var mark string
	if err := m.some(n, &mark); err != nil {
		return err
	}
	for _, alike := range thousandsMarks {
		for _, one := range alike {
			if one == mark {
				r.thousands = alike
				return nil
			}
		}
	}
	return m.wrong(n.place, `write one of ".", ",", "'" and " "`, "%q does not separate thousands", mark)
}

// checkThousands refuses a mark that separates both thousands and decimals.
func (m *Mapping) checkThousands(a *attribute) error {
	if a.thousands == nil || a.typ != typeNumber || a.thousands[0] != string(a.decimal) {
		return nil
	}
	p, _ := a.at("thousands")
	if _, given := a.options["decimal"]; given {
		return m.wrong(p, "change one of them", "%q cannot separate both thousands and decimals", string(a.decimal))
	}
	other := map[byte]string{'.': ",", ',': "."}[a.decimal]
	return m.wrong(p, fmt.Sprintf("add decimal: %q", other), "%q separates decimals, as nothing else is said", string(a.decimal))
}

// appendUngrouped converts text without the marks that separate its thousands. It
// is put together behind dst, so that nothing is allocated for it.
func (r *rule) appendUngrouped(dst, text []byte) ([]byte, string) {
	convert := appendNumber
	if r.typ == typeInt {
		convert = func(dst, text []byte, _ byte) ([]byte, string) { return appendInteger(dst, text) }
	}
	mark := r.markIn(text)
	if mark == "" {
		return convert(dst, text, r.decimal)
	}
	n := len(dst)
	dst, ok := appendDigits(dst, text, mark, r.decimal)
	if !ok {
		return dst[:n], fmt.Sprintf("%s is not a number with thousands separated by %q in groups of three, such as 1%[2]s234%[2]s567", quoted(text), mark)
	}
	m := len(dst)
	dst, problem := convert(dst, dst[n:m], r.decimal)
	if problem != "" {
		return dst[:n], strings.Replace(problem, quoted(dst[n:m]), quoted(text), 1)
	}
	return append(dst[:n], dst[m:]...), ""
}

// markIn returns the mark that separates thousands in text, or nothing.
func (r *rule) markIn(text []byte) string {
	for _, mark := range r.thousands {
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
func (r *rule) advice(text []byte) string {
	mark := seemsGrouped(text)
	switch {
	case shortened(text):
		return shortenedAdvice
	case r.thousands != nil: // what is wrong has been said
	case mark != "" && !(r.typ == typeNumber && mark == string(r.decimal)):
		return fmt.Sprintf("; if its thousands are separated, write thousands: %q in the mapping", mark)
	case r.typ == typeInt && isFraction(text):
		return "; type: number takes fractions"
	case r.typ == typeNumber && r.decimal == '.' && bytes.IndexByte(text, ',') >= 0, r.typ == typeNumber && r.decimal == ',' && bytes.IndexByte(text, '.') >= 0:
		return "; decimal and thousands in the mapping say how the input writes numbers"
	}
	return ""
}

// shortened reports whether a spreadsheet has replaced the digits of a number, as it
// does with those of more than eleven.
func shortened(text []byte) bool { return bytes.Contains(text, []byte("E+")) }

const shortenedAdvice = "; a spreadsheet has shortened it: export the column as text"

func isFraction(text []byte) bool {
	_, point := appendNumber(nil, text, '.')
	_, comma := appendNumber(nil, text, ',')
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
