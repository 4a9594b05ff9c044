package importer

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/distinct"
)

// Forecast is what a dry run finds besides its ledger: what a run would do that
// someone may not have meant. One goroutine fills it while the import is done, with
// what the workers noted of each block.
type Forecast struct {
	People    int64   `json:"people"`              // distinct identifiers among the operations
	Estimated bool    `json:"estimated,omitempty"` // the counts of people are scaled up from a part of them
	Clears    []Clear `json:"clears"`              // attributes that would be cleared, the most frequent first

	// Repeated are rows whose person an earlier row has.
	Repeated Pairs `json:"repeated"`
	// Spellings are identifiers that differ from an earlier one in case or white
	// space only: for Customer.io they are two people.
	Spellings Pairs `json:"spellings"`
	// Claims are rows that give an identifier to a person, such as an email
	// address, that an earlier row gives to another one: Customer.io answers 200
	// and drops the second.
	Claims Pairs `json:"claims"`
	// Several are rows with more than one identifier of their person, such as an id and
	// an email. Where each belongs to another profile that has no other one, Customer.io
	// merges the two for good, in workspaces with both identifiers
	// (https://docs.customer.io/journeys/people/manage/merge-people/).
	Several int64 `json:"several_identifiers"`
	// Totals are last rows of inputs that look like totals, or like a line below a table.
	Totals []Place `json:"totals,omitempty"`

	Seconds float64 `json:"seconds_at_rate"` // that the requests take at the chosen rate

	// Requests are the first ones. They hold people's data, and so are in no summary.
	Requests []Preview `json:"-"`

	inputs  []inputRows
	rows    int64         // of the present input, that were looked at
	totals  map[int]int64 // by input, the last row if it looks like totals
	people  distinct.Set
	claimed distinct.Set
	clears  map[string]*Clear
}

// Clear is how often an attribute would be cleared, by "" or null.
type Clear struct {
	Attribute string `json:"attribute"`
	Count     int64  `json:"count"`
	Example   Place  `json:"example"`
}

// Place is a row of an input.
type Place struct {
	Input string `json:"input"`
	Row   int64  `json:"row"`
}

func (p Place) String() string { return fmt.Sprintf("%s row %d", p.Input, p.Row) }

// Preview is one of the first requests.
type Preview struct {
	Operations int             `json:"operations"`
	Body       json.RawMessage `json:"body"`
	Single     bool            `json:"-"` // the body is the operation itself
}

// Head returns the request's first n operations.
func (p Preview) Head(n int) (ops []json.RawMessage) {
	if p.Single {
		return []json.RawMessage{p.Body}
	}
	list := json.NewDecoder(bytes.NewReader(p.Body[bytes.IndexByte(p.Body, '['):]))
	_, _ = list.Token() // the bracket
	for len(ops) < n && list.More() {
		var op json.RawMessage
		if list.Decode(&op) != nil {
			break // it was written as JSON
		}
		ops = append(ops, op)
	}
	return ops
}

const previews = 3

// maxSightings is how many rows a forecast remembers, at 16 bytes each.
const maxSightings = 1 << 20

// inputRows is an input and how many rows come before its first.
type inputRows struct {
	name  string
	first int64
}

// add adds the operations of a block. Blocks come in the order of the inputs.
func (f *Forecast) add(b *block, input string, m mapped) {
	if b.source >= len(f.inputs) {
		f.inputs = append(f.inputs, inputRows{name: input})
		if n := len(f.inputs); n > 1 {
			f.inputs[n-1].first = f.inputs[n-2].first + f.rows
		}
	}
	delete(f.totals, b.source) // the row was not the last one
	if m.total {
		if f.totals == nil {
			f.totals = make(map[int]int64)
		}
		f.totals[b.source] = b.End.Row
	}
	first := f.inputs[b.source].first + b.Start.Row
	row := func(item int) int64 { return first + int64(m.items[item].record) }
	f.people.Limit, f.claimed.Limit = maxSightings, maxSightings
	for i, folded := range m.people {
		f.people.Add(folded, placeOf(row(i), m.items[i].hash))
	}
	for _, c := range m.claims {
		f.claimed.Add(c.folded, placeOf(row(c.item), m.items[c.item].hash))
	}
	f.Several += m.several
	for _, c := range m.cleared {
		f.clear(c.attribute, row(c.item))
	}
	f.rows = b.End.Row
}

// clear counts an attribute that a row would clear.
func (f *Forecast) clear(attribute string, row int64) {
	c := f.clears[attribute]
	if c == nil {
		if f.clears == nil {
			f.clears = make(map[string]*Clear)
		}
		c = &Clear{Attribute: attribute, Example: f.place(row)}
		f.clears[attribute] = c
	}
	c.Count++
}

// preview keeps one of the first requests.
func (f *Forecast) preview(b *customerio.Batch) {
	if len(f.Requests) < previews {
		f.Requests = append(f.Requests, Preview{b.Len(), b.AppendBody(nil), b.Single()})
	}
}

func (f *Forecast) place(row int64) Place {
	for _, in := range slices.Backward(f.inputs) {
		if row >= in.first {
			return Place{in.name, row - in.first + 1}
		}
	}
	return Place{Row: row + 1}
}

// finish counts people, and pairs them.
func (f *Forecast) finish() {
	f.Clears = make([]Clear, 0, len(f.clears))
	for _, c := range f.clears {
		f.Clears = append(f.Clears, *c)
	}
	slices.SortFunc(f.Clears, func(a, b Clear) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Attribute, b.Attribute))
	})
	for source, in := range f.inputs {
		if row, is := f.totals[source]; is {
			f.Totals = append(f.Totals, Place{in.name, row})
		}
	}
	f.pairPeople()
	claims := &pairing{}
	for group := range f.claimed.Groups() {
		for _, s := range group[1:] {
			if !sameIdentifier(s.Where, group[0].Where) {
				claims.add(s.Where, group[0].Where)
			}
		}
	}
	f.Claims = claims.pairs(&f.claimed, f.place)
	f.Estimated = f.people.Halved() > 0 || f.claimed.Halved() > 0
	f.people, f.claimed, f.clears = distinct.Set{}, distinct.Set{}, nil
}

// pairPeople counts people, and pairs the rows of each. People whose identifiers
// differ in case or white space only are in one group.
func (f *Forecast) pairPeople() {
	repeated, spellings := &pairing{}, &pairing{}
	var firsts []uint64 // of each spelling
	for group := range f.people.Groups() {
		firsts = firsts[:0]
		for _, s := range group {
			i := slices.IndexFunc(firsts, func(o uint64) bool { return sameIdentifier(o, s.Where) })
			switch {
			case i >= 0:
				repeated.add(s.Where, firsts[i])
				continue
			case len(firsts) > 0:
				spellings.add(s.Where, firsts[0])
			}
			firsts = append(firsts, s.Where)
			f.People++
		}
	}
	f.People <<= f.people.Halved()
	f.Repeated, f.Spellings = repeated.pairs(&f.people, f.place), spellings.pairs(&f.people, f.place)
}
