package importer

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/customerio"
)

// Forecast is what a dry run finds besides its ledger: what a run would do that
// nobody may have meant. It looks at the operations as they would be sent. One
// goroutine fills it, while the job is done.
type Forecast struct {
	People    int64   `json:"people"`              // distinct identifiers among the operations
	Estimated bool    `json:"estimated,omitempty"` // the counts of people are scaled up from a part of them
	Clears    []Clear `json:"clears"`              // attributes that would be cleared, the most first

	// Repeated are rows whose person an earlier row has.
	Repeated Pairs `json:"repeated"`
	// Spellings are identifiers that differ from an earlier one in case or white
	// space only: for Customer.io they are two people.
	Spellings Pairs `json:"spellings"`
	// Claims are rows that give an identifier to a person, such as an email
	// address, that an earlier row gives to another one: Customer.io answers 200
	// and drops the second.
	Claims Pairs `json:"claims"`

	Seconds float64 `json:"seconds_at_rate"` // that the requests take at the chosen rate

	// Requests are the first ones. They hold people's data, and so are in no summary.
	Requests []Preview `json:"-"`

	match   customerio.Match
	inputs  []inputRows
	people  sightings
	claimed sightings
	clears  map[string]*Clear
	folded  []byte // scratch
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

// Pairs counts rows that have to do with an earlier one, with some examples.
type Pairs struct {
	Count    int64  `json:"count"`
	Examples []Pair `json:"examples"`
}

// Pair is a row and the earlier one.
type Pair struct {
	Row   Place `json:"row"`
	First Place `json:"first"`
}

// Preview is one of the first requests.
type Preview struct {
	Operations int             `json:"operations"`
	Body       json.RawMessage `json:"body"`
}

// Head returns the request's first n operations.
func (p Preview) Head(n int) (ops []json.RawMessage) {
	list := p.Body[bytes.IndexByte(p.Body, '[')+1:]
	for len(ops) < min(n, p.Operations) {
		end := jsonEnd(list)
		ops, list = append(ops, list[:end]), list[end:]
		list = bytes.TrimPrefix(list, []byte{','})
	}
	return ops
}

const (
	previews     = 3
	pairExamples = 3
)

// inputRows is an input and how many rows stand before its first.
type inputRows struct {
	name  string
	first int64
}

// look looks at the operations of a block. Blocks come in the order of the inputs.
func (f *Forecast) look(b *block, input string, m mapped) {
	if b.source >= len(f.inputs) {
		f.inputs = append(f.inputs, inputRows{name: input})
		if n := len(f.inputs); n > 1 {
			f.inputs[n-1].first = f.inputs[n-2].first + f.people.rows
		}
	}
	first := f.inputs[b.source].first + b.Start.Row
	for _, it := range m.items {
		f.operation(m.ops[it.start:it.end], it.hash, first+int64(it.record))
	}
	f.people.rows = b.End.Row
}

var identifyStart = []byte(`{"type":"person","action":"identify"`)

// operation looks at one, of the person with the hash.
func (f *Forecast) operation(op []byte, hash uint64, row int64) {
	attributes := op[len(op):]
	identifier := op // of a segment: it is all there is
	if op[0] == '{' {
		_, rest, _ := bytes.Cut(op, []byte(`"identifiers":{`))
		_, identifier, rest = member(rest)
		_, attributes, _ = bytes.Cut(rest, []byte(`,"attributes":{`))
	}
	f.people.add(f.fold(identifier), hash, row)
	if !bytes.HasPrefix(op, identifyStart) {
		return
	}
	for len(attributes) > 0 && attributes[0] == '"' {
		var name, value []byte
		name, value, attributes = member(attributes)
		f.attribute(name, value, hash, row)
		attributes = bytes.TrimPrefix(attributes, []byte{','})
	}
}

// attribute looks at one of a person; both are JSON.
func (f *Forecast) attribute(name, value []byte, hash uint64, row int64) {
	if text := string(value); text == `""` || text == "null" {
		c := f.clears[string(name)]
		if c == nil {
			if f.clears == nil {
				f.clears = make(map[string]*Clear)
			}
			c = &Clear{Example: f.place(row)}
			f.clears[string(name)] = c
		}
		c.Count++
		return
	}
	for i, other := range [...]customerio.Match{customerio.ID, customerio.Email} {
		if other != f.match && len(name) == len(other)+2 && bytes.EqualFold(name[1:len(name)-1], []byte(other)) {
			f.claimed.add(f.fold(value)+uint64(i), hash, row)
		}
	}
}

// fold hashes a JSON value without its case and the white space around it.
func (f *Forecast) fold(value []byte) uint64 {
	text := bytes.TrimSpace(bytes.Trim(value, `"`))
	f.folded = append(f.folded[:0], text...)
	for i, c := range f.folded {
		if c >= utf8.RuneSelf {
			f.folded = append(f.folded[:0], bytes.ToLower(text)...)
			break
		}
		if 'A' <= c && c <= 'Z' {
			f.folded[i] = c + 'a' - 'A'
		}
	}
	h := uint64(0xcbf29ce484222325) // FNV-1a, and a finalizer for the top bits
	for _, c := range f.folded {
		h = (h ^ uint64(c)) * 0x100000001b3
	}
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	return h ^ h>>33
}

// preview keeps one of the first requests.
func (f *Forecast) preview(b *customerio.Batch) {
	if len(f.Requests) < previews {
		f.Requests = append(f.Requests, Preview{b.Len(), b.AppendBody(nil)})
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
	for name, c := range f.clears {
		_ = json.Unmarshal([]byte(name), &c.Attribute) // it was written as JSON
		f.Clears = append(f.Clears, *c)
	}
	slices.SortFunc(f.Clears, func(a, b Clear) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Attribute, b.Attribute))
	})
	repeated, spellings, claims := &pairing{f: f}, &pairing{f: f}, &pairing{f: f}
	f.people.groups(func(group []sighting) {
		firsts := group[:0:0] // of each spelling
		for _, s := range group {
			i := slices.IndexFunc(firsts, func(o sighting) bool { return o.exact() == s.exact() })
			switch {
			case i >= 0:
				repeated.add(s, firsts[i])
				continue
			case len(firsts) > 0:
				spellings.add(s, firsts[0])
			}
			firsts = append(firsts, s)
			f.People++
		}
	})
	f.claimed.groups(func(group []sighting) {
		for _, s := range group[1:] {
			if s.exact() != group[0].exact() {
				claims.add(s, group[0])
			}
		}
	})
	f.Estimated = f.people.sampled > 0 || f.claimed.sampled > 0
	f.People <<= f.people.sampled
	f.Repeated, f.Spellings = repeated.pairs(f.people.sampled), spellings.pairs(f.people.sampled)
	f.Claims = claims.pairs(f.claimed.sampled)
	f.people, f.claimed, f.clears = sightings{}, sightings{}, nil
}
