package mapping

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/mapping/document"
	"github.com/ciobulk/ciobulk/mapping/expression"
	"github.com/ciobulk/ciobulk/rows"
)

// Plan is a mapping bound to the columns of an input. It does not change, and
// goroutines may share it.
type Plan struct {
	// Notes are what a user should know and what is not a mistake.
	Notes []string

	mapping             *Mapping
	names               []string       // JSONL: the columns that parsers must know, in order
	index               map[string]int // name to column
	keys                []boundKey     // of which the first that is filled identifies a row's person
	operation           int            // the column that names the operation; -1: none
	event, page, screen *boundEvent    // nil: no row may be one
	timestamp           *step          // of upserts; nil: there is none
	object              *boundObject   // nil: no row has one
	merge               *boundKey      // nil: no row may be a merge
	device              *boundDevice   // nil: no row has one
	ofDevice, relation  []step         // attributes of devices, and of relationships
	unnamed             []step         // attributes that only rest sends, of relationships
	cells               []namedCell    // CSV: the columns that ids are derived from, by their names
	steps               []step
	where               []expression.Program
	reads               []expression.Read
	named               map[string]bool // names that rest does not send again
	restJSON            bool            // rest: keep, of JSONL
	served              []convert.Rule  // with restJSON, of the serviceAttributes; nil: no row is an upsert
}

// boundKey is a key bound to its column.
type boundKey struct {
	*matchKey
	at     int               // the column
	prefix map[Action][]byte // an operation up to the identifier's value
}

// step appends one attribute.
type step struct {
	attribute *attribute
	name      []byte           // a comma, the quoted name and a colon
	quoted    []byte           // and the quote that text begins with
	plain     bool             // text is sent unchanged
	simple    bool             // it has a column, and nothing to do besides converting the cell
	claims    customerio.Match // the identifier that the attribute gives to the person
	column    int              // -1 where there is none
	program   expression.Program
	own       int // which of the serviceAttributes it is converted to; -1: none
}

// binder makes a Plan.
type binder struct {
	plan *Plan
	spec *Mapping
	in   *rows.Input
}

func newBinder(m *Mapping, in *rows.Input) *binder {
	p := &Plan{mapping: m, index: make(map[string]int), named: make(map[string]bool), operation: -1}
	if in.Format == rows.CSV {
		p.cells = namedCells(in.Columns)
		for i, c := range in.Columns {
			if _, twice := p.index[c.Name]; !twice && c.Name != "" {
				p.index[c.Name] = i
			}
		}
	}
	return &binder{p, m, in}
}

func (b *binder) bind() error {
	m := b.spec
	if err := b.bindKeys(); err != nil {
		return err
	}
	if err := b.bindAction(); err != nil {
		return err
	}
	if !slices.ContainsFunc(m.Actions(), Action.attributed) {
		return b.bindWhere() // other columns do not matter
	}
	if err := b.bindRelationship(); err != nil {
		return err
	}
	for i := range m.attributes {
		if err := b.add(&m.attributes[i]); err != nil {
			return err
		}
	}
	if err := b.bindWhere(); err != nil {
		return err
	}
	if err := b.bindRest(); err != nil {
		return err
	}
	b.noteDates()
	return nil
}

// bindKeys binds the columns that identify people. Rows that are found by different
// ones are of different people, as far as their order goes.
func (b *binder) bindKeys() error {
	var names []string
	if b.spec.verb == ObjectDelete {
		return nil // no one is related to it
	}
	for i := range b.spec.keys {
		k := boundKey{matchKey: &b.spec.keys[i], prefix: make(map[Action][]byte)}
		var err error
		if k.at, err = b.resolve(k.reference, i == 0); err != nil {
			return err
		}
		b.plan.named[k.column] = b.plan.named[k.column] || b.spec.verb.OfObject()
		for _, a := range b.spec.Actions() {
			if !b.spec.leads(a) {
				k.prefix[a] = a.prefix(k.Match, false)
			}
		}
		b.plan.keys, names = append(b.plan.keys, k), append(names, string(k.Match))
	}
	if len(names) > 1 {
		b.note("people are found by the first that is filled of %s; rows of one person are sent in their order only if the same one finds them", convert.Listed(names))
	}
	return nil
}

// noteDates names the columns of a workbook that show dates or percentages and are
// sent as text.
func (b *binder) noteDates() {
	for _, n := range []struct {
		columns []bool
		format  string
	}{
		{b.in.DateColumns, "%s: these columns show dates, which are sent as text such as 2025-12-31: %s; to send times, write type: timestamp, layout: excel and a zone"},
		{b.in.PercentColumns, "%s: these columns show percentages, which are sent as fractions, such as 0.25 for 25 %%: %s"},
	} {
		var names []string
		for _, s := range b.plan.steps {
			if s.column >= 0 && s.column < len(n.columns) && n.columns[s.column] && (s.attribute.rule.Type == convert.AsIs || s.attribute.rule.Type == convert.String) {
				names = append(names, fmt.Sprintf("%q", b.in.Columns[s.column].Name))
			}
		}
		if len(names) > 0 {
			b.plan.Notes = append(b.plan.Notes, fmt.Sprintf(n.format, b.in.Name, strings.Join(names, ", ")))
		}
	}
}

