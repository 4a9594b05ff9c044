package rows

import (
	"bytes"
	"fmt"
	"slices"
	"unicode/utf8"
)

// maxNames bounds how many names of JSONL objects a parser remembers.
const maxNames = 4096

// Parser splits the records of blocks into rows. It belongs to one goroutine;
// an input may have many.
type Parser struct {
	format    Format
	delimiter byte
	columns   []Column
	fixed     int            // columns that every parser of the input knows
	index     map[string]int // name to column; JSONL only
	next      []int          // by column + 1, the first for the start: the column that followed last time
	spelt     [][]byte       // by column: its name and the colon, as they mostly stand
	seen      []uint64       // by column: the generation of the row it was last seen in
	now       uint64         // the present row's generation
	reported  bool           // the input is a file of rejected rows
	behind    int            // CSV: columns of a report behind the input's own
	renumber  bool           // whose rows have the numbers that their reports say
	stray     strayByte
	row       Row
	scratch   []byte
}

// Parser returns a new parser. JSONL objects may have any names: those given
// are columns 0, 1, … in their order, whatever stands in the file; names that
// turn up beyond them get the columns that follow, each parser its own. For
// CSV the columns are the header's, and names is not used.
func (in *Input) Parser(names []string) *Parser {
	p := &Parser{format: in.Format, delimiter: in.Delimiter, columns: in.Columns, renumber: in.options.Rejected,
		stray: strayByte{in.Encoding, in.Compression != ""}}
	if in.Format == CSV && endsInReport(in.Columns) {
		p.behind = len(ReportColumns)
	}
	p.reported = in.options.Rejected || p.behind > 0
	if in.Format == CSV {
		p.fixed = len(p.columns)
		return p
	}
	p.columns, p.index, p.next = nil, make(map[string]int), []int{0}
	for _, name := range names {
		p.add(name)
	}
	p.fixed = len(p.columns)
	return p
}

// Columns returns the columns known so far; it grows with JSONL rows and is to
// be asked again after each.
func (p *Parser) Columns() []Column { return p.columns }

func (p *Parser) add(name string) int {
	p.index[name] = len(p.columns)
	p.columns = append(p.columns, Column{Name: name})
	p.seen, p.next = append(p.seen, 0), append(p.next, 0)
	p.spelt = append(p.spelt, append(AppendJSONString(nil, name), ':'))
	return len(p.columns) - 1
}

// Row splits record i of b. The row is valid until the next call.
func (p *Parser) Row(b *Block, i int) *Row {
	r := &p.row // set field by field: a literal would be made elsewhere and copied
	r.Number, r.Line = b.from.Row+int64(i)+1, b.from.Line+int64(b.records[i].line)
	r.Raw, r.Cells, r.Order, r.Broken = b.raw(i), r.Cells[:0], r.Order[:0], nil
	r.Plain = false
	p.scratch = p.scratch[:0]
	if p.format == CSV {
		p.csvRow(r)
	} else {
		p.jsonRow(r)
	}
	if b.refused != nil && b.refused[i] != nil {
		r.Broken = b.refused[i]
	}
	if r.Broken != nil && r.Broken.Reason == ReasonUTF8 {
		r.Broken.Message = p.stray.describe(b, i, r.Broken.At-1)
	}
	if p.reported {
		p.report(r)
	}
	return r
}

// ragged says what is wrong with a row of so many cells.
func (p *Parser) ragged(cells int) *Broken {
	advice := "add what is missing"
	if cells > len(p.columns) {
		advice = "a cell that holds the delimiter must be quoted"
	}
	return &Broken{Reason: ReasonRagged,
		Message: fmt.Sprintf("%d cells where the header has %d; %s", cells-p.behind, len(p.columns)-p.behind, advice)}
}

func (p *Parser) csvRow(r *Row) {
	var t traits
	if bytes.IndexByte(r.Raw, '"') < 0 {
		r.Cells, t = splitPlain(r.Raw, p.delimiter, r.Cells)
	} else {
		r.Cells, p.scratch, r.Broken = splitCSV(r.Raw, p.delimiter, r.Cells, p.scratch)
		t = traitsOf(r.Raw)
	}
	r.Plain = t.plain() && len(p.scratch) == 0 // there are doubled quotes otherwise
	if r.Broken == nil && len(r.Cells) != len(p.columns) {
		r.Broken = p.ragged(len(r.Cells))
	}
	if r.Broken == nil && !t.ascii() && !utf8.Valid(r.Raw) {
		r.Broken = p.notUTF8(r)
	}
	if r.Broken != nil && r.Broken.Column == "" {
		if n := len(r.Cells); r.Broken.At > 0 && n < len(p.columns) {
			r.Broken.Column = p.columns[n].Name
		}
	}
}

