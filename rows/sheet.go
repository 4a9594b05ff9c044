package rows

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
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

// cell reads one cell to its end.
func (s *sheet) cell(start xml.StartElement) error {
	column := len(s.cells)
	if ref := attribute(start, "r"); ref != "" {
		column = columnOf(ref)
	}
	if column < len(s.cells) || column >= maxSheetColumns {
		return fmt.Errorf("row %d has a cell %q where none can be", s.number, attribute(start, "r"))
	}
	for len(s.cells) <= column {
		s.cells = append(s.cells, sheetCell{start: len(s.text), end: len(s.text)})
	}
	c := &s.cells[column]
	kind := attribute(start, "t")
	formula, value, err := s.content()
	if err != nil {
		return err
	}
	if formula && !value {
		s.text = append(s.text[:c.start], uncounted...)
		c.fault = "has a formula whose value was not stored; open the workbook in a spreadsheet and save it"
	} else {
		s.settle(c, kind, attribute(start, "s"))
	}
	c.end = len(s.text)
	return nil
}

// content appends what a cell holds, and reports whether it has a formula and a
// value.
func (s *sheet) content() (formula, value bool, err error) {
	inside := false
	for {
		token, err := s.xml.RawToken()
		if err != nil {
			return formula, value, unexpected(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "f":
				formula = true
			case "v":
				inside, value = true, true
			case "is":
				value = true
				if s.text, err = appendText(s.text, s.xml, "is"); err != nil {
					return formula, value, err
				}
			}
		case xml.EndElement:
			if token.Name.Local == "c" {
				return formula, value, nil
			}
			inside = false
		case xml.CharData:
			if inside {
				s.text = append(s.text, token...)
			}
		}
	}
}

// settle turns what is stored into the cell's text.
func (s *sheet) settle(c *sheetCell, kind, style string) {
	stored := s.text[c.start:]
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(string(stored)))
		shared, ok := s.book.texts.at(i)
		if err != nil || !ok {
			c.fault = fmt.Sprintf("names the text %q, which the workbook does not have", stored)
			return
		}
		s.text = append(s.text[:c.start], shared...)
	case "b":
		word, known := map[string]string{"1": "true", "0": "false", "true": "true", "false": "false"}[string(stored)]
		if !known {
			c.fault = fmt.Sprintf("holds %q, which is no boolean", stored)
			return
		}
		s.text = append(s.text[:c.start], word...)
	case "e":
		c.fault = fmt.Sprintf("holds the error %s", stored)
	case "str", "inlineStr":
		s.text = s.text[:c.start+len(unescapeX(stored))]
	case "", "n":
		i, err := strconv.Atoi(style)
		c.date = err == nil && i >= 0 && i < len(s.book.dates) && s.book.dates[i] && len(stored) > 0
		s.amount(c, stored)
	}
}

// amount writes a number without its display format: all its digits, and the
// shortest of those that stand for the same 64 bits. Dates are numbers that count
// the days from 1900 on.
func (s *sheet) amount(c *sheetCell, stored []byte) {
	text := string(stored)
	shift := 0.0
	if c.date {
		shift = float64(s.book.from)
	}
	if text == "" || shift == 0 && isInteger(text) {
		return
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		c.fault = fmt.Sprintf("holds %q, which is no number", text)
		return
	}
	format := byte('f')
	if a := math.Abs(f); a >= 1e21 || a > 0 && a < 1e-15 {
		format = 'g'
	}
	s.text = strconv.AppendFloat(s.text[:c.start], f+shift, format, -1, 64)
}

func isInteger(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

// columnOf returns the column of a reference such as C5, the first is 0; -1 where
// it is none.
func columnOf(ref string) int {
	column := 0
	for i := 0; i < len(ref) && ref[i] >= 'A' && ref[i] <= 'Z' && column <= maxSheetColumns; i++ {
		column = column*26 + int(ref[i]-'A') + 1
	}
	return column - 1
}

// columnName is the other way round.
func columnName(column int) (name string) {
	for column++; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name
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
