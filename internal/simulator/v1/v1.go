// Package v1 translates calls of version 1 of the Track API into entities of version 2,
// which do the same (https://docs.customer.io/api/track/).
package v1

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// object is a JSON object whose members are not decoded.
type object map[string]json.RawMessage

// Entities returns the entities that a call stands for, as JSON. name is what the call is
// about, as Calls has it; values are the elements of its path that stand for something; a
// body may be empty. Errors are for the client. Metrics are checked and stand for nothing.
func Entities(name string, values []string, body []byte) (entities [][]byte, err error) {
	in := object{}
	if len(body) > 0 && json.Unmarshal(body, &in) != nil {
		return nil, errors.New("the request body is not a JSON object")
	}
	var all []object
	switch name {
	case "identify":
		all, err = identify(values[0], in)
	case "delete", "suppress", "unsuppress":
		all = []object{person(name, values[0])}
	case "add_device":
		all, err = addDevice(values[0], in)
	case "delete_device":
		e := person(name, values[0])
		e["device"] = encoded(map[string]string{"token": values[1]})
		all = []object{e}
	case "event":
		all, err = event(values[0], in)
	case "merge":
		all = []object{{"type": encoded("person"), "action": encoded("merge"), "primary": bare(in["primary"]), "secondary": bare(in["secondary"])}}
	case "form":
		all, err = form(in)
	case "metric":
		err = metric(in, "metric")
	case "push metric":
		err = metric(in, "event")
	default:
		panic("v1: no call " + name)
	}
	for _, e := range all {
		entities = append(entities, encoded(e))
	}
	return entities, err
}

func encoded(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic("v1: " + err.Error()) // of values that were decoded
	}
	return text
}

// person is an entity about the person of a path: a cio_id has the prefix cio_ there, and
// what has an @ is an email.
func person(action, who string) object {
	field := "id"
	value, prefixed := strings.CutPrefix(who, "cio_")
	switch {
	case prefixed:
		field = "cio_id"
	case strings.Contains(who, "@"):
		field = "email"
	}
	return object{"type": encoded("person"), "action": encoded(action), "identifiers": encoded(map[string]string{field: value})}
}

// bare takes the prefix from the cio_id of identifiers.
func bare(identifiers json.RawMessage) json.RawMessage {
	var of map[string]string
	if json.Unmarshal(identifiers, &of) != nil || !strings.HasPrefix(of["cio_id"], "cio_") {
		return identifiers
	}
	of["cio_id"] = strings.TrimPrefix(of["cio_id"], "cio_")
	return encoded(of)
}

func identify(who string, in object) (all []object, err error) {
	e := person("identify", who)
	if at, has := in["_timestamp"]; has {
		e["timestamp"] = at
		delete(in, "_timestamp")
	}
	all = []object{e}
	if text, has := in["cio_relationships"]; has {
		var of struct {
			Action        string          `json:"action"`
			Relationships json.RawMessage `json:"relationships"`
		}
		if json.Unmarshal(text, &of) != nil || of.Action != "add_relationships" && of.Action != "delete_relationships" {
			return nil, errors.New("cio_relationships has no action: add_relationships or delete_relationships")
		}
		related := person(of.Action, who)
		related["cio_relationships"] = of.Relationships
		all = append(all, related)
		delete(in, "cio_relationships")
	}
	e["attributes"] = encoded(in)
	return all, nil
}

func addDevice(who string, in object) ([]object, error) {
	device := object{}
	if json.Unmarshal(in["device"], &device) != nil {
		return nil, errors.New("device is required")
	}
	device["token"] = device["id"]
	delete(device, "id")
	if device["token"] == nil {
		return nil, errors.New("device.id is required")
	}
	e := person("add_device", who)
	e["device"] = encoded(device)
	return []object{e}, nil
}

func event(who string, in object) ([]object, error) {
	action, err := kind(in)
	if err != nil {
		return nil, err
	}
	return []object{occurrence(person(action, who), in)}, nil
}

// kind is what an event is: event, page or screen.
func kind(in object) (action string, err error) {
	if in["type"] == nil {
		return "event", nil
	}
	if json.Unmarshal(in["type"], &action) != nil || action != "event" && action != "page" && action != "screen" {
		return "", errors.New("type must be event, page or screen")
	}
	return action, nil
}

// occurrence adds what an event has to its entity.
func occurrence(e, in object) object {
	for from, to := range map[string]string{"name": "name", "id": "id", "timestamp": "timestamp", "data": "attributes"} {
		if value, has := in[from]; has {
			e[to] = value
		}
	}
	return e
}

// Visitor returns the entity of an event that no person is known for, as one of the
// person who has the visitor's anonymous_id as id, and that anonymous_id, which may be
// empty.
func Visitor(body []byte) (entity []byte, anonymous string, err error) {
	in := object{}
	if json.Unmarshal(body, &in) != nil {
		return nil, "", errors.New("the request body is not a JSON object")
	}
	if text := in["anonymous_id"]; text != nil && json.Unmarshal(text, &anonymous) != nil {
		return nil, "", errors.New("anonymous_id must be a string")
	}
	action, err := kind(in)
	if err != nil {
		return nil, "", err
	}
	return encoded(occurrence(person(action, "visitor"), in)), anonymous, nil
}

// form identifies the person of a form by the one identifier among its data.
func form(in object) ([]object, error) {
	data := object{}
	if json.Unmarshal(in["data"], &data) != nil {
		return nil, errors.New("data is required")
	}
	var who string
	for _, field := range []string{"id", "email"} {
		var value string
		if json.Unmarshal(data[field], &value) != nil || value == "" {
			continue
		}
		if who != "" {
			return nil, errors.New("data has both id and email")
		}
		who = value
		delete(data, field)
	}
	if who == "" {
		return nil, errors.New("data has neither id nor email")
	}
	e := person("identify", who)
	e["attributes"] = encoded(data)
	return []object{e}, nil
}

func metric(in object, field string) error {
	for _, name := range []string{"delivery_id", field} {
		var text string
		if json.Unmarshal(in[name], &text) != nil || text == "" {
			return fmt.Errorf("%s is required", name)
		}
	}
	return nil
}
