package convert

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/rows"
)

// Trace notes what a Converter does to one cell. The zero Trace is ready, and for
// the next cell it is set to zero again.
type Trace struct {
	Steps []Step // that changed the cell, in their order
	As    string // what it is converted to, or what happens to an empty one
}

// Step is one change of a cell.
type Step struct {
	Key  string // that asks for it, as a mapping calls it
	Kind rows.Kind
	Text string
}

// Note notes that a cell was changed, unless it was not.
func (t *Trace) Note(key string, from, to rows.Cell) {
	if from.Kind != to.Kind || !bytes.Equal(from.Text, to.Text) {
		t.Steps = append(t.Steps, Step{key, to.Kind, string(to.Text)})
	}
}

// conclude notes what happens in the end.
func (t *Trace) conclude(as string) {
	if t != nil {
		t.As = as
	}
}

func (c *Converter) note(key string, from, to rows.Cell) {
	if c.Trace != nil {
		c.Trace.Note(key, from, to)
	}
}

// as notes the conversion of a cell.
func (c *Converter) as(r *Rule, kind rows.Kind) {
	if c.Trace != nil {
		c.Trace.As = r.describe(kind)
	}
}

func (r *Rule) caseKey() string {
	if r.Upper {
		return "upper"
	}
	return "lower"
}

// describe names the conversion of a cell, with the keys that the rule has for it.
func (r *Rule) describe(kind rows.Kind) string {
	if r.Type == AsIs {
		if kind == rows.Number || kind == rows.Boolean || kind == rows.JSON {
			return "unchanged"
		}
		return "text"
	}
	words := []string{string(r.Type)}
	add := func(key, value string) {
		if value != "" {
			words = append(words, strings.TrimPrefix(key+": ", ": ")+value)
		}
	}
	if r.Decimal != '.' && r.Type == Number {
		add("decimal", strconv.Quote(string(r.Decimal)))
	}
	if r.Thousands != nil {
		add("thousands", strconv.Quote(r.Thousands[0]))
	}
	if r.Type == Boolean && r.Advice == "" && !slices.Equal(r.True, trueWords) {
		add("true", wordsShown(r.True))
	}
	if r.Type == Boolean && r.Advice == "" && !slices.Equal(r.False, falseWords) {
		add("false", wordsShown(r.False))
	}
	add("", r.Timestamp.Layout)
	if r.Timestamp.Zone != nil {
		add("", r.Timestamp.Zone.String())
	}
	if r.Timestamp.AnyDate {
		add("range", strconv.Quote("any"))
	}
	add("", r.Array)
	if r.Separator != "" {
		add("separator", strconv.Quote(r.Separator))
	}
	if r.Country != "" {
		add("country", strconv.Quote(r.Country))
	}
	return strings.Join(words, " ")
}

func wordsShown(words []string) string {
	if len(words) == 1 {
		return strconv.Quote(words[0])
	}
	return "[" + strings.Join(words, ", ") + "]"
}
