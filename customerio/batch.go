package customerio

import (
	"errors"
	"io"
	"net"
	"sync"
)

const (
	batchStart = `{"batch":[`
	batchEnd   = `]}`
)

// Batch is the body of one request in the making: operations one behind the
// other in one buffer, as they are sent. The zero Batch is empty and ready. It
// belongs to one goroutine at a time.
type Batch struct {
	body []byte   // of the request but for its end; nil until something is added
	ends []uint32 // in body, behind each operation
}

// Add adds the JSON of one operation, which is copied. The caller sees to it that
// the request stays within the service's limits, see Grown.
func (b *Batch) Add(op []byte) {
	switch {
	case b.body == nil:
		b.body = append(make([]byte, 0, MaxBatch), batchStart...)
	case len(b.ends) > 0:
		b.body = append(b.body, ',')
	}
	b.body = append(b.body, op...)
	b.ends = append(b.ends, uint32(len(b.body)))
}

// Len returns the number of operations.
func (b *Batch) Len() int { return len(b.ends) }

// Op returns the JSON of operation i, until the next Add or Reset.
func (b *Batch) Op(i int) []byte {
	start := uint32(len(batchStart))
	if i > 0 {
		start = b.ends[i-1] + 1
	}
	return b.body[start:b.ends[i]:b.ends[i]]
}

// Size returns the size of the request in bytes.
func (b *Batch) Size() int { return b.Grown(0, 0) }

// Grown returns the size that the request would have, in bytes, with so many
// more operations of so many bytes together.
func (b *Batch) Grown(operations, bytes int) int {
	separators := len(b.ends) + operations - 1
	return len(batchStart) + b.bytes() + bytes + max(separators, 0) + len(batchEnd)
}

// bytes returns the size of the operations alone.
func (b *Batch) bytes() int {
	if len(b.ends) == 0 {
		return 0
	}
	return len(b.body) - len(batchStart) - (len(b.ends) - 1)
}

// Reset empties the batch. Its memory is used again.
func (b *Batch) Reset() {
	if b.body != nil {
		b.body, b.ends = b.body[:len(batchStart)], b.ends[:0]
	}
}

// part returns a batch of the operations from i to before j.
func (b *Batch) part(i, j int) *Batch {
	p := new(Batch)
	for ; i < j; i++ {
		p.Add(b.Op(i))
	}
	return p
}

// lease is for how long a batch may be read. net/http may go on reading a body
// when it has the answer already or has given up, and by then the caller may
// have filled the same memory with other people's rows.
type lease struct {
	mu   sync.Mutex
	over bool
}

var errLeaseOver = errors.New("the request is over")

func (l *lease) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
}

// body reads the request that carries a batch. Each try has its own.
type body struct {
	parts [2][]byte // what is not read yet: the batch, and its end
	lease *lease
}

func newBody(b *Batch, l *lease) *body {
	return &body{[2][]byte{b.body, []byte(batchEnd)}, l}
}

func (b *body) Read(p []byte) (n int, _ error) {
	b.lease.mu.Lock()
	defer b.lease.mu.Unlock()
	if b.lease.over {
		return 0, errLeaseOver
	}
	for i := range b.parts {
		m := copy(p[n:], b.parts[i])
		b.parts[i] = b.parts[i][m:]
		n += m
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// Close does nothing. The body is an io.ReadCloser by itself, so that net/http
// hands it to conn as it is.
func (b *body) Close() error { return nil }

// writeTo writes what is not read yet, without copying it first. The lease does
// not end meanwhile: net/http closes the connection of a request that is given
// up, and of one that is answered before it was written.
func (b *body) writeTo(w net.Conn) (int64, error) {
	b.lease.mu.Lock()
	defer b.lease.mu.Unlock()
	if b.lease.over {
		return 0, errLeaseOver
	}
	buffers := net.Buffers(b.parts[:])
	return buffers.WriteTo(w)
}

// conn is a connection that a batch is written to from where it lies. Through
// net/http's buffers it would be copied in pieces of 32 kB, and they be made anew
// for each request: that took a seventh of a run's computing.
type conn struct{ net.Conn }

// ReadFrom is what net/http calls with a request's body.
func (c conn) ReadFrom(r io.Reader) (int64, error) {
	if l, ok := r.(*io.LimitedReader); ok {
		if b, ok := l.R.(*body); ok && l.N >= int64(len(b.parts[0])+len(b.parts[1])) {
			n, err := b.writeTo(c.Conn)
			l.N -= n
			return n, err
		}
	}
	return io.Copy(struct{ io.Writer }{c.Conn}, r)
}
