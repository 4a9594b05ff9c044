package mapping

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// node is a YAML value that knows where it stands. One of text, items and
// pairs is what it holds.
type node struct {
	kind  nodeKind
	text  string // a scalar as it is spelt, without its quotes
	items []node
	pairs []pair
	place place
}

type pair struct {
	key   string
	place place
	value node
}

type nodeKind int

const (
	stringNode nodeKind = iota
	integerNode
	floatNode
	booleanNode
	nullNode
	listNode
	mappingNode
)

func (k nodeKind) scalar() bool { return k < listNode && k != nullNode }

// shown names what stands there, for messages.
func (n node) shown() string {
	switch {
	case n.kind == listNode:
		return "a list"
	case n.kind == mappingNode:
		return "keys and values"
	case n.kind == nullNode || n.text == "":
		return "nothing"
	}
	return quoted([]byte(n.text))
}

const bom = "\ufeff"

// readYAML reads the one document of the mapping's source.
func (m *Mapping) readYAML() (node, error) {
	// The library counts a carriage return as a line of its own in places.
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(string(m.source), bom))
	for line := range strings.SplitSeq(text, "\n") {
		m.lines = append(m.lines, []rune(line))
	}
	if !utf8.ValidString(text) {
		return node{}, m.notUTF8(text)
	}
	file, err := parser.ParseBytes([]byte(text), 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return node{}, m.syntaxError(err)
	}
	root, count := node{}, 0
	for _, d := range file.Docs {
		if count > 0 && d.Start != nil { // behind an empty document the library stops
			return node{}, m.secondDocument(m.inside(d.Start))
		}
		if d.Body == nil || d.Body.Type() == ast.DirectiveType || d.Body.Type() == ast.CommentType {
			continue
		}
		n, err := m.convert(d.Body)
		if count++; count > 1 {
			return node{}, m.secondDocument(n.place)
		}
		if root = n; err != nil {
			return node{}, err
		}
	}
	if count == 0 {
		return node{}, &Error{File: m.file, Msg: "the mapping is empty", Hint: `it needs at least a line such as "match: {id: user_id}"`}
	}
	return root, nil
}

func (m *Mapping) secondDocument(p place) error {
	return m.wrong(p, "keep one mapping in a file", "a second document starts here")
}

func (m *Mapping) notUTF8(text string) error {
	p := place{1, 1}
	for i, r := range text {
		if _, n := utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && n == 1 {
			break
		}
		p.column++
		if r == '\n' {
			p = place{p.line + 1, 1}
		}
	}
	return m.wrong(p, "save the file as UTF-8", "this character is not UTF-8")
}

// placeOf returns where n starts.
func (m *Mapping) placeOf(n ast.Node) place { return m.inside(n.GetToken()) }

// inside returns where t stands, which is inside the file whatever the library
// says: it counts no tabs, and blanks behind a value as if they were in front.
// So of the places on the line where such a text stands it is the nearest.
func (m *Mapping) inside(t *token.Token) place {
	if t == nil || t.Position == nil {
		return place{1, 1}
	}
	p := place{min(max(t.Position.Line, 1), len(m.lines)), max(t.Position.Column, 1)}
	line := m.lines[p.line-1]
	first, _, _ := strings.Cut(strings.TrimSpace(t.Origin), "\n")
	spelt := []rune(first)
	for away := 0; len(spelt) > 0 && t.Type != token.InvalidType && away <= max(len(line), p.column); away++ {
		for _, column := range []int{p.column - away, p.column + away} {
			if column >= 1 && column+len(spelt) <= len(line)+1 && slices.Equal(line[column-1:column-1+len(spelt)], spelt) {
				return place{p.line, column}
			}
		}
	}
	return place{p.line, min(p.column, len(line)+1)}
}

func (m *Mapping) convert(n ast.Node) (node, error) {
	if n == nil {
		return node{kind: nullNode, place: place{1, 1}}, nil
	}
	out := node{place: m.placeOf(n), text: n.GetToken().Value}
	switch n := n.(type) {
	case *ast.StringNode:
		out.text = n.Value
		if n.Token.Type == token.StringType && looksLikeNumber(n.Value) {
			out.kind = floatNode // to YAML 1.2, though not to the library
		}
	case *ast.LiteralNode:
		out.text = n.Value.Value
	case *ast.IntegerNode:
		out.kind = integerNode
	case *ast.FloatNode:
		out.kind = floatNode
	case *ast.BoolNode:
		out.kind = booleanNode
	case *ast.NullNode:
		out.kind = nullNode
	case *ast.SequenceNode:
		return m.convertList(out, n)
	case *ast.MappingNode:
		return m.convertPairs(out, n.Values)
	case *ast.MappingValueNode:
		return m.convertPairs(out, []*ast.MappingValueNode{n})
	default:
		return out, m.unused(out.place, n.Type())
	}
	return out, nil
}

// unused refuses what YAML has and mappings have no use for.
func (m *Mapping) unused(p place, t ast.NodeType) error {
	what, ok := map[ast.NodeType]string{
		ast.AnchorType: "an anchor (&)", ast.AliasType: "an alias (*)", ast.TagType: "a tag (!)", ast.MergeKeyType: "a merge key (<<)",
		ast.MappingKeyType: "a key of several parts (?)", ast.InfinityType: "an infinite number (.inf)", ast.NanType: "no number (.nan)",
	}[t]
	if !ok {
		what = t.String()
	}
	return m.wrong(p, "write the value itself here, in quotes if it is text that starts so", "%s is not used in mappings", what)
}

func (m *Mapping) convertList(out node, n *ast.SequenceNode) (node, error) {
	out.kind = listNode
	for _, v := range n.Values {
		item, err := m.convert(v)
		if err != nil {
			return out, err
		}
		out.items = append(out.items, item)
	}
	return out, nil
}

func (m *Mapping) convertPairs(out node, values []*ast.MappingValueNode) (node, error) {
	out.kind = mappingNode
	seen := make(map[string]int)
	for i, v := range values {
		key, err := m.convert(v.Key)
		if i == 0 {
			out.place = key.place
		}
		if err != nil {
			return out, err
		}
		if line, twice := seen[key.text]; twice {
			return out, m.wrong(key.place, "drop one of them", "%q stands twice, first on line %d", key.text, line)
		}
		seen[key.text] = key.place.line
		value, err := m.convert(v.Value)
		if err != nil {
			return out, err
		}
		out.pairs = append(out.pairs, pair{key.text, key.place, value})
	}
	return out, nil
}

func looksLikeNumber(text string) bool {
	_, problem := appendNumber(nil, []byte(text), '.')
	return problem == "" && text[0] != '+'
}
