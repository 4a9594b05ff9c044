package mapping

import (
	"fmt"
	"slices"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
)

// Plan is a mapping bound to the columns of an input. It does not change, and
// goroutines may share it.
type Plan struct {
	// Notes are what a user should know and what is no mistake.
	Notes []string

	mapping     *Mapping
	names       []string          // JSONL: the columns that parsers must know, in order
	index       map[string]int    // name to column
	prefix      map[Action][]byte // an operation up to the identifier's value
	key         int               // the match column
	operation   int               // the column that says what the operation is; -1: none
	event, page *boundHappening   // nil: no row may be one
	report      []bool            // CSV: by column: it is a report's, from an earlier run
	steps       []step
	where       []program
	reads       []read
	named       map[string]bool // names that rest does not send again
	restJSON    bool            // rest: keep, of JSONL
}

// step appends one attribute.
type step struct {
	attribute *attribute
	name      []byte // a comma, the quoted name and a colon
	quoted    []byte // and the quote that text begins with
	plain     bool   // text is sent as it stands
	column    int    // -1 where there is none
	program   program
}

// Bind checks the mapping against an input and compiles it. Errors are of type
// *Error.
func (m *Mapping) Bind(in *rows.Input) (*Plan, error) {
	p := &Plan{mapping: m, index: make(map[string]int), named: make(map[string]bool), prefix: make(map[Action][]byte), operation: -1}
	if in.Format == rows.CSV {
		for i, c := range in.Columns {
			if _, twice := p.index[c.Name]; !twice && c.Name != "" {
				p.index[c.Name] = i
			}
			p.report = append(p.report, slices.Contains(rows.ReportColumns, c.Name))
		}
	}
	var err error
	if p.key, err = p.resolve(m.key, in, true); err != nil {
		return nil, err
	}
	for _, a := range m.Actions() {
		p.prefix[a] = a.prefix(m.match)
	}
	if err := p.bindAction(in); err != nil {
		return nil, err
	}
	if !m.sendsAttributes() {
		return p, p.bindWhere(in)
	}
	for i := range m.attributes {
		if err := p.add(&m.attributes[i], in); err != nil {
			return nil, err
		}
	}
	if err := p.bindWhere(in); err != nil {
		return nil, err
	}
	return p, p.bindRest(in)
}

// bindWhere compiles the conditions.
func (p *Plan) bindWhere(in *rows.Input) error {
	for _, e := range p.mapping.where {
		w, err := p.mapping.compile(e, in, true)
		if err == nil {
			err = p.use(w, e, in)
		}
		if err != nil {
			return err
		}
		p.where = append(p.where, w)
	}
	return nil
}

// resolve finds the column that r asks for. A JSONL input has no header: a
// name is taken at its word, but one that its first objects do not have is
// noted, or refused where no row can do without.
func (p *Plan) resolve(r reference, in *rows.Input, needed bool) (int, error) {
	m := p.mapping
	switch n := count(in, r.column); {
	case n > 1:
		return 0, m.wrongAt(r, "rename one of them", "%d columns of %s are called %q", n, in.Name, r.column)
	case n == 0 && in.Format == rows.CSV:
		return 0, m.wrongAt(r, columnHint(r.column, in), "there is no column %q in %s", r.column, in.Name)
	case n == 0 && needed:
		return 0, m.wrongAt(r, columnHint(r.column, in), "none of the first objects of %s has %q", in.Name, r.column)
	case n == 0:
		note := fmt.Sprintf("none of the first objects of %s has %q", in.Name, r.column)
		if hint := meant(r.column, columnNames(in)); hint != "" {
			note += "; " + hint
		}
		if !slices.Contains(p.Notes, note) {
			p.Notes = append(p.Notes, note)
		}
	}
	return p.column(r.column), nil
}

// wrongAt is wrong for a reference that may have come by a flag.
func (m *Mapping) wrongAt(r reference, hint, format string, args ...any) *Error {
	if r.flag != "" {
		return &Error{File: r.flag, Msg: fmt.Sprintf(format, args...), Hint: hint}
	}
	return m.wrong(r.place, hint, format, args...)
}

