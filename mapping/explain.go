package mapping

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
)

// Explanation is what a mapping makes of one row, and why. It holds copies, which
// may be kept.
type Explanation struct {
	Row, Line  int64
	Outcome    Outcome
	Action     Action               // empty where the row says none that is known
	Rejection  customerio.Rejection // of a row that is rejected
	Live       bool                 // an event that may start campaigns
	Record     string               // the record as it stands, where it cannot be used
	Conditions []Condition          // of `where`
	Parts      []Part               // what the operation is made of, in its order
	Unsent     []Unsent             // the other columns
	Operation  []byte               // exactly as Append writes it; nil unless the outcome is Send
}

// Condition is what one expression of `where` comes to.
type Condition struct {
	Text    string
	Holds   bool
	Problem string // why it cannot be told
}

// The roles of parts.
const (
	MatchPart     = "match"
	AttributePart = "attribute"
	NamePart      = "name" // of an event; of a page view, its URL
	TimePart      = "timestamp"
	IDPart        = "id" // of an event or a page view
)

// The sources of parts. Rest is a column that only rest: keep sends.
const (
	FromColumn   = "column"
	FromRest     = "rest"
	FromExpr     = "expr"
	FromConstant = "value"
	Derived      = "derived"
)

// Part is one value of an operation: the text that it comes from, what becomes of
// it step by step, and the JSON that is sent.
type Part struct {
	Role    string
	Name    string // of the attribute, or the match field
	Source  string
	From    string // the column's name, or the expression
	Cell    Value  // as it stands in the row; of an expression, its result
	Steps   []Step // that changed the text, in their order
	As      string // what it is converted to, or what an empty one comes to
	JSON    string // as it stands in the operation; empty: nothing is sent
	Moment  string // of a timestamp: the same in words
	Problem string // why it rejects the row
}

// Value is a cell's kind and text, copied.
type Value struct {
	Kind rows.Kind
	Text string
}

// Step is one change of a text.
type Step struct {
	Name  string // the mapping's key that asks for it
	Value Value
}

// Unsent is a column that the operation has nothing of.
type Unsent struct {
	Column string
	Cell   Value
	Why    string
}

// Size returns how many bytes the service's limit for values counts.
func (p Part) Size() int {
	var text string
	if strings.HasPrefix(p.JSON, `"`) && json.Unmarshal([]byte(p.JSON), &text) == nil {
		return len(text)
	}
	return len(p.JSON)
}

// Explain is Append with its reasons. It goes on behind the first problem, so that
// all that is wrong with a row shows; the outcome and the operation are Append's.
func (m *Mapper) Explain(b *rows.Block, i int) Explanation {
	op, _, outcome := m.Append(nil, b, i)
	r := m.row
	e := Explanation{Row: r.Number, Line: r.Line, Outcome: outcome, Action: m.action}
	switch outcome {
	case Rejected:
		e.Rejection = m.refusal
	case Send:
		e.Operation, e.Live = op, m.live
	}
	if r.Broken != nil {
		e.Action, e.Record = m.plan.mapping.action(), string(r.Raw)
		return e
	}
	e.Conditions = m.conditions()
	if !m.pick(r) {
		e.Action = ""
	} else {
		e.Action = m.action
	}
	columns := map[int]bool{m.plan.key: true}
	e.Parts = append(e.Parts, m.matchPart(r))
	if e.Action.isEvent() {
		e.Parts = append(e.Parts, m.happeningParts(r, columns)...)
	}
	if e.Action.attributed() {
		e.Parts = append(e.Parts, m.attributeParts(r, columns)...)
	}
	e.Unsent = m.unsent(r, e.Action, columns)
	return e
}

// Finds reports whether record i of b is of the person whom value finds, spelt as it
// is sent or as it stands in the row. The case of emails does not matter.
func (m *Mapper) Finds(value []byte, b *rows.Block, i int) bool {
	m.row = m.parser.Row(b, i)
	if m.plan.key >= len(m.row.Cells) {
		return false // it could not be split
	}
	same := bytes.Equal
	if m.plan.mapping.match == customerio.Email {
		same = bytes.EqualFold
	}
	if same(trimmed(m.row.Cells[m.plan.key].Text), trimmed(value)) {
		return true
	}
	sent, _, problem := m.key()
	return problem == "" && same(sent, value)
}

// action is the one of all rows, or empty where a column says it.
func (m *Mapping) action() Action {
	if m.operationBy.column != "" {
		return ""
	}
	return m.verb
}

func (m *Mapper) conditions() (all []Condition) {
	for i, w := range m.plan.where {
		v, problem := m.env.run(w)
		all = append(all, Condition{m.plan.mapping.where[i].text, v == true, problem})
	}
	return all
}

// unsent returns the columns that no part comes from, and why.
func (m *Mapper) unsent(r *rows.Row, action Action, columns map[int]bool) (all []Unsent) {
	present := r.Order
	if r.Order == nil { // CSV
		present = make([]int, len(r.Cells))
		for i := range present {
			present[i] = i
		}
	}
	known := m.parser.Columns()
	for _, i := range present {
		if name := known[i].Name; !columns[i] && r.Cells[i].Kind != rows.Absent {
			all = append(all, Unsent{name, valueOf(r.Cells[i]), m.whyUnsent(name, i, action)})
		}
	}
	return all
}

func (m *Mapper) whyUnsent(name string, column int, action Action) string {
	p := m.plan
	first, indexed := p.index[name]
	switch {
	case name == "":
		return "the column has no name"
	case slices.Contains(rows.ReportColumns, name):
		return "it is of an earlier run's report"
	case name == p.mapping.operationBy.column:
		return "it says the operation"
	case p.report != nil && indexed && first != column:
		return "an earlier column has the same name"
	case action == "":
		return "the operation is not known"
	case !action.attributed():
		return string(action) + " takes the identifier alone"
	case slices.ContainsFunc(p.mapping.attributes, func(a attribute) bool { return a.name == name }) && p.mapping.keepRest:
		return "the mapping sets the attribute of this name otherwise"
	case p.named[name]:
		return "the mapping has it for another operation"
	case p.mapping.keepRest && reserved(name):
		return "the name is reserved by Customer.io"
	case slices.ContainsFunc(p.reads, func(r read) bool { return r.name == known(name) }):
		return "rest: drop; expressions read it"
	}
	return "rest: drop"
}

func valueOf(c rows.Cell) Value { return Value{c.Kind, string(c.Text)} }
