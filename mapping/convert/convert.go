// Package convert turns cells into JSON values: numbers, timestamps, lists,
// booleans, phone numbers and so on, the way a Rule says.
//
// A Rule is data. Rule.Compile checks it once; each goroutine that converts has a
// Converter of its own, whose Append writes one value. The package knows neither
// mappings nor YAML.
//
// A value that does not convert comes back as a problem: text that says what was
// found and, where it can be known, which key of a mapping would help. Nothing is
// guessed.
package convert

import (
	"fmt"
	"time"

	"github.com/ciobulk/ciobulk/rows"
)

// Converter converts values. It belongs to one goroutine.
type Converter struct {
	// Trace notes what happens to a cell; nil: nothing does, which costs nothing.
	Trace *Trace

	run     span
	limit   int
	scratch []byte
}

// New returns a Converter for a run that began at begun: timestamps more than ten
// years later are refused, unless their rule says otherwise. The zero time means
// that there is no such bound. limit is how many bytes a value may have; 0 means any number.
func New(begun time.Time, limit int) *Converter {
	c := &Converter{run: spanOf(begun)}
	c.SetLimit(limit)
	return c
}

// SetLimit changes how many bytes a value may have; 0 means any number.
func (c *Converter) SetLimit(limit int) {
	if c.limit = limit; limit == 0 {
		c.limit = noLimit
	}
}

// EmptyProblem is the problem of an empty value that its rule rejects.
const EmptyProblem = "is empty"

// Append appends the cell's value as JSON, or nothing if the cell is empty and its
// rule omits empty values. If the value does not convert, problem says why, and
// what was appended is to be dropped. It allocates nothing, except for phone
// numbers and text beyond ASCII that changes its case.
func (c *Converter) Append(dst []byte, r *Rule, cell rows.Cell) (_ []byte, problem string) {
	return c.AppendMember(dst, nil, r, cell)
}

// AppendMember is Append of a member of a JSON object: where there is a value, name
// is appended before it, as it is.
func (c *Converter) AppendMember(dst, name []byte, r *Rule, cell rows.Cell) (_ []byte, problem string) {
	switch cell.Kind {
	case rows.Text: // the usual case
	case rows.JSON:
		c.as(r, cell.Kind)
		return c.appendNested(append(dst, name...), r, cell.Text)
	case rows.Null:
		cell.Text = nil
	}
	if r.changes() || c.Trace != nil {
		cell = c.change(r, cell)
	} else if r.trims() {
		cell.Text = Trim(cell.Text)
	}
	if len(cell.Text) == 0 || cell.Kind == rows.Faulty {
		switch {
		case r.Default != nil:
			cell = c.fallback(r, cell)
		case cell.Kind == rows.Faulty:
			return dst, rows.Fault(cell.Text)
		default:
			return c.appendEmpty(dst, name, r, cell.Kind)
		}
	}
	c.as(r, cell.Kind)
	dst = append(dst, name...)
	if cell.Kind == rows.Number || cell.Kind == rows.Boolean {
		switch {
		case cell.Kind == rows.Number && r.Type == Number:
			return appendNumber(dst, cell.Text, '.', c.limit) // the marks of text do not apply
		case cell.Kind == rows.Number && r.Type == Integer:
			return appendInteger(dst, cell.Text)
		case r.Type == AsIs, cell.Kind == rows.Boolean && r.Type == Boolean:
			return append(dst, cell.Text...), TooLong(len(cell.Text), c.limit)
		}
	}
	return c.appendTyped(dst, r, cell.Text)
}

// appendEmpty appends what is sent for an empty value without a default.
func (c *Converter) appendEmpty(dst, name []byte, r *Rule, kind rows.Kind) (_ []byte, problem string) {
	switch {
	case r.Empty == Reject:
		c.Trace.conclude("empty: reject")
		return dst, EmptyProblem
	case kind == rows.Absent:
		c.Trace.conclude("not in this row")
	case r.Empty == Clear:
		c.Trace.conclude("empty: clear")
		return append(append(dst, name...), `""`...), ""
	default:
		c.Trace.conclude("empty: omit")
	}
	return dst, ""
}

