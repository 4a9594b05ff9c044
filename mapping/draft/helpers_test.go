package draft

import (
	"flag"
	"strings"
	"sync"
	"testing"

	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
)

var update = flag.Bool("update", false, "write the golden files again")

// open opens text as an input called people.csv or people.jsonl.
func open(tb testing.TB, text string) *rows.Input {
	tb.Helper()
	in, err := openText(text)
	if err != nil {
		tb.Fatal(err)
	}
	in.Name = "people." + string(in.Format)
	return in
}

// openText opens what begins as an object as JSONL, and everything else as CSV.
func openText(text string) (*rows.Input, error) {
	o := rows.Options{Format: rows.CSV, Stdin: strings.NewReader(text)}
	if strings.HasPrefix(text, `{"`) {
		o.Format = rows.JSONL
	}
	return rows.Open("-", o)
}

func names(in *rows.Input) (all []string) {
	for _, c := range in.Columns {
		if c.Name != "" {
			all = append(all, c.Name)
		}
	}
	return all
}

// madeForms are the forms by zone and country: making them takes longer than a draft.
var madeForms sync.Map

func formsOf(o Options) []form {
	all, made := madeForms.Load(o.Zone + o.Country)
	if !made {
		all, _ = madeForms.LoadOrStore(o.Zone+o.Country, forms(o))
	}
	return all.([]form)
}

func bind(tb testing.TB, m *mapping.Mapping, in *rows.Input) *mapping.Plan {
	tb.Helper()
	p, err := m.Bind(in)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// attributesOf maps the first row of text and returns its attributes.
func attributesOf(tb testing.TB, source, text string) string {
	tb.Helper()
	m, err := mapping.Parse("people.yaml", []byte(source), false)
	if err != nil {
		tb.Fatalf("%v\n%s", err, source)
	}
	in := open(tb, text)
	mapper := bind(tb, m, in).Mapper(in, mapping.Terms{Begun: begun})
	var b rows.Block
	if err := in.Next(&b, 1, 1<<20); err != nil {
		tb.Fatal(err)
	}
	out, _, outcome := mapper.Append(nil, &b, 0)
	if outcome != mapping.Send {
		return mapper.Rejection().Message
	}
	_, attributes, _ := strings.Cut(string(out), `"attributes":{`)
	return strings.TrimSuffix(attributes, "}}")
}
