package mapping

import (
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// Action is what a row's operation does. It has the name of the verb that asks for
// it.
type Action string

// The actions. All but Member go through the same call of the API and may be in one
// input.
const (
	Upsert     Action = "upsert"
	Delete     Action = "delete"
	Suppress   Action = "suppress"
	Unsuppress Action = "unsuppress"
	Event      Action = "event"
	Page       Action = "page"
	Screen     Action = "screen"
	Member     Action = "segment" // an identifier for a segment's list
)

// actions are those that an operation column may name.
var actions = []Action{Upsert, Delete, Suppress, Unsuppress, Event, Page, Screen}

// Destructive reports whether the action cannot be taken back.
func (a Action) Destructive() bool { return a == Delete || a == Suppress || a == Unsuppress }

// Certified reports whether someone may ask for proof of the action.
func (a Action) Certified() bool { return a == Delete || a == Suppress }

// isEvent reports whether the action is something that a person did.
func (a Action) isEvent() bool { return a == Event || a == Page || a == Screen }

// attributed reports whether the action takes attributes.
func (a Action) attributed() bool { return a == Upsert || a.isEvent() }

// prefix returns an operation up to the value that the person is found by.
func (a Action) prefix(match customerio.Match) []byte {
	if a == Member {
		return nil
	}
	name := string(a)
	if a == Upsert {
		name = "identify" // in the API
	}
	return []byte(`{"type":"person","action":"` + name + `","identifiers":{"` + string(match) + `":`)
}

// pickAction settles what the row's operation is.
func pickAction(m *Mapper, r *rows.Row) bool {
	p := m.plan
	if p.operation < 0 {
		return true
	}
	cell := r.Cells[p.operation]
	for _, a := range actions {
		if cell.Kind == rows.Text && strings.EqualFold(string(convert.Trim(cell.Text)), string(a)) {
			if m.action != a {
				m.action, m.prefix = a, m.by.prefix[a]
				m.setLimits()
			}
			return true
		}
	}
	column := p.mapping.operationBy.column
	if len(convert.Trim(cell.Text)) == 0 || cell.Kind == rows.Null {
		return m.reject(customerio.ReasonRequired, "operation", inColumn(column, convert.EmptyProblem))
	}
	return m.reject(customerio.ReasonInvalid, "operation", inColumn(column, convert.Quote(cell.Text)+" is none of "+convert.Listed(actionNames())))
}
