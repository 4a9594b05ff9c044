package rows

import (
	"bytes"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/internal/jsontext"
)

// notJSONText is how messages about records that are not JSON begin.
const notJSONText = "not JSON: "

// maxNames bounds how many names of JSONL objects a parser remembers.
const maxNames = 4096

// Parser splits the records of blocks into rows. It belongs to one goroutine;
// an input may have many.
type Parser struct {
	format    Format
	stored    Format
	delimiter byte
	columns   []Column
	fixed     int            // columns that every parser of the input knows
	index     map[string]int // name to column; JSONL only
	next      []int          // by column + 1, the first for the start: the column that followed last time
	written   [][]byte       // by column: its name and the colon, as they are usually written
	seen      []uint64       // by column: the generation of the row it was last seen in
	now       uint64         // the present row's generation
	reported  bool           // the input is a file of rejected rows
	reportLen int            // CSV: columns of a report after the input's own
	renumber  bool           // whose rows have the numbers that their reports say
	stray     strayByte
	opened    bool      // the columns are known: oddities are looked for
	suspect   [256]bool // the bytes that the first cell of a record begins with that may not be a row
	noHeader  bool
	trimmed   int // bytes that trimMarks removed from the front of the present row
	row       Row
	scratch   []byte
	rewritten []byte // the present row as it would have been with the header's number of cells
}

func newParser(in *Input, names []string) *Parser {
	p := &Parser{format: in.Format, stored: in.Stored, delimiter: in.Delimiter, columns: in.Columns, renumber: in.Rejected,
		stray: strayByte{in.Encoding, in.Compression != ""}}
	if in.Format == CSV && endsInReport(in.Columns) {
		p.reportLen = len(ReportColumns)
	}
	p.reported = in.Rejected
	p.opened = in.opened
	if in.Format == CSV {
		p.fixed = len(p.columns)
		p.noHeader = in.NoHeader
		p.suspectFirst()
		return p
	}
	p.columns, p.index, p.next = nil, make(map[string]int), []int{0}
	for _, name := range names {
		p.add(name)
	}
	p.fixed = len(p.columns)
	return p
}

// Columns returns the columns known so far; it grows with JSONL rows and must
// be called again after each.
func (p *Parser) Columns() []Column { return p.columns }

func (p *Parser) add(name string) int {
	p.index[name] = len(p.columns)
	p.columns = append(p.columns, Column{Name: name})
	p.seen, p.next = append(p.seen, 0), append(p.next, 0)
	p.written = append(p.written, append(jsontext.AppendString(nil, name), ':'))
	return len(p.columns) - 1
}

// Row splits record i of b. The row is valid until the next call.
func (p *Parser) Row(b *Block, i int) *Row {
	r := &p.row // set field by field: a literal would be made elsewhere and copied
	r.Number, r.Line = b.from.Row+int64(i)+1, b.from.Line+int64(b.at(i).line)
	r.Raw, r.Cells, r.Order, r.Broken = b.raw(i), r.Cells[:0], r.Order[:0], nil
	r.Plain, r.Faulty, r.Odd, p.trimmed = false, false, Ordinary, 0
	p.scratch = p.scratch[:0]
	if p.opened && marked(r.Raw) {
		p.trimMarks(r)
	}
	switch {
	case r.Odd == EndOfFile:
		r.Broken = r.Odd.notRow()
		return r
	case p.format == CSV:
		p.csvRow(r)
	default:
		p.jsonRow(r)
	}
	if b.faults != nil {
		for _, column := range b.faults[i] {
			if column < len(r.Cells) {
				r.Cells[column].Kind, r.Faulty = Faulty, true
			}
		}
	}
	if r.Broken != nil {
		p.placeFault(b, i, r.Broken)
	}
	if p.reported {
		p.readReport(r)
	}
	return r
}

// placeFault makes a fault one of the record as it is in the input.
func (p *Parser) placeFault(b *Block, i int, broken *Broken) {
	if broken.At > 0 {
		broken.At += p.trimmed
	}
	if broken.Reason == ReasonUTF8 {
		broken.Message = p.stray.describe(b, i, broken.At-1)
	}
}

// ragged says what is wrong with a row of so many cells.
func (p *Parser) ragged(cells int) *Broken {
	own, want := cells-p.reportLen, len(p.columns)-p.reportLen
	advice := "add what is missing"
	switch {
	case own < 0:
		return &Broken{Reason: ReasonRagged, Message: fmt.Sprintf("%s, fewer than the %d of the report", countCells(cells), p.reportLen)}
	case own > want && p.stored == XLSX:
		advice = "give each column that has values a name in the header"
	case own > want:
		advice = "a cell that holds the delimiter must be quoted"
	}
	return &Broken{Reason: ReasonRagged, Message: fmt.Sprintf("%s where the header has %d; %s", countCells(own), want, advice)}
}

