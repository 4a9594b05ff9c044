package mapping

import (
	"fmt"
	"slices"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/jsontext"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// add binds an attribute.
func (b *binder) add(a *attribute) error {
	if slices.ContainsFunc(b.spec.Actions(), Action.limited) {
		if err := a.checkLimit(); err != nil {
			return err
		}
	}
	a, own, err := serve(b, a)
	if err != nil {
		return err
	}
	s, err := b.step(a, false)
	if err != nil {
		return err
	}
	s.own = own
	s.claims = claimed(a.name)
	s.simple = s.column >= 0 && own < 0 && !a.apart
	s.plain = s.simple && a.rule.Plain()
	b.plan.named[a.name] = true
	b.plan.steps = append(b.plan.steps, s)
	if a.rest {
		b.plan.unnamed = append(b.plan.unnamed, s)
	}
	return nil
}

// step binds where a value comes from. needed says that every row needs it.
func (b *binder) step(a *attribute, needed bool) (s step, err error) {
	s = step{attribute: a, name: memberName(a.name), quoted: append(memberName(a.name), '"'), column: -1}
	switch {
	case a.expr.Text != "":
		s.program, err = b.compile(a.expr, false)
	case a.constant == nil:
		s.column, err = b.resolve(a.column, needed)
		b.plan.named[a.column.column] = true
	}
	return s, err
}

// optional binds a part that need not be there.
func (b *binder) optional(a *attribute) (*step, error) {
	if !a.given() {
		return nil, nil
	}
	s, err := b.step(a, false)
	return &s, err
}

// memberName returns what comes before the value of an attribute. A brace replaces
// the first one's comma.
func memberName(name string) []byte {
	return append(jsontext.AppendString([]byte{','}, name), ':')
}

// boundEvent is an event or a view bound to columns.
type boundEvent struct {
	name      step
	timestamp *step // nil: there is none
	id        *step // nil: it is derived
}

// The columns and keys that name events and views.
var (
	defaultColumns = map[Action]string{Event: "event", Page: "url", Screen: "screen"}
	nameKeys       = map[Action]string{Event: "name", Page: "url", Screen: "name"}
)

// bindEvent binds an event or a view. If the mapping does not have it and all rows are
// one, its name is in the column called event, url or screen.
func (b *binder) bindEvent(e *eventSpec, action Action) (*boundEvent, error) {
	if !e.name.given() {
		if b.spec.verb != action {
			return nil, nil
		}
		column := defaultColumns[action]
		if count(b.in, column) == 0 {
			return nil, &Error{File: b.in.Name, Case: NoColumn, Msg: fmt.Sprintf("the mapping does not name the %ss, and no column is called %s", action, column),
				Hint: fmt.Sprintf(`add to the mapping %s: {%s: {column: A Column}}, or call a column %s`, action, nameKeys[action], column)}
		}
		e = &eventSpec{name: attribute{name: "name", column: reference{column: column}}}
	}
	bound := &boundEvent{}
	var err error
	if bound.name, err = b.step(&e.name, b.spec.verb == action); err != nil {
		return nil, err
	}
	if bound.timestamp, err = b.optional(&e.timestamp); err != nil {
		return nil, err
	}
	bound.id, err = b.optional(&e.id)
	return bound, err
}

// bindRest adds the columns that nothing names, if the mapping keeps them.
func (b *binder) bindRest() error {
	p := b.plan
	if !b.spec.keepRest {
		return nil
	}
	p.named[b.spec.key().column] = true
	if b.in.Format == rows.JSONL {
		p.restJSON = true
		p.served = serviceRules(b.spec)
		for _, name := range columnNames(b.in) {
			if !p.named[name] {
				noteCase(b, name)
			}
		}
		return nil
	}
	for _, c := range b.in.Columns {
		if c.Name == "" || p.named[c.Name] || slices.Contains(rows.ReportColumns, c.Name) {
			continue
		}
		if reserved(c.Name) {
			p.Notes = append(p.Notes, fmt.Sprintf("column %q is not sent: the name is reserved by Customer.io", c.Name))
			continue
		}
		if err := b.addRest(c.Name); err != nil {
			return err
		}
	}
	return nil
}

// addRest adds a column as the attribute of its name.
func (b *binder) addRest(name string) error {
	if len(name) > customerio.MaxAttributeName {
		return b.wrongRest("the name of column %.40q… is %d bytes; the limit for attributes is %d", name, len(name), customerio.MaxAttributeName)
	}
	if n := count(b.in, name); n > 1 {
		return b.wrongRest("%d columns are called %q, and all columns are sent", n, name)
	}
	return b.add(&attribute{name: name, column: reference{column: name}, rest: true, rule: convert.Rule{Empty: b.spec.empty}})
}

// wrongRest returns an error about a column that only "rest: keep" sends.
func (b *binder) wrongRest(format string, args ...any) error {
	return &Error{File: b.in.Name, Msg: fmt.Sprintf(format, args...), Hint: "rename the column, or name the columns to send in the attributes of a mapping"}
}
