package mapping

import (
	"fmt"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
)

// step appends one attribute of the mapping.
func (m *Mapper) step(dst []byte, s *step, r *rows.Row) (_ []byte, ok bool) {
	a := s.attribute
	if a.constant != nil {
		return append(m.begin(dst, s.name), a.constant...), true
	}
	cell, problem := rows.Cell{}, ""
	if s.column >= 0 {
		cell = r.Cells[s.column]
	} else {
		var v any
		if v, problem = m.env.run(s.program); problem == "" {
			cell, problem = resultCell(v)
		}
	}
	if problem == "" {
		dst, problem = m.value(dst, s.name, &a.rule, cell)
	}
	if problem == "" {
		return dst, true
	}
	return dst, m.refuse(a.name, a.column.column, problem)
}

// refuse rejects the row for an attribute's value, which came out of column
// unless that is empty.
func (m *Mapper) refuse(attribute, column, problem string) bool {
	reason := customerio.ReasonInvalid
	if problem == emptyProblem {
		reason = customerio.ReasonRequired
	}
	if column != "" {
		problem = m.inColumn(column, problem)
	}
	return m.reject(reason, "attributes."+attribute, problem)
}

const emptyProblem = "is empty"

// value appends the attribute called name with the cell's value, or nothing if
// the cell is empty and empty cells are omitted.
func (m *Mapper) value(dst, name []byte, r *rule, cell rows.Cell) (_ []byte, problem string) {
	if cell.Kind == rows.JSON {
		return m.nested(dst, name, r, cell.Text)
	}
	if cell.Kind == rows.Null {
		cell.Text = nil
	}
	if r.prepares() {
		cell, m.cased = r.prepare(cell, m.cased)
	} else if r.trims() {
		cell.Text = trimmed(cell.Text)
	}
	if len(cell.Text) == 0 {
		switch {
		case r.fallback != nil:
			cell = rows.Cell{Kind: rows.Text, Text: r.fallback}
		case r.empty == reject:
			return dst, emptyProblem
		case r.empty == clearIt && cell.Kind != rows.Absent:
			return append(m.begin(dst, name), `""`...), ""
		default:
			return dst, ""
		}
	}
	dst = m.begin(dst, name)
	switch {
	case cell.Kind == rows.Number && r.typ == typeNumber:
		return appendNumber(dst, cell.Text, '.') // whatever the marks of text
	case cell.Kind == rows.Number && r.typ == typeInt:
		return appendInteger(dst, cell.Text)
	case cell.Kind == rows.Number && r.typ == asItStands, cell.Kind == rows.Boolean && (r.typ == asItStands || r.typ == typeBool):
		return append(dst, cell.Text...), sizeProblem(len(cell.Text))
	}
	return r.appendTyped(dst, cell.Text, m.last)
}

// nested appends an object or an array, which only JSONL and expressions have,
// as it stands.
func (m *Mapper) nested(dst, name []byte, r *rule, text []byte) ([]byte, string) {
	fits := r.typ == asItStands || r.typ == typeJSON || r.typ == typeList && text[0] == '['
	if !fits {
		return dst, fmt.Sprintf("%s is not of type %s", quoted(text), r.typ)
	}
	if p := sizeProblem(len(text)); p != "" {
		return dst, p
	}
	return append(m.begin(dst, name), text...), ""
}

// kept is what Mapper.rest knows of a name.
type kept struct {
	name string
	json []byte // as memberName has it; nil: it is not sent
}

// rest appends the names of a JSONL object that the mapping does not mention.
func (m *Mapper) rest(dst []byte, r *rows.Row) (_ []byte, ok bool) {
	keep := rule{empty: m.plan.mapping.empty}
	columns := m.parser.Columns()
	for _, i := range r.Order {
		name, problem := columns[i].Name, ""
		k := m.keptName(i, name)
		switch {
		case k.json == nil:
			continue
		case len(name) > customerio.MaxAttributeName:
			problem = fmt.Sprintf("the attribute's name is %d bytes; the limit is %d", len(name), customerio.MaxAttributeName)
		default:
			dst, problem = m.value(dst, k.json, &keep, r.Cells[i])
		}
		if problem != "" {
			return dst, m.refuse(name, name, problem)
		}
	}
	return dst, true
}

// keptName looks up what to do with a name. A parser that has seen very many
// names gives the column to another one.
func (m *Mapper) keptName(column int, name string) *kept {
	for column >= len(m.kept) {
		m.kept = append(m.kept, kept{})
	}
	k := &m.kept[column]
	if k.name != name {
		*k = kept{name: name}
		if !m.plan.named[name] && !reserved(name) {
			k.json = memberName(name)
		}
	}
	return k
}
