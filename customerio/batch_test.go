package customerio

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
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

func newBody(b *Batch, l *lease) *body { return &body{b.parts(), l} }

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
				if err := iotest.TestReader(newBody(b, new(lease)), []byte(c.want)); err != nil {
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
		if n, _ := newBody(b, new(lease)).Read(buffer); n != b.Size() {
			t.Fatal(n)
		}
	})
	if allocations > 4 {
		t.Errorf("%v allocations for %d operations", allocations, len(ops))
	}
}

func TestBodyEndsWithItsLease(t *testing.T) {
	t.Parallel()
	l := new(lease)
	b := newBody(batchOf([]byte(`"abc"`)), l)
	if _, err := io.ReadFull(b, make([]byte, len(batchStart)+2)); err != nil {
		t.Fatal(err)
	}
	l.end()
	n, err := b.Read(make([]byte, 8))
	equal(t, "bytes", n, 0)
	equal(t, "error", err, errLeaseOver)
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
		checkBody(t, all.part(at, len(ops)), ops[at:], sizes)
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
	got := readThrough(t, newBody(b, new(lease)), sizes)
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

// A batch is written from where it lies: nothing near its size is allocated to
// send it over a socket.
func TestBatchIsNotCopied(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() { // ends with the listener and its one connection
		c, err := listener.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		r := bufio.NewReader(c)
		for {
			req, err := http.ReadRequest(r)
			if err != nil {
				return
			}
			io.Copy(io.Discard, req.Body)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
		}
	}()
	track, err := NewTrack(Config{SiteID: testSite, APIKey: testKey, BaseURL: "http://" + listener.Addr().String(), Limiter: new(pace)})
	if err != nil {
		t.Fatal(err)
	}
	defer track.transport.CloseIdleConnections()
	b := batchOf(operations(0, 5000)...)
	send := func() {
		if all, err := track.Send(t.Context(), b); err != nil || all != nil {
			t.Fatal(all, err)
		}
	}
	send()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const times = 20
	for range times {
		send()
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / times; each > 25_000 {
		t.Errorf("%d bytes were allocated to send %d", each, b.Size())
	}
}
