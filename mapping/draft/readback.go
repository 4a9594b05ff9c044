package draft

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// ReadBack drafts the mapping of a file that was exported from Customer.io, so that
// sending the file gives the same people again. Customer.io gives every value as
// text: a column has a type where all of its values convert to it and would be read
// back as they are in the file, and stays text otherwise. Attributes keep their
// names. People are found by id, email or phone, whichever is the first that they
// have. in is read to its end; memory does not grow with the rows. next is the
// command that tries the draft. Errors are of type *rows.Error.
func ReadBack(in *rows.Input, next string) (*Drafted, error) {
	b := &readBack{converter: convert.New(time.Time{}, 0)}
	for _, f := range exactForms {
		if err := f.rule.Compile(); err != nil {
			return nil, err // the rules are constants
		}
		b.rules = append(b.rules, f.rule)
	}
	if err := b.read(in); err != nil {
		return nil, err
	}
	return b.write(in.Name, next), nil
}

// readBack is what was read of an export.
type readBack struct {
	converter *convert.Converter
	rules     []convert.Rule // of exactForms
	columns   []*exported
	rows      int64
	matched   [3]int64 // rows by the first of matchFields that they have
	lost      int64    // rows that have none of them
	scratch   []byte
}

// exported is a column of an export.
type exported struct {
	name   string
	filled int64
	fails  [len(exactForms)]int64
}

// exactForms are the types that a column is tried for, in the order of preference.
var exactForms = [...]struct {
	rule    convert.Rule
	options string
}{
	{convert.Rule{Type: convert.Boolean, True: []string{"true"}, False: []string{"false"}}, "type: boolean"},
	{convert.Rule{Type: convert.Integer}, "type: integer"},
	{convert.Rule{Type: convert.Number}, "type: number"},
	{convert.Rule{Type: convert.JSON}, "type: json"},
	{convert.Rule{Type: convert.Time, Timestamp: convert.Timestamp{Layout: convert.Unix, AnyDate: true}}, "type: timestamp, layout: unix, range: any"},
}

const (
	exactTime   = len(exactForms) - 1
	exactDigits = 15 // what a number of 64 bits with a fraction keeps
)

// matchFields are the columns by which people are found, and how a new workspace
// finds them.
var matchFields = [3]string{"id", "email", "phone"}

func (b *readBack) read(in *rows.Input) error {
	var names []string
	for _, c := range in.Columns {
		names = append(names, c.Name)
	}
	parser := in.Parser(names)
	for block := new(rows.Block); ; {
		err := in.Next(block, 1000, 1<<20)
		if errors.Is(err, io.EOF) {
			b.meet(parser.Columns())
			return nil
		}
		if err != nil {
			return err
		}
		for i := range block.Len() {
			row := parser.Row(block, i)
			b.meet(parser.Columns())
			if row.Broken == nil {
				b.add(row)
			}
		}
	}
}

func (b *readBack) meet(columns []rows.Column) {
	for _, c := range columns[len(b.columns):] {
		b.columns = append(b.columns, &exported{name: c.Name})
	}
}

func (b *readBack) add(row *rows.Row) {
	b.rows++
	first := len(matchFields)
	for i, cell := range row.Cells[:min(len(row.Cells), len(b.columns))] {
		if cell.Kind == rows.Absent || cell.Kind == rows.Null || len(cell.Text) == 0 {
			continue
		}
		c := b.columns[i]
		c.filled++
		if at := slices.Index(matchFields[:], c.name); at >= 0 {
			first = min(first, at)
		}
		for f := range b.rules {
			if !b.same(&b.rules[f], cell.Text) {
				c.fails[f]++
			}
		}
	}
	if first == len(matchFields) {
		b.lost++
	} else {
		b.matched[first]++
	}
}

