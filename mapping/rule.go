package mapping

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
)

// valueType is what a value is sent as.
type valueType string

const (
	asItStands valueType = "" // text as text; a JSONL value with its own type
	typeString valueType = "string"
	typeInt    valueType = "integer"
	typeNumber valueType = "number"
	typeBool   valueType = "boolean"
	typeTime   valueType = "timestamp"
	typeList   valueType = "list"
	typeJSON   valueType = "json"
)

// emptyRule is what becomes of an empty cell.
type emptyRule int

const (
	inherit emptyRule = iota // as the mapping says for all
	omit                     // the attribute is not sent, and stays what it was
	clearIt                  // "" is sent, which clears the attribute
	reject                   // the row is rejected
)

// rule is what becomes of an attribute's text, in the order of the fields.
type rule struct {
	trim       bool
	values     map[string][]byte
	lower      bool
	upper      bool
	fallback   []byte // in place of an empty value; nil: none
	empty      emptyRule
	typ        valueType
	typePlace  place
	decimal    byte
	trueWords  []string
	falseWords []string
	timestamp  timestamp
	separator  string
}

// ruleFields are the keys that say what becomes of a value.
func (m *Mapping) ruleFields(r *rule) []field {
	return []field{
		{"type", func(n node) error {
			r.typePlace = n.place
			return m.word(n, (*string)(&r.typ), "string", "integer", "number", "boolean", "timestamp", "list", "json")
		}},
		{"trim", func(n node) error { return m.flag(n, &r.trim) }},
		{"lower", func(n node) error { return m.flag(n, &r.lower) }},
		{"upper", func(n node) error { return m.flag(n, &r.upper) }},
		{"default", func(n node) error { return m.parseFallback(n, r) }},
		{"values", func(n node) error { return m.parseValues(n, r) }},
		{"empty", func(n node) error { return m.parseEmpty(n, &r.empty) }},
		{"decimal", func(n node) error { return m.parseDecimal(n, r) }},
		{"true", func(n node) error { return m.words(n, &r.trueWords) }},
		{"false", func(n node) error { return m.words(n, &r.falseWords) }},
		{"layout", func(n node) error { r.timestamp.layoutPlace = n.place; return m.text(n, &r.timestamp.layout) }},
		{"zone", func(n node) error { return m.parseZone(n, r) }},
		{"separator", func(n node) error { return m.text(n, &r.separator) }},
	}
}

func (m *Mapping) parseEmpty(n node, to *emptyRule) error {
	var word string
	if err := m.word(n, &word, "omit", "clear", "reject"); err != nil {
		return err
	}
	*to = map[string]emptyRule{"omit": omit, "clear": clearIt, "reject": reject}[word]
	return nil
}

func (m *Mapping) parseFallback(n node, r *rule) error {
	var text string
	if err := m.text(n, &text); err != nil {
		return err
	}
	r.fallback = []byte(text)
	return nil
}

func (m *Mapping) parseValues(n node, r *rule) error {
	if n.kind != mappingNode {
		return m.wrong(n.place, `for example "values: {P: pro, F: free}"`, "values are what stands in the file and what is sent")
	}
	r.values = make(map[string][]byte)
	for _, p := range n.pairs {
		var to string
		if err := m.text(p.value, &to); err != nil {
			return err
		}
		r.values[p.key] = []byte(to)
	}
	return nil
}

func (m *Mapping) parseDecimal(n node, r *rule) error {
	var word string
	if err := m.word(n, &word, ".", ","); err != nil {
		return err
	}
	r.decimal = word[0]
	return nil
}

// words reads one word or a list of them.
func (m *Mapping) words(n node, to *[]string) error {
	items := n.items
	if n.kind != listNode {
		items = []node{n}
	}
	for _, item := range items {
		var word string
		if err := m.text(item, &word); err != nil {
			return err
		}
		*to = append(*to, word)
	}
	return nil
}

