package rows

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ciobulk/ciobulk/rows/charset"
)

// A thin block gives the rows that it holds as the whole one does.
func TestThin(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		o    Options
	}{
		"csv":      {"a,b\r\n1,\"x\ny\"\n\n2,\xff\n3\n\"4\",\"\"\"\"\n5,6\n", Options{}},
		"encoding": {"a,b\n1,\x81x\n2,y\n3,\x81\n", Options{Encoding: charset.Windows1252}},
		"jsonl":    {"{\"a\":1}\n{\"b\":[2]}\nnull\n{\"a\":3,\"a\":4}\n{\"a\":\"\\ud800\"}\n", Options{}},
		"array":    {`[{"a":1},  {"a":2},{"b":3}]`, Options{}},
		"workbook": {string(book(t, abHeader+`<row r="2"><c r="A2" t="e"><v>#N/A</v></c></row><row r="4"><c r="A4"><v>4</v></c><c r="B4" t="e"><v>#REF!</v></c></row><row r="5"><c r="B5"><v>6</v></c></row>`)), Options{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in, err := Open(save(t, "input", []byte(c.text)), c.o)
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			var b Block
			if err := in.Next(&b, 100, 1<<20); err != nil {
				t.Fatal(err)
			}
			p, size := in.Parser(nil), 0
			var want []string
			for i := range b.Len() {
				want, size = append(want, show(p, p.Row(&b, i))), size+b.Size(i)
			}
			if len(want) < 3 || size == 0 || size > b.Bytes() {
				t.Fatalf("%d rows of %d bytes", len(want), size)
			}
			for range 50 {
				var held []uint32
				for i := range want {
					if rand.IntN(2) == 0 {
						held = append(held, uint32(i))
					}
				}
				part := b.Thin(held)
				part = part.Thin(held)
				if part.Len() != b.Len() || part.End != b.End || part.Bytes() > size {
					t.Fatalf("%d records to %v, %d bytes", part.Len(), part.End, part.Bytes())
				}
				for _, i := range slices.Backward(held) {
					if got := show(p, p.Row(&part, int(i))); got != want[i] || part.Size(int(i)) != b.Size(int(i)) || part.position(int(i)) != b.position(int(i)) {
						t.Errorf("%s, want %s", got, want[i])
					}
				}
			}
		})
	}
}
