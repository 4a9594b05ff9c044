package importer

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/ciobulk/ciobulk/internal/slowtest"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/runs"
)

func forecastOf(t *testing.T, yaml string, texts ...string) (*runs.Summary, *Forecast) {
	t.Helper()
	var sources []Source
	for i, text := range texts {
		sources = append(sources, source(t, fmt.Sprintf("%d.csv", i), text, yaml))
	}
	job := Import{Sources: sources, Match: "id", Forecast: new(Forecast), Concurrency: 2, BatchRows: 3}
	sum, err := job.Do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return sum, job.Forecast
}

// A forecast tells people apart, finds rows of the same person, those whose
// identifiers are spelled differently, identifiers that two people have, and what
// would be cleared; over several inputs.
func TestForecast(t *testing.T) {
	t.Parallel()
	const yaml = `match: {id: id}
empty: clear
attributes: {email: email, "quoted \"name\"": n, list: {column: n, type: list, separator: "|"}}
`
	sum, f := forecastOf(t, yaml,
		"id,email,n\nA,a@x.org,1\n a,b@x.org,\"q\"\"\\,{\"\nB,A@X.org ,|\nÄ,,1\n",
		"id,email,n\nB,a@x.org,\nä,c@x.org,2\nA,a@x.org,1\n")
	name := func(p Pairs) (text string) {
		for _, e := range p.Examples {
			text += fmt.Sprintf("%s:%d>%s:%d ", e.Row.Input[len(e.Row.Input)-5:], e.Row.Row, e.First.Input[len(e.First.Input)-5:], e.First.Row)
		}
		return fmt.Sprint(p.Count, " ", text)
	}
	for what, c := range map[string][2]string{
		"people":    {fmt.Sprint(f.People, f.Estimated, sum.Rows), "5 false 7"},
		"repeated":  {name(f.Repeated), "2 1.csv:1>0.csv:3 1.csv:3>0.csv:1 "},
		"spellings": {name(f.Spellings), "2 0.csv:2>0.csv:1 1.csv:2>0.csv:4 "},
		"claims":    {name(f.Claims), "2 0.csv:3>0.csv:1 1.csv:1>0.csv:1 "},
		"clears":    {fmt.Sprintf("%d %s %d", len(f.Clears), f.Clears[0].Attribute, f.Clears[0].Count), "3 email 1"},
	} {
		if c[0] != c[1] {
			t.Errorf("%s: got %s, want %s", what, c[0], c[1])
		}
	}
	if f.Clears[2].Attribute != `quoted "name"` {
		t.Errorf("%+v", f.Clears)
	}
	if len(f.Requests) != 3 || f.Requests[0].Operations != 3 {
		t.Fatalf("%d requests", len(f.Requests))
	}
	for _, r := range f.Requests {
		var body struct{ Batch []json.RawMessage }
		if err := json.Unmarshal(r.Body, &body); err != nil || len(body.Batch) != r.Operations {
			t.Errorf("%s: %v", r.Body, err)
		}
		for i, op := range r.Head(5) {
			if string(op) != string(body.Batch[i]) {
				t.Errorf("operation %d is %s, not %s", i, op, body.Batch[i])
			}
		}
	}
}

// Beyond what it remembers, a forecast estimates, from a share of the people.
func TestForecastEstimates(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	f := new(Forecast)
	const people = 3_000_000
	var e effects
	for row := range int64(people + people/10) {
		id := fmt.Appendf(nil, "p%d", row%people)
		e.reset()
		e.add(&mapping.Effects{Identifier: id})
		b := &block{}
		b.Start.Row, b.End.Row = row, row+1
		f.add(b, "many.csv", mapped{items: []item{{hash: e.people[0] * 3}}, effects: e})
	}
	f.finish()
	t.Logf("%d people of %d, %d repeated of %d", f.People, people, f.Repeated.Count, people/10)
	for got, want := range map[int64]int64{f.People: people, f.Repeated.Count: people / 10} {
		if !f.Estimated || got < want*98/100 || got > want*102/100 {
			t.Errorf("%d, should be about %d", got, want)
		}
	}
}

// A million rows cost a forecast no more than what it remembers.
func BenchmarkForecast(b *testing.B) {
	var of []mapping.Effects
	for i := range 1000 {
		claims := []mapping.Claim{{Match: "email", Value: fmt.Appendf(nil, "user-%d@example.com", i)}}
		of = append(of, mapping.Effects{Identifier: fmt.Appendf(nil, "user-%d", i), Cleared: []string{"city"}, Claims: claims})
	}
	f, e, row := new(Forecast), effects{}, int64(0)
	x := &block{}
	b.ReportAllocs()
	for b.Loop() {
		e.reset()
		e.add(&of[row%1000])
		x.Start.Row, x.End.Row = row, row+1
		f.add(x, "many.csv", mapped{items: []item{{hash: uint64(row)}}, effects: e})
		row++
	}
}
