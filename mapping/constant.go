package mapping

import (
	"strconv"

	"github.com/ciobulk/ciobulk/rows"
)

// appendJSON appends the value as JSON.
func (m *Mapping) appendJSON(dst []byte, n node) ([]byte, error) {
	switch n.kind {
	case integerNode, floatNode:
		return m.appendConstant(dst, n)
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

// appendConstant appends a number that has one reading: 010 is eight to some and
// ten to others, and +49151 may be a telephone number.
func (m *Mapping) appendConstant(dst []byte, n node) ([]byte, error) {
	sign, digits := splitSign([]byte(n.text))
	whole, _ := digitRun(digits)
	out, problem := appendNumber(dst, []byte(n.text), '.')
	if problem != "" || sign == "" && len(digits) < len(n.text) || len(whole) > 1 && whole[0] == '0' {
		return nil, m.wrong(n.place, "quote it to send it as text, or write the number in plain digits", "%s is not a plain number", n.text)
	}
	return out, nil
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
