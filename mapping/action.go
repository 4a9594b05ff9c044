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
	Upsert             Action = "upsert"
	Delete             Action = "delete"
	Suppress           Action = "suppress"
	Unsuppress         Action = "unsuppress"
	Event              Action = "event"
	Page               Action = "page"
	Screen             Action = "screen"
	Merge              Action = "merge"
	DeviceAdd          Action = "device add"
	DeviceRemove       Action = "device remove"
	ObjectUpsert       Action = "object upsert"
	ObjectDelete       Action = "object delete"
	RelationshipAdd    Action = "relationship add"
	RelationshipRemove Action = "relationship remove"
	Member             Action = "segment" // an identifier for a segment's list
)

// actions are those that an operation column may name.
var actions = []Action{Upsert, Delete, Suppress, Unsuppress, Event, Page, Screen, Merge,
	DeviceAdd, DeviceRemove, ObjectUpsert, ObjectDelete, RelationshipAdd, RelationshipRemove}

// Destructive reports whether the action cannot be taken back.
func (a Action) Destructive() bool {
	return a == Delete || a == Suppress || a == Unsuppress || a == Merge || a == ObjectDelete
}

// Certified reports whether someone may ask for proof of the action.
func (a Action) Certified() bool { return a.Destructive() && a != Unsuppress }

// Shown reports whether reading people back shows what the action does: not what it does
// to devices and relationships, nor which of two profiles has what after a merge.
func (a Action) Shown() bool {
	return a == Upsert || a == Delete || a == Suppress || a == Unsuppress || a.isEvent()
}

// OfObject reports whether the action is about an object, and not about a person.
func (a Action) OfObject() bool { return a == ObjectUpsert || a == ObjectDelete }

// isEvent reports whether the action is something that a person did.
func (a Action) isEvent() bool { return a == Event || a == Page || a == Screen }

// isDevice reports whether the action is about a person's device.
func (a Action) isDevice() bool { return a == DeviceAdd || a == DeviceRemove }

// relates reports whether the action is about a relationship alone.
func (a Action) relates() bool { return a == RelationshipAdd || a == RelationshipRemove }

// attributed reports whether the action takes attributes.
func (a Action) attributed() bool {
	return a == Upsert || a == ObjectUpsert || a == DeviceAdd || a == RelationshipAdd || a.isEvent()
}

// limited reports whether the service bounds each attribute of the action: those of
// people and objects (https://docs.customer.io/api/track/). Elsewhere it bounds the whole.
func (a Action) limited() bool { return a == Upsert || a == ObjectUpsert }

// calls are the API's names of the actions that have another one.
var calls = map[Action]string{
	Upsert: "identify", DeviceAdd: "add_device", DeviceRemove: "delete_device", ObjectUpsert: "identify", ObjectDelete: "delete",
	RelationshipAdd: "add_relationships", RelationshipRemove: "delete_relationships",
}

// prefix returns an operation up to the value that its person or object is found by.
func (a Action) prefix(match customerio.Match, anonymous bool) []byte {
	name, typ, identifiers := calls[a], "person", "identifiers"
	if name == "" {
		name = string(a)
	}
	switch {
	case a == Member:
		return nil
	case match == customerio.AnonymousID: // of an event
		return []byte(`{"anonymous_id":`)
	case a == Merge:
		identifiers = "primary"
	case match == customerio.ObjectID || match == customerio.CioObjectID:
		if typ = "object"; anonymous {
			name = "identify_anonymous"
		}
	}
	return []byte(`{"type":"` + typ + `","action":"` + name + `","` + identifiers + `":{"` + string(match) + `":`)
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
				m.turn(a)
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
