package mapping

import (
	"fmt"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
)

// Outcome is what becomes of a row before anything is sent.
type Outcome int

// The outcomes of Append.
const (
	Send     Outcome = iota // its operation was appended
	Filtered                // `where` does not hold for it
	Rejected                // it cannot be sent, see Rejection
)

// Mapper writes the operations of an input's rows. It belongs to one goroutine.
type Mapper struct {
	plan    *Plan
	parser  *rows.Parser
	row     *rows.Row
	env     environment
	count   int    // attributes of the present operation
	name    []byte // scratch
	refusal customerio.Rejection
}

// Mapper returns a new mapper of the plan, which must be bound to in.
func (p *Plan) Mapper(in *rows.Input) *Mapper {
	m := &Mapper{plan: p, parser: in.Parser(p.names)}
	if len(p.reads) > 0 {
		m.env = environment{values: make(map[string]any, len(p.reads)), reads: p.reads}
	}
	return m
}

// Rejection says why the last Append came to Rejected. Its Index means nothing.
func (m *Mapper) Rejection() customerio.Rejection { return m.refusal }

// Row returns the row of the last Append, until the next.
func (m *Mapper) Row() *rows.Row { return m.row }

// Append appends the operation of record i of b to dst and returns the hash of
// the person's identifier: operations with the same hash must be sent in order.
// Unless the outcome is Send, dst comes back as it was.
func (m *Mapper) Append(dst []byte, b *rows.Block, i int) (_ []byte, hash uint64, _ Outcome) {
	r := m.parser.Row(b, i)
	m.row = r
	if r.Broken != nil {
		m.refusal = brokenRejection(r.Broken)
		return dst, 0, Rejected
	}
	if len(m.env.reads) > 0 {
		m.env.load(r)
	}
	if outcome := m.filter(); outcome != Send {
		return dst, 0, outcome
	}
	start := len(dst)
	dst, hash, ok := m.identifier(dst, r)
	if ok {
		dst, ok = m.attributes(dst, r)
	}
	if ok && len(dst)-start > customerio.MaxOperation {
		ok = m.reject(customerio.ReasonInvalid, "", fmt.Sprintf("the operation is %d bytes; the limit is %d", len(dst)-start, customerio.MaxOperation))
	}
	if !ok {
		return dst[:start], 0, Rejected
	}
	return dst, hash, Send
}

func brokenRejection(b *rows.Broken) customerio.Rejection {
	message := b.Message
	if b.At > 0 {
		message = fmt.Sprintf("byte %d: %s", b.At, message)
	}
	if b.Column != "" {
		message = fmt.Sprintf("column %q, %s", b.Column, message)
	}
	return customerio.Rejection{Reason: b.Reason, Message: message}
}

// reject notes why the row is rejected, and returns false.
func (m *Mapper) reject(reason, field, message string) bool {
	m.refusal = customerio.Rejection{Reason: reason, Field: field, Message: message}
	return false
}

// filter evaluates the conditions for the row that was loaded.
func (m *Mapper) filter() Outcome {
	for _, w := range m.plan.where {
		v, problem := m.env.run(w)
		holds, isBool := v.(bool)
		switch {
		case problem != "":
			m.reject(customerio.ReasonInvalid, "where", problem)
			return Rejected
		case !isBool:
			m.reject(customerio.ReasonInvalid, "where", "the condition's result is neither true nor false")
			return Rejected
		case !holds:
			return Filtered
		}
	}
	return Send
}

