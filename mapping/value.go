package mapping

import (
	"bytes"
	"fmt"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// attributes appends the attributes of what the row is about.
func (m *Mapper) attributes(dst []byte, r *rows.Row) (_ []byte, ok bool) {
	m.count = 0
	brace := len(dst) // the place of the first attribute's comma
	if m.plan.mapping.onlyUpdate && m.action == Upsert {
		dst = append(dst, `,"_update":true`...) // an option, which does not count as an attribute
	}
	switch m.action {
	case DeviceAdd:
		if dst, ok = m.members(dst, m.plan.ofDevice, r); !ok {
			return dst, false
		}
	case RelationshipAdd:
		if dst, ok = m.members(dst, m.plan.relation, r); !ok {
			return dst, false
		}
	}
	if m.action != RelationshipAdd {
		if dst, ok = m.members(dst, m.plan.steps, r); !ok {
			return dst, false
		}
	} else if dst, ok = m.members(dst, m.plan.unnamed, r); !ok {
		return dst, false
	}
	if m.plan.restJSON {
		if dst, ok = m.rest(dst, r); !ok {
			return dst, false
		}
	}
	if m.count > m.mostAttributes {
		return dst, m.reject(customerio.ReasonInvalid, "attributes",
			fmt.Sprintf("%d attributes; the limit is %d", m.count, m.mostAttributes))
	}
	return closed(dst, brace), true
}

// closed ends an object, of whose members each begins with a comma.
func closed(dst []byte, brace int) []byte {
	if len(dst) == brace {
		return append(dst, "{}"...)
	}
	dst[brace] = '{'
	return append(dst, '}')
}

// members appends what steps write, each after a comma.
func (m *Mapper) members(dst []byte, steps []step, r *rows.Row) (_ []byte, ok bool) {
	unwatched := m.record == nil && m.effects == nil && !m.textual
	plain := r.Plain && m.record == nil
	for i := range steps {
		s := &steps[i]
		if plain && s.plain && (unwatched || s.claims == "") { // the usual case, without detours
			if c := &r.Cells[s.column]; c.Kind == rows.Text && len(c.Text) > 0 && len(c.Text) <= m.mostBytes {
				dst = append(dst, s.quoted...)
				dst = append(dst, c.Text...)
				dst = append(dst, '"')
				m.count++
				continue
			}
		}
		if unwatched && s.simple {
			start, problem := len(dst), ""
			if dst, problem = m.values.AppendMember(dst, s.name, &s.attribute.rule, r.Cells[s.column]); problem == "" {
				if len(dst) > start {
					m.count++
				}
				continue
			}
			dst = dst[:start] // step says what is wrong
		}
		if dst, ok = m.step(dst, s, r); !ok && m.record == nil {
			return dst, false
		}
	}
	return dst, true
}

// step appends one attribute of the mapping.
func (m *Mapper) step(dst []byte, s *step, r *rows.Row) (_ []byte, ok bool) {
	a, start, problem := s.attribute, len(dst), ""
	cell := rows.Cell{}
	switch {
	case s.column >= 0:
		cell = r.Cells[s.column]
		dst, problem = m.values.AppendMember(dst, s.name, &a.rule, cell)
	case a.constant != nil:
		dst = append(append(dst, s.name...), a.constant...)
	default:
		if cell, problem = m.env.Cell(s.program); problem == "" {
			dst, problem = m.values.AppendMember(dst, s.name, &a.rule, cell)
		}
	}
	if problem != "" {
		problem = advised(&a.rule, problem)
	} else if m.textual {
		dst = asText(dst, start, s.name)
	}
	if m.record != nil {
		m.record.step(AttributePart, s, cell, valueIn(dst[start:], s.name), problem)
	}
	if problem != "" {
		return dst[:start], m.refuse(a.name, a.column.column, problem)
	}
	if a.apart && m.terms.Comparing {
		return dst[:start], true
	}
	if len(dst) > start {
		m.count++
	}
	if s.own >= 0 {
		m.countConverted(s.own, cell, valueIn(dst[start:], s.name))
	}
	if m.effects != nil && m.action.limited() {
		m.effects.attribute(a.name, s.claims, m.by.Match, valueIn(dst[start:], s.name))
	}
	return dst, true
}

// countConverted counts a value that was converted for the service: a text, or one that
// is sent in another form.
func (m *Mapper) countConverted(which int, cell rows.Cell, sent []byte) {
	if len(sent) > 0 && len(cell.Text) > 0 && (cell.Kind == rows.Text || !bytes.Equal(sent, cell.Text)) && m.record == nil {
		m.findings.Converted[which]++
	}
}

// advised adds what the rule advises to the problem of a value.
func advised(r *convert.Rule, problem string) string {
	if problem == convert.EmptyProblem || r.Advice == "" {
		return problem
	}
	return problem + "; " + r.Advice
}

// valueIn returns the value of a member that was written, or nothing.
func valueIn(member, name []byte) []byte {
	return member[min(len(name), len(member)):]
}

// refuse rejects the row for an attribute's value, which came from column unless
// that is empty.
func (m *Mapper) refuse(attribute, column, problem string) bool {
	reason := customerio.ReasonInvalid
	if problem == convert.EmptyProblem {
		reason = customerio.ReasonRequired
	}
	return m.reject(reason, "attributes."+attribute, inColumn(column, problem))
}

// restName is what Mapper.rest knows of a name.
type restName struct {
	name   string
	json   []byte           // as memberName has it; nil: it is not sent
	quoted []byte           // and the quote that text begins with; nil where there is more to do
	claims customerio.Match // the identifier that it gives to the person
	own    int              // which of the serviceAttributes it is; -1: none
}

// rest appends the names of a JSONL object that the mapping does not mention.
func (m *Mapper) rest(dst []byte, r *rows.Row) (_ []byte, ok bool) {
	columns := m.parser.Columns()
	plain := r.Plain && m.record == nil
	for _, i := range r.Order {
		name, start, problem := columns[i].Name, len(dst), ""
		k := m.restName(i, name)
		if plain && k.quoted != nil && (m.effects == nil || k.claims == "") { // the usual case
			if c := &r.Cells[i]; c.Kind == rows.Text && len(c.Text) > 0 && len(c.Text) <= m.mostBytes {
				dst = append(dst, k.quoted...)
				dst = append(dst, c.Text...)
				dst = append(dst, '"')
				m.count++
				continue
			}
		}
		switch {
		case k.json == nil:
			continue
		case len(name) > customerio.MaxAttributeName:
			problem = fmt.Sprintf("the attribute's name is %d bytes; the limit is %d", len(name), customerio.MaxAttributeName)
		default:
			rule := &m.keep
			if k.own >= 0 {
				rule = &m.plan.served[k.own]
			}
			dst, problem = m.values.AppendMember(dst, k.json, rule, r.Cells[i])
			if problem == "" && m.textual {
				dst = asText(dst, start, k.json)
			}
			if problem != "" {
				problem = advised(rule, problem)
			} else if k.own >= 0 {
				m.countConverted(k.own, r.Cells[i], valueIn(dst[start:], k.json))
			}
		}
		if m.record != nil {
			m.record.add(Part{Role: AttributePart, Name: name, Source: FromRest, From: name}, i, r.Cells[i], valueIn(dst[start:], k.json), problem)
		}
		if problem != "" {
			if m.refuse(name, name, problem); m.record == nil {
				return dst, false
			}
			dst = dst[:start]
		}
		if len(dst) > start {
			m.count++
		}
		if m.effects != nil && m.action.limited() {
			m.effects.attribute(name, k.claims, m.by.Match, valueIn(dst[start:], k.json))
		}
	}
	return dst, true
}

// restName looks up what to do with a name. A parser that has seen very many names
// gives the column to another one.
func (m *Mapper) restName(column int, name string) *restName {
	for column >= len(m.names) {
		m.names = append(m.names, restName{})
	}
	k := &m.names[column]
	if k.name != name {
		*k = restName{name: name, own: -1, claims: claimed(name)}
		if !m.plan.named[name] && !reserved(name) {
			k.json = memberName(name)
		}
		if m.plan.served != nil {
			if own := serviceAttribute(name); own >= 0 && served(m.plan.mapping, own) {
				k.own = own
			}
		}
		if k.json != nil && k.own < 0 && len(name) <= customerio.MaxAttributeName {
			k.quoted = append(memberName(name), '"')
		}
	}
	return k
}

// setLimits sets the limits of the action: the service bounds what is kept of a
// person or an object, but of an event only the whole.
func (m *Mapper) setLimits() {
	m.mostBytes, m.mostAttributes = customerio.MaxAttributeValue, customerio.MaxAttributes
	if !m.action.limited() {
		m.mostBytes, m.mostAttributes = customerio.MaxOperation, customerio.MaxOperation
	}
	m.values.SetLimit(m.mostBytes)
}
