package draft

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// choice is what a draft makes of a column.
type choice struct {
	*sample
	*column
	options string // of the attribute; empty: text, or a JSONL value unchanged
	typ     convert.Type
	zoned   bool     // the options need the zone of the draft
	notes   []string // after the attribute
	checks  []string // above the attribute: a person must decide
}

func (c *choice) note(format string, args ...any) {
	c.notes = append(c.notes, fmt.Sprintf(format, args...))
}

func (c *choice) check(format string, args ...any) {
	c.checks = append(c.checks, fmt.Sprintf(format, args...))
}

// deciders are asked in this order; the first that takes the column decides.
var deciders = []func(*choice) bool{
	(*choice).structured, (*choice).arrays, (*choice).trueOrFalse, (*choice).crosses, (*choice).dates, (*choice).moments, (*choice).codes,
	(*choice).numbers, (*choice).emails, (*choice).phones, (*choice).lists, (*choice).plainText,
}

// jsonDeciders are those of JSONL, where values have kinds.
var jsonDeciders = []func(*choice) bool{
	(*choice).structured, (*choice).dates, (*choice).moments, (*choice).fineUnix, (*choice).emails, (*choice).phones, (*choice).unchanged,
}

// choose decides what becomes of a column that is not empty.
func choose(s *sample, p *column) *choice {
	c := &choice{sample: s, column: p}
	all := deciders
	if s.in.Format == rows.JSONL {
		all = jsonDeciders
	}
	for _, decide := range all {
		if decide(c) {
			break
		}
	}
	c.finish()
	return c
}

// take sets the column's form, and tells which values do not have it.
func (c *choice) take(t *trial) bool {
	c.options, c.typ, c.zoned = t.options(), t.rule.Type, t.zoned
	if t.fails > 0 {
		do := "do"
		if t.fails == 1 {
			do = "does"
		}
		c.check("%d of %d values %s not convert, %s: %s", t.fails, c.values, do, rowsListed(t.rows[:min(t.fails, 3)], t.fails), rejected(t.fails))
	}
	return true
}

// rejected tells what happens to rows with values that do not convert.
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

// suits reports whether the values have a type, or, of JSONL, are words for it.
func (c *choice) suits(typ convert.Type) bool {
	if typ == convert.JSON {
		return len(c.best(formPreferences, 0)) > 0
	}
	if c.typ != convert.AsIs || typ != convert.Boolean {
		return c.typ == typ
	}
	if fit := c.best(formWords, 0); len(fit) > 0 && len(c.absent) == 0 {
		return c.take(fit[0])
	}
	return c.only(rows.Boolean)
}

// finish adds what holds whatever the type is.
func (c *choice) finish() {
	c.trim()
	c.empty()
	if c.oversized > 0 && c.sample.options.limited() {
		c.check("%s longer than Customer.io's limit of %d bytes: %s", plural(c.oversized, "value"), customerio.MaxAttributeValue, rejected(c.oversized))
	}
	c.damage()
	if c.inner > 0 && c.options == "" {
		c.note("with no-break spaces")
	}
	if c.good() > 1 && c.filled == c.good() && c.people.Distinct() == 1 {
		c.note("the same in every row")
	}
}

func (c *choice) add(option string) {
	if c.options != "" {
		c.options += ", "
	}
	c.options += option
}

// trim drops spaces around text, where there are some.
func (c *choice) trim() {
	if c.padded > 0 && c.options == "" {
		c.note("%s with spaces around", plural(c.padded, "value"))
		c.add("trim: true")
	}
}

// empty reads words for nothing as empty: errors of spreadsheets always, and others
// where they are not of the type.
func (c *choice) empty() {
	var words []string
	for word := range c.absent {
		words = append(words, word)
	}
	slices.Sort(words)
	var values, empty, sent []string
	for _, word := range words {
		switch {
		case word == moreNothings && c.typ == convert.AsIs: // sent as text
		case word == moreNothings:
			c.check("%s of other words for nothing: %s", plural(c.absent[word], "value"), rejected(c.absent[word]))
		case isCellError(word) || c.typ != convert.AsIs:
			values = append(values, yamlText(word)+`: ""`)
			empty = append(empty, counted(word, c.absent[word]))
		case isProgramWord(word):
			sent = append(sent, counted(word, c.absent[word]))
		}
	}
	if len(sent) > 0 {
		c.check("sent as text: %s; values: {…: \"\"} reads a word as an empty cell", strings.Join(sent, ", "))
	}
	if len(empty) > 0 {
		c.note("read as empty: %s", strings.Join(empty, ", "))
		c.add("values: {" + strings.Join(values, ", ") + "}")
	}
}

// damage asks about values that a program or a spreadsheet has changed, and that are
// sent as they are.
func (c *choice) damage() {
	s := &c.signs
	if s.mojibake > 0 {
		c.check("%s such as Ã¼ for ü: text in UTF-8 was read as windows-1252 before it came into the file: export it again", plural(s.mojibake, "value"))
	}
	if s.entities > 0 {
		c.check("%s with HTML such as &amp; for &, sent unchanged", plural(s.entities, "value"))
	}
	if s.objects > 0 {
		c.check("%s with [object Object], which programs write instead of the content, sent unchanged", plural(s.objects, "value"))
	}
	if s.apostrophes > 0 {
		c.check("%s", s.apostrophe())
	}
	if s.dicts > 0 {
		c.check("%s such as {'a': 1}: a Python dictionary is not JSON and is sent as text", plural(s.dicts, "value"))
	}
}

// String describes the column for the end of its line.
func (c *choice) String() string {
	return strings.Join(append([]string{c.sample.filledOf(c.column)}, c.notes...), "; ")
}
