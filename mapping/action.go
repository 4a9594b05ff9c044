package mapping

import (
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
)

// Action is what a row's operation does, called as the verb that asks for it.
type Action string

// The actions. All but Member go through the same call of the API and may stand
// in one input.
const (
	Upsert     Action = "upsert"
	Delete     Action = "delete"
	Suppress   Action = "suppress"
	Unsuppress Action = "unsuppress"
	Event      Action = "event"
	Page       Action = "page"
	Member     Action = "segment" // an identifier for a segment's list
)

// actions are those that an operation column may name.
var actions = []Action{Upsert, Delete, Suppress, Unsuppress, Event, Page}

// Destructive reports whether the action cannot be taken back.
func (a Action) Destructive() bool { return a == Delete || a == Suppress || a == Unsuppress }

// Certified reports whether somebody may ask for proof of the action.
func (a Action) Certified() bool { return a == Delete || a == Suppress }

// isEvent reports whether the action is something that a person did.
func (a Action) isEvent() bool { return a == Event || a == Page }

// prefix returns an operation up to the value that the person is found by.
func (a Action) prefix(match customerio.Match) []byte {
	if a == Member {
		return nil
	}
	called := string(a)
	if a == Upsert {
		called = "identify" // in the API
	}
	return []byte(`{"type":"person","action":"` + called + `","identifiers":{"` + string(match) + `":`)
}

// SetVerb says what the rows are for, as the command does. A mapping that was
// written for another verb refuses. One with an operation by column is for
// upsert, which the other operations are an addition to.
func (m *Mapping) SetVerb(verb Action) error {
	m.verb = verb
	if m.operationBy.column != "" && verb != Upsert {
		return m.wrong(m.operationBy.place, "the command for operations by column is ciobulk upsert",
			"the mapping has an operation a row, but the command is %s", verb)
	}
	if m.operation == "" || m.operation == verb {
		return nil
	}
	return m.wrong(m.operatedAt, "give the command that the mapping is for, or another mapping",
		"the mapping is for %s, but the command is %s", m.operation, verb)
}

// Actions returns what the rows' operations may be.
func (m *Mapping) Actions() []Action {
	if m.operationBy.column != "" {
		return actions
	}
	return []Action{m.verb}
}

// Events reports whether an operation of the mapping may be an event or a page
// view.
func (m *Mapping) Events() bool { return slices.ContainsFunc(m.Actions(), Action.isEvent) }

// Verb is what the mapping itself says that the rows are for: upsert where it does
// not.
func (m *Mapping) Verb() Action {
	switch {
	case m.operationBy.column != "":
		return Upsert
	case m.operation != "":
		return m.operation
	case m.event.name.given() && !m.page.name.given():
		return Event
	case m.page.name.given() && !m.event.name.given():
		return Page
	case m.segment != "" && len(m.attributes) == 0:
		return Member
	}
	return Upsert
}

// attributed reports whether the action takes attributes.
func (a Action) attributed() bool { return a == Upsert || a.isEvent() }

// sendsAttributes reports whether an operation of the mapping may have attributes.
// Where none has, other columns than the identifier's do not matter.
func (m *Mapping) sendsAttributes() bool {
	return slices.ContainsFunc(m.Actions(), Action.attributed)
}

// Destructive reports whether an operation of the mapping may be.
func (m *Mapping) Destructive() bool { return slices.ContainsFunc(m.Actions(), Action.Destructive) }

func (m *Mapping) parseOperation(n node) error {
	if n.kind == mappingNode {
		err := m.fields(n, "operation", m.operationFields())
		if err == nil && m.operationBy.column == "" {
			return m.wrong(n.place, "for example operation: {column: Action}", "operation has no column")
		}
		return err
	}
	m.operatedAt = n.place
	return m.word(n, (*string)(&m.operation), operationNames()...)
}

func (m *Mapping) operationFields() []field {
	return []field{{"column", func(n node) error { return m.column(n, &m.operationBy) }}}
}

func operationNames() []string { return append(actionNames(), string(Member)) }

func actionNames() (names []string) {
	for _, a := range actions {
		names = append(names, string(a))
	}
	return names
}

// pick settles what the present row's operation is.
func (m *Mapper) pick(r *rows.Row) bool {
	p := m.plan
	if p.operation < 0 {
		return true
	}
	cell := r.Cells[p.operation]
	for _, a := range actions {
		if cell.Kind == rows.Text && strings.EqualFold(string(trimmed(cell.Text)), string(a)) {
			m.action, m.prefix = a, p.prefix[a]
			return true
		}
	}
	column := p.mapping.operationBy.column
	if len(trimmed(cell.Text)) == 0 || cell.Kind == rows.Null {
		return m.reject(customerio.ReasonRequired, "operation", m.inColumn(column, emptyProblem))
	}
	return m.reject(customerio.ReasonInvalid, "operation", m.inColumn(column, quoted(cell.Text)+" is none of "+listed(actionNames())))
}
