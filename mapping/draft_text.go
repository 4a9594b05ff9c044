package mapping

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
)

// emails takes addresses of mail. Without a name that says so all must be some.
func (d *draft) emails(p *profile, c *decision) bool {
	oneOf := int64(0)
	if p.hint.field == customerio.Email {
		oneOf = 8
	}
	if fit := p.best(formEmail, oneOf); len(fit) > 0 && p.only(rows.Text) {
		return d.take(p, c, fit[0])
	}
	return false
}

// phones takes telephone numbers.
func (d *draft) phones(p *profile, c *decision) bool {
	oneOf := int64(0)
	if p.hint.field == customerio.Phone {
		oneOf = 8
	}
	if fit := p.best(formPhone, oneOf); len(fit) > 0 && p.only(rows.Text) {
		c.notes = nil // that it is text, which it is not
		return d.take(p, c, fit[0])
	}
	return false
}

// lists takes values with separators, cautiously: the parts must be words that come
// again, and a comma or semicolon needs a name that says that it is a list.
func (d *draft) lists(p *profile, c *decision) bool {
	for _, t := range p.best(formList, 0) {
		s := &p.parts[strings.Index("|;,", t.rule.separator)]
		often := s.with*2 >= p.values || p.hint.list && s.with > 0
		again := p.hint.list || s.words.distinct()*2 <= s.count
		if often && again && (t.rule.separator == "|" || p.hint.list) {
			return d.take(p, c, t)
		}
	}
	return false
}

// plainText takes the rest, and says why it is not another type.
func (d *draft) plainText(p *profile, c *decision) bool {
	switch {
	case p.currency > 0 && p.currency*2 >= p.values:
		c.check("amounts with a currency are text; as numbers: take the sign out in the spreadsheet, or by expr: 'replace(…, \"€\", \"\")'")
	case p.percent > 0 && p.percent*2 >= p.values:
		c.check("percentages are text; as numbers: take the %% out in the spreadsheet, or by expr: 'replace(…, \"%%\", \"\")'")
	case p.formulas > 0:
		c.check(`%s like ="00123", a spreadsheet's formula for text, are sent with the ="": export the file again without them`, plural(p.formulas, "value"))
	case p.hint.field == customerio.Phone:
		c.note("text: numbers without a country code; init --country DE reads them as German ones")
	case len(p.best(formNumber, 3)) > 0:
		t := p.best(formNumber, 3)[0]
		c.check("%d of %d values are numbers, and all are text: mend the others, or write %s", p.values-t.fails, p.values, t.options)
	default:
		d.nearlyDates(p, c)
	}
	return true
}

// nearlyDates warns of dates that stay text.
func (d *draft) nearlyDates(p *profile, c *decision) {
	if fit := p.best(formDate, 2); len(fit) > 0 {
		c.check("%d of %d values are dates, and all are text: mend the others, or write %s", p.values-fit[0].fails, p.values, fit[0].spelt(d.options.Zone))
	}
}

// asItStands takes JSONL values with the kinds that they have.
func (d *draft) asItStands(p *profile, c *decision) bool {
	names := []string{"", "text", "numbers", "booleans", "", "objects or lists"}
	var kinds []string
	for kind, count := range p.kinds {
		if count > 0 {
			kinds = append(kinds, fmt.Sprintf("%s in %s", names[kind], plural(count, "row")))
		}
	}
	if len(kinds) > 1 {
		c.check("values of several kinds, sent as they stand: %s", strings.Join(kinds, ", "))
	} else if p.only(rows.Text) {
		d.nearlyDates(p, c)
	}
	return true
}

// finish adds what holds whatever the type is.
func (d *draft) finish(p *profile, c *decision) {
	c.add(d.trimming(p, c))
	c.add(d.absences(p, c))
	if p.oversized > 0 {
		c.check("%s longer than Customer.io's limit of %d bytes: %s", plural(p.oversized, "value"), customerio.MaxAttributeValue, rejected(p.oversized))
	}
	if p.inner > 0 && c.options == "" {
		c.note("with no-break spaces")
	}
	if d.rows-d.broken > 1 && p.filled == d.rows-d.broken && p.people.distinct() == 1 {
		c.note("the same in every row")
	}
}

func (c *decision) add(option string) {
	if option != "" && c.options != "" {
		option = ", " + option
	}
	c.options += option
}

// trimming drops spaces around text, where there are some.
func (d *draft) trimming(p *profile, c *decision) string {
	if p.padded == 0 || c.options != "" {
		return ""
	}
	c.note("%s with spaces around", plural(p.padded, "value"))
	return "trim: true"
}

// absences takes words for no value as empty: those of spreadsheets always, and
// others where they are not of the type.
func (d *draft) absences(p *profile, c *decision) string {
	var words, quoted []string
	for word := range p.absent {
		words = append(words, word)
	}
	slices.Sort(words)
	var empty, kept []string
	for _, word := range words {
		if isSpreadsheetError(word) || c.typed() {
			empty = append(empty, yamlText(word)+`: ""`)
			quoted = append(quoted, fmt.Sprintf("%s (%d)", word, p.absent[word]))
			continue
		}
		if w := strings.ToLower(word); w == "null" || w == `\n` || w == "n/a" {
			kept = append(kept, fmt.Sprintf("%s (%d)", word, p.absent[word]))
		}
	}
	if len(kept) > 0 && p.values > 0 {
		c.check("sent as text: %s; values: {…: \"\"} takes a word for an empty cell", strings.Join(kept, ", "))
	}
	if len(empty) == 0 {
		return ""
	}
	c.note("taken for empty: %s", strings.Join(quoted, ", "))
	return "values: {" + strings.Join(empty, ", ") + "}"
}

// typed reports whether the values are converted.
func (c *decision) typed() bool { return strings.Contains(c.options, "type:") }
