package rows

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/ciobulk/ciobulk/rows/xlsx"
)

// sheet is the worksheet that an input reads.
type sheet struct {
	*xlsx.Reader
	in         *Input
	skipHidden bool
	seen       []seen // by column
	strays     int64  // cells to the right of the header's columns
	firstStray string // where the first of them is
}

func newSheet(r *xlsx.Reader, in *Input) *sheet {
	s := &sheet{Reader: r, in: in}
	s.noticeColumns(len(in.Columns))
	return s
}

// seen counts the cells of a column by what they are shown as.
type seen struct{ dates, percentages, others int }

func (s *sheet) noticeColumns(n int) { s.seen = make([]seen, n) }

// notice counts the cells of the present row.
func (s *sheet) notice() {
	for i := range s.seen {
		n := &s.seen[i]
		switch c, text := s.Cell(i); {
		case c.Date:
			n.dates++
		case c.Percent:
			n.percentages++
		case len(text) > 0:
			n.others++
		}
		s.in.DateColumns[i] = n.dates > 0 && n.percentages+n.others == 0
		s.in.PercentColumns[i] = n.percentages > 0 && n.dates+n.others == 0
	}
}

// header reads up to the header: in a given row, or the first one with text.
func (s *sheet) header(row int) error {
	for {
		err := s.Next()
		switch {
		case errors.Is(err, io.EOF) && row > 0:
			return noHeaderRow(row)
		case errors.Is(err, io.EOF):
			return io.EOF
		case err != nil:
			return unsound(err)
		case row == 0 || s.Number == int64(row):
			return nil
		case s.Number > int64(row):
			return noHeaderRow(row)
		}
	}
}

// farRight is how many columns without a name may be between two that have one.
const farRight = 50

// strayHeader returns the column of a cell of the header that is far to the right
// of the others; 0 if there is none.
func (s *sheet) strayHeader() int {
	gap := 0
	for i := range s.Width() {
		switch _, text := s.Cell(i); {
		case isBlank(text):
			gap++
		case gap > farRight && i > gap:
			return i
		default:
			gap = 0
		}
	}
	return 0
}

// block is Input.Next for workbooks: rows become CSV records, and their lines are
// the numbers that they have in the sheet.
func (s *sheet) block(in *Input, b *Block, maxRecords, maxBytes int) error {
	b.data, b.faults, b.strays = b.data[:0], nil, b.strays[:0]
	b.Start, b.from = in.at, in.at
	last := in.at.Line - 1
	for in.stop == nil && len(b.records) < maxRecords && (len(b.records) == 0 || len(b.data) < maxBytes) {
		if err := s.Next(); err != nil {
			in.stop = in.of(s.end(err))
			break
		}
		if s.Hidden && s.skipHidden {
			continue
		}
		if in.stop = in.of(s.record(b)); in.stop == nil {
			last = s.Number
		}
	}
	b.Read = in.stored.progress()
	if len(b.records) == 0 {
		b.End = in.at
		return in.stop
	}
	in.at = Position{b.from.Row + int64(len(b.records)), last + 1, b.from.Offset + int64(len(b.data))}
	in.sum = crc32.Update(in.sum, crc32.IEEETable, b.data)
	b.End, b.Sum = in.at, in.sum
	return nil
}

// record appends the present row to the block, unless all of its text is to the
// right of the header's columns.
func (s *sheet) record(b *Block) error {
	start, width := len(b.data), len(s.in.Columns)
	if s.in.NoHeader {
		width = max(width, s.Width())
	} else if s.passStrays(width) {
		return nil
	}
	b.data = s.appendRecord(b.data, width)
	if len(b.data)-start > MaxRecord {
		b.data = b.data[:start]
		return &Error{Kind: Damaged, Line: s.Number, Msg: fmt.Sprintf("a row of more than %d MiB", MaxRecord>>20), Hint: "is this a table?"}
	}
	for i := range width {
		if c, _ := s.Cell(i); c.Fault != "" {
			if b.faults == nil {
				b.faults = make(map[int][]int)
			}
			b.faults[len(b.records)] = append(b.faults[len(b.records)], i)
		}
	}
	s.notice()
	b.records = append(b.records, record{uint32(start), uint32(len(b.data)), uint32(s.Number - b.from.Line)})
	b.data = append(b.data, '\n')
	return nil
}

// passStrays counts the cells of the present row from width on, and reports whether
// the row has no others.
func (s *sheet) passStrays(width int) bool {
	for i := width; i < s.Width(); i++ {
		if _, text := s.Cell(i); len(text) > 0 {
			if s.strays++; s.strays == 1 {
				s.firstStray = fmt.Sprintf("%s%d", xlsx.ColumnName(i), s.Number)
			}
		}
	}
	for i := range min(width, s.Width()) {
		if _, text := s.Cell(i); len(text) > 0 {
			return false
		}
	}
	return true
}

// notes says which cells were not read.
func (s *sheet) notes() []string {
	switch s.strays {
	case 0:
		return nil
	case 1:
		return []string{fmt.Sprintf("cell %s is to the right of the header's columns and is not read", s.firstStray)}
	}
	return []string{fmt.Sprintf("%d cells are to the right of the header's columns and are not read; the first is %s", s.strays, s.firstStray)}
}

// appendRecord appends the present row as a CSV record of so many cells.
func (s *sheet) appendRecord(dst []byte, width int) []byte {
	for i := range width {
		if i > 0 {
			dst = append(dst, ',')
		}
		_, text := s.Cell(i)
		dst = AppendCSVCell(dst, text, ',')
	}
	return dst
}

// end says why there is no next row.
func (s *sheet) end(err error) error {
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return io.EOF
	}
	if e, ok := errors.AsType[*xlsx.Error](err); ok {
		return &Error{Kind: Damaged, Line: s.Number + 1, Msg: e.Msg, Hint: e.Hint}
	}
	return &Error{Kind: Damaged, Line: s.Number + 1, Msg: "cannot read on from this row", Err: err}
}