// bindAction binds what the action of a row depends on.
func (b *binder) bindAction() (err error) {
	p, m := b.plan, b.spec
	if by := m.operationBy; by.column != "" {
		if p.operation, err = b.resolve(by, true); err != nil {
			return err
		}
		p.named[by.column] = true
	}
	if p.event, err = b.bindEvent(&m.event, Event); err != nil {
		return err
	}
	if p.page, err = b.bindEvent(&m.page, Page); err != nil {
		return err
	}
	if p.screen, err = b.bindEvent(&m.screen, Screen); err != nil {
		return err
	}
	if slices.Contains(m.Actions(), Upsert) {
		if p.timestamp, err = b.optional(&m.timestamp); err != nil {
			return err
		}
	}
	if p.object, err = b.bindObject(); err != nil {
		return err
	}
	if p.merge, err = b.bindMerge(); err != nil {
		return err
	}
	p.device, err = b.bindDevice()
	return err
}

// bindWhere compiles the conditions.
func (b *binder) bindWhere() error {
	for _, e := range b.spec.where {
		w, err := b.compile(e, true)
		if err != nil {
			return err
		}
		b.plan.where = append(b.plan.where, w)
	}
	return nil
}

// compile compiles an expression, and adds the columns that it reads to the plan.
func (b *binder) compile(e expression.Source, boolean bool) (expression.Program, error) {
	program, uses, err := expression.Compile(e, b.in, boolean, func(name string) string { return columnHint(name, b.in) })
	if err != nil {
		return program, err
	}
	p := b.plan
	for _, u := range uses {
		column := 0
		switch {
		case slices.ContainsFunc(p.reads, func(r expression.Read) bool { return r.Name == expression.Known(u.Name) }):
			continue
		case u.Variable && b.in.Format == rows.CSV:
			continue
		case u.Variable:
			column = b.column(u.Name)
		default:
			if column, err = b.resolve(reference{u.Name, e.Node, e.Option}, false); err != nil {
				return program, err
			}
		}
		p.reads = append(p.reads, expression.Read{Name: expression.Known(u.Name), Column: column})
	}
	return program, nil
}

// resolve finds the column that r asks for. A JSONL input has no header: any name
// is accepted, but one that its first objects do not have is noted, or refused where
// every row needs it.
func (b *binder) resolve(r reference, needed bool) (int, error) {
	in := b.in
	switch n := count(in, r.column); {
	case n > 1:
		return 0, b.wrong(r, "rename one of them", "%d columns of %s are called %q", n, in.Name, r.column)
	case n == 0 && in.Format == rows.CSV:
		return 0, b.noColumn(r, "there is no column %q in %s", r.column, in.Name)
	case n == 0 && needed:
		return 0, b.noColumn(r, "none of the first objects of %s has %q", in.Name, r.column)
	case n == 0:
		note := fmt.Sprintf("none of the first objects of %s has %q", in.Name, r.column)
		if hint := document.Meant(r.column, columnNames(in)); hint != "" {
			note += "; " + hint
		}
		b.note("%s", note)
	}
	return b.column(r.column), nil
}

// note adds a note, once.
func (b *binder) note(format string, args ...any) {
	if note := fmt.Sprintf(format, args...); !slices.Contains(b.plan.Notes, note) {
		b.plan.Notes = append(b.plan.Notes, note)
	}
}

// wrong returns an error about a reference, where it is: in the document, in an
// option, or in neither.
func (b *binder) wrong(r reference, hint, format string, args ...any) *Error {
	if r.node.Given() {
		return r.node.Errorf(hint, format, args...)
	}
	e := &Error{Option: r.option, Msg: fmt.Sprintf(format, args...), Hint: hint}
	if e.Option == "" {
		e.File = b.in.Name
	}
	return e
}

func (b *binder) noColumn(r reference, format string, args ...any) *Error {
	e := b.wrong(r, columnHint(r.column, b.in), format, args...)
	e.Case = NoColumn
	if b.in.Format == rows.CSV && !b.in.NoHeader && slices.ContainsFunc(columnNames(b.in), func(name string) bool { return convert.ValueKind([]byte(name)) != "" }) {
		e.Case, e.Hint = NoHeader, "the header seems to be the first row"
	}
	return e
}

// column returns the column of a name, a new one if need be (JSONL).
func (b *binder) column(name string) int {
	p := b.plan
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
	if hint := document.Meant(written, names); hint != "" || len(names) == 0 {
		return hint
	}
	return "columns: " + convert.Listed(names)
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

// count returns how many columns of the input have the name.
func count(in *rows.Input, name string) (n int) {
	for _, c := range in.Columns {
		if c.Name == name {
			n++
		}
	}
	return n
}
