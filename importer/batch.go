package importer

import "github.com/ciobulk/ciobulk/customerio"

// batch is one request: operations and where each came from. It belongs to the
// dispatcher until it is full, to its sender until it is answered, and then to
// the settler.
type batch struct {
	ops        [][]byte
	origins    []origin // by operation
	bytes      int      // of the operations
	rejections []customerio.Rejection
}

// origin is the row of an operation.
type origin struct {
	hash   uint64 // of the person's identifier
	block  *block
	record uint32 // in its block
}

// limits bound a batch: operations, and bytes of its request.
type limits struct{ rows, bytes int }

// fits reports whether so many more operations of so many bytes together do.
func (l limits) fits(b *batch, rows, bytes int) bool {
	return len(b.ops)+rows <= l.rows && customerio.BodySize(len(b.ops)+rows, b.bytes+bytes) <= l.bytes
}

func (b *batch) add(op []byte, from origin) {
	b.ops = append(b.ops, op)
	b.origins = append(b.origins, from)
	b.bytes += len(op)
}

// reset empties b and lets go of what it pointed to.
func (b *batch) reset() {
	clear(b.ops)
	clear(b.origins)
	b.ops, b.origins, b.bytes, b.rejections = b.ops[:0], b.origins[:0], 0, nil
}
