package mapping

import (
	"fmt"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
)

func (m *Mapping) parseAttributes(n node) error {
	if n.kind == nullNode {
		return nil
	}
	if n.kind != mappingNode {
		return m.wrong(n.place, `for example "first_name: First Name"`, "attributes must be names and their columns")
	}
	for _, p := range n.pairs {
		a := attribute{name: p.key, place: p.place}
		if err := m.checkName(a); err != nil {
			return err
		}
		if err := m.parseAttribute(p.value, &a); err != nil {
			return err
		}
		m.attributes = append(m.attributes, a)
	}
	return nil
}

// checkName refuses names that the service keeps for itself.
func (m *Mapping) checkName(a attribute) error {
	switch {
	case a.name == "":
		return m.wrong(a.place, "write the attribute's name in front of the colon", "an attribute without a name")
	case len(a.name) > customerio.MaxAttributeName:
		return m.wrong(a.place, "choose a shorter name", "the attribute's name is %d bytes; the limit is %d", len(a.name), customerio.MaxAttributeName)
	case a.name == "_update":
		return m.wrong(a.place, `to update existing people only, write "only: existing"`, "%q is reserved by Customer.io and cannot be set", a.name)
	case reserved(a.name):
		return m.wrong(a.place, "choose another name", "%q is reserved by Customer.io and cannot be set", a.name)
	}
	return nil
}

// reserved tells the names that are Customer.io's own: those that start with an
// underscore, and the identifier that it gives out itself.
func reserved(name string) bool {
	return strings.HasPrefix(name, "_") || name == string(customerio.CioID)
}

func (m *Mapping) parseAttribute(n node, a *attribute) error {
	if n.kind != mappingNode {
		return m.column(n, &a.column)
	}
	a.options = make(map[string]pair)
	for _, p := range n.pairs {
		a.options[p.key] = p
	}
	var sources []string
	known := m.attributeFields(a, &sources)
	if err := m.fields(n, fmt.Sprintf("attribute %q", a.name), known); err != nil {
		return err
	}
	if len(sources) == 0 {
		return m.wrong(a.place, "add for example column: First Name", "attribute %q has none of column, expr and value", a.name)
	}
	if len(sources) > 1 {
		name, _ := a.at(sources[1])
		return m.wrong(name, "keep one of them", "attribute %q has both %s and %s", a.name, sources[0], sources[1])
	}
	if a.constant != nil && len(n.pairs) > 1 {
		other := n.pairs[0]
		if other.key == "value" {
			other = n.pairs[1]
		}
		return m.wrong(other.place, "drop it", "attribute %q is a constant: %s does not apply", a.name, other.key)
	}
	return nil
}

// attributeFields are an attribute's keys; those of sources are noted there.
func (m *Mapping) attributeFields(a *attribute, sources *[]string) []field {
	took := func(name string, read func(node) error) field {
		return field{name, func(n node) error { *sources = append(*sources, name); return read(n) }}
	}
	return append([]field{
		took("column", func(n node) error { return m.column(n, &a.column) }),
		took("expr", func(n node) error { return m.expression(n, &a.expr) }),
		took("value", func(n node) error { return m.parseConstant(n, a) }),
	}, m.ruleFields(&a.rule)...)
}

func (m *Mapping) parseConstant(n node, a *attribute) (err error) {
	if a.constant, err = m.appendJSON(nil, n); err != nil {
		return err
	}
	size := len(a.constant)
	if n.kind == stringNode {
		size = len(n.text)
	}
	if problem := sizeProblem(size); problem != "" {
		return m.wrong(n.place, "", "%s", problem)
	}
	return nil
}
