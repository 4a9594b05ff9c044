package rows

import "bytes"

// AppendCSVCell appends text as a CSV cell, quoted where it must be: so that
// reading it again gives the same text. An empty cell is written as nothing; alone
// in its record it makes a blank line, which is not read as a record.
func AppendCSVCell(dst, text []byte, delimiter byte) []byte {
	special := []byte{'"', '\n', '\r', delimiter}
	if len(text) > 0 && !bytes.ContainsAny(text, string(special)) && text[0] != ' ' && !marked(text) {
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
