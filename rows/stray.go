package rows

import "fmt"

// strayByte words what an input's encoding does not have.
type strayByte struct {
	encoding Encoding
	packed   bool // the input is compressed: offsets are those of its text
}

// describe says what stands at byte at, counted from 0, of record i.
func (s strayByte) describe(b *Block, i, at int) string {
	where := "in the file"
	if s.packed {
		where = "in the decompressed file"
	}
	start := b.from.Offset + int64(b.records[i].start)
	if s.encoding == UTF8 || s.encoding == "" {
		return fmt.Sprintf("byte 0x%02x at offset %d %s is not UTF-8", b.raw(i)[at], start+int64(at), where)
	}
	for _, stray := range b.strays {
		if stray.at < start {
			continue
		}
		what := fmt.Sprintf("byte 0x%02x", stray.unit)
		if s.encoding.wide() {
			what = fmt.Sprintf("0x%04x, half of a character,", stray.unit)
		}
		return fmt.Sprintf("%s at offset %d %s is nothing in %s", what, stray.file, where, s.encoding)
	}
	return fmt.Sprintf("a byte is nothing in %s", s.encoding)
}
