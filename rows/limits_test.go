package rows

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/internal/slowtest"
)

// endless makes up the same byte for ever, and counts.
type endless struct {
	page []byte
	n    int64
}

func newEndless(c byte) *endless { return &endless{page: bytes.Repeat([]byte{c}, ReadSize)} }

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.page)
	e.n += int64(n)
	return n, nil
}

var tooLong = []struct {
	name   string
	format Format
	start  string
	c      byte
	want   string
}{
	{"csv", CSV, "a,b\n1,2\n", 'x', "stream:3: a record of more than 16 MiB starts on this line"},
	{"csv, quoted", CSV, "a,b\n\"1\n2\",\"", 'x', "stream:3: a quote opens on this line and is not closed within 16 MiB"},
	{"csv, lines inside quotes", CSV, "a,b\n\"1\n2\",\"", '\n', "stream:3: a quote opens on this line and is not closed within 16 MiB"},
	{"csv, quotes inside quotes", CSV, "a,b\n1,2\n33,", '"', "stream:3: a quote opens on this line and is not closed within 16 MiB"},
	{"csv, a broken record", CSV, "a,b\n\"1\"", 'x', "stream:2: a record of more than 16 MiB starts on this line"},
	{"csv, delimiters", CSV, "a,b\n", ',', "stream:2: a record of more than 16 MiB starts on this line"},
	{"jsonl", JSONL, "{}\n\n", ' ', "stream:3: a record of more than 16 MiB starts on this line"},
}

// TestTooLong reads records that never end, in reads of several sizes.
func TestTooLong(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	for _, c := range tooLong {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, size := range []int{ReadSize, ReadSize/3 + 1} {
				made := newEndless(c.c)
				in := stream(c.format, ',', chunks{io.MultiReader(strings.NewReader(c.start), made), size})
				var b Block
				err := in.Next(&b, 1, 1)
				for err == nil {
					err = in.Next(&b, 1, 1)
				}
				if err.Error() != c.want {
					t.Errorf("reads of %d: got %v\nwant %s", size, err, c.want)
				}
				if made.n > MaxRecord+2*ReadSize || cap(b.data)+cap(in.carry) > 5*MaxRecord {
					t.Errorf("%d bytes were read, %d and %d are held", made.n, cap(b.data), cap(in.carry))
				}
				if again := in.Next(&b, 1, 1); fmt.Sprint(again) != err.Error() {
					t.Errorf("the error %v was followed by %v", err, again)
				}
			}
		})
	}
}

// TestLongest wants the limit at the same byte however the record is read.
func TestLongest(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	for _, c := range []struct {
		length int64 // with its line ending
		want   string
	}{
		{MaxRecord, "<nil>"},
		{MaxRecord + 1, "stream:1: a record of more than 16 MiB starts on this line"},
	} {
		for _, size := range []int{ReadSize, ReadSize/3 + 1} {
			record := io.MultiReader(io.LimitReader(newEndless('x'), c.length-1), strings.NewReader("\n1\n"))
			in := stream(CSV, ',', chunks{record, size})
			var b Block
			if err := in.Next(&b, 1, 1); fmt.Sprint(err) != c.want {
				t.Errorf("%d bytes, reads of %d: %v, want %s", c.length, size, err, c.want)
			}
		}
	}
}

// TestBlankFlood holds no more memory for many blank lines than for none.
func TestBlankFlood(t *testing.T) {
	t.Parallel()
	const n = 16 * ReadSize
	flood := io.LimitReader(newEndless('\n'), n)
	in := stream(CSV, ',', io.MultiReader(strings.NewReader("1\n"), flood, strings.NewReader("2\n")))
	in.Next(new(Block), 1, 1)
	var b Block
	if err := in.Next(&b, 1, 1); err != nil || b.Bytes() > 4*ReadSize || cap(b.data) > 4*ReadSize {
		t.Errorf("%v, %d bytes of %d", err, b.Bytes(), cap(b.data))
	}
	if want := (Position{2, n + 3, n + 4}); b.Start != (Position{1, 2, 2}) || b.End != want {
		t.Errorf("from %v to %v, want %v", b.Start, b.End, want)
	}
	if r := in.Parser(nil).Row(&b, 0); string(r.Raw) != "2" || r.Line != n+2 || r.Number != 2 {
		t.Errorf("row %d on line %d is %q", r.Number, r.Line, r.Raw)
	}
	if err := in.Next(&b, 1, 1); !errors.Is(err, io.EOF) {
		t.Errorf("%v after the last row", err)
	}
}
