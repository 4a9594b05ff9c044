package mapping

import (
	"strconv"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/jsontext"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// recorder notes the parts of an operation while the mapper writes it. While there
// is one, the mapper continues after a problem, so that all that is wrong with a row
// shows.
type recorder struct {
	trace   convert.Trace // of the present part
	parts   []Part
	columns map[int]bool // that parts come from
}

// add notes a part: what it comes from, what was written of it, and what was wrong.
func (r *recorder) add(p Part, column int, cell rows.Cell, json []byte, problem string) {
	p.Cell, p.As, p.Problem = valueOf(cell), r.trace.As, problem
	for _, s := range r.trace.Steps {
		p.Steps = append(p.Steps, Step{s.Key, Value{s.Kind, s.Text}})
	}
	if problem == "" {
		p.JSON = string(json)
	}
	r.trace = convert.Trace{}
	r.columns[column] = true
	r.parts = append(r.parts, p)
}

// step notes a part that a step writes.
func (r *recorder) step(role string, s *step, cell rows.Cell, json []byte, problem string) {
	a := s.attribute
	p := Part{Role: role, Name: a.name, Source: FromColumn, From: a.column.column}
	switch {
	case a.constant != nil:
		p.Source = FromConstant
	case a.expr.Text != "":
		p.Source, p.From = FromExpr, a.expr.Text
	case a.rest:
		p.Source = FromRest
	}
	if seconds, err := strconv.ParseInt(string(json), 10, 64); err == nil && a.rule.Type == convert.Time {
		p.Time = timeIn(a.rule.Timestamp.Zone, seconds)
	}
	r.add(p, s.column, cell, json, problem)
}

func timeIn(zone *time.Location, seconds int64) string {
	if zone == nil {
		zone = time.UTC
	}
	return time.Unix(seconds, 0).In(zone).Format(time.RFC3339)
}

// identifier notes the identifier of a row's person or object, which k finds.
func (r *recorder) identifier(k *boundKey, row *rows.Row, value []byte, problem string) {
	cell := row.Cells[k.at]
	var json []byte
	if r.trace.As = "identifier"; problem == "" {
		trimmed, change := cell, "without cio_"
		if !k.anyText() {
			trimmed.Text = convert.Trim(cell.Text)
		}
		if k.Match == customerio.Phone {
			change = "country: " + k.Country
		}
		r.trace.Note("trim", cell, trimmed)
		r.trace.Note(change, trimmed, rows.Cell{Kind: cell.Kind, Text: value})
		json = jsontext.AppendString(nil, value)
	}
	r.add(Part{Role: MatchPart, Name: string(k.Match), Source: FromColumn, From: k.column}, k.at, cell, json, problem)
}

// time notes an event's timestamp, if it has one.
func (r *recorder) time(s *step, cell rows.Cell, at int64, dated bool, problem string) {
	var json []byte
	if dated {
		json = strconv.AppendInt(nil, at, 10)
	}
	r.step(TimePart, s, cell, json, problem)
}

// id notes an event's id, which comes from a column if it is given and is derived
// otherwise. s is nil where no column may give it.
func (r *recorder) id(s *step, given bool, cell rows.Cell, json []byte, problem string) {
	if given {
		r.step(IDPart, s, cell, json, problem)
		return
	}
	column := -1
	if s != nil {
		column = s.column
	}
	r.trace = convert.Trace{}
	r.add(Part{Role: IDPart, Name: "id", Source: Derived}, column, rows.Cell{}, json, problem)
}
