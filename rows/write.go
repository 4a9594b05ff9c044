package rows

import "bytes"

// AppendCSVCell appends text as a CSV cell, quoted where it must be: so that
// reading it again gives the same text. An empty cell is nothing at all; alone
// in its record it makes a blank line, which is read as no record.
func AppendCSVCell(dst, text []byte, delimiter byte) []byte {
	special := []byte{'"', '\n', '\r', delimiter}
	if len(text) > 0 && !bytes.ContainsAny(text, string(special)) && text[0] != ' ' {
		return append(dst, text...)
	}
	if len(text) == 0 {
		return dst
	}
	dst = append(dst, '"')
	for _, c := range text {
		if c == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}

// plain tells the bytes that stand for themselves inside a JSON string.
var plain = func() (t [256]bool) {
	for c := range t {
		t[c] = c >= 0x20 && c != '"' && c != '\\'
	}
	return t
}()

// AppendJSONString appends text as a JSON string, quotes included. Bytes that
// are not ASCII are copied: the caller sees to it that text is UTF-8.
func AppendJSONString[T string | []byte](dst []byte, text T) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	from := len(dst)
	dst = append(dst, text...)
	at := plainRun(dst, from)
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
