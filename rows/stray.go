package rows

import (
	"fmt"

	"github.com/ciobulk/ciobulk/rows/charset"
)

// strayByte describes what an input's encoding does not have.
type strayByte struct {
	encoding charset.Encoding
	packed   bool // the input is compressed: offsets are those of its text
}

// describe says what is at byte at, counted from 0, of record i.
func (s strayByte) describe(b *Block, i, at int) string {
	where := "in the file"
	if s.packed {
		where = "in the decompressed file"
	}
	start := b.from.Offset + int64(b.at(i).start)
	if s.encoding == charset.UTF8 || s.encoding == "" {
		return fmt.Sprintf("byte 0x%02x at offset %d %s is not UTF-8", b.raw(i)[at], start+int64(at), where)
	}
	for _, stray := range b.strays {
		if stray.At < start {
			continue
		}
		what := fmt.Sprintf("byte 0x%02x", stray.Unit)
		if s.encoding.Wide() {
			what = fmt.Sprintf("0x%04x, half of a character,", stray.Unit)
		}
		return fmt.Sprintf("%s at offset %d %s is not part of %s", what, stray.File, where, s.encoding)
	}
	return fmt.Sprintf("a byte is not part of %s", s.encoding)
}