func (p *Parser) notUTF8(r *Row) *Broken {
	b := &Broken{Reason: ReasonUTF8, At: invalidAt(r.Raw) + 1}
	for i, c := range r.Cells {
		if !utf8.Valid(c.Text) && i < len(p.columns) {
			b.Column = p.columns[i].Name
			break
		}
	}
	return b
}

func invalidAt(text []byte) int {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return len(text)
}

func (p *Parser) jsonRow(r *Row) {
	p.forget()
	p.now++
	r.Cells = slices.Grow(r.Cells, len(p.columns))[:len(p.columns)]
	clear(r.Cells)
	s := scanner{data: r.Raw}
	s.space()
	if s.peek() != '{' {
		r.Broken = p.notObject(&s)
		return
	}
	r.Broken = p.members(r, &s)
	r.Plain = len(p.scratch) == 0 // there are escapes otherwise
	if s.err != nil {
		r.Broken = &Broken{Reason: ReasonMalformed, At: s.err.at + 1, Message: "not JSON: " + s.err.msg}
	}
	if r.Broken == nil && !utf8.Valid(r.Raw) {
		r.Broken = p.notUTF8(r)
	}
}

// forget drops names beyond the fixed ones when there are too many.
func (p *Parser) forget() {
	if len(p.columns)-p.fixed <= maxNames {
		return
	}
	for _, c := range p.columns[p.fixed:] {
		delete(p.index, c.Name)
	}
	p.columns, p.seen, p.next, p.spelt = p.columns[:p.fixed], p.seen[:p.fixed], p.next[:p.fixed+1], p.spelt[:p.fixed]
}

func (p *Parser) notObject(s *scanner) *Broken {
	kind := s.value(0)
	s.space()
	if s.err == nil && s.pos < len(s.data) {
		s.fail("unexpected text behind the value")
	}
	if s.err != nil {
		return &Broken{Reason: ReasonMalformed, At: s.err.at + 1, Message: "not JSON: " + s.err.msg}
	}
	what := map[Kind]string{Text: "a string", Number: "a number", Boolean: "a boolean", Null: "null", JSON: "an array"}[kind]
	return &Broken{Reason: ReasonMalformed, At: 1, Message: what + " where an object is needed"}
}

// members reads the object that starts at s into r's cells.
func (p *Parser) members(r *Row, s *scanner) *Broken {
	var broken *Broken
	s.pos++
	s.space()
	if s.peek() == '}' {
		s.pos++
	} else {
		for s.err == nil {
			if b := p.member(r, s); b != nil && broken == nil {
				broken = b
			}
			s.space()
			if s.peek() != ',' {
				s.expect('}')
				break
			}
			s.pos++
			s.space()
		}
	}
	s.space()
	if s.err == nil && s.pos < len(s.data) {
		s.fail("unexpected text behind the object")
	}
	return broken
}

func (p *Parser) member(r *Row, s *scanner) *Broken {
	nameAt := s.pos
	column := p.name(s, r.Order)
	s.space()
	if s.err != nil {
		return nil
	}
	valueAt := s.pos
	cell := Cell{Kind: Text}
	if s.peek() == '"' {
		cell.Text = p.text(s)
	} else {
		cell.Kind = s.value(1)
		cell.Text = s.data[valueAt:s.pos:s.pos]
	}
	if column == len(r.Cells) {
		r.Cells = append(r.Cells, Cell{})
	}
	if p.seen[column] == p.now {
		return &Broken{Reason: ReasonDuplicate, Column: p.columns[column].Name, At: nameAt + 1,
			Message: "this name stands twice in the object; which value is meant cannot be told"}
	}
	p.seen[column] = p.now
	r.Cells[column] = cell
	r.Order = append(r.Order, column)
	return nil
}

// name passes over a member's name and the colon and returns its column. It tries
// the name that followed the ones before it last time: the objects of a file
// mostly have the same names in the same order.
func (p *Parser) name(s *scanner, before []int) (column int) {
	last := 0
	if n := len(before); n > 0 {
		last = before[n-1] + 1
	}
	if next := p.next[last]; next < len(p.columns) && bytes.HasPrefix(s.data[s.pos:], p.spelt[next]) {
		s.pos += len(p.spelt[next])
		return next
	}
	name := p.text(s)
	s.space()
	s.expect(':')
	if s.err != nil {
		return 0
	}
	column, ok := p.index[string(name)]
	if !ok {
		column = p.add(string(name))
	}
	p.next[last] = column
	return column
}

// text passes over a string and returns it unescaped.
func (p *Parser) text(s *scanner) []byte {
	start := s.pos
	escaped := s.str()
	if s.err != nil {
		return nil
	}
	content := s.data[start+1 : s.pos-1 : s.pos-1]
	if !escaped {
		return content
	}
	from := len(p.scratch)
	p.scratch = appendUnescaped(p.scratch, content)
	return p.scratch[from:len(p.scratch):len(p.scratch)]
}
