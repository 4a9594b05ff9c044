package mapping

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/rows"
)

// open opens text as an input called people.csv or people.jsonl.
func open(tb testing.TB, text string) *rows.Input {
	tb.Helper()
	in, err := opened(text)
	if err != nil {
		tb.Fatal(err)
	}
	return in
}

// opened is open for text that may not be one.
func opened(text string) (*rows.Input, error) {
	format, name := rows.CSV, "people.csv"
	if strings.HasPrefix(text, "{") {
		format, name = rows.JSONL, "people.jsonl"
	}
	in, err := rows.Open("-", rows.Options{Format: format, Stdin: strings.NewReader(text)})
	if err == nil {
		in.Name = name
	}
	return in, err
}

func parse(tb testing.TB, source string) *Mapping {
	tb.Helper()
	m, err := Parse("people.yaml", []byte(source), false)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func bind(tb testing.TB, m *Mapping, in *rows.Input) *Plan {
	tb.Helper()
	p, err := m.Bind(in)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// result is what Append made of one row.
type result struct {
	operation string
	hash      uint64
	outcome   Outcome
	rejection string // reason field: message
}

// mapRows maps all rows of text.
func mapRows(tb testing.TB, m *Mapping, text string) (results []result) {
	tb.Helper()
	in := open(tb, text)
	mapper := bind(tb, m, in).Mapper(in, Terms{})
	var b rows.Block
	for {
		err := in.Next(&b, 100, 1<<20)
		if errors.Is(err, io.EOF) {
			return results
		}
		if err != nil {
			tb.Fatal(err)
		}
		for i := range b.Len() {
			results = append(results, mapRow(tb, mapper, &b, i))
		}
	}
}

// mapRow maps one row after what dst already holds, which must not change.
func mapRow(tb testing.TB, m *Mapper, b *rows.Block, i int) result {
	tb.Helper()
	const before = "{before}"
	out, hash, outcome := m.Append([]byte(before), b, i)
	operation, ok := strings.CutPrefix(string(out), before)
	if !ok || (operation == "") == (outcome == Send) {
		tb.Fatalf("row %d, outcome %d: %q", i+1, outcome, out)
	}
	r := result{operation: operation, hash: hash, outcome: outcome}
	if outcome == Rejected {
		why := m.Rejection()
		r.rejection = strings.TrimSuffix(why.Reason+" "+why.Field, " ") + ": " + why.Message
	}
	return r
}

// sent maps one row and returns its attributes without the braces, or why it was
// rejected, or "filtered".
func sent(tb testing.TB, m *Mapping, text string) string {
	tb.Helper()
	results := mapRows(tb, m, text)
	if len(results) != 1 {
		tb.Fatalf("%d rows in %q", len(results), text)
	}
	return results[0].String()
}

func (r result) String() string {
	switch r.outcome {
	case Filtered:
		return "filtered"
	case Rejected:
		return r.rejection
	}
	_, attributes, _ := strings.Cut(r.operation, `"attributes":{`)
	return strings.TrimSuffix(attributes, "}}")
}

// cell is a table's row: what a cell in column c is converted to under the options of
// attribute a.
type cell struct{ options, text, want string }

// checkCells maps each cell, of CSV unless jsonl is set. An empty want means
// that the attribute is not sent; without its own colon a rejection is one of
// the value.
func checkCells(t *testing.T, jsonl bool, cells []cell) {
	t.Helper()
	for _, c := range cells {
		t.Run(fmt.Sprintf("%s/%.40q", c.options, c.text), func(t *testing.T) {
			t.Parallel()
			options := c.options
			if options != "" {
				options = ", " + options
			}
			m := parse(t, "match: {id: id}\nattributes: {a: {column: c"+options+"}}\n")
			input := "id,c\n1," + string(rows.AppendCSVCell(nil, []byte(c.text), ',')) + "\n"
			if jsonl {
				input = `{"id":"1","c":0}` + "\n" + `{"id":"1"` + strings.TrimSuffix(`,"c":`+c.text, `,"c":`) + "}\n"
			}
			results := mapRows(t, m, input)
			got := results[len(results)-1].String()
			got = strings.TrimPrefix(got, `"a":`)
			got = strings.TrimPrefix(got, `invalid attributes.a: column "c": `)
			if got != c.want {
				t.Errorf("%s of %q:\n got %s\nwant %s", c.options, c.text, got, c.want)
			}
		})
	}
}

// blockOf reads the one block of an input.
func blockOf(tb testing.TB, in *rows.Input) *rows.Block {
	tb.Helper()
	var b rows.Block
	if err := in.Next(&b, 100, 1<<20); err != nil {
		tb.Fatal(err)
	}
	return &b
}
