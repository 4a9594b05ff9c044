package jsontext

import "github.com/ciobulk/ciobulk/internal/word"

// plain are the bytes that need no escape inside a JSON string. A table is faster than
// three comparisons.
var plain = func() (table [256]bool) {
	for c := range table {
		table[c] = c >= 0x20 && c != '"' && c != '\\'
	}
	return table
}()

// AppendString appends text as a JSON string, quotes included. Bytes that
// are not ASCII are copied: the caller makes sure that text is UTF-8.
func AppendString[T string | []byte](dst []byte, text T) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	from := len(dst)
	dst = append(dst, text...)
	at := PlainRun(dst, from)
	if at == len(dst) {
		return append(dst, '"')
	}
	rest := text[at-from:]
	dst = dst[:at]
	for i := range len(rest) {
		switch c := rest[i]; {
		case plain[c]:
			dst = append(dst, c)
		case c == '"', c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(dst, '"')
}

// PlainRun returns the index of the first byte from text[i] on that must be
// escaped inside a JSON string, or the length.
func PlainRun(text []byte, i int) int {
	for ; i+8 <= len(text); i += 8 {
		if marks := word.At(text, i).Special(); marks != 0 {
			return i + marks.First()
		}
	}
	for i < len(text) && plain[text[i]] {
		i++
	}
	return i
}
