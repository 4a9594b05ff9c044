package customerio

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
)

// batchOf returns a batch of the operations.
func batchOf(ops ...[]byte) *Batch {
	b := new(Batch)
	for _, op := range ops {
		b.Add(op)
	}
	return b
}

func newBody(b *Batch, l *access) *body { return &body{b.parts(), l} }

func TestBatch(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ops  []string
		want string
	}{
		"one":     {[]string{`{"a":1}`}, `{"batch":[{"a":1}]}`},
		"several": {[]string{`1`, `"a,b"`, `[]`, `{}`}, `{"batch":[1,"a,b",[],{}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := new(Batch)
			for range 2 { // the second time in the same memory
				bytes := 0
				for i, op := range c.ops {
					bytes += len(op)
					equal(t, "promised size", b.Grown(1, len(op)), new(Batch).Grown(i+1, bytes))
					b.Add([]byte(op))
				}
				equal(t, "size", b.Size(), len(c.want))
				equal(t, "operations", b.Len(), len(c.ops))
				for i, op := range c.ops {
					equal(t, "operation", string(b.Op(i)), op)
				}
				if err := iotest.TestReader(newBody(b, new(access)), []byte(c.want)); err != nil {
					t.Error(err)
				}
				b.Reset()
				equal(t, "operations left", b.Len(), 0)
			}
		})
	}
}

// Adding and sending may cost nothing for each operation: there are millions.
func TestBatchDoesNotAllocate(t *testing.T) {
	ops, b, buffer := operations(0, 1000), new(Batch), make([]byte, 1<<20)
	allocations := testing.AllocsPerRun(100, func() {
		b.Reset()
		for _, op := range ops {
			b.Add(op)
		}
		if n, _ := newBody(b, new(access)).Read(buffer); n != b.Size() {
			t.Fatal(n)
		}
	})
	if allocations > 4 {
		t.Errorf("%v allocations for %d operations", allocations, len(ops))
	}
}

func TestBodyEndsWithItsAccess(t *testing.T) {
	t.Parallel()
	l := new(access)
	b := newBody(batchOf([]byte(`"abc"`)), l)
	if _, err := io.ReadFull(b, make([]byte, len(batchStart)+2)); err != nil {
		t.Fatal(err)
	}
	l.end()
	n, err := b.Read(make([]byte, 8))
	equal(t, "bytes", n, 0)
	equal(t, "error", err, errAccessEnded)
}

// FuzzBatch makes batches of the lines of a text and of parts of them: they are
// the lines, joined, as long as was promised, and JSON if the lines are.
func FuzzBatch(f *testing.F) {
	f.Add("{\"type\":\"person\"}\n{\"type\":\"person\"}", []byte{1}, uint8(1))
	f.Add("1\n\n\"é\"", []byte{0, 3, 255}, uint8(0))
	f.Add(strings.Repeat("[[]]\n", 100), []byte{7, 11, 1, 0}, uint8(50))
	f.Fuzz(func(t *testing.T, text string, sizes []byte, cut uint8) {
		var ops [][]byte
		for line := range strings.SplitSeq(text, "\n") {
			ops = append(ops, []byte(line))
		}
		all, at := batchOf(ops...), int(cut)%len(ops)
		checkBody(t, all, ops, sizes)
		checkBody(t, all.part(at, len(ops), nil), ops[at:], sizes)
	})
}

func checkBody(t *testing.T, b *Batch, ops [][]byte, sizes []byte) {
	t.Helper()
	valid := true
	for _, op := range ops {
		valid = valid && json.Valid(op)
	}
	want := append([]byte(`{"batch":[`), bytes.Join(ops, []byte(","))...)
	want = append(want, `]}`...)
	got := readThrough(t, newBody(b, new(access)), sizes)
	if !bytes.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	equal(t, "size", b.Size(), len(got))
	if valid && !json.Valid(got) {
		t.Errorf("not JSON: %q", got)
	}
}

// readThrough reads all of r through buffers of the sizes in turn, and of one
// byte, so that it comes to an end.
func readThrough(t *testing.T, r io.Reader, sizes []byte) (all []byte) {
	sizes = append(bytes.Clone(sizes), 1)
	for i := 0; ; i++ {
		buffer := make([]byte, sizes[i%len(sizes)])
		n, err := r.Read(buffer)
		all = append(all, buffer[:n]...)
		switch {
		case err == io.EOF && n == 0:
			return all
		case err != nil:
			t.Fatalf("%d bytes and the error %v", n, err)
		case n == 0 && len(buffer) > 0:
			t.Fatal("nothing was read")
		}
	}
}

// recorder notes the largest piece that is written to a connection.
type recorder struct {
	net.Conn
	largest atomic.Int64
}

func (r *recorder) Write(p []byte) (int, error) {
	r.largest.Store(max(r.largest.Load(), int64(len(p))))
	return r.Conn.Write(p)
}

// A batch is written from its own memory, in one piece, except for what fills up
// net/http's buffer after the header.
func TestBatchIsNotCopied(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(always(200, "{}"))
	defer server.Close()
	track, err := NewTrack(Config{SiteID: testSite, APIKey: testKey, BaseURL: server.URL, Limiter: new(pace)})
	if err != nil {
		t.Fatal(err)
	}
	defer track.transport.CloseIdleConnections()
	written, dial := new(recorder), track.transport.DialContext
	track.transport.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		if err == nil {
			written.Conn = c.(conn).Conn
		}
		return conn{written}, err
	}
	b := batchOf(operations(0, 5000)...)
	if all, err := track.Send(t.Context(), b); err != nil || all != nil {
		t.Fatal(all, err)
	}
	if n := written.largest.Load(); n < int64(b.Size())-8<<10 {
		t.Errorf("the largest piece of %d bytes has %d", b.Size(), n)
	}
}
