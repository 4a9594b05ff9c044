// Package draft drafts a mapping from the rows of an input: YAML with comments that
// say why, and with a CHECK where a person must decide.
//
// Start with Draft. Names of columns decide who a row is about, values decide their
// types, and each type is tried with the rules of a run, so that a draft never
// promises what a run does not keep.
package draft

import (
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// Options say what to draft. The zero value drafts for upsert, from a sample.
type Options struct {
	Verb    mapping.Action // what the rows are for; empty: mapping.Upsert
	Match   string         // "FIELD" or "FIELD=COLUMN"; empty: chosen by name
	Zone    string         // of dates without a zone; empty: UTC
	Country string         // of phone numbers without a country code; empty: they stay text
	All     bool           // read every row, not only the first 10,000
	Next    string         // the command that tries the draft, for its head; may be empty

	// Now is when the draft is made. Two-digit years after it get a CHECK. The
	// zero value compares no dates with it.
	Now time.Time

	Advice Advice
}

// Advice tells the user how to get another draft, in the words of the program that
// calls Draft. An empty phrase is left out.
type Advice struct {
	All     string // follows "The rows after them were not read"
	Zone    string // follows "Times without a zone are read as times of …"
	Country string // how to read phone numbers without a country code

	// NoHeader says how to read the first row as a row, with names for the columns.
	NoHeader func(names []string) string
	// Header says how to read the header from a row, counted from 1.
	Header func(row int) string
}

// Drafted is a drafted mapping and what was read for it.
type Drafted struct {
	YAML   []byte
	Rows   int64 // that were read
	Whole  bool  // they are all rows of the input
	Checks int   // open questions: lines with CHECK
	Match  bool  // what finds the people or objects is there; otherwise mapping.Parse needs it from elsewhere

	// Incomplete says that a part which every row needs has no column; a CHECK asks for it.
	Incomplete bool
}

// Mistake is an option that cannot be used.
type Mistake struct {
	Option string // the name of the field of Options
	Msg    string
	Hint   string
}

// Error returns the message alone.
func (m *Mistake) Error() string { return m.Msg }

// Draft reads rows of in, from its current position, and drafts a mapping for them.
// mapping.Parse accepts the draft and Bind binds it to in. It rejects none of the
// rows that were read, except those that a CHECK counts. The same input and options
// give the same draft. Memory does not grow with the rows. Errors are of type
// *Mistake, *mapping.Error or *rows.Error.
func Draft(in *rows.Input, o Options) (*Drafted, error) {
	o, err := o.complete(in)
	if err != nil {
		return nil, err
	}
	return draftBy(forms(o), in, o)
}

// draftBy drafts by forms, which are those of the options.
func draftBy(all []form, in *rows.Input, o Options) (*Drafted, error) {
	s := &sample{in: in, options: o, forms: all, converter: newConverter(&o), called: make(map[string]int)}
	for _, c := range in.Columns {
		s.called[c.Name]++
	}
	if err := s.read(); err != nil {
		return nil, err
	}
	s.learn()
	s.findRow()
	w := &writer{sample: s, used: make(map[string]string)}
	return w.write()
}

// complete fills in the defaults, and refuses options that cannot be used with in.
func (o Options) complete(in *rows.Input) (Options, error) {
	if o.Verb == "" {
		o.Verb = mapping.Upsert
	}
	if o.Zone == "" {
		o.Zone = "UTC"
	}
	if _, err := time.LoadLocation(o.Zone); err != nil || o.Zone == "Local" {
		return o, &Mistake{Option: "Zone", Msg: fmt.Sprintf("%q is not a time zone", o.Zone), Hint: "use a name such as Europe/Berlin, America/New_York or UTC"}
	}
	if o.Country != "" && !convert.KnownCountry(o.Country) {
		return o, &Mistake{Option: "Country", Msg: fmt.Sprintf("%q is not a country", o.Country), Hint: "write the two letters of ISO 3166, such as DE or US"}
	}
	if o.Match == "" {
		return o, nil
	}
	m, err := mapping.FromMatch(o.Match)
	if err != nil {
		return o, err
	}
	if !utf8.ValidString(m.MatchColumn()) {
		return o, &Mistake{Option: "Match", Msg: "the column's name is not UTF-8", Hint: "no mapping can name it"}
	}
	if err := m.SetVerb(mapping.Delete); err != nil { // which binds the match column alone
		return o, err
	}
	_, err = m.Bind(in)
	return o, err
}

// event reports whether the rows are something that people did.
func (o *Options) event() bool {
	return o.Verb == mapping.Event || o.Verb == mapping.Page || o.Verb == mapping.Screen
}

// repeated reports whether a person may well have several rows.
func (o *Options) repeated() bool {
	switch o.Verb {
	case mapping.DeviceAdd, mapping.DeviceRemove, mapping.RelationshipAdd, mapping.RelationshipRemove, mapping.Merge:
		return true
	}
	return o.event()
}

// limited reports whether the rows have attributes that are each bounded, of people or
// objects.
func (o *Options) limited() bool { return o.Verb == mapping.Upsert || o.Verb == mapping.ObjectUpsert }

// attributed reports whether the rows have attributes.
func (o *Options) attributed() bool {
	return o.limited() || o.event() || o.Verb == mapping.DeviceAdd || o.Verb == mapping.RelationshipAdd
}
