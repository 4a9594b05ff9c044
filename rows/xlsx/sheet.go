package xlsx

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
)

// Reader reads the rows of a worksheet one after the other. It belongs to one
// goroutine.
type Reader struct {
	Number int64 // of the present row, the first is 1
	Hidden bool  // the present row is not shown, usually because of a filter

	book  *Book
	part  io.ReadCloser
	limit *budget
	xml   *xml.Decoder
	cells []Cell
	text  []byte // of the present row
}

// Cell is one cell of a row.
type Cell struct {
	Date    bool   // a number that is shown as a date; its text is the date in ISO 8601
	Percent bool   // a number that is shown as a percentage; its text is the fraction
	Fault   string // why it has no value, a sentence that follows its name; its text is what is shown instead

	start, end int // of the row's text
	present    bool
}

const (
	maxColumns = 16384
	// uncounted is shown for a formula without a stored value, as spreadsheets do
	// while they calculate.
	uncounted = "#GETTING_DATA"
	// damaged is shown for a value that the workbook stores in a form that it
	// cannot have.
	damaged = "#VALUE!"
)

// Read begins to read a sheet. The caller closes the reader.
func (b *Book) Read(s Sheet) (*Reader, error) {
	if err := b.texts.read(b.part("sharedStrings")); err != nil {
		return nil, err
	}
	f := Member(b.zip, s.part)
	if f == nil {
		return nil, fmt.Errorf("%s is missing", s.part)
	}
	part, err := f.Open()
	if err != nil {
		return nil, err
	}
	limit := &budget{r: part, left: maxItem}
	return &Reader{book: b, part: part, limit: limit, xml: xml.NewDecoder(limit)}, nil
}

// Close releases the sheet's part.
func (s *Reader) Close() error { return s.part.Close() }

// Next reads the next row with any text. It returns io.EOF after the last one.
func (s *Reader) Next() error {
	for {
		if err := s.next(); err != nil || s.Width() > 0 {
			return err
		}
	}
}

// Width is how many cells the present row has, those without text after the last
// text not counted.
func (s *Reader) Width() int {
	n := len(s.cells)
	for n > 0 && s.cells[n-1].start == s.cells[n-1].end {
		n--
	}
	return n
}

// Cell returns a cell of the present row and its text, which are valid until the
// next call of Next. Cells that the row does not have are empty.
func (s *Reader) Cell(i int) (c Cell, text []byte) {
	if i >= len(s.cells) {
		return Cell{}, nil
	}
	c = s.cells[i]
	return c, s.text[c.start:c.end]
}

// next reads the next row that has cells, empty ones perhaps.
func (s *Reader) next() error {
	for {
		token, err := s.xml.RawToken()
		if err != nil {
			return unexpected(err)
		}
		switch token := token.(type) {
		case xml.EndElement:
			if token.Name.Local == "sheetData" {
				return io.EOF
			}
		case xml.StartElement:
			if token.Name.Local == "row" {
				s.limit.left = maxItem
				return s.row(token)
			}
			if token.Name.Local == "sheetData" {
				s.Number = 0
			}
		}
	}
}

func (s *Reader) row(start xml.StartElement) error {
	number := s.Number + 1
	if r := attribute(start, "r"); r != "" {
		n, err := strconv.ParseInt(r, 10, 64)
		if err != nil || n < number {
			return fmt.Errorf("row %q follows row %d", r, s.Number)
		}
		number = n
	}
	if number > math.MaxInt32 {
		return fmt.Errorf("row %d is after the end of any sheet", number)
	}
	s.Number, s.Hidden, s.cells, s.text = number, isTrue(attribute(start, "hidden")), s.cells[:0], s.text[:0]
	for {
		token, err := s.xml.RawToken()
		if err != nil {
			return unexpected(err)
		}
		switch token := token.(type) {
		case xml.EndElement:
			if token.Name.Local == "row" {
				return nil
			}
		case xml.StartElement:
			if token.Name.Local != "c" {
				continue
			}
			if err := s.cell(token); err != nil {
				return err
			}
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}
