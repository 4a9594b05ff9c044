package mapping

import (
	"bytes"
	"fmt"
	"strconv"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/oklog/ulid/v2"
)

// happening says what an event or a page view is made of, besides attributes.
type happening struct {
	name      attribute // of an event; of a page, its URL
	timestamp attribute // where it has a source
	id        attribute // likewise
}

func (a *attribute) given() bool {
	return a.column.column != "" || a.expr.text != "" || a.constant != nil
}

func (m *Mapping) parseEvent(n node) error { return m.parseHappening(n, &m.event, "event", "name") }
func (m *Mapping) parsePage(n node) error  { return m.parseHappening(n, &m.page, "page", "url") }

func (m *Mapping) parseHappening(n node, h *happening, what, name string) error {
	if n.kind != mappingNode {
		return m.wrong(n.place, fmt.Sprintf(`for example "%s: {%s: {column: A Column}}"`, what, name), "%s must be keys and values", what)
	}
	if err := m.fields(n, what, m.happeningFields(h, name)); err != nil {
		return err
	}
	if !h.name.given() {
		return m.wrong(n.place, fmt.Sprintf("add for example %s: {column: A Column}", name), "%s has no %s", what, name)
	}
	return m.finishHappening(h, what)
}

// happeningFields are the parts of an event or, where name is "url", a page view.
func (m *Mapping) happeningFields(h *happening, name string) []field {
	part := func(name string, a *attribute) field {
		return field{name, func(n node) error {
			a.name, a.place = name, n.place
			return m.parseAttribute(n, a)
		}}
	}
	return []field{part(name, &h.name), part("timestamp", &h.timestamp), part("id", &h.id)}
}

// finishHappening checks what the parts' rules are.
func (m *Mapping) finishHappening(h *happening, what string) error {
	for _, a := range []*attribute{&h.name, &h.id} {
		if typed, _ := a.at("type"); a.typ != asItStands && a.typ != typeString {
			return m.wrong(typed, "drop the type", "%s of %s is text", a.name, what)
		}
		if a.constant != nil && a.constant[0] != '"' {
			return m.wrong(a.place, "put it in quotes", "%s of %s is text", a.name, what)
		}
	}
	if err := m.checkConstantName(&h.name, what); err != nil {
		return err
	}
	if h.id.constant != nil {
		return m.wrong(h.id.place, "name the column that it stands in, or drop it", "one id for all rows: the service would take the first and ignore the others")
	}
	t := &h.timestamp
	if typed, _ := t.at("type"); t.typ != asItStands && t.typ != typeTime {
		return m.wrong(typed, `write "type: timestamp", or drop the type`, "timestamp of %s is a timestamp", what)
	}
	if t.given() {
		if t.constant != nil {
			return m.wrong(t.place, "name the column that it stands in", "one timestamp for all rows")
		}
		t.typ = typeTime
		if t.timestamp.layout == "" {
			t.timestamp.layout = layoutUnixOrISO
		}
	}
	for _, a := range []*attribute{&h.name, &h.timestamp, &h.id} {
		if a.empty == inherit {
			a.empty = omit
		}
		if err := m.checkRule(a); err != nil {
			return err
		}
	}
	return nil
}

// checkConstantName refuses a name for all rows that no row can have.
func (m *Mapping) checkConstantName(a *attribute, what string) error {
	if a.constant == nil {
		return nil
	}
	text := bytes.TrimSpace(a.constant[1 : len(a.constant)-1])
	switch {
	case len(text) == 0:
		return m.wrong(a.place, "write a name", "the %s's %s is empty", what, a.name)
	case len(text) > customerio.MaxEventName && what == string(Event):
		return m.wrong(a.place, "choose a shorter name", "the event's name is %d bytes; the limit is %d", len(text), customerio.MaxEventName)
	}
	a.constant = append(append([]byte{'"'}, text...), '"')
	return nil
}

// boundHappening is a happening bound to columns.
type boundHappening struct {
	name      step
	timestamp *step // nil: there is none
	id        *step // nil: it is derived
}

// bindHappenings binds what the actions of the mapping need.
func (p *Plan) bindHappenings(in *rows.Input) (err error) {
	m := p.mapping
	if p.event, err = p.bindHappening(&m.event, Event, in); err == nil {
		p.page, err = p.bindHappening(&m.page, Page, in)
	}
	return err
}

// bindHappening binds one of the two. Without it in the mapping, the column
// called as the verb (event), or url, is meant, if the rows are all of them.
func (p *Plan) bindHappening(h *happening, action Action, in *rows.Input) (*boundHappening, error) {
	m := p.mapping
	if !h.name.given() {
		if m.verb != action {
			return nil, nil
		}
		column := map[Action]string{Event: "event", Page: "url"}[action]
		if count(in, column) == 0 {
			return nil, &Error{File: in.Name, Msg: fmt.Sprintf("nothing says what the %ss are called", action),
				Hint: fmt.Sprintf(`add to the mapping %s: {%s: {column: A Column}}, or call a column %s`, action, map[Action]string{Event: "name", Page: "url"}[action], column)}
		}
		h = &happening{name: attribute{name: "name", column: reference{column: column}}}
	}
	b := &boundHappening{}
	var err error
	if b.name, err = p.step(&h.name, in, m.verb == action); err != nil {
		return nil, err
	}
	if b.timestamp, err = p.optional(&h.timestamp, in); err != nil {
		return nil, err
	}
	b.id, err = p.optional(&h.id, in)
	return b, err
}

