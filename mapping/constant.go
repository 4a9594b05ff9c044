package mapping

import (
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/internal/jsontext"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/mapping/document"
)

// appendConstant appends the value of a node as JSON.
func appendConstant(dst []byte, n document.Node) ([]byte, error) {
	switch n.Kind {
	case document.Integer, document.Float:
		return appendPlainNumber(dst, n)
	case document.Boolean:
		b, _ := strconv.ParseBool(n.Value) // YAML's booleans are Go's
		return strconv.AppendBool(dst, b), nil
	case document.Null:
		return append(dst, "null"...), nil
	case document.List, document.Mapping:
		return appendNested(dst, n)
	}
	return jsontext.AppendString(dst, n.Value), nil
}

// appendPlainNumber appends a number that has one reading: 010 is eight to some and
// ten to others, and +49151 may be a telephone number.
func appendPlainNumber(dst []byte, n document.Node) ([]byte, error) {
	digits := strings.TrimPrefix(n.Value, "-")
	whole, _, _ := strings.Cut(digits, ".")
	out, ok := convert.AppendNumber(dst, []byte(n.Value))
	if !ok || digits[0] == '+' || len(whole) > 1 && whole[0] == '0' {
		return nil, n.Errorf("quote it to send it as text, or write the number in plain digits", "%s is not a plain number", n.Value)
	}
	return out, nil
}

func appendNested(dst []byte, n document.Node) (_ []byte, err error) {
	open, end := byte('['), byte(']')
	if n.Kind == document.Mapping {
		open, end = '{', '}'
	}
	dst = append(dst, open)
	for i := range max(len(n.Items), len(n.Pairs)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		value := document.Node{}
		if n.Kind == document.Mapping {
			dst = append(jsontext.AppendString(dst, n.Pairs[i].Key.Value), ':')
			value = n.Pairs[i].Value
		} else {
			value = n.Items[i]
		}
		if dst, err = appendConstant(dst, value); err != nil {
			return nil, err
		}
	}
	return append(dst, end), nil
}
