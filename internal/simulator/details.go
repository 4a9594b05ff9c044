package simulator

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/internal/simulator/graph"
	"github.com/ciobulk/ciobulk/internal/simulator/scan"
)

// details are what an operation has besides a person, a name and attributes.
type details struct {
	device    graph.Device
	object    objectKey // that the operation is about
	changes   graph.Attributes
	relations []relation
	secondary key // of a merge
}

// An objectKey is an object's type and id, or its cio_object_id.
type objectKey struct {
	graph.Key
	cio string
}

// A relation is one element of cio_relationships: with an object where the operation is
// about a person, and with a person or a visitor where it is about an object.
type relation struct {
	object    objectKey
	person    key
	anonymous string
	changes   graph.Attributes
}

// The actions that an operation of each type may have, by the type.
var played = map[string][]string{
	"person": {"identify", "event", "page", "screen", "delete", "suppress", "unsuppress", "merge", "add_device", "delete_device", "add_relationships", "delete_relationships"},
	"object": {"identify", "identify_anonymous", "delete", "add_relationships", "delete_relationships"},
	// The metrics of a delivery are checked and counted: nothing is kept of them.
	"delivery": {"event"},
}

// parseDetails checks the members that only some actions have.
func parseDetails(c *Config, op *operation, p parts) *refusal {
	switch {
	case op.typ == "delivery":
		return parseDelivery(p)
	case op.action == "merge":
		return parseMerge(c, op, p)
	case op.action == "add_device", op.action == "delete_device":
		return parseDevice(op, p)
	}
	related := op.action == "add_relationships" || op.action == "delete_relationships"
	if related && absent(p.relationships) {
		return required("cio_relationships")
	}
	if !related && op.action != "identify" && op.action != "identify_anonymous" || absent(p.relationships) {
		return nil
	}
	if p.relationships[0] != '[' {
		return invalid("cio_relationships", "cio_relationships must be an array")
	}
	for text := range scan.Elements(p.relationships) {
		r, problem := parseRelation(c, op, text)
		if problem != nil {
			return problem
		}
		op.more().relations = append(op.more().relations, r)
	}
	return nil
}

// more returns the details of the operation, for whoever fills them.
func (op *operation) more() *details {
	if op.details == nil {
		op.details = new(details)
	}
	return op.details
}

// parseRelation reads an element of cio_relationships.
func parseRelation(c *Config, op *operation, text string) (r relation, problem *refusal) {
	const field = "cio_relationships"
	if text[0] != '{' {
		return r, invalid(field, "each relationship must be an object")
	}
	identifiers := ""
	for name, value := range scan.Members(text) {
		switch name {
		case "identifiers":
			identifiers = value
		case "relationship_attributes":
			if r.changes, problem = changesOf(field+".relationship_attributes", value, false); problem != nil {
				return r, problem
			}
		}
	}
	switch {
	case absent(identifiers):
		return r, required(field + ".identifiers")
	case op.typ == "person":
		r.object, problem = parseObject(field+".identifiers", identifiers)
		return r, problem
	case op.action == "identify_anonymous":
		for name, value := range scan.Members(identifiers) {
			if name == "anonymous_id" {
				r.anonymous, problem = textOf(field+".identifiers.anonymous_id", value)
				r.anonymous = strings.Clone(r.anonymous)
				return r, problem
			}
		}
		return r, required(field + ".identifiers.anonymous_id")
	}
	r.person, _, problem = c.parsePerson(field+".identifiers", identifiers)
	if problem == nil && r.person.kind == byPhone {
		problem = invalid(field+".identifiers", "exactly one of id, email and cio_id is allowed")
	}
	return r, problem
}

// changesOf reads attributes of what is not a person. Those of objects have the limits
// of people's (https://docs.customer.io/api/track/); of others no limit is documented.
func changesOf(field, text string, limited bool) (graph.Attributes, *refusal) {
	if absent(text) {
		return nil, nil
	}
	if text[0] != '{' {
		return nil, invalid(field, "%s must be an object", field)
	}
	changes, n := graph.Attributes{}, 0
	for name, value := range scan.Members(text) {
		if n++; limited {
			if problem := checkAttribute(n, name, value); problem != nil {
				return nil, problem
			}
		}
		changes[strings.Clone(name)] = json.RawMessage(value)
	}
	return changes, nil
}

