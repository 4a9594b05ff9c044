package simulator

import (
	"slices"
	"strings"
	"unique"

	"github.com/ciobulk/ciobulk/internal/simulator/scan"
)

// An attribute is a name and the JSON text of its value. Names repeat in every
// person and are kept once.
type attribute struct {
	name  unique.Handle[string]
	value string
}

// A claim is an identifier among the attributes of an identify: the person is to
// have it, or none of its kind if the value is empty.
type claim struct {
	key   key
	value string
}

// parseAttributes checks the attributes and, for an identify, splits them.
func (c *Config) parseAttributes(op *operation, p parts) *refusal {
	if absent(p.attributes) {
		return nil
	}
	if p.attributes[0] != '{' {
		return invalid("attributes", "attributes must be an object")
	}
	op.text = strings.Clone(p.attributes)
	if op.typ == "object" {
		var problem *refusal
		op.more().changes, problem = changesOf("attributes", op.text, true)
		return problem
	}
	if op.action != "identify" { // only the size of the entity bounds an event's data
		return nil
	}
	op.attributes = make([]attribute, 0, 16)
	n := 0
	for name, value := range scan.Members(op.text) {
		if name == "_update" {
			op.updateOnly = value == "true"
			continue
		}
		n++
		if problem := checkAttribute(n, name, value); problem != nil {
			return problem
		}
		if problem := c.set(op, name, value); problem != nil {
			return problem
		}
	}
	return nil
}

// checkAttribute checks the nth attribute of an operation. Limits are bytes: a
// string's without its quotes and escapes, anything else's as JSON text.
func checkAttribute(n int, name, value string) *refusal {
	switch {
	case n > maxAttributeCount:
		return invalid("attributes", "there are more than %d attributes", maxAttributeCount)
	case name == "":
		return invalid("attributes", "an attribute has no name")
	case len(name) > maxAttributeName:
		return invalid("attributes."+name, "the attribute's name is longer than %d bytes", maxAttributeName)
	case len(value) <= maxAttributeValue:
		return nil
	case value[0] == '"' && len(scan.Decoded(value)) <= maxAttributeValue:
		return nil
	}
	return invalid("attributes."+name, "the attribute's value is longer than %d bytes", maxAttributeValue)
}

// set adds one attribute to the operation. Names that begin with an underscore are
// the service's own, and a cio_id cannot be set: both are dropped.
func (c *Config) set(op *operation, name, value string) *refusal {
	k, identifier := kindOf(name)
	switch {
	case name[0] == '_', identifier && k == byCioID:
		return nil
	case !identifier:
		op.attributes = append(op.attributes, attribute{unique.Make(name), value})
		return nil
	}
	if scan.Cleared(value) {
		value = ""
	} else if value[0] == '"' {
		value = scan.Decoded(value)
	}
	if k == byID && len(value) > maxID {
		return invalid("attributes.id", "id is longer than %d bytes", maxID)
	}
	op.claims = append(op.claims, claim{c.key(k, value), value})
	return nil
}

// preferences holds topics that can be set one at a time by a dotted name.
const preferences = "cio_subscription_preferences"

// merge applies the changes to attributes that are sorted by name, and returns them
// sorted. Of equal names the later applies. It may write to its argument.
func merge(attributes, changes []attribute) []attribute {
	if attributes == nil {
		attributes = make([]attribute, 0, len(changes))
	}
	for _, change := range changes {
		base, path, dotted := strings.Cut(change.name.Value(), ".")
		if dotted && base == preferences {
			change.name = unique.Make(preferences)
			change.value = scan.SetPath(valueOf(attributes, base), strings.Split(path, "."), change.value)
		}
		attributes = put(attributes, change)
	}
	return attributes
}

func put(attributes []attribute, change attribute) []attribute {
	at, found := search(attributes, change.name.Value())
	switch {
	case scan.Cleared(change.value) && found:
		return slices.Delete(attributes, at, at+1)
	case scan.Cleared(change.value):
		return attributes
	case found:
		attributes[at].value = change.value
		return attributes
	}
	return slices.Insert(attributes, at, change)
}

func valueOf(attributes []attribute, name string) string {
	if at, found := search(attributes, name); found {
		return attributes[at].value
	}
	return ""
}

func search(attributes []attribute, name string) (int, bool) {
	return slices.BinarySearchFunc(attributes, name, func(a attribute, name string) int {
		return strings.Compare(a.name.Value(), name)
	})
}
