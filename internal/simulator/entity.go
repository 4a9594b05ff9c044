package simulator

import (
	"encoding/json"
	"strconv"
	"strings"
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
}

// raw is the text of the attributes, nil if there are none.
func (op *operation) raw() json.RawMessage {
	if op.text == "" {
		return nil
	}
	return json.RawMessage(op.text)
}

// parts are the texts of an entity's members, "" for missing ones.
type parts struct{ typ, action, identifiers, attributes, name, id, timestamp string }

func split(entity string) (p parts) {
	for name, value := range members(entity) {
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
		(*Config).parseTimestamp, (*Config).parseEvent, (*Config).parseAttributes,
	}
	for _, check := range checks {
		if problem := check(c, &op, p); problem != nil {
			return op, problem
		}
	}
	return op, nil
}

func (c *Config) parseType(_ *operation, p parts) *refusal {
	typ, problem := textOf("type", p.typ)
	if problem == nil && typ != "person" {
		return invalid("type", "the simulator does not support type %q", typ)
	}
	return problem
}

func (c *Config) parseAction(op *operation, p parts) *refusal {
	action, problem := textOf("action", p.action)
	if problem != nil {
		return problem
	}
	for _, played := range [...]string{"identify", "event", "page", "screen", "delete", "suppress", "unsuppress"} {
		if action == played {
			op.action = played // which does not share memory with the body
			return nil
		}
	}
	return invalid("action", "the simulator does not support action %q", action)
}

func (c *Config) parseIdentifiers(op *operation, p parts) *refusal {
	if absent(p.identifiers) {
		return required("identifiers")
	}
	if p.identifiers[0] != '{' {
		return invalid("identifiers", "identifiers must be an object")
	}
	var name, value string
	n := 0
	for m, v := range members(p.identifiers) {
		name, value = m, v
		n++
	}
	if n == 0 {
		return required("identifiers")
	}
	k, known := kindOf(name)
	if n > 1 || !known {
		return invalid("identifiers", "exactly one of id, email, phone and cio_id is allowed")
	}
	field := "identifiers." + name
	value, problem := textOf(field, value)
	if problem != nil {
		return problem
	}
	if k == byID && len(value) > maxID {
		return invalid(field, "id is longer than %d bytes", maxID)
	}
	op.value = strings.Clone(value)
	op.key = c.key(k, op.value)
	return nil
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