// optional binds a part that need not be there.
func (p *Plan) optional(a *attribute, in *rows.Input) (*step, error) {
	if !a.given() {
		return nil, nil
	}
	s, err := p.step(a, in, false)
	return &s, err
}

// happen appends what an event or a page view has before its attributes. outcome
// is Send if it is to be sent.
func (m *Mapper) happen(dst []byte, r *rows.Row) (_ []byte, outcome Outcome) {
	h := m.plan.event
	if m.action == Page {
		h = m.plan.page
	}
	if h == nil {
		m.reject(customerio.ReasonRequired, string(m.action), fmt.Sprintf("the mapping does not say what a row's %s is called", m.action))
		return dst, Rejected
	}
	start := len(dst)
	dst, name, ok := m.happeningName(append(dst, `,"name":`...), h, r)
	if !ok {
		return dst[:start], Rejected
	}
	at, dated, ok := m.happeningTime(h, r)
	if !ok {
		return dst[:start], Rejected
	}
	if m.live = !dated || at >= m.terms.LiveFrom; m.live && m.terms.NoTriggers {
		return dst[:start], Filtered
	}
	if dated {
		dst = strconv.AppendInt(append(dst, `,"timestamp":`...), at, 10)
	}
	id, ok := m.happeningID(h, r, name)
	if !ok {
		return dst[:start], Rejected
	}
	dst = append(dst, `,"id":"`...)
	n := len(dst)
	dst = append(dst, make([]byte, ulid.EncodedSize)...)
	_ = id.MarshalTextTo(dst[n:]) // it fails for another size
	return append(dst, '"'), Send
}

// source returns the cell that a part of a happening comes from, prepared; an
// empty one may have become the default.
func (m *Mapper) source(s *step, r *rows.Row) (rows.Cell, string) {
	a := s.attribute
	if a.constant != nil {
		return rows.Cell{Kind: rows.Text, Text: a.constant[1 : len(a.constant)-1]}, ""
	}
	cell := rows.Cell{}
	if s.column >= 0 {
		cell = r.Cells[s.column]
	} else {
		v, problem := m.env.run(s.program)
		if problem == "" {
			cell, problem = resultCell(v)
		}
		if problem != "" {
			return cell, problem
		}
	}
	if cell.Kind == rows.JSON {
		return cell, quoted(cell.Text) + " is neither text nor a number"
	}
	if cell.Kind == rows.Null {
		cell.Text = nil
	}
	cell, m.cased = a.prepare(cell, m.cased)
	cell.Text = trimmed(cell.Text)
	if len(cell.Text) == 0 && a.fallback != nil {
		cell = rows.Cell{Kind: rows.Text, Text: a.fallback}
	}
	return cell, ""
}

// happeningName appends the name, which the service would trim.
func (m *Mapper) happeningName(dst []byte, h *boundHappening, r *rows.Row) (_, name []byte, ok bool) {
	if c := h.name.attribute.constant; c != nil {
		return append(dst, c...), c, true
	}
	cell, problem := m.source(&h.name, r)
	reason := customerio.ReasonInvalid
	switch {
	case problem != "":
	case len(cell.Text) == 0:
		reason, problem = customerio.ReasonRequired, emptyProblem
	case len(cell.Text) > customerio.MaxEventName && m.action == Event:
		problem = fmt.Sprintf("the name is %d bytes; the limit is %d", len(cell.Text), customerio.MaxEventName)
	}
	if problem != "" {
		return dst, nil, m.refusePart(reason, "name", h.name.attribute, problem)
	}
	start := len(dst)
	dst = rows.AppendJSONString(dst, cell.Text)
	return dst, dst[start:], true
}

// happeningTime returns the timestamp in unix seconds, where there is one.
func (m *Mapper) happeningTime(h *boundHappening, r *rows.Row) (at int64, dated, ok bool) {
	if h.timestamp == nil {
		return 0, false, true
	}
	a := h.timestamp.attribute
	cell, problem := m.source(h.timestamp, r)
	if problem == "" && len(cell.Text) == 0 {
		if a.empty != reject {
			return 0, false, true
		}
		return 0, false, m.refusePart(customerio.ReasonRequired, "timestamp", a, emptyProblem)
	}
	if problem == "" {
		at, problem = a.timestamp.point(cell.Text, m.last)
	}
	if problem != "" {
		return 0, false, m.refusePart(customerio.ReasonInvalid, "timestamp", a, problem)
	}
	return at, true, true
}

// happeningID returns the id from its column, or the one that is derived.
func (m *Mapper) happeningID(h *boundHappening, r *rows.Row, name []byte) (id ulid.ULID, ok bool) {
	if h.id != nil {
		cell, problem := m.source(h.id, r)
		if problem == "" && len(cell.Text) > 0 {
			var err error
			if id, err = ulid.ParseStrict(string(cell.Text)); err != nil {
				problem = quoted(cell.Text) + " is not a ULID, 26 characters such as 01ARZ3NDEKTSV4RRFFQ69G5FAV"
			}
		}
		if problem != "" {
			return id, m.refusePart(customerio.ReasonInvalid, "id", h.id.attribute, problem)
		}
		if len(cell.Text) > 0 {
			return id, true
		}
	}
	return m.derive(r, name), true
}

// refusePart rejects the row for a part of an event that came out of a column, if
// it did.
func (m *Mapper) refusePart(reason, field string, a *attribute, problem string) bool {
	if a.column.column != "" {
		problem = m.inColumn(a.column.column, problem)
	}
	return m.reject(reason, field, problem)
}
