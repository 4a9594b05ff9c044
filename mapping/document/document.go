// Package document reads YAML into nodes that know their places, and shows a
// mistake with the line, a caret below it and a hint.
//
// Parse returns the root Node. Its methods, such as Text and Fields, return what a
// node holds or an *Error at its place. The package knows nothing of what the
// document is about.
package document

import (
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Place is where something is in a document: a line and the character in it, both
// counted from 1. The zero Place is nowhere.
type Place struct{ Line, Column int }

// Document is the text that nodes come from.
type Document struct {
	name  string
	lines [][]rune
}

const bom = "\ufeff"

// Parse reads a source that holds one YAML document. name is the file's name in
// errors, which are of type *Error.
func Parse(name string, source []byte) (Node, error) {
	// The library counts a carriage return as a line of its own in places.
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(string(source), bom))
	d := &Document{name: name}
	for line := range strings.SplitSeq(text, "\n") {
		d.lines = append(d.lines, []rune(line))
	}
	if !utf8.ValidString(text) {
		return Node{}, d.notUTF8(text)
	}
	tokens := lexer.Tokenize(text)
	if err := d.checkNesting(tokens); err != nil {
		return Node{}, err
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return Node{}, syntaxError(d, err)
	}
	return d.root(file)
}

// root returns the one document of the file.
func (d *Document) root(file *ast.File) (Node, error) {
	root, count := Node{}, 0
	for _, part := range file.Docs {
		if count > 0 && part.Start != nil { // after an empty document the library stops
			return Node{}, d.secondDocument(d.inside(part.Start))
		}
		if part.Body == nil || part.Body.Type() == ast.DirectiveType || part.Body.Type() == ast.CommentType {
			continue
		}
		n, err := d.node(part.Body)
		if count++; count > 1 {
			return Node{}, d.secondDocument(n.Place)
		}
		if root = n; err != nil {
			return Node{}, err
		}
	}
	if count == 0 {
		return Node{}, &Error{File: d.name, Msg: "the file is empty", Hint: `it needs at least a line such as "key: value"`}
	}
	return root, nil
}

func (d *Document) secondDocument(p Place) error {
	return d.errorAt(p, "keep one document in a file", "a second document starts here")
}

func (d *Document) notUTF8(text string) error {
	p := Place{1, 1}
	for i, r := range text {
		if _, n := utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && n == 1 {
			break
		}
		p.Column++
		if r == '\n' {
			p = Place{p.Line + 1, 1}
		}
	}
	return d.errorAt(p, "save the file as UTF-8", "this character is not UTF-8")
}

// maxNesting bounds how deep values are within each other: the library's parser
// takes memory that grows with the square of it.
const maxNesting = 100

// checkNesting refuses a document that is nested too deeply, before it is parsed.
func (d *Document) checkNesting(tokens token.Tokens) error {
	flow, row := 0, 0 // open brackets, and marks in a row that each open a value
	for _, t := range tokens {
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			flow++
		case token.MappingEndType, token.SequenceEndType:
			flow--
		case token.SequenceEntryType, token.MappingKeyType, token.AnchorType, token.TagType, token.AliasType, token.MergeKeyType:
			row++
		case token.MappingValueType, token.CommentType:
		default:
			row = 0
		}
		if flow > maxNesting || row > 2*maxNesting || t.Position.IndentNum > 1000 {
			return d.errorAt(d.inside(t), "is it a mapping?", "values are nested more than %d deep", maxNesting)
		}
	}
	return nil
}

func (d *Document) node(n ast.Node) (Node, error) {
	if n == nil {
		return Node{Kind: Null, Place: Place{1, 1}, doc: d}, nil
	}
	out := Node{Place: d.inside(n.GetToken()), Value: n.GetToken().Value, doc: d}
	switch n := n.(type) {
	case *ast.StringNode:
		out.Value = n.Value
		if n.Token.Type == token.StringType && isNumber(n.Value) {
			out.Kind = Float // to YAML 1.2, though not to the library
		}
	case *ast.LiteralNode:
		out.Value = n.Value.Value
	case *ast.IntegerNode:
		out.Kind = Integer
	case *ast.FloatNode:
		out.Kind = Float
	case *ast.BoolNode:
		out.Kind = Boolean
	case *ast.NullNode:
		out.Kind = Null
	case *ast.SequenceNode:
		return d.list(out, n)
	case *ast.MappingNode:
		return d.pairs(out, n.Values)
	case *ast.MappingValueNode:
		return d.pairs(out, []*ast.MappingValueNode{n})
	default:
		return out, d.unused(out.Place, n.Type())
	}
	return out, nil
}

// unused refuses what YAML has and simple documents do not need.
func (d *Document) unused(p Place, t ast.NodeType) error {
	what, ok := map[ast.NodeType]string{
		ast.AnchorType: "an anchor (&)", ast.AliasType: "an alias (*)", ast.TagType: "a tag (!)", ast.MergeKeyType: "a merge key (<<)",
		ast.MappingKeyType: "a key of several parts (?)", ast.InfinityType: "an infinite number (.inf)", ast.NanType: "not a number (.nan)",
	}[t]
	if !ok {
		what = t.String()
	}
	return d.errorAt(p, "write the value itself here, in quotes if it is text that starts like this", "%s is not used here", what)
}

func (d *Document) list(out Node, n *ast.SequenceNode) (Node, error) {
	out.Kind = List
	for _, v := range n.Values {
		item, err := d.node(v)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

func (d *Document) pairs(out Node, values []*ast.MappingValueNode) (Node, error) {
	out.Kind = Mapping
	seen := make(map[string]int)
	for i, v := range values {
		key, err := d.node(v.Key)
		if i == 0 {
			out.Place = key.Place
		}
		if err != nil {
			return out, err
		}
		if line, twice := seen[key.Value]; twice {
			return out, d.errorAt(key.Place, "drop one of them", "%q is here twice, first on line %d", key.Value, line)
		}
		seen[key.Value] = key.Place.Line
		value, err := d.node(v.Value)
		if err != nil {
			return out, err
		}
		out.Pairs = append(out.Pairs, Pair{key, value})
	}
	return out, nil
}
