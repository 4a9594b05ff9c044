// Package mapping turns rows into operations the way a YAML file says.
//
// Parse reads the file, or FromMatch stands in for one. Mapping.Bind checks it
// against an input's columns and gives a Plan; each goroutine that maps takes
// its own Mapper from the plan, whose Append writes one row's operation as
// JSON. All mistakes that a mapping can hold are found by Parse and Bind, before
// the first row.
//
// Values are text until the mapping says otherwise, and a value that does not
// convert rejects its row: nothing is guessed.
package mapping

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
)

// Mapping is a checked mapping that no input is bound to yet.
type Mapping struct {
	// Workspace is the only workspace that may be written to; 0 means any.
	Workspace int64

	file        string
	source      []byte   // for the digest
	lines       [][]rune // of the source, for errors
	verb        Action   // what the rows are for
	operation   Action   // what the mapping says they are for; empty: any
	operatedAt  place
	operationBy reference // the column that says it by row; empty: none
	event, page happening
	duplicates  DuplicateRule
	segment     string
	match       customerio.Match
	key         reference
	country     string // of phone numbers to match by that do not say; empty: they are E.164
	attributes  []attribute
	keepRest    bool
	empty       emptyRule // of attributes that do not say
	onlyUpdate  bool
	where       []expression
}

// reference is a column's name and where it is asked for.
type reference struct {
	column string
	place  place
	flag   string // the flag it came by, or empty
}

// expression is the text of an expression and where it stands.
type expression struct {
	text  string
	place place
	flag  string // the flag it came by, or empty
}

// attribute says where one attribute's value comes from and what becomes of it.
// Exactly one of column, expr and constant is its source.
type attribute struct {
	name     string
	place    place
	column   reference
	expr     expression
	constant []byte          // JSON
	options  map[string]pair // as they stand in the mapping
	rule
}

// at returns where an option's name stands, and where its value does.
func (a *attribute) at(option string) (name, value place) {
	if o, ok := a.options[option]; ok {
		return o.place, o.value.place
	}
	return a.place, a.place
}

// FromMatch returns the mapping that stands in for a file: people are found by
// spec, "FIELD" or "FIELD=COLUMN", and every other column becomes the attribute
// of its name.
func FromMatch(spec string) (*Mapping, error) {
	m := &Mapping{keepRest: true, empty: omit, verb: Upsert, duplicates: KeepDuplicates}
	if err := m.SetMatch(spec); err != nil {
		return nil, err
	}
	return m, nil
}

// SetMatch overrides the match field and its column by spec, "FIELD" or
// "FIELD=COLUMN". Without a column it is called as the field is.
func (m *Mapping) SetMatch(spec string) error {
	field, column, found := strings.Cut(spec, "=")
	if !found {
		column = field
	}
	match, ok := matchFields[field]
	if !ok {
		return &Error{File: "--match", Msg: fmt.Sprintf("%q is not a match field", field), Hint: matchHint(field)}
	}
	if column == "" {
		return &Error{File: "--match", Msg: "the column has no name", Hint: "for example --match email=E-mail"}
	}
	if match != customerio.Phone {
		m.country = ""
	}
	m.match, m.key = match, reference{column: column, flag: "--match"}
	return nil
}

// AddWhere lets only the rows through for which the expression holds as well.
func (m *Mapping) AddWhere(text string) {
	m.where = append(m.where, expression{text: text, flag: "--where"})
}

// Source returns the text of the mapping, or nil where it came of --match alone.
func (m *Mapping) Source() []byte { return m.source }

// Segment returns the segment that the mapping names, by id or name, or "".
func (m *Mapping) Segment() string { return m.segment }

// Match returns the identifier that people are found by.
func (m *Mapping) Match() customerio.Match { return m.match }

// MatchColumn returns the column that the identifier stands in.
func (m *Mapping) MatchColumn() string { return m.key.column }

// Digest identifies the mapping with what the command line added to it.
func (m *Mapping) Digest() string {
	h := sha256.New()
	h.Write(m.source)
	if m.key.flag != "" {
		fmt.Fprintf(h, "\x00match=%s=%s", m.match, m.key.column)
	}
	for _, w := range m.where {
		if w.flag != "" {
			fmt.Fprintf(h, "\x00where=%s", w.text)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

var matchFields = map[string]customerio.Match{
	"id": customerio.ID, "email": customerio.Email, "cio_id": customerio.CioID, "phone": customerio.Phone,
}

func matchHint(written string) string {
	return meantOr(written, []string{"id", "email", "cio_id", "phone"})
}
