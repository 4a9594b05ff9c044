package customerio

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestBody(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ops  []string
		want string
	}{
		"none":            {nil, `{"batch":[]}`},
		"one":             {[]string{`{"a":1}`}, `{"batch":[{"a":1}]}`},
		"several":         {[]string{`1`, `"a,b"`, `[]`, `{}`}, `{"batch":[1,"a,b",[],{}]}`},
		"an empty one":    {[]string{`1`, ``, `2`}, `{"batch":[1,,2]}`},
		"nothing but one": {[]string{``}, `{"batch":[]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var ops [][]byte
			for _, op := range c.ops {
				ops = append(ops, []byte(op))
			}
			equal(t, "size", bodySize(ops), len(c.want))
			if err := iotest.TestReader(newBody(ops, new(lease)), []byte(c.want)); err != nil {
				t.Error(err)
			}
		})
	}
}

// Reading may cost nothing for each operation: there are millions.
func TestBodyDoesNotAllocate(t *testing.T) {
	ops, buffer := operations(0, 1000), make([]byte, 1<<20)
	allocations := testing.AllocsPerRun(100, func() {
		if n, _ := newBody(ops, new(lease)).Read(buffer); n != bodySize(ops) {
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
	b := newBody([][]byte{[]byte(`"abc"`)}, l)
	if _, err := io.ReadFull(b, make([]byte, len(bodyStart)+2)); err != nil {
		t.Fatal(err)
	}
	l.end()
	n, err := b.Read(make([]byte, 8))
	equal(t, "bytes", n, 0)
	equal(t, "error", err, errLeaseOver)
}

// FuzzBody reads the body of the lines of a text through buffers of any sizes:
// what comes out is the lines, joined, and as long as was promised; it is JSON
// if the lines are.
func FuzzBody(f *testing.F) {
	f.Add("", []byte{})
	f.Add("{\"type\":\"person\"}\n{\"type\":\"person\"}", []byte{1})
	f.Add("1\n\n\"é\"", []byte{0, 3, 255})
	f.Add(strings.Repeat("[[]]\n", 100), []byte{7, 11, 1, 0})
	f.Fuzz(func(t *testing.T, text string, sizes []byte) {
		var ops [][]byte
		valid := true
		if text != "" {
			for line := range strings.SplitSeq(text, "\n") {
				ops = append(ops, []byte(line))
				valid = valid && json.Valid([]byte(line))
			}
		}
		want := append([]byte(`{"batch":[`), bytes.Join(ops, []byte(","))...)
		want = append(want, `]}`...)
		got := readThrough(t, newBody(ops, new(lease)), sizes)
		if !bytes.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		equal(t, "size", bodySize(ops), len(got))
		if valid && !json.Valid(got) {
			t.Errorf("not JSON: %q", got)
		}
	})
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