func (m *Mapping) parseZone(n node, r *rule) error {
	var name string
	if err := m.text(n, &name); err != nil {
		return err
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return m.wrong(n.place, "use a name such as Europe/Berlin, America/New_York or UTC", "%q is not a time zone", name)
	}
	r.timestamp.zone = zone
	return nil
}

// checkName refuses names that the service keeps for itself.
func (m *Mapping) checkName(a attribute) error {
	switch {
	case a.name == "":
		return m.wrong(a.place, "", "an attribute without a name")
	case len(a.name) > customerio.MaxAttributeName:
		return m.wrong(a.place, "", "the attribute's name is %d bytes; the limit is %d", len(a.name), customerio.MaxAttributeName)
	case reserved(a.name):
		return m.wrong(a.place, `to update existing people only, write "only: existing"`, "%q is reserved by Customer.io and cannot be set", a.name)
	}
	return nil
}

// reserved tells the names that are Customer.io's own: those that start with an
// underscore, and the identifier that it gives out itself.
func reserved(name string) bool {
	return strings.HasPrefix(name, "_") || name == string(customerio.CioID)
}

// checkRule refuses options that do not go with the type, and values that can
// be checked now.
func (m *Mapping) checkRule(a *attribute) error {
	for _, o := range []struct {
		name string
		used bool
		typ  valueType
	}{
		{"decimal", a.decimal != 0, typeNumber},
		{"true", a.trueWords != nil, typeBool}, {"false", a.falseWords != nil, typeBool},
		{"layout", a.timestamp.layout != "", typeTime}, {"zone", a.timestamp.zone != nil, typeTime},
		{"separator", a.separator != "", typeList},
	} {
		if o.used && a.typ != o.typ {
			return m.wrong(a.place, fmt.Sprintf("add \"type: %s\", or drop %s", o.typ, o.name),
				"attribute %q has %s, which goes with type %s", a.name, o.name, o.typ)
		}
	}
	if err := m.completeRule(a); err != nil {
		return err
	}
	return m.checkFallback(a)
}

// completeRule fills in what the type needs.
func (m *Mapping) completeRule(a *attribute) error {
	if a.lower && a.upper {
		return m.wrong(a.place, "", "attribute %q cannot be lower and upper", a.name)
	}
	if a.typ == typeList && a.separator == "" {
		return m.wrong(a.typePlace, `for example separator: "|"`, "type list needs a separator")
	}
	if a.decimal == 0 {
		a.decimal = '.'
	}
	if a.trueWords == nil && a.falseWords == nil {
		a.trueWords, a.falseWords = []string{"true", "yes", "1"}, []string{"false", "no", "0"}
	}
	if a.typ == typeTime {
		return m.checkTimestamp(a)
	}
	return nil
}

func (m *Mapping) checkFallback(a *attribute) error {
	if a.fallback == nil {
		return nil
	}
	if len(a.fallback) == 0 {
		return m.wrong(a.place, `"empty: clear" sends an empty value`, "attribute %q has an empty default", a.name)
	}
	if _, problem := a.rule.appendTyped(nil, a.fallback); problem != "" {
		return m.wrong(a.place, "", "the default of attribute %q does not convert: %s", a.name, problem)
	}
	return nil
}

// untouched reports whether a value that has a type of its own keeps it.
func (r *rule) untouched() bool {
	return r.typ == asItStands && r.values == nil && !r.lower && !r.upper
}

// prepare applies what changes text before its type is looked at. The result
// may point into text.
func (r *rule) prepare(text []byte) []byte {
	if r.trim || r.typ != asItStands && r.typ != typeString {
		text = bytes.TrimSpace(text)
	}
	if r.values != nil {
		if to, ok := r.values[string(text)]; ok {
			text = to
		}
	}
	if r.lower {
		text = bytes.ToLower(text)
	}
	if r.upper {
		text = bytes.ToUpper(text)
	}
	return text
}