func countCells(n int) string {
	if n == 1 {
		return "1 cell"
	}
	return fmt.Sprintf("%d cells", n)
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
	if p.opened && r.Broken == nil {
		if first := r.Cells[0].Text; len(first) == 0 || p.suspect[first[0]] {
			if odd := p.oddity(r); odd != Ordinary {
				r.Odd, r.Broken = odd, odd.notRow()
				return
			}
		}
		if len(r.Cells) != len(p.columns) {
			p.fit(r)
		}
	}
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
	s := jsontext.Scanner{Data: r.Raw}
	s.Space()
	if s.Peek() != '{' {
		r.Broken = p.notObject(&s)
		return
	}
	r.Broken = p.members(r, &s)
	r.Plain = len(p.scratch) == 0 // there are escapes otherwise
	if s.Err != nil {
		r.Broken = &Broken{Reason: ReasonMalformed, At: s.Err.At + 1, Message: notJSONText + s.Err.Msg}
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
	p.columns, p.seen, p.next, p.written = p.columns[:p.fixed], p.seen[:p.fixed], p.next[:p.fixed+1], p.written[:p.fixed]
}

func (p *Parser) notObject(s *jsontext.Scanner) *Broken {
	kind := Kind(s.Value(0))
	s.Space()
	if s.Err == nil && s.Pos < len(s.Data) {
		s.Fail("unexpected text after the value")
	}
	if s.Err != nil {
		return &Broken{Reason: ReasonMalformed, At: s.Err.At + 1, Message: notJSONText + s.Err.Msg}
	}
	what := map[Kind]string{Text: "a string", Number: "a number", Boolean: "a boolean", Null: "null", JSON: "an array"}[kind]
	return &Broken{Reason: ReasonMalformed, At: 1, Message: what + " where an object is needed"}
}

// members reads the object that starts at s into r's cells.
func (p *Parser) members(r *Row, s *jsontext.Scanner) *Broken {
	var broken *Broken
	s.Pos++
	s.Space()
	if s.Peek() == '}' {
		s.Pos++
	} else {
		for s.Err == nil {
			if b := p.member(r, s); b != nil && broken == nil {
				broken = b
			}
			s.Space()
			if s.Peek() != ',' {
				s.Expect('}')
				break
			}
			s.Pos++
			s.Space()
		}
	}
	s.Space()
	if s.Err == nil && s.Pos < len(s.Data) {
		s.Fail("unexpected text after the object")
	}
	return broken
}

func (p *Parser) member(r *Row, s *jsontext.Scanner) *Broken {
	nameAt := s.Pos
	column := p.name(s, r.Order)
	s.Space()
	if s.Err != nil {
		return nil
	}
	valueAt := s.Pos
	cell := Cell{Kind: Text}
	if s.Peek() == '"' {
		cell.Text = p.text(s)
	} else {
		cell.Kind = Kind(s.Value(1))
		cell.Text = s.Data[valueAt:s.Pos:s.Pos]
	}
	if column == len(r.Cells) {
		r.Cells = append(r.Cells, Cell{})
	}
	if p.seen[column] == p.now {
		return &Broken{Reason: ReasonDuplicate, Column: p.columns[column].Name, At: nameAt + 1,
			Message: "this name appears twice in the object; it is not clear which value is meant"}
	}
	p.seen[column] = p.now
	r.Cells[column] = cell
	r.Order = append(r.Order, column)
	return nil
}

// name passes over a member's name and the colon and returns its column. It tries
// the name that followed the ones before it last time: the objects of a file
// usually have the same names in the same order.
func (p *Parser) name(s *jsontext.Scanner, before []int) (column int) {
	last := 0
	if n := len(before); n > 0 {
		last = before[n-1] + 1
	}
	if next := p.next[last]; next < len(p.columns) && bytes.HasPrefix(s.Data[s.Pos:], p.written[next]) {
		s.Pos += len(p.written[next])
		return next
	}
	name := p.text(s)
	s.Space()
	s.Expect(':')
	if s.Err != nil {
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
func (p *Parser) text(s *jsontext.Scanner) []byte {
	start := s.Pos
	escaped := s.String()
	if s.Err != nil {
		return nil
	}
	content := s.Data[start+1 : s.Pos-1 : s.Pos-1]
	if !escaped {
		return content
	}
	from := len(p.scratch)
	p.scratch = jsontext.AppendUnescaped(p.scratch, content)
	return p.scratch[from:len(p.scratch):len(p.scratch)]
}
