package rows

import (
	"bytes"
	"math/bits"

	"github.com/ciobulk/ciobulk/internal/word"
)

// csvEnd finds where the record that starts at data[0] ends, its line ending
// included. Records are those of RFC 4180; a quote where none may be breaks
// the record, which then ends with its line.
//
//	end > 0   the record is data[:end]
//	end == 0  data ends before the record does; open says whether inside a
//	          quoted cell, and openAt where that cell starts
func csvEnd(data []byte, delimiter byte) (end int, open bool, openAt int) {
	i := 0
	for i < len(data) {
		if data[i] != '"' {
			end = lineEnd(data, i)
			line := data[i:]
			if end > 0 {
				line = data[i:end]
			}
			next := nextQuotedCell(line, delimiter)
			if next < 0 {
				return end, false, 0
			}
			i += next
			continue
		}
		openAt = i
		after, _ := closingQuote(data, i+1)
		if after < 0 {
			return 0, true, openAt
		}
		i = after
		switch {
		case i == len(data):
			return 0, false, 0
		case data[i] == delimiter:
			i++
		case data[i] == '\n' || data[i] == '\r' && i+1 < len(data) && data[i+1] == '\n':
			return i + bytes.IndexByte(data[i:], '\n') + 1, false, 0
		default: // something after the closing quote: broken
			return lineEnd(data, i), false, 0
		}
	}
	return 0, false, 0
}

// nextQuotedCell returns where in line, which starts in an unquoted cell, the
// next quoted cell starts, or -1 if none does before the record ends: a quote
// inside an unquoted cell breaks the record, which then ends with the line.
func nextQuotedCell(line []byte, delimiter byte) int {
	q := bytes.IndexByte(line, '"')
	if q <= 0 || line[q-1] != delimiter {
		return -1
	}
	return q
}

// closingQuote returns the index after the quote that closes a cell whose
// content starts at data[i], or -1, and whether there are doubled ones.
func closingQuote(data []byte, i int) (after int, doubled bool) {
	for {
		j := bytes.IndexByte(data[i:], '"')
		if j < 0 {
			return -1, doubled
		}
		i += j + 1
		if i == len(data) || data[i] != '"' {
			return i, doubled
		}
		i++
		doubled = true
	}
}

// lineEnd returns the index after the next line feed, or 0.
func lineEnd(data []byte, from int) int {
	if j := bytes.IndexByte(data[from:], '\n'); j >= 0 {
		return from + j + 1
	}
	return 0
}

// splitCSV splits one record without its line ending into cells, appended to
// cells. Cells with doubled quotes are unescaped into scratch. A nil Broken
// means that all of the record was understood.
func splitCSV(record []byte, delimiter byte, cells []Cell, scratch []byte) ([]Cell, []byte, *Broken) {
	i := 0
	for {
		if i < len(record) && record[i] == '"' {
			after, doubled := closingQuote(record, i+1)
			if after < 0 || after < len(record) && record[after] != delimiter {
				return cells, scratch, quoteError(record, i, after)
			}
			text := record[i+1 : after-1 : after-1]
			if doubled {
				text, scratch = unquote(text, scratch)
			}
			cells = append(cells, Cell{Text, text})
			i = after
		} else {
			end := cellEnd(record, i, delimiter)
			if end < len(record) && record[end] == '"' {
				return cells, scratch, &Broken{Reason: ReasonMalformed, At: end + 1,
					Message: `a quote inside an unquoted cell; the cell must be quoted as a whole and its quotes doubled`}
			}
			cells = append(cells, Cell{Text, record[i:end:end]})
			i = end
		}
		if i == len(record) {
			return cells, scratch, nil
		}
		i++ // the delimiter
	}
}

// cellEnd returns the index of the next delimiter or quote from record[i] on, or
// the length.
func cellEnd(record []byte, i int, delimiter byte) int {
	for ; i+8 <= len(record); i += 8 {
		w := word.At(record, i)
		if found := w.Equal(delimiter) | w.Equal('"'); found != 0 {
			return i + found.First()
		}
	}
	for i < len(record) && record[i] != delimiter && record[i] != '"' {
		i++
	}
	return i
}

// splitPlain splits a record without quotes, and looks at its bytes on the way.
// It collects the delimiters of 64 bytes before it makes cells of them: a loop
// over those of each word is predicted wrongly by the processor too often.
func splitPlain(record []byte, delimiter byte, cells []Cell) ([]Cell, traits) {
	var t traits
	start := 0
	for base := 0; base < len(record); base += 64 {
		found := t.find(record[base:min(base+64, len(record))], word.Ones*word.Word(delimiter))
		for ; found != 0; found &= found - 1 {
			end := base + bits.TrailingZeros64(found)
			cells = append(cells, Cell{Text, record[start:end:end]})
			start = end + 1
		}
	}
	return append(cells, Cell{Text, record[start:len(record):len(record)]}), t
}

func quoteError(record []byte, open, after int) *Broken {
	if after < 0 {
		return &Broken{Reason: ReasonMalformed, At: open + 1, Message: "a quote that is never closed"}
	}
	return &Broken{Reason: ReasonMalformed, At: after + 1,
		Message: "text after a closing quote; quotes inside a cell must be doubled"}
}

// unquote undoes the doubled quotes of a quoted cell's content.
func unquote(content, scratch []byte) (text, grown []byte) {
	start := len(scratch)
	for i := 0; i < len(content); i++ {
		scratch = append(scratch, content[i])
		if content[i] == '"' {
			i++ // its twin
		}
	}
	return scratch[start:len(scratch):len(scratch)], scratch
}
