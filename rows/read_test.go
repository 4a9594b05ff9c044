package rows

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// read opens text as standard input and returns its rows, see drain.
func read(t testing.TB, text string, o Options) []string {
	t.Helper()
	o.Stdin = strings.NewReader(text)
	in, err := Open("-", o)
	if err != nil {
		return []string{err.Error()}
	}
	defer in.Close()
	rows, _ := drain(t, in, 1<<14, 1<<20)
	return rows
}

// stream returns an input that starts with a record, so that every byte of r
// goes through Next and none through Open. Without a header all rows of CSV
// are ragged; an array begins after its bracket.
func stream(format Format, delimiter byte, r io.Reader) *Input {
	return &Input{Name: "stream", Stored: format, Format: format.Rows(), Delimiter: delimiter, ahead: ahead{source: r}, at: Position{Line: 1}}
}

// drain reads in to its end in blocks and checks that they chain. It returns
// the rows as show writes them, an error as the last of them, and where the
// blocks ended.
func drain(t testing.TB, in *Input, maxRecords, maxBytes int) (rows []string, ends []Position) {
	t.Helper()
	var b Block
	p := in.Parser(nil)
	for at := in.At(); ; at = b.End {
		err := in.Next(&b, maxRecords, maxBytes)
		if errors.Is(err, io.EOF) {
			return rows, ends
		}
		if err != nil {
			return append(rows, err.Error()), ends
		}
		if b.Start != at || b.End != in.At() {
			t.Fatalf("a block from %v to %v after %v, the input at %v", b.Start, b.End, at, in.At())
		}
		if n := int64(b.Len()); n < 1 || n > int64(maxRecords) || b.End.Row != at.Row+n {
			t.Fatalf("a block of %d records from %v to %v", n, b.Start, b.End)
		}
		for i := range b.Len() {
			rows = append(rows, show(p, p.Row(&b, i)))
		}
		ends = append(ends, b.End)
	}
}

// show writes a row as number:line and its cells, or as number:line, the
// reason, the column and the byte at which it is broken.
func show(p *Parser, r *Row) string {
	s := fmt.Sprintf("%d:%d", r.Number, r.Line)
	if b := r.Broken; b != nil {
		return fmt.Sprintf("%s !%s %s@%d", s, b.Reason, b.Column, b.At)
	}
	for _, c := range r.Cells {
		if p.format == CSV {
			s += fmt.Sprintf(" %q", c.Text)
		}
	}
	for _, column := range r.Order {
		c, format := r.Cells[column], " %s=%s"
		if c.Kind == Text {
			format = " %s=%q"
		}
		s += fmt.Sprintf(format, p.Columns()[column].Name, c.Text)
	}
	return s
}

// compare fails t if two lists of rows differ, and shows where they begin to.
func compare(t testing.TB, what string, got, want []string) {
	t.Helper()
	i := 0
	for i < min(len(got), len(want)) && got[i] == want[i] {
		i++
	}
	if i < max(len(got), len(want)) {
		some := func(rows []string) string { return strings.Join(rows[i:min(i+3, len(rows))], "\n     ") }
		t.Fatalf("%.1000s: %d rows, want %d; from index %d on\n got %s\nwant %s", what, len(got), len(want), i, some(got), some(want))
	}
}

// save writes a file and returns its path.
func save(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// gzipped returns each part as a member of one gzip file.
func gzipped(parts ...string) []byte {
	var b bytes.Buffer
	for _, part := range parts {
		z, _ := gzip.NewWriterLevel(&b, gzip.HuffmanOnly) // which is made quickly
		io.WriteString(z, part)
		z.Close()
	}
	return b.Bytes()
}

// chunks reads at most n bytes at a time.
type chunks struct {
	r io.Reader
	n int
}

func (c chunks) Read(p []byte) (int, error) { return c.r.Read(p[:min(len(p), c.n)]) }

// TestParsers lets several parsers split the same blocks at the same time.
func TestParsers(t *testing.T) {
	t.Parallel()
	data := csvOf(people(3000), false)
	in, err := Open("-", Options{Stdin: bytes.NewReader(data)})
	if err != nil {
		t.Fatal(err)
	}
	var b Block
	if err := in.Next(&b, 3000, len(data)); err != nil {
		t.Fatal(err)
	}
	var all [4][]string
	var wait sync.WaitGroup
	for w := range all {
		wait.Go(func() {
			p := in.Parser(nil)
			for i := range b.Len() {
				all[w] = append(all[w], show(p, p.Row(&b, i)))
			}
		})
	}
	wait.Wait()
	for _, rows := range all {
		if len(rows) != 3000 || !slices.Equal(rows, all[0]) {
			t.Errorf("%d rows, want 3000, the same for every parser", len(rows))
		}
	}
}
