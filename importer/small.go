package importer

// Blocks of files with few rows share a place in the window, as many as together are
// about one block: or thousands of small files would be settled a few at a time, and
// their rows sent in thousands of requests.
const (
	smallBytes = 8 << 10 // a block of fewer is small
	mostShared = 256     // blocks in one place
)

// shared is the small blocks that have the same place in the window. It belongs to
// the reader.
type shared struct{ blocks, rows, bytes int }

// room reports whether the next block may share the place.
func (s *shared) room(blockRows int) bool {
	return s.blocks > 0 && s.blocks < mostShared && s.rows < blockRows && s.bytes < blockBytes
}

// add notes a block that was read. A block that is not small leaves no room.
func (s *shared) add(b *block) {
	switch {
	case !b.small:
		*s = shared{}
	case b.weight > 0:
		*s = shared{1, b.Len(), b.Bytes()}
	default:
		s.blocks, s.rows, s.bytes = s.blocks+1, s.rows+b.Len(), s.bytes+b.Bytes()
	}
}

// shrink returns b, or if it is small a copy that holds little memory: then b may be
// filled again.
func shrink(f *flow, b *block) *block {
	if b.Bytes() >= smallBytes || b.Len() >= f.blockRows() {
		return b
	}
	c := newBlock()
	c.Block, c.source, c.earlier, c.weight, c.small = b.Copy(), b.source, b.earlier, b.weight, true
	f.blocks.keep(b)
	return c
}