// column returns the column of a name, a new one if need be (JSONL).
func (p *Plan) column(name string) int {
	if i, ok := p.index[name]; ok {
		return i
	}
	p.index[name] = len(p.names)
	p.names = append(p.names, name)
	return p.index[name]
}

// columnHint says which column may have been meant, or which ones there are.
func columnHint(written string, in *rows.Input) string {
	names := columnNames(in)
	if hint := meant(written, names); hint != "" || len(names) == 0 {
		return hint
	}
	return "there are " + listed(names)
}

func columnNames(in *rows.Input) []string {
	var names []string
	for _, c := range in.Columns {
		if c.Name != "" {
			names = append(names, c.Name)
		}
	}
	return names
}

// bindAction binds what the action of a row depends on.
func (p *Plan) bindAction(in *rows.Input) (err error) {
	if by := p.mapping.operationBy; by.column != "" {
		if p.operation, err = p.resolve(by, in, true); err != nil {
			return err
		}
		p.named[by.column] = true
	}
	return p.bindHappenings(in)
}

func (p *Plan) add(a *attribute, in *rows.Input) error {
	s, err := p.step(a, in, false)
	if err != nil {
		return err
	}
	s.plain = s.column >= 0 && !a.prepares() && !a.trims()
	p.named[a.name] = true
	p.steps = append(p.steps, s)
	return nil
}

// step binds where a value comes from. needed says that no row can do without.
func (p *Plan) step(a *attribute, in *rows.Input, needed bool) (s step, err error) {
	s = step{attribute: a, name: memberName(a.name), quoted: append(memberName(a.name), '"'), column: -1}
	switch {
	case a.expr.text != "":
		if s.program, err = p.mapping.compile(a.expr, in, false); err == nil {
			err = p.use(s.program, a.expr, in)
		}
	case a.constant == nil:
		s.column, err = p.resolve(a.column, in, needed)
		p.named[a.column.column] = true
	}
	return s, err
}

// memberName returns what stands before the value of an attribute. The first one's
// comma gives way to a brace.
func memberName(name string) []byte {
	return append(rows.AppendJSONString([]byte{','}, name), ':')
}

// bindRest adds the columns that nothing names, if the mapping keeps them.
func (p *Plan) bindRest(in *rows.Input) error {
	if !p.mapping.keepRest {
		return nil
	}
	p.named[p.mapping.key.column] = true
	if in.Format == rows.JSONL {
		p.restJSON = true
		return nil
	}
	for _, c := range in.Columns {
		if c.Name == "" || p.named[c.Name] || slices.Contains(rows.ReportColumns, c.Name) {
			continue
		}
		if reserved(c.Name) {
			p.Notes = append(p.Notes, fmt.Sprintf("column %q is not sent: the name is reserved by Customer.io", c.Name))
			continue
		}
		if len(c.Name) > customerio.MaxAttributeName {
			return p.wrongRest(in, "the name of column %.40q… is %d bytes; the limit for attributes is %d", c.Name, len(c.Name), customerio.MaxAttributeName)
		}
		if n := count(in, c.Name); n > 1 {
			return p.wrongRest(in, "%d columns are called %q, and all columns are sent", n, c.Name)
		}
		a := &attribute{name: c.Name, column: reference{column: c.Name}, rule: rule{empty: p.mapping.empty}}
		if err := p.add(a, in); err != nil {
			return err
		}
	}
	return nil
}

// wrongRest returns an error about a column that only "rest: keep" sends.
func (p *Plan) wrongRest(in *rows.Input, format string, args ...any) error {
	return &Error{File: in.Name, Msg: fmt.Sprintf(format, args...), Hint: "rename the column, or name the columns to send in the attributes of a mapping"}
}

// count returns how many columns of the input have the name.
func count(in *rows.Input, name string) (n int) {
	for _, c := range in.Columns {
		if c.Name == name {
			n++
		}
	}
	return n
}
