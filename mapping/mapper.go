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
	Filtered                 // `where` does not hold for it, or it is not asked for
	Rejected                 // it cannot be sent, see Rejection
	Elsewhere                // it is of another shard
	Duplicate                // another row of the person is sent instead, see Instead
)

// Mapper writes the operations of an input's rows. It belongs to one goroutine.
type Mapper struct {
	plan    *Plan
	terms   Terms
	parser  *rows.Parser
	row     *rows.Row
	env     environment
	action  Action
	prefix  []byte // of the present operation, up to the identifier's value
	live    bool   // the present operation may start a campaign
	instead string // the row that is sent instead of the present one
	digest  []byte // scratch
	last    int64  // the last second that is expected of timestamps
	count   int    // attributes of the present operation
	cased   []byte // scratch
	kept    []kept // by column of the parser; rest: keep, of JSONL
	refusal customerio.Rejection
}

// Mapper returns a new mapper of the plan, which must be bound to in, on a run's
// terms.
func (p *Plan) Mapper(in *rows.Input, terms Terms) *Mapper {
	if len(terms.Seeds) == 0 {
		terms.Seeds = []Seed{SeedOf("", in.Size, in.Digest, "")}
	}
	verb := p.mapping.verb // of every row, unless a column says it
	m := &Mapper{plan: p, terms: terms, parser: in.Parser(p.names), action: verb, prefix: p.prefix[verb],
		last: latest(terms.Begun)}
	if len(p.reads) > 0 {
		m.env = environment{values: make(map[string]any, len(p.reads)), reads: p.reads}
	}
	return m
}

// Rejection says why the last Append came to Rejected. Its Index means nothing.
func (m *Mapper) Rejection() customerio.Rejection { return m.refusal }

// Row returns the row of the last Append, until the next.
func (m *Mapper) Row() *rows.Row { return m.row }

// Action is what the last operation does.
func (m *Mapper) Action() Action { return m.action }

// Live reports whether the last operation is an event that may start campaigns.
func (m *Mapper) Live() bool { return m.live }

// Instead names the row that is sent instead of the last one, a Duplicate.
func (m *Mapper) Instead() string { return m.instead }

// Append appends the operation of record i of b to dst and returns the hash of
// the person's identifier: operations with the same hash must be sent in order.
// Unless the outcome is Send, dst comes back as it was.
func (m *Mapper) Append(dst []byte, b *rows.Block, i int) (_ []byte, hash uint64, _ Outcome) {
	r := m.parser.Row(b, i)
	m.row, m.live = r, false
	if !m.terms.Shard.has(m) {
		return dst, 0, Elsewhere
	}
	if outcome := m.look(r); outcome != Send {
		return dst, 0, outcome
	}
	start := len(dst)
	dst, hash, ok := m.identifier(dst, r)
	if !ok {
		return dst[:start], 0, Rejected
	}
	if d := m.terms.Duplicates; d != nil {
		if other, is := d.Instead(hash, m.terms.FirstRow+b.Start.Row+int64(i)); is {
			return dst[:start], 0, m.duplicate(d, other)
		}
	}
	dst, outcome := m.finish(dst, r)
	if n := len(dst) - start; outcome == Send && n > customerio.MaxOperation {
		m.reject(customerio.ReasonInvalid, "", fmt.Sprintf("the operation is %d bytes; the limit is %d", n, customerio.MaxOperation))
		outcome = Rejected
	}
	if outcome != Send {
		return dst[:start], 0, outcome
	}
	return dst, hash, Send
}

// look decides what can be told before anything is written.
func (m *Mapper) look(r *rows.Row) Outcome {
	if m.terms.Class != "" && !m.inClass(r) {
		return Filtered
	}
	if r.Broken != nil {
		m.refusal = brokenRejection(r.Broken)
		return Rejected
	}
	if len(m.env.reads) > 0 {
		m.env.load(r)
	}
	if outcome := m.filter(); outcome != Send {
		return outcome
	}
	if !m.pick(r) {
		return Rejected
	}
	return Send
}

// inClass reports whether a rejected row is to be looked at again. One that was
// rejected because its person has another row is not.
func (m *Mapper) inClass(r *rows.Row) bool {
	reason := string(r.Report.Reason)
	switch m.terms.Class {
	case UnknownClass:
		return reason == customerio.ReasonUnknown
	case RejectedClass:
		return reason != customerio.ReasonUnknown && reason != reasonDuplicate
	}
	return reason != reasonDuplicate
}

const reasonDuplicate = "duplicate"

// duplicate is the outcome for a row whose person has another one.
func (m *Mapper) duplicate(d *Duplicates, other int64) Outcome {
	m.instead = d.name(other)
	if d.rule == LastDuplicate {
		return Duplicate
	}
	m.reject(reasonDuplicate, "identifiers."+string(m.plan.mapping.match), m.inColumn(m.plan.mapping.key.column, "the same person as "+m.instead))
	return Rejected
}

// finish appends what follows the identifier.
func (m *Mapper) finish(dst []byte, r *rows.Row) (_ []byte, outcome Outcome) {
	if m.action == Member {
		return dst, Send
	}
	dst = append(dst, '}')
	switch {
	case m.action.Destructive():
		return append(dst, '}'), Send
	case m.action.isEvent():
		if dst, outcome = m.happen(dst, r); outcome != Send {
			return dst, outcome
		}
	}
	dst, ok := m.attributes(dst, r)
	if !ok {
		return dst, Rejected
	}
	return dst, Send
}

// Identify returns who the operation of record i of b is about, as it is sent,
// and what it does to them. value points into the block or the mapper; it is nil
// where the row has none. It is for rows that Append came to Send for.
func (m *Mapper) Identify(b *rows.Block, i int) (value []byte, action Action) {
	m.row = m.parser.Row(b, i)
	if m.row.Broken != nil || !m.pick(m.row) {
		return nil, ""
	}
	value, _, _ = m.key()
	return value, m.action
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
	return checkIdentifier(m.plan.mapping.match, cell.Text, m.plan.mapping.country)
}

func (m *Mapper) identifier(dst []byte, r *rows.Row) (_ []byte, hash uint64, ok bool) {
	match := m.plan.mapping.match
	value, reason, problem := m.key()
	if problem != "" {
		return dst, 0, m.reject(reason, "identifiers."+string(match), m.inColumn(m.plan.mapping.key.column, problem))
	}
	dst = append(dst, m.prefix...)
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
	dst = append(dst, `,"attributes":`...)
	brace := len(dst) // where the comma of the first attribute will stand
	if m.plan.mapping.onlyUpdate && m.action == Upsert {
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
