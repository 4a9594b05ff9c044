package rows

import "bytes"

// AppendCSVCell appends text as a CSV cell, quoted where it must be: so that
// reading it again gives the same text. An empty cell is nothing at all; alone
// in its record it makes a blank line, which is read as no record.
func AppendCSVCell(dst, text []byte, delimiter byte) []byte {
	special := []byte{'"', '\n', '\r', delimiter}
	if len(text) > 0 && bytes.IndexAny(text, string(special)) < 0 && text[0] != ' ' {
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
