package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/rows"
)

// decision is what a draft makes of a column.
type decision struct {
	options string // of the attribute; empty: text, or a JSONL value as it stands
	trial   *trial
	notes   []string // said behind the attribute
	checks  []string // said above it: somebody must look
}

func (c *decision) note(format string, args ...any) {
	c.notes = append(c.notes, fmt.Sprintf(format, args...))
}

func (c *decision) check(format string, args ...any) {
	c.checks = append(c.checks, fmt.Sprintf(format, args...))
}

// deciders are asked in turn; the first that takes the column decides.
var deciders = []func(*draft, *profile, *decision) bool{
	(*draft).structured, (*draft).decideWords, (*draft).crosses, (*draft).dates, (*draft).moments, (*draft).digits,
	(*draft).numbers, (*draft).emails, (*draft).phones, (*draft).lists, (*draft).plainText,
}

// jsonDeciders are those of JSONL, where values have kinds.
var jsonDeciders = []func(*draft, *profile, *decision) bool{
	(*draft).structured, (*draft).dates, (*draft).moments, (*draft).emails, (*draft).phones, (*draft).asItStands,
}

// decide returns what becomes of a column that is not empty.
func (d *draft) decide(p *profile) (c decision) {
	all := deciders
	if d.in.Format == rows.JSONL {
		all = jsonDeciders
	}
	for _, decider := range all {
		if decider(d, p, &c) {
			break
		}
	}
	d.finish(p, &c)
	return c
}

// take sets the column's form, and says which values do not have it.
func (d *draft) take(p *profile, c *decision, t *trial) bool {
	c.trial, c.options = t, t.spelt(d.options.Zone)
	if t.fails > 0 {
		c.check("%d of %d values %s not convert, %s: %s", t.fails, p.values, does(t.fails), rowsListed(t.rows[:min(t.fails, 3)], t.fails), rejected(t.fails))
	}
	return true
}

func does(n int64) string {
	if n == 1 {
		return "does"
	}
	return "do"
}

// rejected says what becomes of rows whose values do not convert.
func rejected(n int64) string {
	if n == 1 {
		return "the row would be rejected"
	}
	return "the rows would be rejected"
}

func rowsListed(first []int64, count int64) string {
	numbers := make([]string, len(first))
	for i, n := range first {
		numbers[i] = fmt.Sprint(n)
	}
	text := "row"
	if count > 1 {
		text = "rows"
	}
	text += " " + strings.Join(numbers, ", ")
	if count > int64(len(first)) {
		text += ", …"
	}
	return text
}

// best returns the forms of a kind that fit, the ones that fail least first, and
// between equals in their order.
func (p *profile) best(kind formKind, oneOf int64) (fit []*trial) {
	for _, t := range p.trials {
		if t.kind == kind && t.fits(p.values, oneOf) {
			fit = append(fit, t)
		}
	}
	slices.SortStableFunc(fit, func(a, b *trial) int { return cmp.Compare(a.fails, b.fails) })
	return fit
}

func (d *draft) structured(p *profile, c *decision) bool {
	if fit := p.best(formJSON, 0); len(fit) > 0 {
		return d.take(p, c, fit[0])
	}
	return false
}

// decideWords takes words for true and false. Of 1 and 0 only the name tells
// whether they are that.
func (d *draft) decideWords(p *profile, c *decision) bool {
	fit := p.best(formWords, 8)
	if len(fit) == 0 {
		return false
	}
	sure := p.hint.yesNo || p.people.distinct() > 1 || slices.Contains([]string{"yes", "true"}, fit[0].rule.trueWords[0])
	if !sure || fit[0].rule.trueWords[0] == "1" && !p.hint.yesNo {
		return false
	}
	if fit[0].rule.trueWords[0] == "1" {
		c.note("1 and 0 are taken for true and false because of the name")
	}
	return d.take(p, c, fit[0])
}

// crosses takes columns whose cells are crossed or empty.
func (d *draft) crosses(p *profile, c *decision) bool {
	if p.values == 0 || p.marked < p.values || p.people.distinct() > 1 || len(p.absent) > 0 || p.filled == d.rows-d.broken || p.firstMark == "" {
		return false
	}
	c.options = fmt.Sprintf(`type: boolean, true: [%s], false: ["no"], default: "no"`, yamlText(p.firstMark))
	c.check("an empty cell is sent as false; without default it is not sent")
	return true
}

// dates takes dates that are spelt. If day and month can be exchanged in all of
// them, the rest of the file decides.
func (d *draft) dates(p *profile, c *decision) bool {
	if d.in.Format == rows.JSONL && !p.only(rows.Text) {
		return false
	}
	fit := p.best(formDate, 8)
	if len(fit) == 0 {
		return false
	}
	t, other := fit[0], exchanged(fit)
	if other != nil {
		if d.style.monthFirst {
			t, other = other, t
		}
		order := map[bool]string{true: "month", false: "day"}[d.style.monthFirst]
		c.check("%s is read %s first, which the values leave open; the other way is layout: %q", p.first, order, other.layout)
	}
	d.take(p, c, t)
	if t.earliest < earliest {
		c.note("dates before 1990, so range: any")
	} else if t.until > lastDrafted {
		c.note("dates far ahead, so range: any")
	}
	if strings.Contains(t.layout, "%y") {
		c.note("years from 69 on are of the last century")
	}
	return true
}

// exchanged returns the form that reads the values as well as the first one, with
// day and month exchanged, or nil.
func exchanged(fit []*trial) *trial {
	layout := twin(fit[0].layout)
	for _, t := range fit[1:] {
		if layout != "" && t.layout == layout && t.fails == fit[0].fails {
			return t
		}
	}
	return nil
}

// moments takes dates that are numbers, if the name, or a workbook's format, says
// that they are dates.
func (d *draft) moments(p *profile, c *decision) bool {
	if d.in.Format == rows.JSONL && !p.only(rows.Number) {
		return false
	}
	shown := p.index < len(d.in.DateColumns) && d.in.DateColumns[p.index]
	fit := p.best(formMoment, 0)
	if len(fit) == 0 || !p.hint.dated && !shown || d.in.Format == rows.JSONL && fit[0].layout == layoutExcel {
		return false
	}
	d.take(p, c, fit[0])
	if fit[0].layout == layoutExcel && !shown {
		c.check("numbers of the size that spreadsheets give dates; if they are amounts, write type: number")
	}
	return true
}

// learn notes what the column, if it can be read in one way only, says of others.
func (p *profile) learn(s *style) {
	if fit := p.best(formDate, 8); len(fit) > 0 {
		if exchanged(fit) == nil && twin(fit[0].layout) != "" {
			s.dayFirst = s.dayFirst || strings.Index(fit[0].layout, "d") < strings.Index(fit[0].layout, "m")
			s.monthFirst = s.monthFirst || strings.Index(fit[0].layout, "m") < strings.Index(fit[0].layout, "d")
		}
		return
	}
	if fit := p.best(formNumber, 50); len(fit) > 0 && p.misread(fit) == nil && p.short == 0 {
		s.comma = s.comma || fit[0].rule.decimal == ',' && strings.Contains(fit[0].options, "decimal")
		s.point = s.point || fit[0].options == "type: number" || fit[0].options == `type: number, thousands: ","`
	}
}
