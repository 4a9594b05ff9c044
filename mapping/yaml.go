package mapping

import (
	"encoding/json"
	"errors"
	"strconv"

	"github.com/ciobulk/ciobulk/rows"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
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

// readYAML reads the one document of the mapping's source.
func (m *Mapping) readYAML() (node, error) {
	file, err := parser.ParseBytes(m.source, 0)
	if err != nil {
		return node{}, m.syntaxError(err)
	}
	if len(file.Docs) > 1 && file.Docs[1].Body != nil {
		return node{}, m.wrong(placeOf(file.Docs[1].Body), "", "a mapping is one document")
	}
	if len(file.Docs) == 0 || file.Docs[0].Body == nil {
		return node{}, &Error{File: m.file, Msg: "is empty", Hint: `it needs at least a line such as "match: {id: user_id}"`}
	}
	return m.convert(file.Docs[0].Body)
}

func (m *Mapping) syntaxError(err error) error {
	var yamlError yaml.Error
	if errors.As(err, &yamlError) && yamlError.GetToken() != nil {
		p := yamlError.GetToken().Position
		return m.wrong(place{p.Line, p.Column}, "", "not YAML: %s", yamlError.GetMessage())
	}
	return &Error{File: m.file, Msg: "not YAML: " + err.Error()}
}

func placeOf(n ast.Node) place {
	p := n.GetToken().Position
	return place{p.Line, p.Column}
}

func (m *Mapping) convert(n ast.Node) (node, error) {
	out := node{place: placeOf(n), text: n.GetToken().Value}
	switch n := n.(type) {
	case *ast.StringNode:
		out.text = n.Value
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
		return out, m.wrong(out.place, "write the value out where it is needed", "%s is not used in mappings", n.Type())
	}
	return out, nil
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
	seen := make(map[string]bool)
	for i, v := range values {
		key, err := m.convert(v.Key)
		if err != nil {
			return out, err
		}
		if i == 0 {
			out.place = key.place
		}
		if seen[key.text] {
			return out, m.wrong(key.place, "", "%q stands twice", key.text)
		}
		seen[key.text] = true
		value, err := m.convert(v.Value)
		if err != nil {
			return out, err
		}
		out.pairs = append(out.pairs, pair{key.text, key.place, value})
	}
	return out, nil
}

// appendJSON appends the value as JSON.
func (m *Mapping) appendJSON(dst []byte, n node) ([]byte, error) {
	switch n.kind {
	case integerNode:
		i, err := strconv.ParseInt(n.text, 0, 64)
		if err != nil {
			return nil, m.wrong(n.place, "quote it to send it as text", "%s does not fit 64 bits", n.text)
		}
		return strconv.AppendInt(dst, i, 10), nil
	case floatNode:
		f, err := strconv.ParseFloat(n.text, 64)
		b, jsonErr := json.Marshal(f)
		if err != nil || jsonErr != nil {
			return nil, m.wrong(n.place, "quote it to send it as text", "%s is not a number that JSON knows", n.text)
		}
		return append(dst, b...), nil
	case booleanNode:
		b, _ := strconv.ParseBool(n.text) // YAML's booleans are Go's
		return strconv.AppendBool(dst, b), nil
	case nullNode:
		return append(dst, "null"...), nil
	case listNode, mappingNode:
		return m.appendNested(dst, n)
	}
	return rows.AppendJSONString(dst, n.text), nil
}

func (m *Mapping) appendNested(dst []byte, n node) (_ []byte, err error) {
	open, end := byte('['), byte(']')
	if n.kind == mappingNode {
		open, end = '{', '}'
	}
	dst = append(dst, open)
	for i := range max(len(n.items), len(n.pairs)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		value := node{}
		if n.kind == mappingNode {
			dst = append(rows.AppendJSONString(dst, n.pairs[i].key), ':')
			value = n.pairs[i].value
		} else {
			value = n.items[i]
		}
		if dst, err = m.appendJSON(dst, value); err != nil {
			return nil, err
		}
	}
	return append(dst, end), nil
}
