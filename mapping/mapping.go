// Package mapping turns rows into operations the way a YAML file says.
//
// Parse reads the file, or FromMatch takes its place. Mapping.Bind checks it
// against an input's columns and returns a Plan; each goroutine that maps takes
// its own Mapper from the plan, whose Append writes one row's operation as JSON.
// Parse and Bind find all mistakes that a mapping can hold, before the first row.
//
// Values are text until the mapping says otherwise, and a value that does not
// convert rejects its row: nothing is guessed.
package mapping

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/mapping/document"
	"github.com/ciobulk/ciobulk/mapping/expression"
	"github.com/ciobulk/ciobulk/rows"
)

// Mapping is a checked mapping that no input is bound to yet.
type Mapping struct {
	// Workspace is the only workspace that may be written to; 0 means any.
	Workspace int64

	file                string
	source              []byte // for the digest
	verb                Action // what the rows are for
	operation           Action // what the mapping says they are for; empty: any
	operationNode       document.Node
	operationBy         reference // the column that names it for each row; empty: none
	root                document.Node
	event, page, screen eventSpec
	timestamp           attribute // of upserts, if it has a source
	device              deviceSpec
	object              objectSpec
	typeGiven           bool        // the object's type is not the mapping's own
	relationship        []attribute // of the person and the object of a row
	order               string      // of relationships: orderPerson, unless it is orderObject
	merge               matchKey    // of the profile that is merged into the row's person; no column: the usual one
	duplicates          DuplicateRule
	segment             string
	keys                []matchKey    // of which the first that is filled identifies a row's person
	matchNode           document.Node // of the match
	attributes          []attribute
	keepRest            bool
	empty               convert.Empty // of attributes that name no other
	onlyUpdate          bool
	where               []expression.Source
}

// Error is a mistake in a mapping, in an option that takes the place of a part of
// one, or one that shows when either meets an input.
type Error = document.Error

// The options that take the place of a part of a mapping, as Error names them.
const (
	MatchOption document.Option = "match"
	WhereOption document.Option = "where"
)

// The mistakes that a caller may have more to say about.
const (
	NoMatch  document.Case = "no match"  // the mapping has no match field
	NoColumn document.Case = "no column" // the input does not have a column
	NoHeader document.Case = "no header" // and its header seems to be a row

	NoObjectType document.Case = "no object type" // nothing says the type of the objects
)

// reference is a column's name and where it comes from: a node or an option.
type reference struct {
	column string
	node   document.Node
	option document.Option
}

// FromMatch returns the mapping that takes the place of a file: people are found by
// spec, "FIELD" or "FIELD=COLUMN", and every other column is sent as the attribute
// of its name.
func FromMatch(spec string) (*Mapping, error) {
	m := &Mapping{keepRest: true, verb: Upsert, duplicates: KeepDuplicates}
	if err := m.SetMatch(spec); err != nil {
		return nil, err
	}
	return m, nil
}

// OfObjects returns the mapping that takes the place of a file for verbs about objects:
// they are in the usual column, and every other one is sent as the attribute of its name.
func OfObjects() *Mapping {
	return &Mapping{keepRest: true, verb: ObjectUpsert, duplicates: KeepDuplicates}
}

// SetMatch overrides the match field and its column by spec, "FIELD" or
// "FIELD=COLUMN". Without a column it has the name of the field.
func (m *Mapping) SetMatch(spec string) error {
	field, column, found := strings.Cut(spec, "=")
	if !found {
		column = field
	}
	if column == "" {
		return &Error{Option: MatchOption, Msg: "the column has no name", Hint: "for example email=E-mail"}
	}
	if of := customerio.Match(field); of == customerio.ObjectID || of == customerio.CioObjectID {
		m.object.key = matchKey{reference{column: column, option: MatchOption}, Identifier{Match: of}}
		return nil
	}
	match, ok := matchFields[field]
	if !ok {
		return &Error{Option: MatchOption, Msg: fmt.Sprintf("%q is not a match field", field), Hint: matchHint(field)}
	}
	k := matchKey{reference{column: column, option: MatchOption}, Identifier{Match: match}}
	if len(m.keys) == 1 && m.keys[0].Match == match {
		k.Identifier = m.keys[0].Identifier // of another column with such values
	}
	m.keys = []matchKey{k}
	return nil
}

// AddWhere adds a condition: only rows for which this expression also holds are
// sent.
func (m *Mapping) AddWhere(text string) {
	m.where = append(m.where, expression.Source{Text: text, Option: WhereOption})
}

// Source returns the text of the mapping, or nil where it comes from FromMatch.
func (m *Mapping) Source() []byte { return m.source }

// Segment returns the segment that the mapping names, by id or name, or "".
func (m *Mapping) Segment() string { return m.segment }

