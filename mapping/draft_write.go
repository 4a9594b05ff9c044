package mapping

import (
	"fmt"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
)

// write spells the draft, and makes sure that it is one.
func (d *draft) write() (*Drafted, error) {
	d.learn()
	var body strings.Builder
	p, field := d.writeMatch(&body)
	if d.options.Verb.isEvent() {
		d.writeHappening(&body, p)
	}
	if d.options.Verb == Upsert || d.options.Verb.isEvent() {
		d.writeAttributes(&body, p, field)
	}
	text := d.head(strings.Contains(body.String(), "zone: ")) + body.String()
	out := &Drafted{YAML: []byte(text), Rows: d.rows, Whole: d.whole, Checks: d.checks, Match: field != ""}
	return out, d.prove(out)
}

// prove parses and binds the draft, as the next command will. Without a match field
// it is bound by some column: which one is what the user must say.
func (d *draft) prove(out *Drafted) error {
	m, err := Parse("draft", out.YAML, !out.Match)
	if err != nil {
		return err
	}
	if !out.Match {
		for _, p := range d.profiles {
			if d.unusable(p) == "" && d.known(p) && m.SetMatch("id="+p.name) == nil {
				break
			}
		}
		if m.key.column == "" {
			return nil // no column can be named: the comments say why
		}
	}
	if err := m.SetVerb(d.options.Verb); err != nil {
		return err
	}
	_, err = m.Bind(d.in)
	return err
}

func (d *draft) head(zoned bool) string {
	var b strings.Builder
	comment := func(format string, args ...any) { fmt.Fprintf(&b, "# "+format+"\n", args...) }
	comment("Drafted by ciobulk init from %s: %s, %s.", shown(d.in.Name), plural(int64(len(d.profiles)), "column"), d.sample())
	if d.broken > 0 {
		d.checks++
		comment("CHECK: %d of them cannot be read: %s; plan tells why.", d.broken, rejected(d.broken))
	}
	if d.more {
		d.checks++
		comment("CHECK: there are more columns than the %d that were looked at.", maxDraftColumns)
	}
	if !d.whole {
		comment("What the rows behind them hold is not known: init --all reads every row, and plan tells what would be rejected.")
	}
	if zoned {
		comment("Times that name no zone are taken for those of %s; init --zone says otherwise.", d.options.Zone)
	}
	if d.checks > 0 {
		comment("Look at what is marked CHECK (%d).", d.checks)
	}
	if d.options.Next != "" {
		comment("Then: %s", printable(d.options.Next))
	}
	fmt.Fprintf(&b, "\noperation: %s\n\n", d.options.Verb)
	return b.String()
}

// checked writes a line that somebody must look at.
func (d *draft) checked(b *strings.Builder, indent, text string) {
	d.checks++
	fmt.Fprintf(b, "%s# CHECK: %s\n", indent, text)
}

// writeMatch writes the match field, and returns its column and what it is, or
// nothing where none was found.
func (d *draft) writeMatch(b *strings.Builder) (*profile, customerio.Match) {
	if d.options.Match != "" {
		return d.givenMatch(b)
	}
	all := d.candidates()
	if len(all) == 0 {
		d.noMatch(b)
		return nil, ""
	}
	d.chosen(b, all[0], "by its name")
	for _, c := range all[1:] {
		fmt.Fprintf(b, "# or: {%s: %s}  # %s\n", c.field, yamlText(c.p.name), strings.Join(append([]string{c.p.counts()}, c.flaws...), "; "))
	}
	return all[0].p, all[0].field
}

// chosen writes the match field, and what speaks against it.
func (d *draft) chosen(b *strings.Builder, c candidate, why string) {
	for _, flaw := range c.flaws {
		d.checked(b, "", flaw)
	}
	column := yamlText(c.p.name)
	if c.phone != nil && c.phone.rule.country != "" {
		column = fmt.Sprintf("{column: %s, country: %s}", column, c.phone.rule.country)
	}
	fmt.Fprintf(b, "match: {%s: %s}  # %s; %s\n", c.field, column, why, c.p.counts())
}

