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

	file       string
	source     []byte
	flags      []string // what the command line added, for the digest
	operation  string   // the verb; empty: any
	match      customerio.Match
	key        reference
	attributes []attribute
	keepRest   bool
	empty      emptyRule // of attributes that do not say
	onlyUpdate bool
	where      []expression
}

// reference is a column's name and where it is asked for.
type reference struct {
	column string
	place  place
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
	constant []byte // JSON
	rule
}

// FromMatch returns the mapping that stands in for a file: people are found by
// spec, "FIELD" or "FIELD=COLUMN", and every other column becomes the attribute
// of its name.
func FromMatch(spec string) (*Mapping, error) {
	m := &Mapping{keepRest: true, empty: omit}
	return m, m.SetMatch(spec)
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
		return &Error{File: "--match", Msg: fmt.Sprintf("%q is not a match field", field),
			Hint: "it is one of id, email, cio_id, phone"}
	}
	if column == "" {
		return &Error{File: "--match", Msg: "the column has no name"}
	}
	m.match, m.key = match, reference{column: column}
	m.flags = append(m.flags, "match="+spec)
	return nil
}

// AddWhere lets only the rows through for which the expression holds as well.
func (m *Mapping) AddWhere(text string) {
	m.where = append(m.where, expression{text: text, flag: "--where"})
	m.flags = append(m.flags, "where="+text)
}

// CheckVerb reports a mapping that was written for another verb.
func (m *Mapping) CheckVerb(verb string) error {
	if m.operation == "" || m.operation == verb {
		return nil
	}
	return &Error{File: m.file, Msg: fmt.Sprintf("its operation is %s, but the command is %s", m.operation, verb)}
}

// Match returns the field that people are found by.
func (m *Mapping) Match() customerio.Match { return m.match }

// Digest identifies the mapping with what the command line added to it.
func (m *Mapping) Digest() string {
	h := sha256.New()
	h.Write(m.source)
	for _, f := range m.flags {
		fmt.Fprintf(h, "\x00%s", f)
	}
	return hex.EncodeToString(h.Sum(nil))
}

var matchFields = map[string]customerio.Match{
	"id": customerio.ID, "email": customerio.Email, "cio_id": customerio.CioID, "phone": customerio.Phone,
}
