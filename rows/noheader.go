package rows

import (
	"fmt"
	"strings"
)

// isReportHeader reports whether the cells are the header of a file of rejected
// rows: that has one even if its input had none.
func isReportHeader(cells []Cell) bool {
	var columns []Column
	for _, c := range cells {
		columns = append(columns, Column{strings.TrimSpace(string(c.Text))})
	}
	return hasReport(columns)
}

// putBack reverts the reading of a block: before is where it began.
func putBack(in *Input, b *Block, before Position) {
	length := in.at.Offset - b.from.Offset // without a line ending that is not there
	in.carry = append(append([]byte(nil), b.data[:length]...), in.carry...)
	in.at = Position{before.Row, b.from.Line, b.from.Offset}
	if in.decoder != nil {
		in.decoder.Return(b.strays)
	}
}

// noHeader names the columns of an input whose first record, which is a row, has
// these cells, or is broken.
func noHeader(in *Input, o Options, cells []Cell, broken *Broken, line int64) error {
	if broken != nil && o.Columns == nil {
		return &Error{Kind: UnsplitRow, Line: line, Msg: "the first row cannot be split, so the number of columns is not known: " + broken.Message}
	}
	in.first, in.NoHeader = in.at, true
	if broken != nil {
		cells = nil
	}
	return giveNames(in, o, len(cells), line)
}

// giveNames names the columns of an input without a header, whose first record on
// line has so many cells, 0 where that is not known.
func giveNames(in *Input, o Options, cells int, line int64) error {
	names := o.Columns
	if names == nil {
		for i := range cells {
			names = append(names, fmt.Sprintf("c%d", i+1))
		}
	}
	if cells > 0 && len(names) != cells {
		return &Error{Kind: ColumnCount, Line: line, Msg: fmt.Sprintf("%d columns are named, but the first row has %d cells", len(names), cells),
			Hint: "name each column once, in the order of the file"}
	}
	for i, name := range names {
		in.Columns = append(in.Columns, Column{name})
		if i > 0 {
			in.Header = append(in.Header, in.Delimiter)
		}
		in.Header = AppendCSVCell(in.Header, []byte(name), in.Delimiter)
	}
	return nil
}

// expectColumns refuses a header that is not the one that the options name. Only
// files of rejected rows have a header where none is expected.
func expectColumns(in *Input, o Options, line int64) error {
	for i, c := range in.Columns {
		if o.Columns == nil || i == len(o.Columns) && endsInReport(in.Columns[i:]) {
			return nil
		}
		if i >= len(o.Columns) || c.Name != o.Columns[i] {
			return &Error{Kind: OtherColumns, Line: line, Msg: "is a file of rejected rows whose columns are not those that are named"}
		}
	}
	return nil
}