// appendTyped appends text, which is not empty, as JSON of the rule's type.
func (c *Converter) appendTyped(dst []byte, r *Rule, text []byte) (_ []byte, problem string) {
	switch r.Type {
	case Integer, Number:
		return appendNumeric(dst, r, text, c.limit)
	case Boolean:
		return appendBoolean(dst, r, text)
	case Time:
		return r.Timestamp.append(dst, text, c.run)
	case List:
		if r.Array != "" {
			return appendArray(dst, r.Array, text, c.limit)
		}
		return appendList(dst, r, text, c.limit)
	case JSON:
		return appendJSON(dst, text, c.limit)
	case Preferences:
		return appendPreferences(dst, r, text, c.limit)
	case Phone:
		return appendPhone(dst, text, r.Country)
	case Email:
		return appendEmail(dst, text, c.limit)
	}
	return appendText(dst, text, c.limit)
}

// appendNested appends an object or an array, which only JSONL and expressions
// have, unchanged.
func (c *Converter) appendNested(dst []byte, r *Rule, text []byte) ([]byte, string) {
	if r.Type == Preferences {
		return appendPreferences(dst, r, text, c.limit)
	}
	fits := r.Type == AsIs || r.Type == JSON || r.Type == List && text[0] == '['
	if !fits {
		return dst, fmt.Sprintf("%s is not of type %s", Quote(text), r.Type)
	}
	return append(dst, text...), TooLong(len(text), c.limit)
}

// Text returns the cell's text where only text will do: changed as the rule says,
// without the white space around it, and the default if it is empty. It is valid
// until the next call. The rule's type and Empty do not apply.
func (c *Converter) Text(r *Rule, cell rows.Cell) (_ rows.Cell, problem string) {
	if cell.Kind == rows.JSON {
		return cell, Quote(cell.Text) + " is neither text nor a number"
	}
	if cell.Kind == rows.Null {
		cell.Text = nil
	}
	cell = c.change(r, cell)
	trimmed := rows.Cell{Kind: cell.Kind, Text: Trim(cell.Text)}
	c.note("trim", cell, trimmed)
	switch {
	case cell.Kind == rows.Faulty && r.Default == nil:
		return trimmed, rows.Fault(cell.Text)
	case cell.Kind == rows.Faulty:
		return c.fallback(r, trimmed), ""
	case len(trimmed.Text) > 0:
		return trimmed, ""
	case r.Default != nil:
		return c.fallback(r, trimmed), ""
	}
	c.Trace.conclude("empty")
	return trimmed, ""
}

// Seconds returns text, which is not empty, as unix seconds.
func (c *Converter) Seconds(r *Rule, text []byte) (int64, string) {
	c.as(r, rows.Text)
	return r.Timestamp.point(text, c.run)
}

// change applies what changes a cell before its type does. A number or a boolean of
// JSONL keeps its kind unless it is among the values.
func (c *Converter) change(r *Rule, cell rows.Cell) rows.Cell {
	from := cell
	if r.trims() {
		cell.Text = Trim(cell.Text)
		c.note("trim", from, cell)
	}
	if r.Values != nil && cell.Kind != rows.Absent {
		if to, ok := r.Values[string(cell.Text)]; ok {
			from, cell = cell, rows.Cell{Kind: rows.Text, Text: to}
			c.note("values", from, cell)
		}
	}
	if (r.Lower || r.Upper) && (cell.Kind == rows.Text || r.Type == String) {
		from = cell
		c.scratch = r.appendCased(c.scratch[:0], cell.Text)
		cell.Text = c.scratch
		c.note(r.caseKey(), from, cell)
	}
	return cell
}

// fallback returns the default that replaces an empty cell.
func (c *Converter) fallback(r *Rule, cell rows.Cell) rows.Cell {
	to := rows.Cell{Kind: rows.Text, Text: r.Default}
	c.note("default", cell, to)
	return to
}
