package mapping

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping/expression"
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
	Record     string               // the record unchanged, where it cannot be used
	Conditions []Condition          // of `where`
	Parts      []Part               // what the operation is made of, in its order
	Unsent     []Unsent             // the other columns
	NotRow     string               // what the record is, if it is not a row
	Operation  []byte               // exactly as Append writes it; nil unless the outcome is Send
}

// Condition is what one expression of `where` comes to.
type Condition struct {
	Text    string
	Holds   bool
	Problem string // why it cannot be evaluated
}

// The roles of parts.
const (
	MatchPart     = "match"
	AttributePart = "attribute"
	NamePart      = "name" // of an event; of a page view, its URL
	TimePart      = "timestamp"
	IDPart        = "id" // of an event or a page view
	DevicePart    = "device"
)

// The sources of parts. Rest is a column that only rest: keep sends.
const (
	FromColumn   = "column"
	FromRest     = "rest"
	FromExpr     = "expr"
	FromConstant = "value"
	Derived      = "derived"
)

// Part is one value of an operation: the text that it comes from, what happens to it
// step by step, and the JSON that is sent.
type Part struct {
	Role    string
	Name    string // of the attribute, or the match field
	Source  string
	From    string // the column's name, or the expression
	Cell    Value  // as the row has it; of an expression, its result
	Steps   []Step // that changed the text, in their order
	As      string // what it is converted to, or what an empty one comes to
	JSON    string // as it is in the operation; empty: nothing is sent
	Time    string // of a timestamp: the same as a date
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

// explain maps a row as Append does, and then again with a recorder.
func explain(m *Mapper, b *rows.Block, i int) Explanation {
	op, _, outcome := m.Append(nil, b, i)
	r := m.row
	e := Explanation{Row: r.Number, Line: r.Line, Outcome: outcome, Action: m.action}
	switch outcome {
	case Rejected:
		e.Rejection = m.refusal
	case Send:
		e.Operation, e.Live = op, m.live
	}
	spec := m.plan.mapping
	if r.Broken != nil {
		if r.Odd.Passed() {
			e.NotRow = r.Broken.Message
		}
		e.Record = string(r.Raw)
		if spec.operationBy.column != "" {
			e.Action = ""
		}
		return e
	}
	for i, w := range m.plan.where {
		v, problem := m.env.Run(w)
		e.Conditions = append(e.Conditions, Condition{spec.where[i].Text, v == true, problem})
	}
	rec := &recorder{columns: map[int]bool{}}
	m.record, m.values.Trace = rec, &rec.trace
	if e.Action = ""; pickAction(m, r) {
		e.Action = m.action
		m.identifier(nil, r)
		m.finish(nil, r)
	} else {
		m.identifier(nil, r)
	}
	m.record, m.values.Trace = nil, nil
	e.Parts = rec.parts
	e.Unsent = unsent(m, e.Action, rec.columns)
	return e
}

// unsent returns the columns that no part comes from, and why.
func unsent(m *Mapper, action Action, columns map[int]bool) (all []Unsent) {
	r := m.row
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
			all = append(all, Unsent{name, valueOf(r.Cells[i]), whyUnsent(m, name, i, action)})
		}
	}
	return all
}

func whyUnsent(m *Mapper, name string, column int, action Action) string {
	p := m.plan
	first, indexed := p.index[name]
	switch {
	case name == "":
		return "the column has no name"
	case slices.Contains(rows.ReportColumns, name):
		return "it is of an earlier run's report"
	case name == p.mapping.operationBy.column:
		return "it says the operation"
	case p.cells != nil && indexed && first != column:
		return "an earlier column has the same name"
	case action == "":
		return "the operation is not known"
	case action == DeviceRemove || action == RelationshipRemove || action == Merge:
		return string(action) + " takes no attributes"
	case !action.attributed():
		return string(action) + " takes the identifier alone"
	case slices.ContainsFunc(p.mapping.attributes, func(a attribute) bool { return a.name == name }) && p.mapping.keepRest:
		return "the mapping sets the attribute of this name otherwise"
	case p.named[name]:
		return "the mapping has it for another operation"
	case p.mapping.keepRest && reserved(name):
		return "the name is reserved by Customer.io"
	case slices.ContainsFunc(p.reads, func(r expression.Read) bool { return r.Name == expression.Known(name) }):
		return "rest: drop; expressions read it"
	}
	return "rest: drop"
}

func valueOf(c rows.Cell) Value { return Value{c.Kind, string(c.Text)} }
