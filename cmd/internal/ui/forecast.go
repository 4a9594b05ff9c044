package ui

import (
	"fmt"
	"strings"

	"github.com/ciobulk/ciobulk/importer"
)

// forecast says what a dry run found besides its ledger.
func (r Result) forecast(b *strings.Builder) {
	f := r.Forecast
	if f == nil {
		return
	}
	about := ""
	if f.Estimated {
		about = "about "
	}
	fmt.Fprintf(b, "%s%s\n", about, Counted(f.People, "distinct "+r.subject()))
	for _, place := range f.Totals[:min(len(f.Totals), maxReasonLines)] {
		fmt.Fprintf(b, "%v, the last one, looks like a total or a line below the table", place)
		if len(r.Summary.Inputs) == 1 {
			fmt.Fprintf(b, "; to leave it out: --limit %d", place.Row-1)
		}
		b.WriteString("\n")
	}
	clears(b, f.Clears)
	pairs(b, f.Spellings, about, "an identifier that an earlier row spells differently (case or spaces): to Customer.io they are two people")
	pairs(b, f.Claims, about, "an id or email that an earlier row gives to another person: Customer.io silently ignores the second one")
	if f.Several > 0 {
		fmt.Fprintf(b, "\n%s with an id and an email: where these belong to two profiles that have no other identifier, Customer.io may merge the two for good\n", Counted(f.Several, "row"))
	}
	if !r.Events {
		pairs(b, f.Repeated, about, map[string]string{"person": "a person", "object": "an object"}[r.subject()]+" of an earlier row; all are sent in order, see duplicates in the mapping")
	}
	previews(b, f.Requests)
}

// subject is one of what most rows are about.
func (r Result) subject() string {
	if strings.HasPrefix(r.Summary.Verb, "object ") {
		return "object"
	}
	return "person"
}

func clears(b *strings.Builder, all []importer.Clear) {
	if len(all) == 0 {
		return
	}
	b.WriteString("\nattributes that would be cleared:\n")
	t := Table{Right: []bool{true}, Min: []int{8}}
	for _, c := range all[:min(len(all), maxReasonLines)] {
		t.Add(Grouped(c.Count), c.Attribute, c.Example.String())
	}
	b.WriteString(t.String())
	if more := len(all) - maxReasonLines; more > 0 {
		fmt.Fprintf(b, "          … and %s\n", Counted(int64(more), "more attribute"))
	}
}

// pairs lists rows that are related to earlier ones.
func pairs(b *strings.Builder, p importer.Pairs, about, what string) {
	if p.Count == 0 {
		return
	}
	have := "have"
	if p.Count == 1 {
		have = "has"
	}
	fmt.Fprintf(b, "\n%s%s %s %s:\n", about, Counted(p.Count, "row"), have, what)
	for _, e := range p.Examples {
		fmt.Fprintf(b, "          %v, like row %d", e.Row, e.First.Row)
		if e.First.Input != e.Row.Input {
			fmt.Fprintf(b, " of %s", e.First.Input)
		}
		b.WriteString("\n")
	}
}

// previewOps is how many operations of the first request are shown.
const previewOps = 3

func previews(b *strings.Builder, first []importer.Preview) {
	for i, r := range first {
		if i == 0 {
			b.WriteString("\nthe first requests:\n")
		}
		show := previewOps
		if i > 0 {
			show = 1
		}
		ops := r.Head(show)
		for _, op := range ops {
			fmt.Fprintf(b, "  %s\n", SafeJSON(string(op)))
		}
		if more := r.Operations - len(ops); more > 0 {
			fmt.Fprintf(b, "  … and %s more in this request of %s\n", Grouped(int64(more)), Size(int64(len(r.Body))))
		}
	}
}