// same reports whether a value converts to one that is read back as it is.
func (b *readBack) same(r *convert.Rule, text []byte) bool {
	switch r.Type {
	case convert.JSON:
		return (text[0] == '{' || text[0] == '[') && json.Valid(text) && compact(text)
	case convert.Integer, convert.Number:
		if digits(text) > exactDigits || text[len(text)-1] == '0' && bytes.IndexByte(text, '.') >= 0 || bytes.ContainsAny(text, "eE") || bytes.HasPrefix(text, []byte("-0")) && digits(text) == 1 {
			return false
		}
	case convert.Time:
		at, problem := b.converter.Seconds(r, text)
		return problem == "" && fmt.Sprint(at) == string(text)
	}
	var problem string
	b.scratch, problem = b.converter.Append(b.scratch[:0], r, rows.Cell{Kind: rows.Text, Text: text})
	return problem == "" && bytes.Equal(b.scratch, text)
}

// compact reports whether JSON has no spaces between its parts.
func compact(text []byte) bool {
	var b bytes.Buffer
	return json.Compact(&b, text) == nil && b.Len() == len(text)
}

func digits(text []byte) (n int) {
	for _, c := range text {
		if '0' <= c && c <= '9' {
			n++
		}
	}
	return n
}

// options are those of a column's attribute; empty: it is text. check says what a
// person should look at.
func (c *exported) options() (options, check string) {
	if c.filled == 0 {
		return "", ""
	}
	switch {
	case c.name == "created_at" && c.fails[exactTime] == 0:
		return exactForms[exactTime].options, ""
	case slices.Contains(matchFields[:], c.name):
		return "", ""
	}
	for f := range exactForms[:exactTime] {
		if c.fails[f] == 0 {
			return exactForms[f].options, ""
		}
	}
	for f := range exactForms[:exactTime] {
		if n := c.filled - c.fails[f]; n > 0 && n*2 >= c.filled {
			return "", fmt.Sprintf("%d of %d values would fit %s; all are sent as text", n, c.filled, exactForms[f].options)
		}
	}
	return "", ""
}

func (b *readBack) write(name, next string) *Drafted {
	d := &Drafted{Rows: b.rows, Whole: true, Match: b.lost < b.rows}
	var s strings.Builder
	fmt.Fprintf(&s, "# Mapping of %s, which was exported from Customer.io: %s, all read.\n", shown(name), plural(b.rows, "row"))
	s.WriteString("# A column has a type where all of its values are read back as they are in the file.\n")
	if next != "" {
		fmt.Fprintf(&s, "# Next: %s\n", next)
	}
	s.WriteString("\n" + b.match())
	if b.lost > 0 {
		d.Checks++
		fmt.Fprintf(&s, "# CHECK: %s without id, email and phone: rejected, as another workspace gives people other cio_ids\n", plural(b.lost, "row"))
	}
	s.WriteString("\nattributes:\n")
	sent := 0
	for _, c := range b.columns {
		line, checks := b.attribute(c)
		if line != "" {
			sent++
		}
		d.Checks += checks
		s.WriteString(line)
	}
	text := s.String()
	if sent == 0 {
		text = strings.TrimSuffix(text, "\nattributes:\n")
	}
	d.YAML = []byte(text + "\nrest: drop\n")
	return d
}

// match is the match of the fields that any row is found by, in their order.
func (b *readBack) match() string {
	var fields []string
	for i, n := range b.matched {
		if n > 0 {
			fields = append(fields, fmt.Sprintf("{%s: %[1]s}", matchFields[i]))
		}
	}
	switch len(fields) {
	case 0:
		return "match: {id: id}\n"
	case 1:
		return "match: " + fields[0] + "\n"
	}
	return "match: [" + strings.Join(fields, ", ") + "]   # the first that is filled\n"
}

// attribute is the line of a column; empty: it is not sent. The service's own
// attributes cannot be set, and an identifier that every row is found by is not an
// attribute too.
func (b *readBack) attribute(c *exported) (line string, checks int) {
	only := slices.Index(matchFields[:], c.name)
	if c.name == "" || c.name == "cio_id" || c.name[0] == '_' || c.filled == 0 || only >= 0 && b.matched[only] == c.filled {
		return "", 0
	}
	options, check := c.options()
	if check != "" {
		line, checks = fmt.Sprintf("  # CHECK: %s\n", check), 1
	}
	name := yamlText(c.name)
	if options == "" {
		return line + fmt.Sprintf("  %s: %s\n", name, name), checks
	}
	return line + fmt.Sprintf("  %s: {column: %s, %s}\n", name, name, options), checks
}
