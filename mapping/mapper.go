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
	Send      Outcome = iota // its operation was appended
	Filtered                 // `where` does not hold for it
	Rejected                 // it cannot be sent, see Rejection
	Elsewhere                // it is of another shard
)

// Mapper writes the operations of an input's rows. It belongs to one goroutine.
type Mapper struct {
	plan    *Plan
	shard   Shard
	parser  *rows.Parser
	row     *rows.Row
	env     environment
	count   int    // attributes of the present operation
	cased   []byte // scratch
	kept    []kept // by column of the parser; rest: keep, of JSONL
	refusal customerio.Rejection
}

// Mapper returns a new mapper of the plan, which must be bound to in, for the rows
// of a shard.
func (p *Plan) Mapper(in *rows.Input, shard Shard) *Mapper {
	m := &Mapper{plan: p, shard: shard, parser: in.Parser(p.names)}
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
	if !m.shard.has(m) {
		return dst, 0, Elsewhere
	}
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
		if problem != "" {
			m.reject(customerio.ReasonInvalid, "where", problem)
			return Rejected
		}
		if v != true {
			return Filtered
		}
	}
	return Send
}

// key returns the value that the row's person is found by, as it is sent, or why
// there is none.
func (m *Mapper) key() (value []byte, reason, problem string) {
	cell := m.row.Cells[m.plan.key]
	switch cell.Kind {
	case rows.Null:
		cell.Text = nil
	case rows.JSON, rows.Boolean:
		return nil, customerio.ReasonInvalid, quoted(cell.Text) + " is neither text nor a number"
	}
	return checkIdentifier(m.plan.mapping.match, cell.Text)
}

func (m *Mapper) identifier(dst []byte, r *rows.Row) (_ []byte, hash uint64, ok bool) {
	match := m.plan.mapping.match
	value, reason, problem := m.key()
	if problem != "" {
		return dst, 0, m.reject(reason, "identifiers."+string(match), m.inColumn(m.plan.mapping.key.column, problem))
	}
	dst = append(dst, m.plan.prefix...)
	if r.Plain {
		dst = append(append(append(dst, '"'), value...), '"')
	} else {
		dst = rows.AppendJSONString(dst, value)
	}
	return dst, hashKey(match, value), true
}

func (m *Mapper) inColumn(column, problem string) string {
	return fmt.Sprintf("column %q: %s", column, problem)
}

func (m *Mapper) attributes(dst []byte, r *rows.Row) (_ []byte, ok bool) {
	m.count = 0
	dst = append(dst, `},"attributes":`...)
	brace := len(dst) // where the comma of the first attribute will stand
	if m.plan.mapping.onlyUpdate {
		dst = append(dst, `,"_update":true`...) // an option, which does not count as an attribute
	}
	for i := range m.plan.steps {
		s := &m.plan.steps[i]
		if s.plain && r.Plain { // the usual, without detours
			if c := &r.Cells[s.column]; c.Kind == rows.Text && len(c.Text) > 0 && len(c.Text) <= customerio.MaxAttributeValue {
				dst = append(dst, s.quoted...)
				dst = append(dst, c.Text...)
				dst = append(dst, '"')
				m.count++
				continue
			}
		}
		if dst, ok = m.step(dst, s, r); !ok {
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
	if len(dst) == brace {
		return append(dst, "{}}"...), true
	}
	dst[brace] = '{'
	return append(dst, "}}"...), true
}

// begin appends what stands before an attribute's value: a comma and its name, as
// memberName has them.
func (m *Mapper) begin(dst, name []byte) []byte {
	m.count++
	return append(dst, name...)
}
