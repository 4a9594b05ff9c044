package convert

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
)

func appendNumeric(dst []byte, r *Rule, text []byte, limit int) (_ []byte, problem string) {
	switch {
	case r.Thousands != nil:
		dst, problem = appendUngrouped(dst, r, text, limit)
	case r.Type == Integer:
		dst, problem = appendInteger(dst, text)
	default:
		dst, problem = appendNumber(dst, text, r.Decimal, limit)
	}
	if problem != "" {
		problem += advice(r, text)
	}
	return dst, problem
}

// AppendNumber appends text as JSON if it is a number with a decimal point.
func AppendNumber(dst, text []byte) (_ []byte, ok bool) {
	out, problem := appendNumber(dst, text, '.', noLimit)
	return out, problem == ""
}

// IsNumber reports whether text is a number as JSON and YAML write it, leading
// zeros aside.
func IsNumber(text []byte) bool {
	_, ok := AppendNumber(nil, text)
	return ok && text[0] != '+'
}

const noLimit = math.MaxInt

// appendInteger accepts digits with a sign that fit 64 bits, and drops leading
// zeros, which JSON does not know.
func appendInteger(dst, text []byte) ([]byte, string) {
	if isShortInteger(text) {
		return append(dst, text...), ""
	}
	sign, digits := splitSign(text)
	if len(digits) == 0 || !allDigits(digits) {
		return dst, Quote(text) + " is not an integer"
	}
	digits = dropZeros(digits)
	if len(digits) > 18 {
		if _, err := strconv.ParseInt(sign+string(digits), 10, 64); err != nil {
			return dst, Quote(text) + " does not fit 64 bits"
		}
	}
	if len(digits) == 1 && digits[0] == '0' {
		sign = ""
	}
	return append(append(dst, sign...), digits...), ""
}

// appendNumber accepts decimal numbers and keeps their digits, but for leading
// zeros and the sign of positive ones, which JSON does not know.
func appendNumber(dst, text []byte, decimal byte, limit int) ([]byte, string) {
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
	if problem := numberProblem(dst[start:], len(rest) > 0, limit); problem != "" {
		return dst[:start], problem
	}
	return dst, ""
}

// shortNumber is how many characters a number can have that is in range in any case.
const shortNumber = 18

// isShortInteger reports whether text is an integer as JSON writes it, and short
// enough to be in range. Most are.
func isShortInteger(text []byte) bool {
	digits := text
	if len(text) > 0 && text[0] == '-' {
		digits = text[1:]
	}
	for _, d := range digits {
		if d-'0' > 9 {
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
		whole = whole[1:] // -0.5 is JSON as it is, -0 becomes 0
	}
	return isShortInteger(whole) && len(fraction) > 0 && len(text) <= shortNumber && allDigits(fraction)
}

// numberProblem reports numbers that are too long, or too large for JSON's usual
// readers.
func numberProblem(number []byte, exponent bool, limit int) string {
	const always = 300 // digits that fit in any case
	if problem := TooLong(len(number), limit); problem != "" || len(number) <= always && !exponent {
		return problem
	}
	if _, err := strconv.ParseFloat(string(number), 64); err != nil {
		return Quote(number) + " is out of range"
	}
	return ""
}

func notNumber(text []byte, decimal byte) string {
	p := Quote(text) + " is not a number"
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
