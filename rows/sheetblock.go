package rows

import (
	"errors"
	"fmt"
	"io"
)

// sheetSample is how many rows are looked at to tell which columns hold dates.
const sheetSample = 50

// lookAtSheet reads the header and the first rows, and closes the sheet again.
func (in *Input) lookAtSheet(w *workbook, entry sheetEntry) error {
	s, err := w.open(entry)
	if err != nil {
		return in.unsound(err)
	}
	defer s.part.Close()
	switch err := s.nextFilled(); {
	case errors.Is(err, io.EOF):
		return &Error{Name: in.Name, Msg: fmt.Sprintf("sheet %q is empty", entry.name), Hint: "--sheet names another one: " + w.names()}
	case err != nil:
		return in.unsound(err)
	}
	if err := in.sheetColumns(s); err != nil {
		return err
	}
	dates, others := make([]int, len(in.Columns)), make([]int, len(in.Columns))
	if !in.NoHeader {
		err = s.nextFilled()
	}
	for n := 0; n < sheetSample && err == nil; n++ {
		for i := range min(len(s.cells), len(in.Columns)) {
			if c := s.cells[i]; c.date {
				dates[i]++
			} else if c.end > c.start {
				others[i]++
			}
		}
		err = s.nextFilled()
	}
	in.DateColumns = make([]bool, len(in.Columns))
	for i := range dates {
		in.DateColumns[i] = dates[i] > 0 && others[i] == 0
	}
	return nil // an error comes again when it is the row's turn
}

// sheetColumns makes columns of the present row, the first one.
func (in *Input) sheetColumns(s *sheet) error {
	width := s.width()
	if in.options.NoHeader {
		in.NoHeader = true
		return in.nameColumns(width, s.number)
	}
	if fault := s.fault(nil); fault != nil {
		return &Error{Name: in.Name, Line: s.number, Msg: "the header cannot be read: " + fault.Message}
	}
	in.Header = s.appendRecord(nil, width)
	cells, _, _ := splitCSV(in.Header, ',', nil, nil)
	in.columns(cells)
	return nil
}

// passHeader leaves the sheet in front of its first row.
func (in *Input) passHeader() error {
	if !in.NoHeader {
		if err := in.sheet.nextFilled(); err != nil {
			return in.unsound(err)
		}
		in.at.Line = in.sheet.number + 1
	}
	in.first = in.at
	return nil
}

// nextOfSheet is Next for workbooks: rows become CSV records, and their lines are
// the numbers that they have in the sheet.
func (in *Input) nextOfSheet(b *Block, maxRecords, maxBytes int) error {
	b.data, b.refused, b.strays = b.data[:0], nil, b.strays[:0]
	b.Start, b.from = in.at, in.at
	last := in.at.Line - 1
	for in.stop == nil && len(b.records) < maxRecords && (len(b.records) == 0 || len(b.data) < maxBytes) {
		if err := in.sheet.nextFilled(); err != nil {
			in.stop = in.sheetEnd(err)
			break
		}
		start := len(b.data)
		b.data = in.sheet.appendRecord(b.data, len(in.Columns))
		if len(b.data)-start > MaxRecord {
			b.data = b.data[:start]
			in.stop = &Error{Name: in.Name, Line: in.sheet.number, Msg: fmt.Sprintf("a row of more than %d MiB", MaxRecord>>20), Hint: "is this a table?"}
			break
		}
		if fault := in.sheet.fault(in.Columns); fault != nil {
			if b.refused == nil {
				b.refused = make(map[int]*Broken)
			}
			b.refused[len(b.records)] = fault
		}
		last = in.sheet.number
		b.records = append(b.records, record{uint32(start), uint32(len(b.data)), uint32(last - b.from.Line)})
		b.data = append(b.data, '\n')
	}
	b.Read = in.progress()
	if len(b.records) == 0 {
		b.End = in.at
		return in.stop
	}
	in.at = Position{b.from.Row + int64(len(b.records)), last + 1, b.from.Offset + int64(len(b.data))}
	b.End = in.at
	return nil
}

func (in *Input) sheetEnd(err error) error {
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return io.EOF
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return &Error{Name: in.Name, Line: in.sheet.number + 1, Msg: e.Msg, Hint: e.Hint}
	}
	return &Error{Name: in.Name, Line: in.sheet.number + 1, Msg: "cannot read on from this row", Err: err}
}
