package mapping

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/jsontext"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/oklog/ulid/v2"
)

// Mapper writes the operations of an input's rows. It belongs to one goroutine.
type Mapper struct {
	plan    *Plan
	terms   Terms
	parser  *rows.Parser
	values  *convert.Converter
	env     environment
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
	m.env.values, m.env.reads = map[string]any{budgetName: &m.env.budget}, p.reads
	m.env.vm.MemoryBudget = maxList
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
	if len(m.env.reads) > 0 {
		if r.Faulty && !m.sound(r) {
			return Rejected
		}
		m.env.load(r)
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
	for _, read := range m.env.reads {
		if cell := r.Cells[read.column]; cell.Kind == rows.Faulty {
			return m.reject(rows.ReasonCell, "", inColumn(read.name, rows.Fault(cell.Text)))
		}
	}
	return true
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
		if dst, ok = appendType(m, append(dst, ','), r); !ok && m.record == nil {
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
		if dst, outcome = m.event(dst, r); outcome != Send && m.record == nil {
			return dst, outcome
		}
	case m.action == Upsert:
		if dst, ok = m.timestamp(dst, r); !ok && m.record == nil {
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

// identify returns the value that the row's person or object is found by, as it is
// sent, or why there is none. It settles which key that is.
func (m *Mapper) identify() (value []byte, reason, problem string) {
	if m.leading {
		return m.by.Identifier.read(m.row.Cells[m.by.at])
	}
	m.by, value, reason, problem = m.person()
	if len(m.plan.keys) > 1 {
		m.prefix = m.by.prefix[m.action]
	}
	return value, reason, problem
}

// person returns the key that the row's person is found by, the first whose cell is
// neither empty nor a word for nothing, and its value as it is sent, or why there is none.
func (m *Mapper) person() (by *boundKey, value []byte, reason, problem string) {
	keys := m.plan.keys
	if by = &keys[0]; len(keys) > 1 {
		at := slices.IndexFunc(keys, func(k boundKey) bool { return !k.nothing(m.row.Cells[k.at]) })
		if by = &keys[max(at, 0)]; at < 0 {
			return by, nil, customerio.ReasonRequired, m.noneFilled()
		}
	}
	value, reason, problem = by.Identifier.read(m.row.Cells[by.at])
	return by, value, reason, problem
}

// noneFilled says that no key identifies the row.
func (m *Mapper) noneFilled() string {
	columns, all := make([]string, 0, len(m.plan.keys)), "empty"
	for _, k := range m.plan.keys {
		columns = append(columns, fmt.Sprintf("%q", k.column))
		if cell := m.row.Cells[k.at]; len(convert.Trim(cell.Text)) > 0 && cell.Kind != rows.Null {
			all = "empty, or words for nothing"
		}
	}
	return "the columns " + strings.Join(columns, ", ") + " are all " + all
}

// Match returns the identifier that the person or object of the last row is found by.
func (m *Mapper) Match() customerio.Match { return m.by.Match }

func (m *Mapper) identifier(dst []byte, r *rows.Row) (_ []byte, hash uint64, ok bool) {
	if m.direct && m.record == nil {
		if c := &r.Cells[m.by.at]; (c.Kind == rows.Text || c.Kind == rows.Number) && m.findings.addDigits(c.Text, r.Number) { // the usual case
			dst = append(append(dst, m.prefix...), '"')
			dst = append(append(dst, c.Text...), '"')
			return dst, hashKey(customerio.ID, c.Text), true
		}
	}
	value, reason, problem := m.identify()
	if m.record != nil {
		m.record.identifier(m.by, m.row, value, problem)
	}
	match := m.by.Match
	if problem != "" {
		if reason == customerio.ReasonRequired && len(m.plan.keys) > 1 && !m.leading {
			return dst, 0, m.reject(reason, "identifiers", problem)
		}
		return dst, 0, m.reject(reason, "identifiers."+string(match), inColumn(m.by.column, problem))
	}
	if m.record == nil && (match == customerio.ID || match == customerio.ObjectID) {
		m.findings.AddID(value, r.Number)
	}
	if m.effects != nil {
		m.effects.person(value)
	}
	dst = append(dst, m.prefix...)
	if r.Plain {
		dst = append(append(append(dst, '"'), value...), '"')
	} else {
		dst = jsontext.AppendString(dst, value)
	}
	return dst, m.hash(value), true
}

// hash returns the hash of the identifier of the row's person or object.
func (m *Mapper) hash(value []byte) uint64 {
	h := hashKey(m.by.Match, value)
	if m.leading && m.plan.object.typeAt >= 0 {
		h = hashText(h, m.row.Cells[m.plan.object.typeAt].Text, false)
	}
	return h
}

// Identify returns who or what the operation of record i of b is about, as it is sent,
// and what it does to them: of a merge, the profile that vanishes. value points into the
// block or the mapper; it is nil where the row has none. matched names the identifier. It
// is for rows that Append came to Send for.
func (m *Mapper) Identify(b *rows.Block, i int) (value []byte, matched string, action Action) {
	m.row = m.parser.Row(b, i)
	if m.row.Broken != nil || !pickAction(m, m.row) {
		return nil, "", ""
	}
	if m.action == Merge {
		k := m.plan.merge
		value, _, _ = k.Identifier.read(m.row.Cells[k.at])
		return value, string(k.Match), m.action
	}
	value, _, _ = m.identify()
	return value, matchedBy(m), m.action
}

// Vanishing returns the hash of the profile or object that the operation of record i of b
// removes, where that is not the one that Append returned the hash of.
func (m *Mapper) Vanishing(b *rows.Block, i int, hash uint64) uint64 {
	if m.action != Merge {
		return hash
	}
	value, _, _ := m.Identify(b, i)
	return hashKey(m.plan.merge.Match, value)
}

// Finds reports whether record i of b is a row of the person whom value identifies,
// written as it is sent or as it is in the row. The case of emails does not matter.
func (m *Mapper) Finds(value []byte, b *rows.Block, i int) bool {
	m.row = m.parser.Row(b, i)
	if slices.ContainsFunc(m.plan.keys, func(k boundKey) bool { return k.at >= len(m.row.Cells) }) {
		return false // it could not be split
	}
	sent, _, problem := m.identify()
	same := bytes.Equal
	if m.by.Match == customerio.Email {
		same = bytes.EqualFold
	}
	return same(convert.Trim(m.row.Cells[m.by.at].Text), convert.Trim(value)) || problem == "" && same(sent, value)
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
