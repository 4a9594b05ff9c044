package mapping

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
)

// appendTyped appends text, which is not empty, as JSON of the rule's type. If
// it does not convert, problem says why and dst is returned as it was. last is the last
// second that is expected of timestamps.
func (r *rule) appendTyped(dst, text []byte, last int64) (_ []byte, problem string) {
	switch r.typ {
	case typeInt, typeNumber:
		return r.appendNumeric(dst, text)
	case typeBool:
		return r.appendBoolean(dst, text)
	case typeTime:
		return r.timestamp.append(dst, text, last)
	case typeList:
		return r.appendList(dst, text)
	case typeJSON:
		return appendJSON(dst, text)
	case typePhone:
		return r.appendPhone(dst, text)
	case typeEmail:
		return appendEmail(dst, text)
	}
	return appendText(dst, text)
}

func (r *rule) appendNumeric(dst, text []byte) (_ []byte, problem string) {
	switch {
	case r.thousands != nil:
		dst, problem = r.appendUngrouped(dst, text)
	case r.typ == typeInt:
		dst, problem = appendInteger(dst, text)
	default:
		dst, problem = appendNumber(dst, text, r.decimal)
	}
	if problem != "" {
		problem += r.advice(text)
	}
	return dst, problem
}

// sizeProblem reports a value over the service's limit, which counts bytes.
func sizeProblem(n int) string {
	if n <= customerio.MaxAttributeValue {
		return ""
	}
	return fmt.Sprintf("the value is %d bytes; the limit is %d", n, customerio.MaxAttributeValue)
}

func appendText(dst, text []byte) ([]byte, string) {
	if p := sizeProblem(len(text)); p != "" {
		return dst, p
	}
	return rows.AppendJSONString(dst, text), ""
}

// appendInteger accepts digits with a sign that fit 64 bits, and drops leading
// zeros, which JSON does not know.
func appendInteger(dst, text []byte) ([]byte, string) {
	if isShortInteger(text) {
		return append(dst, text...), ""
	}
	sign, digits := splitSign(text)
	if len(digits) == 0 || !allDigits(digits) {
		return dst, quoted(text) + " is not an integer"
	}
	digits = dropZeros(digits)
	if len(digits) > 18 {
		if _, err := strconv.ParseInt(sign+string(digits), 10, 64); err != nil {
			return dst, quoted(text) + " does not fit 64 bits"
		}
	}
	if len(digits) == 1 && digits[0] == '0' {
		sign = ""
	}
	return append(append(dst, sign...), digits...), ""
}

// appendNumber accepts decimal numbers and keeps their digits, but for leading
// zeros and the sign of positive ones, which JSON does not know.
func appendNumber(dst, text []byte, decimal byte) ([]byte, string) {
	if decimal == '.' && isShortNumber(text) {
		return append(dst, text...), ""
	}
	sign, rest := splitSign(text)
	whole, rest := digitRun(rest)
	var fraction []byte
	if len(rest) > 0 && rest[0] == decimal {
		fraction, rest = digitRun(rest[1:])
		if len(fraction) == 0 {
			return dst, notNumber(text, decimal)
		}
	}
	if len(whole)+len(fraction) == 0 || !exponent(rest) {
		return dst, notNumber(text, decimal)
	}
	start := len(dst)
	dst = append(dst, sign...)
	if len(whole) == 0 {
		dst = append(dst, '0')
	}
	dst = append(dst, dropZeros(whole)...)
	if len(fraction) > 0 {
		dst = append(append(dst, '.'), fraction...)
	}
	dst = append(dst, rest...)
	if problem := numberProblem(dst[start:], len(rest) > 0); problem != "" {
		return dst[:start], problem
	}
	return dst, ""
}

// shortNumber is how many characters a number has that surely is in range.
const shortNumber = 18

// isShortInteger reports whether text is an integer the way that JSON spells it,
// and no longer than needs a second look. Most are.
func isShortInteger(text []byte) bool {
	digits := text
	if len(text) > 0 && text[0] == '-' {
		digits = text[1:]
	}
	for _, c := range digits {
		if c-'0' > 9 {
			return false
		}
	}
	n := len(digits)
	return n > 0 && n < shortNumber && (digits[0] != '0' || n == 1 && len(text) == 1)
}

