package draft

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// sampleRows is how many rows are read.
const sampleRows = 10_000

// maxColumns bounds the columns that are read. More than 300 cannot be sent, and
// JSONL objects with so many names have data as names.
const maxColumns = 1000

// sample is what was read of an input.
type sample struct {
	in        *rows.Input
	options   Options
	forms     []form
	converter *convert.Converter
	columns   []*column
	rows      int64
	broken    int64 // of the rows
	whole     bool
	style     style
	called    map[string]int // how many columns of the input have a name
	more      bool           // there are columns beyond those that were read
	firstRow  string         // why the header seems to be a row; empty: it does not
	early     early
}

// style is what the columns that can be read in one way only say about the others.
type style struct {
	comma, point         bool // decimals
	dayFirst, monthFirst bool
}

// read reads the rows.
func (s *sample) read() error {
	var names []string
	for _, c := range s.in.Columns {
		if c.Name != "" {
			names = append(names, c.Name)
		}
	}
	parser := s.in.Parser(names)
	var b rows.Block
	for s.options.All || s.rows < sampleRows {
		err := s.in.Next(&b, 1000, 1<<20)
		if errors.Is(err, io.EOF) {
			s.whole = true
			break
		}
		if err != nil {
			return err
		}
		for i := range b.Len() {
			s.add(parser, parser.Row(&b, i))
		}
	}
	s.meet(parser.Columns()) // those of the header, also where there are no rows
	return nil
}

// meet begins the columns that are new.
func (s *sample) meet(columns []rows.Column) {
	for i := len(s.columns); i < len(columns); i++ {
		if i >= maxColumns {
			s.more = true
			return
		}
		s.columns = append(s.columns, newColumn(i, columns[i].Name, s, max(len(columns), 64)))
	}
}

// hintFor reads a column's name. The match field of the options takes precedence.
func (s *sample) hintFor(name string) hint {
	h := hintOf(name)
	if s.options.Match != "" {
		if m, err := mapping.FromMatch(s.options.Match); err == nil && m.MatchColumn() == name {
			h.field, h.rank = m.Match(), 0
		}
	}
	return h
}

// now returns the moment of the draft in unix seconds.
func (s *sample) now() int64 {
	if s.options.Now.IsZero() {
		return math.MaxInt64
	}
	return s.options.Now.Unix()
}

func (s *sample) add(parser *rows.Parser, r *rows.Row) {
	s.early.add(s.in, r)
	if r.Odd.Passed() {
		return // not a row to a run either
	}
	s.rows++
	if r.Broken != nil {
		s.broken++
		return
	}
	s.meet(parser.Columns())
	columns := parser.Columns()
	for i, p := range s.columns[:min(len(s.columns), len(r.Cells))] {
		if p.name == columns[i].Name { // a parser that has seen very many names reuses a column for another one
			p.add(r.Cells[i], r.Number)
		}
	}
}

// good returns how many rows were read that are not broken.
func (s *sample) good() int64 { return s.rows - s.broken }

// known reports whether the input is known to have the column: of JSONL, one that
// the first objects have.
func (s *sample) known(p *column) bool { return s.called[p.name] > 0 }

// maxColumnName bounds the names of columns that are drafted, in bytes.
const maxColumnName = 500

// unusable says why a mapping cannot name a column, or nothing.
func (s *sample) unusable(p *column) string {
	switch {
	case p.name == "" && s.in.Format == rows.CSV:
		return fmt.Sprintf("column %d has no name: give it one to send it", p.index+1)
	case p.name == "":
		return "an empty name cannot be used"
	case !utf8.ValidString(p.name): // of a JSONL line that cannot be read
		return fmt.Sprintf("the name %q is not UTF-8", shown(p.name))
	case len(p.name) > maxColumnName:
		return fmt.Sprintf("column %d has a name of %d bytes: choose a shorter one", p.index+1, len(p.name))
	case s.in.Format == rows.CSV && s.called[p.name] > 1:
		return fmt.Sprintf("%d columns are called %q: rename all but one", s.called[p.name], p.name)
	}
	return ""
}

// filledOf tells how many rows have a value, and how many values are distinct.
func (s *sample) filledOf(p *column) string {
	return fmt.Sprintf("%d of %d filled, %s", p.filled, s.good(), p.distinct())
}

// which says which rows were read.
func (s *sample) which() string {
	switch {
	case s.rows == 0:
		return "no rows"
	case s.whole:
		return "all of " + plural(s.rows, "row")
	}
	return "the first " + plural(s.rows, "row")
}

// learn notes the style of the file.
func (s *sample) learn() {
	for _, p := range s.columns {
		p.learn(&s.style)
	}
	if s.in.Format == rows.CSV && s.in.Delimiter == ';' && !s.style.point {
		s.style.comma = true // as spreadsheets save files where decimals have a comma
	}
	switch {
	case s.style.dayFirst || s.style.monthFirst:
	case s.options.Country == "US", strings.HasPrefix(s.options.Zone, "America/") && !s.style.comma:
		s.style.monthFirst = true
	default:
		s.style.dayFirst = true
	}
}

func plural(n int64, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
