package mapping

import (
	"fmt"
	"slices"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/mapping/expression"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/oklog/ulid/v2"
)

// Mapper writes the operations of an input's rows. It belongs to one goroutine.
type Mapper struct {
	plan    *Plan
	terms   Terms
	parser  *rows.Parser
	values  *convert.Converter
	env     expression.Environment
	ids     deriver
	names   []restName   // by column of the parser; rest: keep, of JSONL
	keep    convert.Rule // of those names
	record  *recorder    // for Explain; nil in a run
	effects *Effects     // nil where no one asks
	row     *rows.Row
	action  Action
	prefix  []byte    // of the row's operation, up to the identifier's value
	by      *boundKey // that identifies the row's person or object
	leading bool      // the operation begins with an object
	textual bool      // attributes of the operation are text, as those of devices are
	direct  bool      // ids of digits are sent without a second look
	live    bool      // the row's operation may start a campaign
	instead string    // the row that is sent instead of this one
	count   int       // attributes of the row's operation

	mostBytes, mostAttributes int // that the service accepts of the action

	refusal customerio.Rejection

	findings Findings
}

// Mapper returns a new mapper of the plan, which must be bound to in, on a run's
// terms.
func (p *Plan) Mapper(in *rows.Input, terms Terms) *Mapper {
	if !slices.ContainsFunc(terms.Seeds, func(s Seed) bool { return s.Input == "" }) {
		terms.Seeds = append(slices.Clip(terms.Seeds), SeedOf("", in.Size, in.Digest, ""))
	}
	m := &Mapper{plan: p, terms: terms, parser: in.Parser(p.names),
		values: convert.New(terms.Begun, 0), ids: deriver{seeds: terms.Seeds, known: terms.IDs, cells: p.cells}}
	m.keep.Empty = p.mapping.empty
	if terms.Effects {
		m.effects = new(Effects)
	}
	m.turn(p.mapping.verb) // of every row, unless a column names it
	m.env.Begin(p.reads)
	return m
}

// turn makes the mapper write operations of an action.
func (m *Mapper) turn(a Action) {
	p := m.plan
	m.action, m.leading, m.textual = a, p.object != nil && p.mapping.leads(a), a == DeviceAdd
	if m.leading {
		m.by = &p.object.boundKey
	} else if len(p.keys) > 0 {
		m.by = &p.keys[0]
	}
	m.prefix = m.by.prefix[a]
	m.direct = !m.leading && len(p.keys) == 1 && m.by.Match == customerio.ID && m.effects == nil
	m.setLimits()
}

// Rejection says why the last Append came to Rejected. Its Index means nothing.
func (m *Mapper) Rejection() customerio.Rejection { return m.refusal }

// Found returns what the mapper has found in the rows since the last call, besides
// their verdicts.
func (m *Mapper) Found() Findings {
	found := m.findings
	m.findings = Findings{}
	return found
}

// Row returns the row of the last Append, until the next.
func (m *Mapper) Row() *rows.Row { return m.row }

// Action is what the last operation does.
func (m *Mapper) Action() Action { return m.action }

// Live reports whether the last operation is an event that may start campaigns.
func (m *Mapper) Live() bool { return m.live }

// Effects returns those of the last operation; nil unless Terms ask for them.
func (m *Mapper) Effects() *Effects { return m.effects }

// Instead names the row that is sent instead of the last one, a Duplicate.
func (m *Mapper) Instead() string { return m.instead }

// Explain is Append with its reasons. It continues after the first problem, so that
// all that is wrong with a row shows; the outcome and the operation are Append's.
func (m *Mapper) Explain(b *rows.Block, i int) Explanation { return explain(m, b, i) }

