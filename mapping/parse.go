package mapping

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Parse reads a mapping. file is its name in errors, which are of type *Error
// and show where the mistake stands. matchGiven tells that SetMatch follows, so
// that the mapping need not name a match field.
func Parse(file string, source []byte, matchGiven bool) (*Mapping, error) {
	m := &Mapping{file: file, source: source, empty: omit}
	if !utf8.Valid(source) {
		return nil, &Error{File: file, Msg: "is not UTF-8"}
	}
	root, err := m.readYAML()
	if err != nil {
		return nil, err
	}
	hasAttributes := false
	rest := ""
	err = m.fields(root, "a mapping", []field{
		{"operation", func(n node) error { return m.parseOperation(n) }},
		{"match", m.parseMatch},
		{"attributes", func(n node) error { hasAttributes = true; return m.parseAttributes(n) }},
		{"rest", func(n node) error { return m.word(n, &rest, "drop", "keep") }},
		{"empty", func(n node) error { return m.parseEmpty(n, &m.empty) }},
		{"where", m.parseWhere},
		{"only", m.parseOnly},
		{"duplicates", m.parseDuplicates},
		{"event", m.later}, {"page", m.later}, {"segment", m.later},
		{"workspace", m.parseWorkspace},
	})
	if err != nil {
		return nil, err
	}
	if m.match == "" && !matchGiven {
		return nil, m.wrong(root.place, `add a line such as "match: {id: user_id}", or give --match`, "no match field")
	}
	m.keepRest = rest == "keep" || rest == "" && !hasAttributes
	return m, m.finish()
}

// field is a key that a YAML mapping may have, and who reads its value.
type field struct {
	name string
	read func(node) error
}

// fields reads the pairs of n, whose keys must be among those given.
func (m *Mapping) fields(n node, what string, known []field) error {
	if n.kind != mappingNode {
		return m.wrong(n.place, "", "%s must be keys and values", what)
	}
	names := make([]string, len(known))
	for i, f := range known {
		names[i] = f.name
	}
next:
	for _, p := range n.pairs {
		for _, f := range known {
			if f.name != p.key {
				continue
			}
			if err := f.read(p.value); err != nil {
				return err
			}
			continue next
		}
		hint := meant(p.key, names)
		if hint == "" {
			hint = "known are " + listed(names)
		}
		return m.wrong(p.place, hint, "unknown key %q in %s", p.key, what)
	}
	return nil
}

func (m *Mapping) text(n node, to *string) error {
	if !n.kind.scalar() {
		return m.wrong(n.place, "", "text is needed here")
	}
	*to = n.text
	return nil
}

func (m *Mapping) word(n node, to *string, words ...string) error {
	if err := m.text(n, to); err != nil {
		return err
	}
	for _, w := range words {
		if *to == w {
			return nil
		}
	}
	return m.wrong(n.place, "it is one of "+listed(words), "%q is not known here", n.text)
}

func (m *Mapping) flag(n node, to *bool) error {
	if n.kind != booleanNode {
		return m.wrong(n.place, "it is true or false", "%q is not known here", n.text)
	}
	*to = n.text == "true" || n.text == "True" || n.text == "TRUE"
	return nil
}

// later refuses what belongs to verbs that do not exist yet.
func (m *Mapping) later(n node) error {
	return m.wrong(n.place, "only upsert is", "events, page views and segments are not implemented yet")
}

func (m *Mapping) parseOperation(n node) error {
	if n.kind == mappingNode {
		return m.wrong(n.place, `write "operation: upsert"`, "an operation by column is not implemented yet")
	}
	return m.word(n, &m.operation, "upsert")
}

func (m *Mapping) parseDuplicates(n node) error {
	var rule string
	if err := m.word(n, &rule, "keep", "last", "reject"); err != nil {
		return err
	}
	if rule != "keep" {
		return m.wrong(n.place, "all rows of a person are sent in the order of the file", "duplicates: %s is not implemented yet", rule)
	}
	return nil
}

func (m *Mapping) parseMatch(n node) error {
	if n.kind != mappingNode || len(n.pairs) != 1 {
		return m.wrong(n.place, `for example "match: {id: user_id}"`, "match needs exactly one of id, email, cio_id, phone and its column")
	}
	p := n.pairs[0]
	match, ok := matchFields[p.key]
	if !ok {
		return m.wrong(p.place, "it is one of id, email, cio_id, phone", "%q is not a match field", p.key)
	}
	m.match, m.key.place = match, p.value.place
	return m.text(p.value, &m.key.column)
}

func (m *Mapping) parseWhere(n node) error {
	e := expression{place: n.place}
	if err := m.text(n, &e.text); err != nil {
		return err
	}
	m.where = append(m.where, e)
	return nil
}

func (m *Mapping) parseOnly(n node) error {
	var word string
	m.onlyUpdate = true
	return m.word(n, &word, "existing")
}

func (m *Mapping) parseWorkspace(n node) error {
	id, err := strconv.ParseInt(n.text, 10, 64)
	if n.kind != integerNode || err != nil || id <= 0 {
		return m.wrong(n.place, "it is the number that `ciobulk check` prints", "%q is not a workspace", n.text)
	}
	m.Workspace = id
	return nil
}

func (m *Mapping) parseAttributes(n node) error {
	if n.kind == nullNode {
		return nil
	}
	if n.kind != mappingNode {
		return m.wrong(n.place, `for example "first_name: First Name"`, "attributes are names with their columns")
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

// finish applies what holds for all attributes and checks each as a whole.
func (m *Mapping) finish() error {
	for i := range m.attributes {
		a := &m.attributes[i]
		if a.empty == inherit {
			a.empty = m.empty
		}
		if err := m.checkRule(a); err != nil {
			return err
		}
	}
	return nil
}

func (m *Mapping) parseAttribute(n node, a *attribute) error {
	a.column.place = n.place
	if n.kind != mappingNode {
		return m.text(n, &a.column.column)
	}
	var source []string
	took := func(name string, read func(node) error) field {
		return field{name, func(n node) error { source = append(source, name); return read(n) }}
	}
	known := append([]field{
		took("column", func(n node) error { a.column.place = n.place; return m.text(n, &a.column.column) }),
		took("expr", func(n node) error { a.expr.place = n.place; return m.text(n, &a.expr.text) }),
		took("value", func(n node) (err error) { a.constant, err = m.appendJSON(nil, n); return err }),
	}, m.ruleFields(&a.rule)...)
	if err := m.fields(n, fmt.Sprintf("attribute %q", a.name), known); err != nil {
		return err
	}
	if len(source) != 1 {
		return m.wrong(a.place, "", "attribute %q needs exactly one of column, expr and value", a.name)
	}
	if a.constant != nil && len(n.pairs) > 1 {
		return m.wrong(a.place, "", "attribute %q is a constant; nothing else can be said of it", a.name)
	}
	return nil
}
