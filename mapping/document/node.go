package document

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/mapping/convert"
)

// Node is a YAML value with its place. Value, Items or Pairs is what it holds.
type Node struct {
	Kind  Kind
	Value string // of a scalar, as it is written, without its quotes
	Items []Node
	Pairs []Pair
	Place Place

	doc *Document
}

// Pair is a key and its value.
type Pair struct{ Key, Value Node }

// Kind is what a node is.
type Kind int

// The kinds.
const (
	String Kind = iota
	Integer
	Float
	Boolean
	Null
	List
	Mapping
)

// Scalar reports whether the kind is one of single values.
func (k Kind) Scalar() bool { return k < List && k != Null }

// Shown names the value, for messages.
func (n Node) Shown() string {
	switch {
	case n.Kind == List:
		return "a list"
	case n.Kind == Mapping:
		return "keys and values"
	case n.Kind == Null || n.Value == "":
		return "nothing"
	}
	return convert.Quote([]byte(n.Value))
}

// Given reports whether the node is of a document. The zero Node is not.
func (n Node) Given() bool { return n.doc != nil }

// Errorf returns an error at the node's place.
func (n Node) Errorf(hint, format string, args ...any) *Error {
	return n.doc.errorAt(n.Place, hint, format, args...)
}

// ErrorIn returns an error at a character of the node's value, counted from 0.
func (n Node) ErrorIn(offset int, hint, format string, args ...any) *Error {
	return n.doc.errorAt(n.doc.within(n.Place, []rune(n.Value), offset), hint, format, args...)
}

// Line returns the line of the document that the node starts on, or nothing.
func (n Node) Line() string {
	if n.doc == nil {
		return ""
	}
	return n.doc.line(n.Place.Line)
}

// At returns the pair with the key.
func (n Node) At(key string) (p Pair, found bool) {
	i := slices.IndexFunc(n.Pairs, func(p Pair) bool { return p.Key.Value == key })
	if i < 0 {
		return Pair{}, false
	}
	return n.Pairs[i], true
}

// Text reads a single value, which may be empty.
func (n Node) Text(to *string) error {
	if !n.Kind.Scalar() {
		hint := "write one value"
		if n.Kind == Null {
			hint = "write a value; marks such as , and | need quotes"
		}
		return n.Errorf(hint, "%s where text is needed", n.Shown())
	}
	*to = n.Value
	return nil
}

// Filled reads a single value, which must not be empty.
func (n Node) Filled(to *string) error {
	if n.Value == "" {
		n.Kind = Null
	}
	return n.Text(to)
}

// Word reads one of the words.
func (n Node) Word(to *string, words ...string) error {
	if err := n.Text(to); err != nil {
		return err
	}
	if slices.Contains(words, *to) {
		return nil
	}
	return n.Errorf(MeantOr(*to, words), "%q is not known here", n.Value)
}

// Words reads one word or a list of them, none of which is empty.
func (n Node) Words(to *[]string) error {
	items := n.Items
	if n.Kind != List {
		items = []Node{n}
	}
	if len(items) == 0 {
		return n.Errorf("for example [yes, 1]", "a list without words")
	}
	for _, item := range items {
		var word string
		if err := item.Text(&word); err != nil {
			return err
		}
		if word = strings.TrimSpace(word); word == "" {
			return item.Errorf("empty cells follow empty and default: write default: with the word that they mean", "an empty cell is not a word")
		}
		*to = append(*to, word)
	}
	return nil
}

// Flag reads true or false.
func (n Node) Flag(to *bool) error {
	if n.Kind != Boolean {
		return n.Errorf("write true or false, without quotes", "%s is neither true nor false", n.Shown())
	}
	*to = strings.EqualFold(n.Value, "true")
	return nil
}

// Field is a key that a node may have, and what reads its value.
type Field struct {
	Name string
	Read func(Node) error
}

// Fields reads the pairs, whose keys must be among those of the fields. what names
// the node in messages, and example shows how it is written.
func (n Node) Fields(what, example string, known []Field) error {
	if n.Kind != Mapping {
		return n.Errorf(fmt.Sprintf("for example %q", example), "%s must be keys and values", what)
	}
	for _, p := range n.Pairs {
		i := slices.IndexFunc(known, func(f Field) bool { return f.Name == p.Key.Value })
		if i < 0 {
			return p.unknown(what, known)
		}
		if err := known[i].Read(p.Value); err != nil {
			return err
		}
	}
	return nil
}

func (p Pair) unknown(what string, known []Field) error {
	names := make([]string, len(known))
	for i, f := range known {
		names[i] = f.Name
	}
	hint := MeantOr(p.Key.Value, names)
	if strings.ContainsAny(p.Key.Value, ":{") {
		hint = "put a colon and a space after the key"
	}
	return p.Key.Errorf(hint, "unknown key %q in %s", p.Key.Value, what)
}

func isNumber(text string) bool { return convert.IsNumber([]byte(text)) }