// givenMatch writes the match field that was asked for. Its column is there.
func (d *draft) givenMatch(b *strings.Builder) (*profile, customerio.Match) {
	m, _ := FromMatch(d.options.Match) // looked at before
	for _, p := range d.profiles {
		if p.name == m.key.column {
			d.chosen(b, d.candidate(p, m.match), "as asked for")
			return p, m.match
		}
	}
	fmt.Fprintf(b, "match: {%s: %s}  # as asked for\n", m.match, yamlText(m.key.column))
	return nil, m.match
}

// noMatch asks for a match field.
func (d *draft) noMatch(b *strings.Builder) {
	d.checked(b, "", "no column is called as an identifier is; choose the one that people are found by:")
	if names := d.uniques(); len(names) > 0 {
		fmt.Fprintf(b, "# different in every row: %s\n", shown(listed(names)))
	}
	b.WriteString("# match: {id: COLUMN}  # or email, cio_id, phone\n")
}

// writeAttributes writes the columns but those that are used already.
func (d *draft) writeAttributes(b *strings.Builder, match *profile, field customerio.Match) {
	if match != nil {
		d.used[string(field)] = match.name
	}
	var lines strings.Builder
	var beyond []string
	sent := 0
	for _, p := range d.profiles {
		switch {
		case p == match || p.taken || isReport(p.name):
		case sent == customerio.MaxAttributes:
			beyond = append(beyond, p.name)
		default:
			line, is := d.attributeLine(p, field)
			lines.WriteString(line)
			sent += map[bool]int{true: 1}[is]
		}
	}
	if sent == 0 {
		b.WriteString("\nattributes: {}\n")
	} else {
		b.WriteString("\nattributes:\n")
	}
	b.WriteString(lines.String())
	d.leaveOut(b, beyond)
}

// leaveOut names the columns that are too many.
func (d *draft) leaveOut(b *strings.Builder, columns []string) {
	if len(columns) == 0 {
		return
	}
	d.checked(b, "  ", fmt.Sprintf("a person has at most %d attributes, so what follows is left out:", customerio.MaxAttributes))
	for _, name := range columns {
		fmt.Fprintf(b, "  # %q\n", shown(name))
	}
}

// attributeLine returns the lines of a column, and whether it is sent: otherwise
// they are comments.
func (d *draft) attributeLine(p *profile, field customerio.Match) (lines string, is bool) {
	var b strings.Builder
	if why := d.unusable(p); why != "" {
		d.checked(&b, "  ", shown(why)+"; it is not sent")
		return b.String(), false
	}
	if p.filled == 0 && d.rows > d.broken {
		fmt.Fprintf(&b, "  # %s: %s  # empty throughout\n", yamlText(shortName(orColumn(p))), yamlText(p.name))
		return b.String(), false
	}
	c := d.decide(p)
	name, refused := d.attribute(p, &c, field)
	off := ""
	if refused != "" {
		d.checked(&b, "  ", refused)
		off = "# "
	}
	for _, check := range c.checks {
		d.checked(&b, "  ", check)
	}
	value := yamlText(p.name)
	if c.options != "" {
		value = fmt.Sprintf("{column: %s, %s}", value, c.options)
	}
	fmt.Fprintf(&b, "  %s%s: %s  # %s\n", off, yamlText(name), value, strings.Join(append([]string{d.filledOf(p)}, c.notes...), "; "))
	return b.String(), off == ""
}

func orColumn(p *profile) string {
	if name := snake(p.name); name != "" {
		return name
	}
	return fmt.Sprintf("column_%d", p.index+1)
}

// filledOf tells how many of the rows have a value, and how many there are.
func (d *draft) filledOf(p *profile) string {
	return fmt.Sprintf("%d of %d filled, %s", p.filled, d.rows-d.broken, &p.people)
}

// isReport reports whether a column is one of a file of rejected rows.
func isReport(name string) bool {
	for _, column := range rows.ReportColumns {
		if column == name {
			return true
		}
	}
	return false
}