// Append appends the operation of record i of b to dst and returns the hash of
// the person's identifier: operations with the same hash must be sent in order.
// Unless the outcome is Send, dst comes back as it was.
func (m *Mapper) Append(dst []byte, b *rows.Block, i int) (_ []byte, hash uint64, _ Outcome) {
	r := m.parser.Row(b, i)
	m.row, m.live = r, false
	if !m.terms.Shard.has(m) {
		return dst, 0, Elsewhere
	}
	if outcome := m.check(r); outcome != Send {
		return dst, 0, outcome
	}
	start := len(dst)
	dst, hash, ok := m.identifier(dst, r)
	if !ok {
		return dst[:start], 0, Rejected
	}
	if d := m.terms.Duplicates; d != nil {
		if row := m.terms.FirstRow + b.Start.Row + int64(i); d.Surplus.Has(row) {
			return dst[:start], 0, m.duplicate(d, row)
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

// check decides what is known before anything is written.
func (m *Mapper) check(r *rows.Row) Outcome {
	if !m.terms.Class.Takes(string(r.Report.Reason)) {
		return Filtered
	}
	if r.Odd.Passed() {
		return Filtered
	}
	if r.Broken != nil {
		m.refusal = brokenRejection(r.Broken)
		return Rejected
	}
	if len(m.plan.reads) > 0 {
		if r.Faulty && !m.sound(r) {
			return Rejected
		}
		m.env.Load(r)
	}
	if outcome := m.filter(); outcome != Send {
		return outcome
	}
	if !pickAction(m, r) {
		return Rejected
	}
	return Send
}

// sound rejects a row of a workbook with an error in a cell that expressions use.
func (m *Mapper) sound(r *rows.Row) bool {
	for _, read := range m.plan.reads {
		if cell := r.Cells[read.Column]; cell.Kind == rows.Faulty {
			return m.reject(rows.ReasonCell, "", inColumn(read.Name, rows.Fault(cell.Text)))
		}
	}
	return true
}

// filter evaluates the conditions for the row that was loaded.
func (m *Mapper) filter() Outcome {
	for _, w := range m.plan.where {
		v, problem := m.env.Run(w)
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

// duplicate is the outcome for a row whose person has another one.
func (m *Mapper) duplicate(d *Duplicates, row int64) Outcome {
	m.instead = d.instead(row)
	if d.Rule == LastDuplicate {
		return Duplicate
	}
	m.reject(rows.ReportDuplicate, "identifiers."+string(m.by.Match), inColumn(m.by.column, "the same person as "+m.instead))
	return Rejected
}

// finish appends what follows the identifier.
func (m *Mapper) finish(dst []byte, r *rows.Row) (_ []byte, outcome Outcome) {
	attributes, ok := `,"attributes":`, true
	switch anonymous := m.by.Match == customerio.AnonymousID; {
	case m.action == Member:
		return dst, Send
	case m.leading:
		if dst, ok = appendType(m, dst, r); !ok && m.record == nil {
			return dst, Rejected
		}
		dst = append(dst, '}')
	case anonymous:
		attributes = `,"data":`
	default:
		dst = append(dst, '}')
	}
	switch {
	case m.action.isEvent():
		if dst, outcome = appendEvent(m, dst, r); outcome != Send && m.record == nil {
			return dst, outcome
		}
	case m.action == Upsert:
		if dst, ok = appendTimestamp(m, dst, r); !ok && m.record == nil {
			return dst, Rejected
		}
	case m.action != ObjectUpsert:
		if dst, ok = appendDetails(m, dst, r); !ok {
			return dst, Rejected
		}
		return append(dst, '}'), Send
	}
	if dst, ok = m.attributes(append(dst, attributes...), r); !ok {
		return dst, Rejected
	}
	if m.plan.object != nil && m.action.limited() {
		if dst, ok = appendRelation(m, dst, r); !ok {
			return dst, Rejected
		}
	}
	return append(dst, '}'), Send
}

// DerivedID returns the id of the event that record i of b becomes, if it is derived
// from the row. It is for rows that Append came to Send for.
func (m *Mapper) DerivedID(b *rows.Block, i int) (id string, derived bool) {
	if !m.plan.mapping.Events() {
		return "", false
	}
	m.ids.last = ulid.ULID{}
	if _, _, outcome := m.Append(nil, b, i); outcome != Send || m.ids.last.IsZero() {
		return "", false
	}
	return m.ids.last.String(), true
}

// Origin returns the name of the input that record i of b, in a file of rejected
// rows, comes from; empty where the file does not say. rejected is false for a row
// that was added to the file by hand.
func (m *Mapper) Origin(b *rows.Block, i int) (name string, rejected bool) {
	r := m.parser.Row(b, i)
	if r.Report.Given && len(r.Report.Input) == 0 {
		return m.ids.only(), true
	}
	return string(r.Report.Input), r.Report.Given
}

// reject notes why the row is rejected, and returns false.
func (m *Mapper) reject(reason, field, message string) bool {
	if m.row.Faulty && reason == customerio.ReasonInvalid && rows.IsFault(message) {
		reason = rows.ReasonCell
	}
	m.refusal = customerio.Rejection{Reason: reason, Field: field, Message: message}
	return false
}
