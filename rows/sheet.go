package rows

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
)

// sheet reads the rows of a worksheet one after the other.
type sheet struct {
	book   *workbook
	part   io.ReadCloser
	limit  *budget
	xml    *xml.Decoder
	number int64 // of the present row, the first is 1
	cells  []sheetCell
	text   []byte // of the present row
}

// sheetCell is one cell of the present row. Its text is among the row's.
type sheetCell struct {
	start, end int
	date       bool
	fault      string // why it has no value
}

const (
	maxSheetColumns = 16384
	// uncounted is shown for a formula whose value nobody stored; the spreadsheet
	// shows it while it counts.
	uncounted = "#GETTING_DATA"
)

// open begins to read a sheet.
func (w *workbook) open(s sheetEntry) (*sheet, error) {
	f := findMember(w.zip, s.part)
	if f == nil {
		return nil, fmt.Errorf("%s is missing", s.part)
	}
	part, err := f.Open()
	if err != nil {
		return nil, err
	}
	limit := &budget{r: part, left: maxItem}
	return &sheet{book: w, part: part, limit: limit, xml: xml.NewDecoder(limit)}, nil
}

// next reads the next row that has cells, empty ones perhaps. It returns io.EOF
// behind the last.
func (s *sheet) next() error {
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
				s.number = 0
			}
		}
	}
}

func (s *sheet) row(start xml.StartElement) error {
	number := s.number + 1
	if r := attribute(start, "r"); r != "" {
		n, err := strconv.ParseInt(r, 10, 64)
		if err != nil || n < number {
			return fmt.Errorf("row %q stands behind row %d", r, s.number)
		}
		number = n
	}
	if number > math.MaxInt32 {
		return fmt.Errorf("row %d is beyond any sheet's end", number)
	}
	s.number, s.cells, s.text = number, s.cells[:0], s.text[:0]
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

// width is how many cells the row has, those without text behind the last not
// counted.
func (s *sheet) width() int {
	n := len(s.cells)
	for n > 0 && s.cells[n-1].start == s.cells[n-1].end {
		n--
	}
	return n
}

// nextFilled reads the next row with any text.
func (s *sheet) nextFilled() error {
	for {
		if err := s.next(); err != nil || s.width() > 0 {
			return err
		}
	}
}

// fault says what is wrong with the present row's first cell that has no value.
func (s *sheet) fault(columns []Column) *Broken {
	for i, c := range s.cells {
		if c.fault == "" {
			continue
		}
		b := &Broken{Reason: ReasonCell, Message: fmt.Sprintf("cell %s%d %s", columnName(i), s.number, c.fault)}
		if i < len(columns) {
			b.Column = columns[i].Name
		}
		return b
	}
	return nil
}

// appendRecord appends the present row as a CSV record of at least so many cells.
func (s *sheet) appendRecord(dst []byte, width int) []byte {
	for i := range max(width, s.width()) {
		if i > 0 {
			dst = append(dst, ',')
		}
		if i < len(s.cells) {
			dst = AppendCSVCell(dst, s.text[s.cells[i].start:s.cells[i].end], ',')
		}
	}
	return dst
}
