package xlsx

import (
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// cell reads one cell to its end. Cells may be in any order.
func (s *Reader) cell(start xml.StartElement) error {
	column := len(s.cells)
	if ref := attribute(start, "r"); ref != "" {
		column = columnOf(ref)
	}
	if column < 0 || column >= maxColumns {
		return fmt.Errorf("row %d has a cell %q, which no sheet has", s.Number, attribute(start, "r"))
	}
	for len(s.cells) <= column {
		s.cells = append(s.cells, Cell{})
	}
	c := &s.cells[column]
	twice := c.present
	*c = Cell{start: len(s.text), end: len(s.text), present: true}
	formula, value, err := s.content()
	switch {
	case err != nil:
		return err
	case twice:
		s.fail(c, damaged, "is there twice")
	case formula && !value:
		s.fail(c, uncounted, "has a formula without a stored value; open the workbook in a spreadsheet and save it")
	case len(s.text) > c.start:
		s.settle(c, attribute(start, "t"), attribute(start, "s"))
	}
	c.end = len(s.text)
	return nil
}

// fail notes why a cell has no value, and what is shown instead.
func (s *Reader) fail(c *Cell, shown, fault string) {
	s.text = append(s.text[:c.start], shown...)
	c.Fault = fault
}

// content appends what a cell holds, and reports whether it has a formula and a
// value.
func (s *Reader) content() (formula, value bool, err error) {
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

// settle turns what is stored, which is not empty, into the cell's text.
func (s *Reader) settle(c *Cell, kind, style string) {
	stored := s.text[c.start:]
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(string(stored)))
		shared, ok := s.book.texts.at(i)
		if err != nil || !ok {
			s.fail(c, damaged, fmt.Sprintf("names the text %q, which the workbook does not have", stored))
			return
		}
		s.text = append(s.text[:c.start], shared...)
	case "b":
		switch strings.TrimSpace(string(stored)) {
		case "1", "true":
			s.text = append(s.text[:c.start], "true"...)
		case "0", "false":
			s.text = append(s.text[:c.start], "false"...)
		default:
			s.fail(c, damaged, fmt.Sprintf("holds %q, which is not a boolean", stored))
		}
	case "e":
		c.Fault = fmt.Sprintf("holds the error %s", stored)
	case "str", "inlineStr":
		s.text = s.text[:c.start+len(unescapeX(stored))]
	case "", "n":
		s.number(c, strings.TrimSpace(string(stored)), s.format(style))
	}
}

func (s *Reader) format(style string) format {
	i, err := strconv.Atoi(style)
	if err != nil || i < 0 || i >= len(s.book.formats) {
		return format{}
	}
	return s.book.formats[i]
}

// number writes a number as it is shown where its format is a date, a time or has
// zeros in front. Otherwise all its digits are written, the shortest of those that
// have the same 64 bits.
func (s *Reader) number(c *Cell, text string, f format) {
	whole := isInteger(text)
	c.Percent = f.as == asPercent
	switch {
	case whole && f.mask != "" && text[0] != '-':
		s.text = appendMasked(s.text[:c.start], text, f.mask)
		return
	case whole && (f.as == asNumber || f.as == asPercent):
		s.text = append(s.text[:c.start], text...)
		return
	}
	n, err := strconv.ParseFloat(text, 64)
	if text != "" && (err != nil || math.IsInf(n, 0) || math.IsNaN(n)) {
		s.fail(c, damaged, fmt.Sprintf("holds %q, which is not a number", text))
		return
	}
	s.text = s.text[:c.start]
	if text == "" || s.moment(c, n, f.as) {
		return
	}
	format := byte('f')
	if a := math.Abs(n); a >= 1e21 || a > 0 && a < 1e-15 {
		format = 'g'
	}
	digits := strconv.AppendFloat(nil, n, format, -1, 64)
	if f.mask != "" && isInteger(string(digits)) && n >= 0 {
		s.text = appendMasked(s.text, string(digits), f.mask)
		return
	}
	s.text = append(s.text, digits...)
}

// moment writes a number as a date, a time of day or a duration, if it is shown as one.
func (s *Reader) moment(c *Cell, serial float64, as look) (ok bool) {
	switch as {
	case asDate:
		if s.book.From1904 {
			serial += days1904
		}
		s.text, c.Date = appendDate(s.text, serial)
		return c.Date
	case asClock:
		s.text, ok = appendClock(s.text, serial)
	case asDuration:
		if ok = math.Abs(serial) <= lastDay; ok {
			s.text = appendDuration(s.text, serial)
		}
	}
	return ok
}

func isInteger(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

// columnOf returns the column of a reference such as C5, the first is 0; -1 where
// it is not a reference.
func columnOf(ref string) int {
	column := 0
	for i := 0; i < len(ref) && ref[i] >= 'A' && ref[i] <= 'Z' && column <= maxColumns; i++ {
		column = column*26 + int(ref[i]-'A') + 1
	}
	return column - 1
}

// ColumnName returns the letters of a column, the first is 0.
func ColumnName(column int) (name string) {
	for column++; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name
}
