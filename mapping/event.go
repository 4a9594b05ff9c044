package mapping

import (
	"fmt"
	"strconv"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/jsontext"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/oklog/ulid/v2"
)

// appendEvent appends what an event or a view has before its attributes. outcome is
// Send if it is to be sent.
func appendEvent(m *Mapper, dst []byte, r *rows.Row) (_ []byte, outcome Outcome) {
	e := m.plan.event
	switch m.action {
	case Page:
		e = m.plan.page
	case Screen:
		e = m.plan.screen
	}
	if e == nil {
		m.reject(customerio.ReasonRequired, string(m.action), fmt.Sprintf("the mapping has no key %q", m.action))
		return dst, Rejected
	}
	start := len(dst)
	dst, name, ok := appendName(m, append(dst, `,"name":`...), e, r)
	if !ok && m.record == nil {
		return dst[:start], Rejected
	}
	at, dated, ok := timeOf(m, e.timestamp, "timestamp", r)
	if !ok && m.record == nil {
		return dst[:start], Rejected
	}
	if m.live = !dated || at >= m.terms.LiveFrom; m.live && m.terms.NoTriggers && m.record == nil {
		return dst[:start], Filtered
	}
	if dated {
		dst = strconv.AppendInt(append(dst, `,"timestamp":`...), at, 10)
	}
	if !dated {
		at = undated
	}
	if m.by.Match == customerio.AnonymousID && m.action != Event {
		dst = append(append(append(dst, `,"type":"`...), m.action...), '"')
	}
	dst, ok = appendID(m, append(dst, `,"id":`...), e, r, name, at)
	if !ok {
		return dst[:start], Rejected
	}
	return dst, Send
}

// textOf returns the cell that a part of an event comes from, and its text: an
// empty one may have become the default. A constant has no cell.
func textOf(m *Mapper, s *step, r *rows.Row) (cell, text rows.Cell, problem string) {
	if c := s.attribute.constant; c != nil {
		return rows.Cell{}, rows.Cell{Kind: rows.Text, Text: c[1 : len(c)-1]}, ""
	}
	if s.column >= 0 {
		cell = r.Cells[s.column]
	} else {
		cell, problem = m.env.Cell(s.program)
	}
	if problem == "" {
		text, problem = m.values.Text(&s.attribute.rule, cell)
	}
	return cell, text, problem
}

// appendName appends the name, which the service would trim. name is nil where there
// is none.
func appendName(m *Mapper, dst []byte, e *boundEvent, r *rows.Row) (_, name []byte, ok bool) {
	a, start := e.name.attribute, len(dst)
	cell, text, problem := textOf(m, &e.name, r)
	reason := customerio.ReasonInvalid
	switch {
	case problem != "":
	case a.constant != nil:
		dst = append(dst, a.constant...)
	case len(text.Text) == 0:
		reason, problem = customerio.ReasonRequired, convert.EmptyProblem
	case len(text.Text) > customerio.MaxEventName:
		problem = fmt.Sprintf("the name is %d bytes; the limit is %d", len(text.Text), customerio.MaxEventName)
	default:
		dst = jsontext.AppendString(dst, text.Text)
	}
	if m.record != nil {
		m.record.step(NamePart, &e.name, cell, dst[start:], problem)
	}
	if problem != "" {
		return dst, nil, m.reject(reason, "name", inColumn(a.column.column, problem))
	}
	return dst, dst[start:], true
}

// timeOf returns the unix seconds of a part of the operation, where there is one. field
// names it in rejections.
func timeOf(m *Mapper, s *step, field string, r *rows.Row) (at int64, dated, ok bool) {
	if s == nil {
		return 0, false, true
	}
	a := s.attribute
	cell, text, problem := textOf(m, s, r)
	reason := customerio.ReasonInvalid
	switch {
	case problem != "":
	case len(text.Text) > 0:
		at, problem = m.values.Seconds(&a.rule, text.Text)
		dated = problem == ""
	case a.rule.Empty == convert.Reject:
		reason, problem = customerio.ReasonRequired, convert.EmptyProblem
	}
	if m.record != nil {
		m.record.time(s, cell, at, dated, problem)
	}
	if problem != "" {
		return 0, false, m.reject(reason, field, inColumn(a.column.column, problem))
	}
	return at, dated, true
}

// appendTimestamp appends when an upsert's change happened: the service ignores one that is
// older than what it has. A row of which only the time differs is unchanged.
func appendTimestamp(m *Mapper, dst []byte, r *rows.Row) (_ []byte, ok bool) {
	at, dated, ok := timeOf(m, m.plan.timestamp, "timestamp", r)
	if dated && !m.terms.Comparing {
		dst = strconv.AppendInt(append(dst, `,"timestamp":`...), at, 10)
	}
	return dst, ok
}

// appendID appends the id from its column, or the one that is derived from the row
// and at, its time in unix seconds.
func appendID(m *Mapper, dst []byte, e *boundEvent, r *rows.Row, name []byte, at int64) (_ []byte, ok bool) {
	id, given, column, problem := ulid.ULID{}, false, "", ""
	var cell, text rows.Cell
	if e.id != nil {
		cell, text, problem = textOf(m, e.id, r)
		if given = problem != "" || len(text.Text) > 0; given {
			column = e.id.attribute.column.column
		}
	}
	start := len(dst)
	switch {
	case problem != "":
	case given:
		var err error
		if id, err = ulid.ParseStrict(string(text.Text)); err != nil {
			problem = convert.Quote(text.Text) + " is not a ULID, 26 characters such as 01ARZ3NDEKTSV4RRFFQ69G5FAV"
		}
	case name != nil:
		id, problem = m.ids.derive(r, m.parser.Columns(), m.action, name, at)
	}
	if problem == "" && (given || name != nil) {
		dst = append(append(dst, '"'), make([]byte, ulid.EncodedSize)...)
		_ = id.MarshalTextTo(dst[start+1:]) // it fails for another size
		dst = append(dst, '"')
	}
	if m.record != nil {
		m.record.id(e.id, given, cell, dst[start:], problem)
	}
	if problem != "" {
		return dst, m.reject(customerio.ReasonInvalid, "id", inColumn(column, problem))
	}
	return dst, true
}
