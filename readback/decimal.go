package readback

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// decimal returns the one form of a number: its digits without zeros at either end, and
// the power of ten. "1e3", "1000" and "1000.0" have the same form. ok is false for text
// that is not a number of JSON.
func decimal(text string) (form string, ok bool) {
	if text == "" || !strings.ContainsRune("-0123456789", rune(text[0])) || !json.Valid([]byte(text)) {
		return "", false
	}
	sign, text := "", strings.ToLower(text)
	if text[0] == '-' {
		sign, text = "-", text[1:]
	}
	mantissa, power, _ := strings.Cut(text, "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	exponent := 0
	if power != "" {
		n, err := strconv.Atoi(power)
		if err != nil || n > 1<<40 || n < -(1<<40) {
			return "", false
		}
		exponent = n
	}
	exponent -= len(fraction)
	digits := strings.TrimLeft(whole+fraction, "0")
	short := strings.TrimRight(digits, "0")
	if short == "" {
		return "0", true
	}
	return sign + short + "e" + strconv.Itoa(exponent+len(digits)-len(short)), true
}

// canonical returns the one form of a JSON value: without spaces, members in the order
// of their names, numbers as decimal has them. ok is false for what is not JSON.
func canonical(text string) (form string, ok bool) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var v any
	if decoder.Decode(&v) != nil || decoder.More() {
		return "", false
	}
	var b strings.Builder
	writeCanonical(&b, v)
	return b.String(), true
}

func writeCanonical(b *strings.Builder, v any) {
	switch v := v.(type) {
	case map[string]any:
		names := make([]string, 0, len(v))
		for name := range v {
			names = append(names, name)
		}
		slices.Sort(names)
		b.WriteByte('{')
		for _, name := range names {
			b.WriteString(strconv.Quote(name) + ":")
			writeCanonical(b, v[name])
			b.WriteByte(',')
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for _, member := range v {
			writeCanonical(b, member)
			b.WriteByte(',')
		}
		b.WriteByte(']')
	case json.Number:
		form, ok := decimal(v.String())
		if !ok {
			form = v.String()
		}
		b.WriteString(form)
	case string:
		b.WriteString(strconv.Quote(v))
	case bool:
		b.WriteString(strconv.FormatBool(v))
	default:
		b.WriteString("null")
	}
}
