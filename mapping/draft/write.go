package draft

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// writer writes a draft.
type writer struct {
	*sample
	strings.Builder
	checks int
	zoned  bool              // some layout needs the zone of the options
	match  *column           // nil: none was found
	field  customerio.Match  // empty: none was found
	used   map[string]string // attribute, in lower case, to its column

	incomplete bool // see Drafted
}

// write writes the draft, and makes sure that it is a mapping.
func (w *writer) write() (*Drafted, error) {
	if !w.options.Verb.OfObject() {
		w.writeMatch()
	}
	writeSubject(w)
	if w.options.event() {
		w.writeEvent()
	}
	if w.options.Verb == mapping.Member {
		w.writeSegment()
	}
	if w.options.attributed() {
		w.writeAttributes()
	}
	text := w.head() + w.String()
	out := &Drafted{YAML: []byte(text), Rows: w.rows, Whole: w.whole, Checks: w.checks, Match: w.field != "" || w.options.Verb.OfObject() && !w.incomplete, Incomplete: w.incomplete}
	return out, w.prove(out)
}

// prove parses and binds the draft, as the next command will. Without a match field
// it binds it by any column, because only the user knows which.
func (w *writer) prove(out *Drafted) error {
	m, err := mapping.Parse("draft", out.YAML, !out.Match)
	if err != nil || w.incomplete {
		return err
	}
	if !out.Match {
		for _, p := range w.columns {
			if w.unusable(p) == "" && w.known(p) && m.SetMatch("id="+p.name) == nil {
				break
			}
		}
		if m.MatchColumn() == "" {
			return nil // no column can be named: the comments say why
		}
	}
	if err := m.SetVerb(w.options.Verb); err != nil {
		return err
	}
	_, err = m.Bind(w.in)
	return err
}

// head returns the comments at the top. It is called last, as it counts the checks.
func (w *writer) head() string {
	var b strings.Builder
	comment := func(format string, args ...any) { fmt.Fprintf(&b, "# "+format+"\n", args...) }
	check := func(format string, args ...any) {
		w.checks++
		comment("CHECK: "+format, args...)
	}
	comment("Drafted by ciobulk init from %s: %s, %s.", shown(w.in.Name), plural(int64(len(w.columns)), "column"), w.which())
	if w.broken > 0 {
		check("%d of them cannot be read: %s; plan shows why.", w.broken, rejected(w.broken))
	}
	if w.more {
		check("there are more columns than the %d that were read.", maxColumns)
	}
	if w.firstRow != "" {
		check("%s", w.firstRow)
	}
	advice := w.options.Advice
	if row := w.early.header(w.in); row > 0 {
		text := ""
		if advice.Header != nil {
			text = advice.Header(row)
		}
		check("%s.", withAdvice(fmt.Sprintf("the header seems to be in row %d, after a title", row), ": ", text))
	}
	if !w.whole {
		comment("%s. plan shows which of them would be rejected.", withAdvice("The rows after them were not read", ": ", advice.All))
	}
	if w.zoned {
		comment("%s.", withAdvice("Times without a zone are read as times of "+w.options.Zone, "; ", advice.Zone))
	}
	if w.checks > 0 {
		comment("Open questions are marked CHECK (%d).", w.checks)
	}
	if w.options.Next != "" {
		comment("Next: %s", rows.Printable(w.options.Next))
	}
	fmt.Fprintf(&b, "\noperation: %s\n\n", w.options.Verb)
	return b.String()
}

// check writes an open question.
func (w *writer) check(indent, text string) {
	w.checks++
	w.line("%s# CHECK: %s", indent, text)
}

func (w *writer) line(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

// lacks asks for a column that nothing can stand in for.
func (w *writer) lacks(what, line string) {
	w.incomplete = true
	w.check("", "no column has the name of "+what+":")
	w.line("# %s", line)
}

// counted asks about rows that would be rejected for an empty cell.
func (w *writer) counted(indent string, p *column, part string) {
	if lacking := w.good() - p.filled; lacking > 0 {
		w.check(indent, fmt.Sprintf("%s without %s would be rejected", plural(lacking, "row"), part))
	}
}

// writeMatch writes the match field.
func (w *writer) writeMatch() {
	if w.options.Match != "" {
		w.givenMatch()
		return
	}
	all := w.candidates()
	if len(all) == 0 {
		w.noMatch()
		return
	}
	w.chosen(all[0], "by its name")
	for _, c := range all[1:] {
		w.line("# or: {%s: %s}  # %s", c.field, yamlText(c.p.name), strings.Join(slices.Concat([]string{c.p.counts()}, c.flaws, c.doubts), "; "))
	}
}

// chosen writes the match field, and what speaks against it.
func (w *writer) chosen(c candidate, why string) {
	w.match, w.field = c.p, c.field
	for _, flaw := range append(c.flaws, c.doubts...) {
		w.check("", flaw)
	}
	column := yamlText(c.p.name)
	if c.phone != nil && c.phone.rule.Country != "" {
		column = fmt.Sprintf("{column: %s, country: %s}", column, c.phone.rule.Country)
	}
	w.line("match: {%s: %s}  # %s; %s", c.field, column, why, c.p.counts())
}

// givenMatch writes the match field of the options. Its column exists.
func (w *writer) givenMatch() {
	m, _ := mapping.FromMatch(w.options.Match) // complete has called it
	for _, p := range w.columns {
		if p.name == m.MatchColumn() {
			w.chosen(w.candidate(p, m.Match()), "as requested")
			return
		}
	}
	w.field = m.Match()
	w.line("match: {%s: %s}  # as requested", m.Match(), yamlText(m.MatchColumn()))
}

// noMatch asks for a match field.
func (w *writer) noMatch() {
	w.check("", "no column has the name of an identifier; choose the column that identifies people:")
	if names := w.uniques(); len(names) > 0 && w.firstRow == "" {
		w.line("# different in every row: %s", shown(convert.Listed(names)))
	}
	w.line("# match: {id: COLUMN}  # or email, cio_id, phone")
}

// writeSegment writes a segment, which only the user can name.
func (w *writer) writeSegment() {
	w.line("")
	w.check("", "this is the file's name; write the name or the id of a manual segment:")
	w.line("segment: %s", yamlText(w.stem("Newsletter")))
}

// writeAttributes writes the columns that are not used yet.
func (w *writer) writeAttributes() {
	if w.match != nil {
		w.used[string(w.field)] = w.match.name
	}
	var lines []string
	var beyond []string
	sent := 0
	for _, p := range w.columns {
		switch {
		case p == w.match || p.taken || slices.Contains(rows.ReportColumns, p.name):
		case sent == customerio.MaxAttributes && w.options.limited():
			beyond = append(beyond, p.name)
		default:
			text, is := w.attributeLines(p)
			lines = append(lines, text)
			if is {
				sent++
			}
		}
	}
	key := "attributes"
	if w.options.Verb == mapping.RelationshipAdd {
		key = "relationship"
	}
	if sent == 0 {
		w.line("\n%s: {}", key)
	} else {
		w.line("\n%s:", key)
	}
	w.WriteString(strings.Join(lines, ""))
	if len(beyond) > 0 {
		w.check("  ", fmt.Sprintf("a person has at most %d attributes, so the following columns are left out:", customerio.MaxAttributes))
	}
	for _, name := range beyond {
		w.line("  # %q", shown(name))
	}
}
