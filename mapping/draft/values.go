package draft

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// structured takes JSON.
func (c *choice) structured() bool {
	fit := c.best(formJSON, 0)
	if len(fit) == 0 {
		return false
	}
	c.exported()
	return c.take(fit[0])
}

// exported asks about objects that mongoexport writes for types that JSON lacks.
func (c *choice) exported() {
	s := &c.signs
	if s.exported == 0 {
		return
	}
	types := map[string]string{"$date": ", type: timestamp, layout: iso8601", "$numberLong": ", type: integer", "$numberInt": ", type: integer",
		"$numberDecimal": ", type: number", "$numberDouble": ", type: number"}
	c.check("%s such as {%q: …}, written by mongoexport and sent as objects; to send what is in them: {expr: %s%s}",
		plural(s.exported, "value"), s.key, yamlText(fmt.Sprintf("$env[%q]?.[%q]", c.name, s.key)), types[s.key])
}

// arrays takes lists as programs write them. One word in braces can be a code, so
// some value must have two elements, or the name must say that it is a list.
func (c *choice) arrays() bool {
	fit := c.best(formArray, 0)
	comma := &c.parts[strings.IndexByte(separators, ',')]
	if len(fit) == 0 || fit[0].layout() == convert.ArrayPostgres && comma.with == 0 && !c.hint.list {
		return false
	}
	return c.take(fit[0])
}

// codes keeps digits as text that would change as numbers.
func (c *choice) codes() bool {
	if len(c.best(formNumber, 8)) == 0 && c.short == 0 || c.signs.oddlySigned() > 0 {
		return false
	}
	switch {
	case c.fineUnix():
	case c.short > 0:
		c.check("a spreadsheet has shortened %s such as 1.23E+15, and their digits are lost: export the file again with this column as text", plural(c.short, "value"))
	case c.zeros > 0 && c.hint.field != customerio.Phone:
		c.note("text: leading zeros would be lost as a number")
	case c.long > 0:
		c.note("text: numbers of 16 digits and more lose their last digits")
	case !c.hint.code:
		return false
	default:
		c.note("text: by its name it is not an amount")
	}
	if c.hint.field == customerio.Phone && c.phones() {
		return true
	}
	c.lostZeros()
	return true
}

// lostZeros warns where the lengths of codes look as if zeros were dropped.
func (c *choice) lostZeros() {
	shortest, longest, digits := 0, 0, int64(0)
	for n, count := range c.lengths {
		if digits += count; count == 0 {
			continue
		}
		if longest = n; shortest == 0 {
			shortest = n
		}
	}
	if digits == c.values && c.zeros == 0 && c.short == 0 && longest >= 5 && shortest == longest-1 && (c.hint.fixed || c.hint.code) {
		c.check("values of %d and of %d digits: if the shorter ones had a leading zero, a spreadsheet has dropped it", shortest, longest)
	}
}

// numbers takes amounts. If a mark can be a decimal mark or one of thousands in all
// of them, the rest of the file decides.
func (c *choice) numbers() bool {
	fit := c.best(formNumber, 50)
	if len(fit) == 0 || c.signs.oddlySigned() > 0 {
		return false
	}
	t, other := fit[0], misread(fit)
	if other != nil {
		if comma := c.style.comma && !c.style.point; comma != (t.rule.Decimal == ',') {
			t, other = other, t
		}
		c.check("%s can be read with thousands or with a fraction; the other way is %s", c.first, other.options())
	}
	c.otherNumbers(t)
	return c.take(t)
}

// otherNumbers says what else the numbers can be.
func (c *choice) otherNumbers(t *trial) {
	whole := t.rule.Type == convert.Integer
	if whole && slices.ContainsFunc(c.best(formWords, 0), func(t *trial) bool { return t.rule.True[0] == "1" }) {
		c.note("only 0 and 1: for true and false write type: boolean")
	}
	moments := c.best(formMoment, 0)
	if len(moments) == 0 {
		return
	}
	layout := moments[0].layout()
	if n, same := c.digits(); whole && same && (n == 10 || n == 13) {
		c.check("numbers in the range of unix time; if they are dates, write type: timestamp, layout: %s", layout)
	} else if !whole && layout == convert.Unix {
		c.check("numbers in the range of unix time, with a fraction; if they are dates, write type: timestamp, layout: unix")
	}
}

// misread returns the trial that reads the values as well as the first one, but
// takes their mark for one of the other purpose, or nil.
func misread(fit []*trial) *trial {
	first := &fit[0].rule
	for _, t := range fit[1:] {
		r := &t.rule
		point := first.Type == convert.Number && first.Decimal != ',' && first.Thousands == nil && r.Decimal == ',' && r.Thousands != nil && r.Thousands[0] == "."
		comma := first.Decimal == ',' && first.Thousands == nil && r.Decimal != ',' && r.Thousands != nil && r.Thousands[0] == ","
		if (point || comma) && r.Type == convert.Number && t.fails == fit[0].fails {
			return t
		}
	}
	return nil
}

