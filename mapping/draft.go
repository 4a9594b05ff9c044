package mapping

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/rows"
	"github.com/nyaruka/phonenumbers"
)

// DraftOptions say what a draft is to be. The zero value is one for upsert, of a
// sample.
type DraftOptions struct {
	Verb    Action // what the rows are for; empty: Upsert
	Match   string // "FIELD" or "FIELD=COLUMN"; empty: chosen by name
	Zone    string // of dates that name none; empty: UTC
	Country string // of phone numbers without a country code; empty: they stay text
	All     bool   // every row is looked at, not only the first 10,000
	Next    string // the command that tries the draft, for its head
}

// sampleRows is how many rows are looked at.
const sampleRows = 10_000

// Drafted is a drafted mapping and what was looked at for it.
type Drafted struct {
	YAML   []byte
	Rows   int64 // that were looked at
	Whole  bool  // they are all
	Checks int   // lines that ask for a look
	Match  bool  // a match field was found; otherwise Parse refuses the draft, unless one is given
}

// Draft reads rows of in, from where it stands, and drafts a mapping for them:
// YAML with comments that say why. Parse accepts it and Bind binds it to in, and
// of the rows that were looked at it rejects none but those that a comment with
// CHECK counts. The same input gives the same draft. Memory does not grow with
// the rows. Errors are of type *Error or *rows.Error.
func Draft(in *rows.Input, o DraftOptions) (*Drafted, error) {
	o, err := o.complete(in)
	if err != nil {
		return nil, err
	}
	all, err := forms(o.Zone, o.Country)
	if err != nil {
		return nil, err
	}
	return draftBy(all, in, o)
}

// draftBy drafts by forms, which are those of the zone and the country.
func draftBy(all []form, in *rows.Input, o DraftOptions) (*Drafted, error) {
	d := &draft{in: in, options: o, forms: all, used: make(map[string]string), called: make(map[string]int)}
	for _, c := range in.Columns {
		d.called[c.Name]++
	}
	if err := d.read(); err != nil {
		return nil, err
	}
	return d.write()
}

// draft is one that is being made.
type draft struct {
	in       *rows.Input
	options  DraftOptions
	forms    []form
	profiles []*profile
	rows     int64
	broken   int64 // of the rows
	whole    bool
	style    style
	used     map[string]string // attribute to the column it is of
	called   map[string]int    // how many columns of the input have a name
	more     bool              // there are columns beyond those that are looked at
	checks   int
}

// complete fills in what is not said, and refuses what cannot be.
func (o DraftOptions) complete(in *rows.Input) (DraftOptions, error) {
	if o.Verb == "" {
		o.Verb = Upsert
	}
	if o.Zone == "" {
		o.Zone = "UTC"
	}
	if _, err := time.LoadLocation(o.Zone); err != nil || o.Zone == "Local" {
		return o, &Error{File: "--zone", Msg: fmt.Sprintf("%q is not a time zone", o.Zone), Hint: "use a name such as Europe/Berlin, America/New_York or UTC"}
	}
	if o.Country != "" && !phonenumbers.GetSupportedRegions()[o.Country] {
		return o, &Error{File: "--country", Msg: fmt.Sprintf("%q is not a country", o.Country), Hint: "write the two letters of ISO 3166, such as DE or US"}
	}
	if o.Match == "" {
		return o, nil
	}
	m, err := FromMatch(o.Match)
	if err != nil {
		return o, err
	}
	if !utf8.ValidString(m.key.column) {
		return o, &Error{File: "--match", Msg: "the column's name is not UTF-8", Hint: "no mapping can name it"}
	}
	p := &Plan{mapping: m, index: make(map[string]int)}
	_, err = p.resolve(m.key, in, true)
	return o, err
}

// read looks at the sample.
func (d *draft) read() error {
	names := columnNames(d.in)
	parser := d.in.Parser(names)
	var b rows.Block
	for d.options.All || d.rows < sampleRows {
		err := d.in.Next(&b, 1000, 1<<20)
		if errors.Is(err, io.EOF) {
			d.whole = true
			break
		}
		if err != nil {
			return err
		}
		for i := range b.Len() {
			d.look(parser, parser.Row(&b, i))
		}
	}
	d.see(parser.Columns()) // the header's, also where there are no rows
	return nil
}

// maxDraftColumns bounds the columns that are looked at. More than 300 cannot be
// sent, and where JSONL objects have so many names, these are data.
const maxDraftColumns = 1000

// see begins profiles of columns that have none yet.
func (d *draft) see(columns []rows.Column) {
	for i := len(d.profiles); i < len(columns); i++ {
		if i >= maxDraftColumns {
			d.more = true
			return
		}
		d.profiles = append(d.profiles, newProfile(i, columns[i].Name, d.hint(columns[i].Name), d.forms, max(len(columns), 64)))
	}
}

// hint reads a column's name. What was asked for goes before what it says.
func (d *draft) hint(name string) hint {
	h := hintOf(name)
	if d.options.Match != "" {
		if m, err := FromMatch(d.options.Match); err == nil && m.key.column == name {
			h.field, h.rank = m.match, 0
		}
	}
	return h
}

func (d *draft) look(parser *rows.Parser, r *rows.Row) {
	d.rows++
	if r.Broken != nil {
		d.broken++
		return
	}
	d.see(parser.Columns())
	columns := parser.Columns()
	for i, p := range d.profiles[:min(len(d.profiles), len(r.Cells))] {
		if p.name == columns[i].Name { // a parser that has seen very many names gives the column to another
			p.add(r.Cells[i], r.Number)
		}
	}
}

// sample says what was looked at.
func (d *draft) sample() string {
	switch {
	case d.rows == 0:
		return "no rows"
	case d.whole:
		return "all of " + plural(d.rows, "row")
	}
	return "the first " + plural(d.rows, "row")
}

func plural(n int64, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// style is what the columns that can be read in one way only say about those that
// can be read in two.
type style struct {
	comma, point         bool // decimals
	dayFirst, monthFirst bool
}

// learn notes the style of the file.
func (d *draft) learn() {
	for _, p := range d.profiles {
		p.learn(&d.style)
	}
	if d.in.Format == rows.CSV && d.in.Delimiter == ';' && !d.style.point {
		d.style.comma = true // as spreadsheets save files where decimals have one
	}
	switch {
	case d.style.dayFirst || d.style.monthFirst:
	case d.options.Country == "US", strings.HasPrefix(d.options.Zone, "America/") && !d.style.comma:
		d.style.monthFirst = true
	default:
		d.style.dayFirst = true
	}
}
