package simulator

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/internal/simulator/scan"
)

// A kind is one of the four identifiers.
type kind uint8

const (
	byID kind = iota
	byEmail
	byPhone
	byCioID
)

func (k kind) String() string { return [...]string{"id", "email", "phone", "cio_id"}[k] }

func kindOf(name string) (kind, bool) {
	for k := byID; k <= byCioID; k++ {
		if k.String() == name {
			return k, true
		}
	}
	return 0, false
}

// A key is the form in which an identifier is looked up: an email in lower case.
type key struct {
	kind  kind
	value string
}

// An operation is a valid entity. It shares no memory with the request's body.
type operation struct {
	typ        string // person, object or delivery
	action     string
	key        key
	value      string // the identifier as it was sent
	name       string // of an event, trimmed
	id         ulid   // of an event, zero if it has none
	timestamp  int64
	dated      bool   // has a timestamp
	text       string // the attributes as they were sent, "" if there are none
	attributes []attribute
	claims     []claim // identifiers among the attributes
	updateOnly bool
	details    *details // nil if there are none
}

// raw is the text of the attributes, nil if there are none.
func (op *operation) raw() json.RawMessage {
	if op.text == "" {
		return nil
	}
	return json.RawMessage(op.text)
}

// parts are the texts of an entity's members, "" for missing ones.
type parts struct {
	typ, action, identifiers, attributes, name, id, timestamp string
	device, relationships, primary, secondary                 string
}

func split(entity string) (p parts) {
	for name, value := range scan.Members(entity) {
		switch name {
		case "type":
			p.typ = value
		case "action":
			p.action = value
		case "identifiers":
			p.identifiers = value
		case "attributes":
			p.attributes = value
		case "name":
			p.name = value
		case "id":
			p.id = value
		case "timestamp":
			p.timestamp = value
		case "device":
			p.device = value
		case "cio_relationships":
			p.relationships = value
		case "primary":
			p.primary = value
		case "secondary":
			p.secondary = value
		}
	}
	return p
}

// parse checks an entity. It stops at the first problem, so an entity is rejected
// once.
func (c *Config) parse(text string) (op operation, problem *refusal) {
	if len(text) > c.maxEntity() {
		return op, invalid("batch", "the entity is larger than %d bytes", c.maxEntity())
	}
	if text[0] != '{' {
		return op, invalid("batch", "the entity is not an object")
	}
	p := split(text)
	checks := [...]func(*Config, *operation, parts) *refusal{
		(*Config).parseType, (*Config).parseAction, (*Config).parseIdentifiers,
		(*Config).parseTimestamp, (*Config).parseEvent, (*Config).parseAttributes, parseDetails,
	}
	for _, check := range checks {
		if problem := check(c, &op, p); problem != nil {
			return op, problem
		}
	}
	return op, nil
}

func (c *Config) parseType(op *operation, p parts) *refusal {
	typ, problem := textOf("type", p.typ)
	if problem != nil {
		return problem
	}
	for known := range played {
		if typ == known {
			op.typ = known // which does not share memory with the body
			return nil
		}
	}
	return invalid("type", "type must be person, object or delivery")
}

func (c *Config) parseAction(op *operation, p parts) *refusal {
	action, problem := textOf("action", p.action)
	if problem != nil {
		return problem
	}
	for _, known := range played[op.typ] {
		if action == known {
			op.action = known // which does not share memory with the body
			return nil
		}
	}
	return invalid("action", "there is no action %q of type %s", action, op.typ)
}

func (c *Config) parseIdentifiers(op *operation, p parts) (problem *refusal) {
	if op.typ == "delivery" || op.action == "merge" {
		return nil // parseDetails does it
	}
	if absent(p.identifiers) {
		return required("identifiers")
	}
	if op.typ == "object" {
		d := op.more()
		if d.object, problem = parseObject("identifiers", p.identifiers); problem == nil {
			op.value = cmp.Or(d.object.ID, d.object.cio)
		}
		return problem
	}
	op.key, op.value, problem = c.parsePerson("identifiers", p.identifiers)
	return problem
}

// parsePerson reads the one identifier of a person.
func (c *Config) parsePerson(field, text string) (of key, value string, problem *refusal) {
	if text[0] != '{' {
		return of, "", invalid(field, "%s must be an object", field)
	}
	var name string
	n := 0
	for m, v := range scan.Members(text) {
		name, value = m, v
		n++
	}
	if n == 0 {
		return of, "", required(field)
	}
	k, known := kindOf(name)
	if n > 1 || !known {
		return of, "", invalid(field, "exactly one of id, email, phone and cio_id is allowed")
	}
	if k != byCioID && c.Identifiers != "" && !slices.Contains(strings.Split(c.Identifiers, ","), name) {
		return of, "", invalid(field, "people of this workspace are not identified by %s", name)
	}
	field += "." + name
	if value, problem = textOf(field, value); problem != nil {
		return of, "", problem
	}
	if k == byID && len(value) > maxID {
		return of, "", invalid(field, "id is longer than %d bytes", maxID)
	}
	value = strings.Clone(value)
	return c.key(k, value), value, nil
}

func (c *Config) parseTimestamp(op *operation, p parts) *refusal {
	if absent(p.timestamp) {
		return nil
	}
	seconds, err := strconv.ParseInt(p.timestamp, 10, 64)
	if err != nil {
		return invalid("timestamp", "timestamp must be an integer of unix seconds")
	}
	op.timestamp, op.dated = seconds, true
	return nil
}
