package mapping

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
)

// maxSource bounds a mapping in bytes.
const maxSource = 1 << 20

// Parse reads a mapping. file is its name in errors, which are of type *Error
// and show where the mistake stands. matchGiven tells that SetMatch follows, so
// that the mapping need not name a match field.
func Parse(file string, source []byte, matchGiven bool) (*Mapping, error) {
	m := &Mapping{file: file, source: source, empty: omit, verb: Upsert, duplicates: KeepDuplicates}
	if len(source) > maxSource {
		return nil, &Error{File: file, Msg: fmt.Sprintf("%d bytes are too many for a mapping; the limit is %d", len(source), maxSource),
			Hint: "is it the input, which is named without a flag?"}
	}
	root, err := m.readYAML()
	if err != nil {
		return nil, err
	}
	hasAttributes := false
	rest := ""
	if err := m.fields(root, "a mapping", m.topFields(&rest, &hasAttributes)); err != nil {
		return nil, err
	}
	if m.match == "" && !matchGiven {
		return nil, m.wrong(root.place, `add a line such as "match: {id: user_id}", or give --match`, "no match field")
	}
	m.keepRest = rest == "keep" || rest == "" && !hasAttributes
	if err := m.finish(); err != nil {
		return nil, err
	}
	return m, nil
}

func (m *Mapping) topFields(rest *string, hasAttributes *bool) []field {
	return []field{
		{"operation", m.parseOperation},
		{"match", m.parseMatch},
		{"attributes", func(n node) error { *hasAttributes = true; return m.parseAttributes(n) }},
		{"rest", func(n node) error { return m.word(n, rest, restNames...) }},
		{"empty", func(n node) error { return m.parseEmpty(n, &m.empty) }},
		{"where", m.parseWhere},
		{"only", m.parseOnly},
		{"duplicates", m.parseDuplicates},
		{"event", m.parseEvent},
		{"page", m.parsePage},
		{"segment", func(n node) error { return m.some(n, &m.segment) }},
		{"workspace", m.parseWorkspace},
	}
}

// The words that keys of the mapping know.
var (
	restNames      = []string{"drop", "keep"}
	emptyNames     = []string{"omit", "clear", "reject"}
	onlyNames      = []string{"existing"}
	spanNames      = []string{"any"}
	duplicateNames = []string{string(KeepDuplicates), string(LastDuplicate), string(RejectDuplicates)}
)

// field is a key that a YAML mapping may have, and who reads its value.
type field struct {
	name string
	read func(node) error
}

// fields reads the pairs of n, whose keys must be among those given.
func (m *Mapping) fields(n node, what string, known []field) error {
	if n.kind != mappingNode {
		return m.wrong(n.place, `for example "match: {id: user_id}"`, "%s must be keys and values", what)
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
		hint := meantOr(p.key, names)
		if strings.ContainsAny(p.key, ":{") {
			hint = "put a colon and a space behind the key"
		}
		return m.wrong(p.place, hint, "unknown key %q in %s", p.key, what)
	}
	return nil
}

func (m *Mapping) text(n node, to *string) error {
	if !n.kind.scalar() {
		hint := "write one value"
		if n.kind == nullNode {
			hint = "write a value; marks such as , and | need quotes"
		}
		return m.wrong(n.place, hint, "%s where text is needed", n.shown())
	}
	*to = n.text
	return nil
}

// some reads text that is not empty.
func (m *Mapping) some(n node, to *string) error {
	if n.text == "" {
		n.kind = nullNode
	}
	return m.text(n, to)
}

// column reads a column's name.
func (m *Mapping) column(n node, to *reference) error {
	to.place = n.place
	if !n.kind.scalar() || n.text == "" {
		return m.wrong(n.place, "write the column's name as it stands in the input", "%s where a column's name is needed", n.shown())
	}
	to.column = n.text
	return nil
}

func (m *Mapping) expression(n node, to *expression) error {
	to.place = n.place
	if !n.kind.scalar() || strings.TrimSpace(n.text) == "" {
		n.text = ""
		return m.wrong(n.place, `write it in quotes, for example 'Plan != "test"'`, "%s where an expression is needed", n.shown())
	}
	to.text = n.text
	return nil
}

func (m *Mapping) word(n node, to *string, words ...string) error {
	if err := m.text(n, to); err != nil {
		return err
	}
	if slices.Contains(words, *to) {
		return nil
	}
	return m.wrong(n.place, meantOr(*to, words), "%q is not known here", n.text)
}

func (m *Mapping) flag(n node, to *bool) error {
	if n.kind != booleanNode {
		return m.wrong(n.place, "write true or false, without quotes", "%s is neither true nor false", n.shown())
	}
	*to = strings.EqualFold(n.text, "true")
	return nil
}

func (m *Mapping) parseMatch(n node) error {
	if n.kind != mappingNode || len(n.pairs) == 0 {
		return m.wrong(n.place, `for example "match: {id: user_id}"`, "match must be one of id, email, cio_id, phone and its column")
	}
	if len(n.pairs) > 1 {
		return m.wrong(n.pairs[1].place, "keep the one that people are found by", "match has two fields, %s and %s", n.pairs[0].key, n.pairs[1].key)
	}
	p := n.pairs[0]
	match, ok := matchFields[p.key]
	if !ok {
		return m.wrong(p.place, matchHint(p.key), "%q is not a match field", p.key)
	}
	m.match = match
	if p.value.kind != mappingNode {
		return m.column(p.value, &m.key)
	}
	return m.parseKey(p.value)
}

// parseKey reads a match column with how its values are written.
func (m *Mapping) parseKey(n node) error {
	if err := m.fields(n, "match", m.keyFields()); err != nil {
		return err
	}
	if m.key.column == "" {
		return m.wrong(n.place, "add for example column: Phone", "match has no column")
	}
	return nil
}

func (m *Mapping) keyFields() []field {
	return []field{
		{"column", func(n node) error { return m.column(n, &m.key) }},
		{"country", func(n node) error {
			if m.match != customerio.Phone {
				return m.wrong(n.place, "drop it", "country goes with phone, and match is by %s", m.match)
			}
			return m.parseCountry(n, &m.country)
		}},
	}
}

func (m *Mapping) parseWhere(n node) error {
	var e expression
	err := m.expression(n, &e)
	m.where = append(m.where, e)
	return err
}

func (m *Mapping) parseOnly(n node) error {
	var word string
	m.onlyUpdate = true
	return m.word(n, &word, onlyNames...)
}

func (m *Mapping) parseWorkspace(n node) error {
	id, err := strconv.ParseInt(n.text, 10, 64)
	if n.kind != integerNode || err != nil || id <= 0 {
		return m.wrong(n.place, "write the number that `ciobulk check` prints, without quotes", "%s is not the number of a workspace", n.shown())
	}
	m.Workspace = id
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
