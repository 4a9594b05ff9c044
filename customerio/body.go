package customerio

import "io"

const (
	bodyStart = `{"batch":[`
	bodyEnd   = `]}`
)

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

// body reads the request that carries ops, without joining them first.
type body struct {
	ops  [][]byte
	next int    // 0: the start; then operations at odd, separators at even places
	part []byte // what is left of the present piece
}

func newBody(ops [][]byte) *body { return &body{ops: ops} }

func (b *body) Read(p []byte) (int, error) {
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
	last := 2 * len(b.ops)
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
		b.part = []byte(",")
	}
	b.next++
	return true
}
