package mapping

import (
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/rows"
)

// happeningParts explains what an event or a page view has besides attributes.
func (m *Mapper) happeningParts(r *rows.Row, columns map[int]bool) (parts []Part) {
	h := m.plan.event
	if m.action == Page {
		h = m.plan.page
	}
	if h == nil {
		return nil
	}
	name, json := m.namePart(h, r)
	parts = append(parts, name)
	columns[h.name.column] = true
	if h.timestamp != nil {
		columns[h.timestamp.column] = true
		p := m.sourced(TimePart, h.timestamp, r)
		at, dated, ok := m.happeningTime(h, r)
		if m.judge(&p, ok); dated && ok {
			p.JSON = strconv.FormatInt(at, 10)
			p.moment(h.timestamp.attribute)
		}
		parts = append(parts, p)
	}
	id := Part{Role: IDPart, Name: "id", Source: Derived}
	if h.id != nil {
		columns[h.id.column] = true
		if given := m.sourced(IDPart, h.id, r); given.As == "" || given.Problem != "" {
			id = given
		}
	}
	if name.Problem == "" {
		value, ok := m.happeningID(h, r, json)
		if m.judge(&id, ok); ok {
			id.JSON = `"` + value.String() + `"`
		}
	}
	return append(parts, id)
}

// namePart explains the name, which is also returned as the id is derived from it.
func (m *Mapper) namePart(h *boundHappening, r *rows.Row) (Part, []byte) {
	p := m.sourced(NamePart, &h.name, r)
	_, json, ok := m.happeningName(nil, h, r)
	if m.judge(&p, ok); ok {
		p.JSON = string(json)
	}
	return p, json
}

// judge notes the problem of a part that rejects its row.
func (m *Mapper) judge(p *Part, ok bool) {
	if !ok {
		p.Problem = strings.TrimPrefix(m.refusal.Message, m.inColumn(p.From, ""))
	}
}

// sourced explains what source makes of a part of an event. As is empty unless the
// text is.
func (m *Mapper) sourced(role string, s *step, r *rows.Row) Part {
	a := s.attribute
	p := m.begun(role, s)
	if a.constant != nil {
		return p
	}
	cell, problem := m.cell(s, r)
	p.Cell = valueOf(cell)
	if problem != "" || cell.Kind == rows.JSON {
		p.Problem = problem // of JSON, happeningName and the others say
		return p
	}
	cell = p.prepare(&a.rule, cell)
	tight := rows.Cell{Kind: cell.Kind, Text: trimmed(cell.Text)}
	p.step("trim", cell, tight)
	switch p.fall(&a.rule, tight); {
	case len(tight.Text) == 0 && a.fallback == nil:
		p.As = "empty"
	case role == TimePart:
		p.As = a.converts(tight.Kind)
	}
	return p
}