func (m *Mapper) identifier(dst []byte, r *rows.Row) (_ []byte, hash uint64, ok bool) {
	match := m.plan.mapping.match
	cell := r.Cells[m.plan.key]
	field := "identifiers." + string(match)
	if cell.Kind == rows.JSON || cell.Kind == rows.Boolean {
		return dst, 0, m.reject(customerio.ReasonInvalid, field, m.inColumn(m.plan.mapping.key.column, quoted(cell.Text)+" is neither text nor a number"))
	}
	if cell.Kind == rows.Null {
		cell.Text = nil
	}
	value, reason, problem := checkIdentifier(match, cell.Text)
	if problem != "" {
		return dst, 0, m.reject(reason, field, m.inColumn(m.plan.mapping.key.column, problem))
	}
	dst = append(dst, m.plan.prefix...)
	dst = rows.AppendJSONString(dst, value)
	return dst, hashKey(match, value), true
}

func (m *Mapper) inColumn(column, problem string) string {
	return fmt.Sprintf("column %q: %s", column, problem)
}

func (m *Mapper) attributes(dst []byte, r *rows.Row) (_ []byte, ok bool) {
	m.count = 0
	dst = append(dst, `},"attributes":{`...)
	if m.plan.mapping.onlyUpdate {
		dst = append(dst, `"_update":true`...)
		m.count++
	}
	for i := range m.plan.steps {
		if dst, ok = m.step(dst, &m.plan.steps[i], r); !ok {
			return dst, false
		}
	}
	if m.plan.restJSON {
		if dst, ok = m.rest(dst, r); !ok {
			return dst, false
		}
	}
	if m.count > customerio.MaxAttributes {
		return dst, m.reject(customerio.ReasonInvalid, "attributes",
			fmt.Sprintf("%d attributes; the limit is %d", m.count, customerio.MaxAttributes))
	}
	return append(dst, '}', '}'), true
}

// begin appends what stands before an attribute's value.
func (m *Mapper) begin(dst, name []byte) []byte {
	if m.count > 0 {
		dst = append(dst, ',')
	}
	m.count++
	return append(dst, name...)
}

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
	if cell.Kind == rows.Null {
		cell.Text = nil
	}
	if cell.Kind == rows.JSON {
		return m.nested(dst, name, r, cell.Text)
	}
	text := r.prepare(cell.Text)
	if len(text) == 0 {
		switch {
		case r.fallback != nil:
			text, cell.Kind = r.fallback, rows.Text
		case r.empty == reject:
			return dst, emptyProblem
		case r.empty == clearIt && cell.Kind != rows.Absent:
			return append(m.begin(dst, name), `""`...), ""
		default:
			return dst, ""
		}
	}
	dst = m.begin(dst, name)
	if (cell.Kind == rows.Number || cell.Kind == rows.Boolean) && r.untouched() {
		return append(dst, text...), ""
	}
	return r.appendTyped(dst, text)
}

// nested appends an object or an array, which only JSONL and expressions have,
// as it stands.
func (m *Mapper) nested(dst, name []byte, r *rule, text []byte) ([]byte, string) {
	fits := r.typ == asItStands || r.typ == typeJSON || r.typ == typeList && text[0] == '['
	if !fits {
		return dst, fmt.Sprintf("%s is not a %s", quoted(text), r.typ)
	}
	if p := sizeProblem(len(text)); p != "" {
		return dst, p
	}
	return append(m.begin(dst, name), text...), ""
}

// rest appends the names of a JSONL object that the mapping does not mention.
func (m *Mapper) rest(dst []byte, r *rows.Row) (_ []byte, ok bool) {
	keep := rule{empty: m.plan.mapping.empty}
	for _, i := range r.Order {
		name := m.parser.Columns()[i].Name
		if m.plan.named[name] || reserved(name) || name == "" {
			continue
		}
		problem := ""
		if len(name) > customerio.MaxAttributeName {
			problem = fmt.Sprintf("the attribute's name is %d bytes; the limit is %d", len(name), customerio.MaxAttributeName)
		} else {
			m.name = append(rows.AppendJSONString(m.name[:0], name), ':')
			dst, problem = m.value(dst, m.name, &keep, r.Cells[i])
		}
		if problem != "" {
			return dst, m.refuse(name, name, problem)
		}
	}
	return dst, true
}
