package rows

import (
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
)

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