// isShortNumber is the same for numbers with a fraction.
func isShortNumber(text []byte) bool {
	whole, fraction, found := bytes.Cut(text, []byte{'.'})
	if !found {
		return isShortInteger(text)
	}
	if len(whole) == 2 && whole[0] == '-' {
		whole = whole[1:] // -0.5 is spelt so, -0 not
	}
	return isShortInteger(whole) && len(fraction) > 0 && len(text) <= shortNumber && allDigits(fraction)
}

// numberProblem reports numbers that are too long, or too large for JSON's usual
// readers.
func numberProblem(number []byte, exponent bool) string {
	const always = 300 // digits that fit in any case
	if problem := sizeProblem(len(number)); problem != "" || len(number) <= always && !exponent {
		return problem
	}
	if _, err := strconv.ParseFloat(string(number), 64); err != nil {
		return quoted(number) + " is out of range"
	}
	return ""
}

func notNumber(text []byte, decimal byte) string {
	p := quoted(text) + " is not a number"
	if other := map[byte]byte{'.': ',', ',': '.'}[decimal]; bytes.IndexByte(text, other) >= 0 {
		p += fmt.Sprintf(" with decimal %q", string(decimal))
	}
	return p
}

func splitSign(text []byte) (sign string, rest []byte) {
	if len(text) > 0 && text[0] == '-' {
		return "-", text[1:]
	}
	if len(text) > 0 && text[0] == '+' {
		return "", text[1:]
	}
	return "", text
}

func digitRun(text []byte) (digits, rest []byte) {
	i := 0
	for i < len(text) && '0' <= text[i] && text[i] <= '9' {
		i++
	}
	return text[:i], text[i:]
}

func allDigits(text []byte) bool {
	_, rest := digitRun(text)
	return len(rest) == 0
}

// dropZeros drops leading zeros but for the last digit.
func dropZeros(digits []byte) []byte {
	for len(digits) > 1 && digits[0] == '0' {
		digits = digits[1:]
	}
	return digits
}

// exponent reports whether text is nothing or an exponent as JSON has it.
func exponent(text []byte) bool {
	if len(text) == 0 {
		return true
	}
	if text[0] != 'e' && text[0] != 'E' {
		return false
	}
	text = text[1:]
	if len(text) > 0 && (text[0] == '+' || text[0] == '-') {
		text = text[1:]
	}
	return len(text) > 0 && allDigits(text)
}

func (r *rule) appendBoolean(dst, text []byte) ([]byte, string) {
	if slices.Contains(r.falseWords, string(text)) { // as most are spelt; else it is looked for twice
		return append(dst, "false"...), ""
	}
	if isOneOf(text, r.trueWords) {
		return append(dst, "true"...), ""
	}
	if isOneOf(text, r.falseWords) {
		return append(dst, "false"...), ""
	}
	return dst, fmt.Sprintf("%s is none of the words for true (%s) and false (%s)",
		quoted(text), listed(r.trueWords), listed(r.falseWords))
}

func isOneOf(text []byte, words []string) bool {
	for _, w := range words {
		if w == string(text) || strings.EqualFold(w, string(text)) {
			return true
		}
	}
	return false
}

// appendList appends the parts between the separators as an array of strings.
func (r *rule) appendList(dst, text []byte) ([]byte, string) {
	start := len(dst)
	dst = append(dst, '[')
	for more := true; more; {
		var part []byte
		part, text, more = bytes.Cut(text, []byte(r.separator))
		if r.trim {
			part = bytes.TrimSpace(part)
		}
		if len(dst) > start+1 {
			dst = append(dst, ',')
		}
		dst = rows.AppendJSONString(dst, part)
	}
	dst = append(dst, ']')
	if p := sizeProblem(len(dst) - start); p != "" {
		return dst[:start], p
	}
	return dst, ""
}

func appendJSON(dst, text []byte) ([]byte, string) {
	if !rows.ValidJSON(text) {
		return dst, quoted(text) + ` is not JSON, such as {"city": "Berlin"}`
	}
	if p := sizeProblem(len(text)); p != "" {
		return dst, p
	}
	return append(dst, text...), ""
}

// quoted shows the user's text in a message, shortened.
func quoted(text []byte) string {
	const most = 60
	if len(text) <= most {
		return strconv.Quote(string(text))
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return strconv.Quote(string(text[:cut])) + "…"
}
