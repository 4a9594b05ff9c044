package exporter

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
)

// memory is a source of records that are there.
type memory []record

func (m memory) each(yield func(record) error) error {
	for _, r := range m {
		if err := yield(r); err != nil {
			return err
		}
	}
	return nil
}

// The records whose key was not seen before stay, in their order.
func TestSift(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	var all memory
	var want []string
	seen := make(map[string]bool)
	for range 20_000 {
		key := fmt.Sprintf([]string{"%x", "%08x", "cio-%d", "%X", "00%x"}[r.IntN(5)], r.IntN(3000))
		all = append(all, record{text("cio_id", key)})
		if !seen[key] {
			want = append(want, key)
		}
		seen[key] = true
	}
	e := &export{c: new(Checkpoint), Job: &Job{Run: &Run{Dir: t.TempDir()}}}
	s, err := sift(e, all, personKey)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	_ = s.each(func(r record) error { got = append(got, string(r.get("cio_id"))); return nil })
	equal(t, "kept", got, want)
	equal(t, "twice", e.c.Twice, int64(len(all)-len(want)))
}

// Whatever a record holds, it is read as it was written; what is damaged is an
// error and not another record.
func FuzzRecord(f *testing.F) {
	f.Add([]byte("name"), []byte("value"), []byte("x"), true)
	f.Add([]byte(""), bytes.Repeat([]byte("long"), 5000), []byte{0, 1, 0xff}, false)
	f.Fuzz(func(t *testing.T, name, value, garbage []byte, json bool) {
		r := record{{name, value, json}, {value, name, !json}}
		b := r.appendTo(record{}.appendTo(nil))
		d := recordReader{r: bufio.NewReader(bytes.NewReader(b))}
		first, err := d.next()
		equal(t, "empty", []any{len(first), err}, []any{0, nil})
		got, err := d.next()
		if err != nil || len(got) != 2 || !bytes.Equal(got[0].name, name) || !bytes.Equal(got[0].value, value) || got[0].json != json || got[1].json == json {
			t.Errorf("got %v, %v", got, err)
		}
		if _, err := d.next(); err != io.EOF {
			t.Errorf("end: %v", err)
		}
		d = recordReader{r: bufio.NewReader(bytes.NewReader(garbage))}
		for err = nil; err == nil; {
			_, err = d.next()
		}
	})
}
