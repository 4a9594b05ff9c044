package customerio

import (
	"errors"
	"io"
	"net"
	"sync"
)

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

// body reads what a request carries. Each try has its own.
type body struct {
	parts [2][]byte // what is not read yet
	lease *lease
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