// parseObject reads the identifiers of an object.
func parseObject(field, text string) (o objectKey, problem *refusal) {
	if text[0] != '{' {
		return o, invalid(field, "%s must be an object", field)
	}
	for name, value := range scan.Members(text) {
		value, problem = textOf(field+"."+name, value)
		if problem != nil {
			return o, problem
		}
		switch value = strings.Clone(value); name {
		case "object_type_id":
			o.Type = value
		case "object_id":
			o.ID = value
		case "cio_object_id":
			o.cio = value
		default:
			return o, invalid(field, "an object has object_type_id and object_id, or cio_object_id")
		}
	}
	n, err := strconv.ParseInt(o.Type, 10, 64)
	switch {
	case o.cio != "" && o.Key == (graph.Key{}):
		return o, nil
	case o.cio != "":
		return o, invalid(field, "an object has object_type_id and object_id, or cio_object_id")
	case o.Type == "":
		return o, required(field + ".object_type_id")
	case o.ID == "":
		return o, required(field + ".object_id")
	case err != nil || n < 1:
		return o, invalid(field+".object_type_id", "object_type_id must be a number, as text")
	case len(o.ID) > maxID:
		return o, invalid(field+".object_id", "object_id is longer than %d bytes", maxID)
	}
	return o, nil
}

func parseMerge(c *Config, op *operation, p parts) (problem *refusal) {
	for _, of := range []struct {
		field, text string
		into        *key
	}{{"primary", p.primary, &op.key}, {"secondary", p.secondary, &op.more().secondary}} {
		if absent(of.text) {
			return required(of.field)
		}
		var value string
		if *of.into, value, problem = c.parsePerson(of.field, of.text); problem != nil {
			return problem
		}
		if of.into.kind == byPhone {
			return invalid(of.field, "exactly one of id, email and cio_id is allowed")
		}
		if of.field == "primary" {
			op.value = value
		}
	}
	if op.key == op.details.secondary {
		return invalid("secondary", "a person cannot be merged into itself")
	}
	return nil
}

func parseDevice(op *operation, p parts) (problem *refusal) {
	if absent(p.device) {
		return required("device")
	}
	if p.device[0] != '{' {
		return invalid("device", "device must be an object")
	}
	d := &op.more().device
	token, platform := "", ""
	for name, value := range scan.Members(p.device) {
		switch name {
		case "token":
			token = value
		case "platform":
			platform = value
		case "last_used":
			if d.LastUsed, problem = secondsOf("device.last_used", value); problem != nil {
				return problem
			}
		case "attributes":
			if d.Attributes, problem = changesOf("device.attributes", value, false); problem != nil {
				return problem
			}
		}
	}
	if token, problem = textOf("device.token", token); problem != nil {
		return problem
	}
	d.Token = strings.Clone(token)
	if op.action == "delete_device" {
		return nil
	}
	if platform, problem = textOf("device.platform", platform); problem != nil {
		return problem
	}
	if platform != "ios" && platform != "android" {
		return invalid("device.platform", "platform must be ios or android")
	}
	d.Platform = strings.Clone(platform)
	return nil
}

func secondsOf(field, text string) (int64, *refusal) {
	if absent(text) {
		return 0, nil
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, invalid(field, "%s must be an integer of unix seconds", field)
	}
	return seconds, nil
}

// parseDelivery checks the metric of a delivery.
func parseDelivery(p parts) *refusal {
	name, problem := textOf("name", p.name)
	switch {
	case problem != nil:
		return problem
	case name != "opened" && name != "converted" && name != "delivered":
		return invalid("name", "name must be opened, converted or delivered")
	case absent(p.identifiers) || p.identifiers[0] != '{':
		return required("identifiers")
	case absent(p.attributes) || p.attributes[0] != '{':
		return required("attributes")
	}
	for field, of := range map[string]struct{ text, name string }{"identifiers.id": {p.identifiers, "id"}, "attributes.device_token": {p.attributes, "device_token"}} {
		found := ""
		for name, value := range scan.Members(of.text) {
			if name == of.name {
				found = value
			}
		}
		if _, problem := textOf(field, found); problem != nil {
			return problem
		}
	}
	return nil
}
