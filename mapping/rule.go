package mapping

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/rows"
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
	typePhone  valueType = "phone"
	typeEmail  valueType = "email"
)

// typeNames are the types that a mapping can ask for.
var typeNames = []string{"string", "integer", "number", "boolean", "timestamp", "list", "json", "phone", "email"}

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
	decimal    byte
	thousands  []string // the marks that may separate them; nil: none
	trueWords  []string
	falseWords []string
	timestamp  timestamp
	separator  string
	country    string // of phone numbers that do not say; empty: they must
}

// ruleFields are the keys that say what becomes of a value.
func (m *Mapping) ruleFields(r *rule) []field {
	return []field{
		{"type", func(n node) error {
			return m.word(n, (*string)(&r.typ), typeNames...)
		}},
		{"trim", func(n node) error { return m.flag(n, &r.trim) }},
		{"lower", func(n node) error { return m.flag(n, &r.lower) }},
		{"upper", func(n node) error { return m.flag(n, &r.upper) }},
		{"default", func(n node) error { return m.parseFallback(n, r) }},
		{"values", func(n node) error { return m.parseValues(n, r) }},
		{"empty", func(n node) error { return m.parseEmpty(n, &r.empty) }},
		{"decimal", func(n node) error { return m.parseDecimal(n, r) }},
		{"thousands", func(n node) error { return m.parseThousands(n, r) }},
		{"true", func(n node) error { return m.words(n, &r.trueWords) }},
		{"false", func(n node) error { return m.words(n, &r.falseWords) }},
		{"layout", func(n node) error { return m.some(n, &r.timestamp.layout) }},
		{"range", func(n node) error { return m.parseSpan(n, r) }},
		{"zone", func(n node) error { return m.parseZone(n, r) }},
		{"country", func(n node) error { return m.parseCountry(n, &r.country) }},
		{"separator", func(n node) error { return m.some(n, &r.separator) }},
	}
}

func (m *Mapping) parseEmpty(n node, to *emptyRule) error {
	var word string
	if err := m.word(n, &word, emptyNames...); err != nil {
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
		return m.wrong(n.place, `for example "values: {P: pro, F: free}"`, "values must be what stands in the input and what is sent for it")
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
	var mark string
	if err := m.some(n, &mark); err != nil {
		return err
	}
	if mark != "." && mark != "," {
		return m.wrong(n.place, `write "." or ","`, "%q is not a decimal mark", mark)
	}
	r.decimal = mark[0]
	return nil
}

// words reads one word or a list of them.
func (m *Mapping) words(n node, to *[]string) error {
	items := n.items
	if n.kind != listNode {
		items = []node{n}
	}
	if len(items) == 0 {
		return m.wrong(n.place, "for example [yes, 1]", "a list without words")
	}
	for _, item := range items {
		var word string
		if err := m.text(item, &word); err != nil {
			return err
		}
		if word = strings.TrimSpace(word); word == "" {
			return m.wrong(item.place, "empty cells follow empty and default: give the word that they stand for as the default", "an empty cell is not a word")
		}
		*to = append(*to, word)
	}
	return nil
}

func (m *Mapping) parseZone(n node, r *rule) error {
	var name string
	if err := m.some(n, &name); err != nil {
		return err
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return m.wrong(n.place, "use a name such as Europe/Berlin, America/New_York or UTC", "%q is not a time zone", name)
	}
	r.timestamp.zone = zone
	return nil
}

func (m *Mapping) parseSpan(n node, r *rule) error {
	var word string
	r.timestamp.anySpan = true
	return m.word(n, &word, spanNames...)
}

// prepares tells that there is more to prepare than white space. Mostly there is
// not.
func (r *rule) prepares() bool { return r.lower || r.upper || r.values != nil }

// trims tells that white space around a value is dropped.
func (r *rule) trims() bool { return r.trim || r.typ != asItStands && r.typ != typeString }

// trimmed returns text without the white space around it. Mostly there is none.
func trimmed(text []byte) []byte {
	if n := len(text); n == 0 || visible(text[0]) && visible(text[n-1]) {
		return text
	}
	return bytes.TrimSpace(text)
}

func visible(c byte) bool { return ' ' < c && c < utf8.RuneSelf }

// prepare applies what changes a cell before its type is looked at. Its text may
// then stand in scratch, which is returned as it has grown. A number or a boolean
// of JSONL keeps its kind unless it is among the values.
func (r *rule) prepare(cell rows.Cell, scratch []byte) (_ rows.Cell, grown []byte) {
	if r.trims() {
		cell.Text = trimmed(cell.Text)
	}
	if r.values != nil && cell.Kind != rows.Absent {
		if to, ok := r.values[string(cell.Text)]; ok {
			cell = rows.Cell{Kind: rows.Text, Text: to}
		}
	}
	if (r.lower || r.upper) && (cell.Kind == rows.Text || r.typ == typeString) {
		scratch = r.cased(cell.Text, scratch[:0])
		cell.Text = scratch
	}
	return cell, scratch
}

// cased appends text to dst in lower or upper case, if the rule asks for one.
func (r *rule) cased(text, dst []byte) []byte {
	start := len(dst)
	dst = append(dst, text...)
	for i, c := range dst[start:] {
		switch {
		case c >= utf8.RuneSelf && r.lower: // beyond ASCII it is the library's business
			return append(dst[:start], bytes.ToLower(text)...)
		case c >= utf8.RuneSelf && r.upper:
			return append(dst[:start], bytes.ToUpper(text)...)
		case r.lower && 'A' <= c && c <= 'Z':
			dst[start+i] = c + 'a' - 'A'
		case r.upper && 'a' <= c && c <= 'z':
			dst[start+i] = c - ('a' - 'A')
		}
	}
	return dst
}
