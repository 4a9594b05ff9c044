package importer

import (
	"time"

	"github.com/ciobulk/ciobulk/customerio"
)

// batch is one request: operations and where each came from. It belongs to the
// dispatcher until it is full, to its sender until it is answered, and then to
// the settler.
type batch struct {
	customerio.Batch
	origins    []origin // by operation
	rejections []customerio.Rejection
	at         time.Time // when it was answered
}

// origin is the row of an operation.
type origin struct {
	hash   uint64 // of the person's identifier
	block  *block
	record uint32 // in its block
}

// limits bound a batch: its operations, and the bytes of its request.
type limits struct{ rows, bytes int }

// fits reports whether more operations fit, which have bytes together.
func (l limits) fits(b *customerio.Batch, rows, bytes int) bool {
	return b.Len()+rows <= l.rows && b.Grown(rows, bytes) <= l.bytes
}

func (b *batch) add(op []byte, from origin) {
	b.Add(op)
	b.origins = append(b.origins, from)
}

// take moves the operations of another batch to the end of b.
func (b *batch) take(other *batch) {
	for i, from := range other.origins {
		b.add(other.Op(i), from)
	}
	other.reset()
}

// reset empties b and drops what it pointed to.
func (b *batch) reset() {
	b.Reset()
	clear(b.origins)
	b.origins, b.rejections = b.origins[:0], nil
}