// Match returns the identifier that people, or the objects of a verb about objects, are
// found by: the first one of a list.
func (m *Mapping) Match() customerio.Match { return m.key().Match }

// Fields returns the identifiers that people are found by, in the order in which they
// are looked for, with commas between them.
func (m *Mapping) Fields() string {
	if m.verb.OfObject() {
		return string(m.key().Match)
	}
	fields := make([]string, len(m.keys))
	for i, k := range m.keys {
		fields[i] = string(k.Match)
	}
	return strings.Join(fields, ",")
}

// MatchColumn returns the column that holds the identifier.
func (m *Mapping) MatchColumn() string { return m.key().column }

// key returns the first key; there is none before SetMatch, if that follows.
func (m *Mapping) key() matchKey {
	if k := m.object.key; m.verb.OfObject() {
		if k.column == "" {
			k = matchKey{reference{column: objectColumn}, Identifier{Match: customerio.ObjectID}}
		}
		return k
	}
	if len(m.keys) == 0 {
		return matchKey{}
	}
	return m.keys[0]
}

// DuplicateRule returns what happens to several rows of one person.
func (m *Mapping) DuplicateRule() DuplicateRule { return m.duplicates }

// Digest identifies what the mapping means, with the options that were added to it:
// comments, layout and the order of keys do not count.
func (m *Mapping) Digest() string {
	h := sha256.New()
	if root, err := document.Parse(m.file, m.source); err == nil {
		h.Write(root.Canonical())
	} else {
		h.Write(m.source) // of FromMatch: there is none
	}
	for _, k := range []matchKey{m.firstKey(), m.object.key} {
		if k.option != "" {
			fmt.Fprintf(h, "\x00match=%s=%s", k.Match, k.column)
		}
	}
	if m.typeGiven {
		fmt.Fprintf(h, "\x00object-type=%s", m.object.typ)
	}
	for _, w := range m.where {
		if w.Option != "" {
			fmt.Fprintf(h, "\x00where=%s", w.Text)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// SetVerb says what the rows are for, as the command does. A mapping that was
// written for another verb refuses. One with an operation by column is for upsert,
// which the other operations are an addition to.
func (m *Mapping) SetVerb(verb Action) error {
	m.verb = verb
	if m.operationBy.column != "" && verb != Upsert {
		return m.operationBy.node.Errorf("a mapping with operations by column is for upsert",
			"the mapping has an operation for each row, but the command is %s", verb)
	}
	if m.operation != "" && m.operation != verb {
		return m.operationNode.Errorf("give the command that the mapping is for, or another mapping",
			"the mapping is for %s, but the command is %s", m.operation, verb)
	}
	return m.checkSubjects()
}

// Verb is what the mapping itself says that the rows are for: upsert unless it says
// otherwise.
func (m *Mapping) Verb() Action {
	switch {
	case m.operationBy.column != "":
		return Upsert
	case m.operation != "":
		return m.operation
	case m.happening() != "":
		return m.happening()
	case m.segment != "" && len(m.attributes) == 0:
		return Member
	case m.merge.column != "":
		return Merge
	case m.device.node.Given() && len(m.attributes) == 0:
		return DeviceAdd
	case m.object.node.Given() && len(m.keys) == 0:
		return ObjectUpsert
	case m.object.node.Given() && len(m.attributes) == 0:
		return RelationshipAdd
	}
	return Upsert
}

// happening is what people did, if the mapping says it of one kind alone.
func (m *Mapping) happening() (only Action) {
	for action, e := range map[Action]*eventSpec{Event: &m.event, Page: &m.page, Screen: &m.screen} {
		if e.name.given() && only != "" {
			return ""
		}
		if e.name.given() {
			only = action
		}
	}
	return only
}

// Actions returns what the rows' operations may be.
func (m *Mapping) Actions() []Action {
	if m.operationBy.column != "" {
		return actions
	}
	return []Action{m.verb}
}

// Events reports whether an operation of the mapping may be an event or a view.
func (m *Mapping) Events() bool { return slices.ContainsFunc(m.Actions(), Action.isEvent) }

// Destructive reports whether an operation of the mapping may be.
func (m *Mapping) Destructive() bool { return slices.ContainsFunc(m.Actions(), Action.Destructive) }

// CheckMatch returns an error if the input does not have the match column. Bind
// also finds that.
func (m *Mapping) CheckMatch(in *rows.Input) error {
	b := newBinder(m, in)
	if m.verb.OfObject() {
		_, err := b.objectKey()
		return err
	}
	_, err := b.resolve(m.key().reference, true)
	return err
}

// Bind checks the mapping against an input and compiles it. Errors are of type
// *Error.
func (m *Mapping) Bind(in *rows.Input) (*Plan, error) {
	b := newBinder(m, in)
	if err := b.bind(); err != nil {
		return nil, err
	}
	return b.plan, nil
}
