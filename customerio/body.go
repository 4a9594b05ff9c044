package customerio

import (
	"errors"
	"io"
	"sync"
)

const (
	bodyStart = `{"batch":[`
	bodyEnd   = `]}`
)

var comma = []byte(",") // one for all: there is one an operation

// BodySize returns the size in bytes of the request that carries operations
// of so many bytes together.
func BodySize(operations, bytes int) int {
	return len(bodyStart) + bytes + max(operations-1, 0) + len(bodyEnd)
}

func bodySize(ops [][]byte) int {
	n := 0
	for _, op := range ops {
		n += len(op)
	}
	return BodySize(len(ops), n)
}

// lease is for how long operations may be read. net/http may go on reading a
// body when it has the answer already or has given up, and by then the caller
// may have filled the same memory with other people's rows.
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

// body reads the request that carries ops, without joining them first.
type body struct {
	ops   [][]byte
	lease *lease
	next  int    // 0: the start; then operations at odd, separators at even places
	part  []byte // what is left of the present piece
}

func newBody(ops [][]byte, l *lease) *body { return &body{ops: ops, lease: l} }

func (b *body) Read(p []byte) (int, error) {
	b.lease.mu.Lock()
	defer b.lease.mu.Unlock()
	if b.lease.over {
		return 0, errLeaseOver
	}
	n := 0
	for n < len(p) {
		if len(b.part) == 0 && !b.advance() {
			if n == 0 {
				return 0, io.EOF
			}
			break
		}
		m := copy(p[n:], b.part)
		n, b.part = n+m, b.part[m:]
	}
	return n, nil
}

func (b *body) advance() bool {
	last := max(2*len(b.ops), 1)
	switch k := b.next; {
	case k > last:
		return false
	case k == 0:
		b.part = []byte(bodyStart)
	case k == last:
		b.part = []byte(bodyEnd)
	case k%2 == 1:
		b.part = b.ops[k/2]
	default:
		b.part = comma
	}
	b.next++
	return true
}