// oddNumbers tells how to send amounts that no form reads.
func (c *choice) oddNumbers() bool {
	name := "$env[" + strconv.Quote(c.name) + "]"
	options := "type: number"
	if fit := c.best(formNumber, 8); len(fit) > 0 && c.signs.lakhs == 0 {
		options = fit[0].options()
	}
	for _, odd := range []struct {
		count      int64
		what, expr string
	}{
		{c.signs.parentheses, "negative amounts in parentheses, such as (1.50)", `replace(replace(` + name + `, "(", "-"), ")", "")`},
		{c.signs.trailing, "negative amounts with the minus last, such as 1.50-", name + ` endsWith "-" ? "-" + trimSuffix(` + name + `, "-") : ` + name},
		{c.signs.lakhs, "amounts grouped as in India, such as 12,34,567", `replace(` + name + `, ",", "")`},
	} {
		if odd.count > 0 {
			c.check("%s: %s, sent as text; as numbers: {expr: %s, %s}", plural(odd.count, "value"), odd.what, yamlText(odd.expr), options)
			return true
		}
	}
	return false
}

// emails takes email addresses. Unless the name says so, all values must be some.
func (c *choice) emails() bool { return c.named(formEmail, customerio.Email) }

// phones takes phone numbers.
func (c *choice) phones() bool {
	notes := c.notes
	c.notes = nil // that it is text, which it is not
	if c.named(formPhone, customerio.Phone) {
		return true
	}
	c.notes = notes
	return false
}

// named takes text of a form, with exceptions where the column has the name of a
// field.
func (c *choice) named(kind formKind, field customerio.Match) bool {
	oneOf := int64(0)
	if c.hint.field == field {
		oneOf = 8
	}
	fit := c.best(kind, oneOf)
	return len(fit) > 0 && c.only(rows.Text) && c.take(fit[0])
}

// lists takes values with separators, carefully: the parts must be words that come
// again, and a comma or semicolon needs a name that says that it is a list.
func (c *choice) lists() bool {
	for _, t := range c.best(formList, 0) {
		s := &c.parts[strings.Index(separators, t.rule.Separator)]
		often := s.with*2 >= c.values || c.hint.list && s.with > 0
		again := c.hint.list || s.words.Distinct()*2 <= s.count
		if often && again && (t.rule.Separator == "|" || c.hint.list) {
			return c.take(t)
		}
	}
	return false
}

// plainText takes the rest, and tells why it is not of another type.
func (c *choice) plainText() bool {
	switch {
	case c.currency > 0 && c.currency*2 >= c.values:
		c.check("amounts with a currency are sent as text; as numbers: take the sign out in the spreadsheet, or by expr: 'replace(…, \"€\", \"\")'")
	case c.percent > 0 && c.percent*2 >= c.values:
		c.check("percentages are sent as text; as numbers: take the %% out in the spreadsheet, or by expr: 'replace(…, \"%%\", \"\")'")
	case c.oddNumbers():
	case c.formulas > 0:
		c.check(`%s like ="00123", a spreadsheet's formula for text, are sent with the ="": export the file again without them`, plural(c.formulas, "value"))
	case c.hint.field == customerio.Phone && c.signs.apostrophes == 0:
		c.note("%s", withAdvice("text: numbers without a country code", "; ", c.sample.options.Advice.Country))
	case len(c.best(formNumber, 3)) > 0:
		t := c.best(formNumber, 3)[0]
		c.check("%d of %d values are numbers, but all are sent as text: fix the others, or write %s", c.values-t.fails, c.values, t.options())
	default:
		c.nearlyDates()
	}
	return true
}

// unchanged takes JSONL values with the kinds that they have.
func (c *choice) unchanged() bool {
	c.exported()
	names := []string{"", "text", "numbers", "booleans", "", "objects or lists", ""}
	var kinds []string
	for kind, count := range c.kinds {
		if count > 0 {
			kinds = append(kinds, fmt.Sprintf("%s in %s", names[kind], plural(count, "row")))
		}
	}
	if len(kinds) > 1 {
		c.check("values of several kinds, sent unchanged: %s", strings.Join(kinds, ", "))
	} else if c.only(rows.Text) {
		c.nearlyDates()
	}
	return true
}

// withAdvice adds an advice to a text, if there is one.
func withAdvice(text, between, advice string) string {
	if advice == "" {
		return text
	}
	return text + between + advice
}
