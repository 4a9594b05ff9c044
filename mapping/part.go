package mapping

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
)

// matchPart explains the identifier.
func (m *Mapper) matchPart(r *rows.Row) Part {
	match := m.plan.mapping.match
	cell := r.Cells[m.plan.key]
	p := Part{Role: MatchPart, Name: string(match), Source: FromColumn, From: m.plan.mapping.key.column, Cell: valueOf(cell), As: "identifier"}
	value, _, problem := m.key()
	if p.Problem = problem; problem != "" {
		return p
	}
	text := cell.Text
	if match != customerio.ID {
		text = trimmed(text)
		p.step("trim", cell, rows.Cell{Kind: cell.Kind, Text: text})
	}
	change := "without cio_"
	if match == customerio.Phone {
		change = "country: " + m.plan.mapping.country
	}
	p.step(change, rows.Cell{Kind: cell.Kind, Text: text}, rows.Cell{Kind: cell.Kind, Text: value})
	p.JSON = string(rows.AppendJSONString(nil, value))
	return p
}

// step notes a change, if there is one.
func (p *Part) step(name string, from, to rows.Cell) {
	if from.Kind != to.Kind || !bytes.Equal(from.Text, to.Text) {
		p.Steps = append(p.Steps, Step{name, valueOf(to)})
	}
}

// attributeParts explains the attributes, and notes the columns that they are of.
func (m *Mapper) attributeParts(r *rows.Row, columns map[int]bool) (parts []Part) {
	for i := range m.plan.steps {
		s := &m.plan.steps[i]
		columns[s.column] = true
		parts = append(parts, m.attributePart(s, r))
	}
	if !m.plan.restJSON {
		return parts
	}
	keep := rule{empty: m.plan.mapping.empty}
	names := m.parser.Columns()
	for _, i := range r.Order {
		name := names[i].Name
		k := m.keptName(i, name)
		if k.json == nil {
			continue
		}
		columns[i] = true
		p := Part{Role: AttributePart, Name: name, Source: FromRest, From: name, Cell: valueOf(r.Cells[i])}
		if len(name) > customerio.MaxAttributeName {
			p.Problem = fmt.Sprintf("the attribute's name is %d bytes; the limit is %d", len(name), customerio.MaxAttributeName)
		} else {
			m.convert(&p, &attribute{rule: keep}, k.json, r.Cells[i])
		}
		parts = append(parts, p)
	}
	return parts
}

func (m *Mapper) attributePart(s *step, r *rows.Row) Part {
	a := s.attribute
	p := m.begun(AttributePart, s)
	if a.constant != nil {
		p.JSON = string(a.constant)
		return p
	}
	cell, problem := m.cell(s, r)
	p.Cell = valueOf(cell)
	if p.Problem = problem; problem == "" {
		m.convert(&p, a, s.name, cell)
	}
	return p
}

// begun returns a part that knows its source.
func (m *Mapper) begun(role string, s *step) Part {
	a := s.attribute
	p := Part{Role: role, Name: a.name, Source: FromColumn, From: a.column.column}
	switch {
	case a.constant != nil:
		p.Source = FromConstant
	case a.expr.text != "":
		p.Source, p.From = FromExpr, a.expr.text
	case a.place == place{} && role == AttributePart:
		p.Source = FromRest
	}
	return p
}

// cell returns what a step takes its value from, as step does.
func (m *Mapper) cell(s *step, r *rows.Row) (rows.Cell, string) {
	if s.column >= 0 {
		return r.Cells[s.column], ""
	}
	v, problem := m.env.run(s.program)
	if problem != "" {
		return rows.Cell{}, problem
	}
	return resultCell(v)
}

// convert explains what value makes of a cell, and has value make it.
func (m *Mapper) convert(p *Part, a *attribute, name []byte, cell rows.Cell) {
	out, problem := m.value(nil, name, &a.rule, cell)
	if p.Problem = problem; problem == "" && len(out) > 0 {
		p.JSON = string(out[len(name):])
	}
	cell = p.prepare(&a.rule, cell)
	if len(cell.Text) > 0 || a.fallback != nil {
		p.fall(&a.rule, cell)
		p.As = a.converts(cell.Kind)
		p.moment(a)
		return
	}
	switch {
	case a.empty == reject:
		p.As = "empty: reject"
	case cell.Kind == rows.Absent:
		p.As = "not in this row"
	case a.empty == clearIt:
		p.As = "empty: clear"
	default:
		p.As = "empty: omit"
	}
}

// prepare notes each step of rule.prepare that changes the cell: it is asked for the
// first of them, then for one more, then for all.
func (p *Part) prepare(r *rule, cell rows.Cell) rows.Cell {
	if cell.Kind == rows.JSON {
		return cell
	}
	if cell.Kind == rows.Null {
		cell.Text = nil
	}
	trims, listed := *r, *r
	trims.values, trims.lower, trims.upper = nil, false, false
	listed.lower, listed.upper = false, false
	cased := "lower"
	if r.upper {
		cased = "upper"
	}
	last := cell
	for _, s := range []struct {
		name string
		rule *rule
	}{{"trim", &trims}, {"values", &listed}, {cased, r}} {
		next, _ := s.rule.prepare(cell, nil)
		p.step(s.name, last, next)
		last = next
	}
	return last
}

// fall notes that the default stands in for an empty cell.
func (p *Part) fall(r *rule, cell rows.Cell) {
	if len(cell.Text) == 0 && r.fallback != nil {
		p.Steps = append(p.Steps, Step{"default", Value{rows.Text, string(r.fallback)}})
	}
}

// converts names the conversion, with the options that the mapping gives it.
func (a *attribute) converts(kind rows.Kind) string {
	if a.typ == asItStands {
		return map[bool]string{true: "as it stands", false: "text"}[kind == rows.Number || kind == rows.Boolean || kind == rows.JSON]
	}
	words := []string{string(a.typ)}
	_, laid := a.options["layout"]
	if a.typ == typeTime && !laid {
		words = append(words, a.timestamp.layout)
	}
	for _, b := range belongs {
		switch o, given := a.options[b.option]; {
		case !given:
		case b.option == "layout" || b.option == "zone":
			words = append(words, o.value.text)
		default:
			words = append(words, b.option+": "+o.value.spelt())
		}
	}
	return strings.Join(words, " ")
}

// spelt writes a value on one line, about as the mapping has it.
func (n node) spelt() string {
	if n.kind != listNode {
		return strconv.Quote(n.text)
	}
	var items []string
	for _, item := range n.items {
		items = append(items, item.text)
	}
	return "[" + strings.Join(items, ", ") + "]"
}

// moment says in words which point in time is sent.
func (p *Part) moment(a *attribute) {
	seconds, err := strconv.ParseInt(p.JSON, 10, 64)
	if a.typ != typeTime || err != nil {
		return
	}
	zone := a.timestamp.zone
	if zone == nil {
		zone = time.UTC
	}
	p.Moment = time.Unix(seconds, 0).In(zone).Format(time.RFC3339)
}
