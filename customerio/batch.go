package customerio

// Batch is the body of one request while it is filled: operations one after the
// other in one buffer, as they are sent. The zero Batch is empty and ready, for
// the zero Call; NewBatch makes batches for other calls. A Batch belongs to one
// goroutine at a time.
type Batch struct {
	call Call
	body []byte   // of the request but for its end; nil until something is added
	ends []uint32 // in body, after each operation
}

// NewBatch returns an empty batch for a call, which it keeps through every
// Reset. Before anything is added, it may be copied, as into another struct.
func NewBatch(c Call) *Batch { return &Batch{call: c} }

// Add adds the JSON of one operation, of a segment call that of one id; it is
// copied. A batch of an AnonymousCall holds one. The caller keeps the request within the service's limits, see Grown.
func (b *Batch) Add(op []byte) {
	switch {
	case b.body == nil:
		b.body = append(make([]byte, 0, MaxBatch), b.call.start()...)
	case len(b.ends) > 0:
		b.body = append(b.body, ',')
	}
	b.body = append(b.body, op...)
	b.ends = append(b.ends, uint32(len(b.body)))
}

// Single reports whether the body is one operation and nothing else.
func (b *Batch) Single() bool { return b.call.single }

// Len returns the number of operations.
func (b *Batch) Len() int { return len(b.ends) }

// Op returns the JSON of operation i, until the next Add or Reset.
func (b *Batch) Op(i int) []byte {
	start := uint32(len(b.call.start()))
	if i > 0 {
		start = b.ends[i-1] + 1
	}
	return b.body[start:b.ends[i]:b.ends[i]]
}

// Size returns the size of the request in bytes.
func (b *Batch) Size() int { return b.Grown(0, 0) }

// Grown returns the size that the request would have, in bytes, with more
// operations, whose sizes add up to a number of bytes.
func (b *Batch) Grown(operations, bytes int) int {
	separators := len(b.ends) + operations - 1
	return len(b.call.start()) + b.bytes() + bytes + max(separators, 0) + len(b.call.end())
}

// bytes returns the size of the operations alone.
func (b *Batch) bytes() int {
	if len(b.ends) == 0 {
		return 0
	}
	return len(b.body) - len(b.call.start()) - (len(b.ends) - 1)
}

// AppendBody appends the body of the request to dst.
func (b *Batch) AppendBody(dst []byte) []byte {
	p := b.parts()
	return append(append(dst, p[0]...), p[1]...)
}

// Reset empties the batch. Its memory is used again.
func (b *Batch) Reset() {
	if b.body != nil {
		b.body, b.ends = b.body[:len(b.call.start())], b.ends[:0]
	}
}

// part returns a batch of the operations from i to before j, without those in
// skip.
func (b *Batch) part(i, j int, skip map[int]bool) *Batch {
	p := NewBatch(b.call)
	size := int(b.ends[j-1]) + 1 // of a part that begins like b; not MaxBatch, as it may be one of very many
	if i > 0 {
		size -= int(b.ends[i-1])
	}
	p.body = append(make([]byte, 0, size+len(b.call.start())), b.call.start()...)
	for ; i < j; i++ {
		if !skip[i] {
			p.Add(b.Op(i))
		}
	}
	return p
}

// parts returns the body of the request: the batch, and its end.
func (b *Batch) parts() [2][]byte { return [2][]byte{b.body, []byte(b.call.end())} }
