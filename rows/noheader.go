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
	return endsInReport(columns)
}

// putBack undoes the reading of a block: before is where it began.
func (in *Input) putBack(b *Block, before Position) {
	length := in.at.Offset - b.from.Offset // without a line ending that is not there
	in.carry = append(append([]byte(nil), b.data[:length]...), in.carry...)
	in.at = Position{before.Row, b.from.Line, b.from.Offset}
	if in.decoder != nil {
		in.decoder.strays = append(append([]stray(nil), b.strays...), in.decoder.strays...)
	}
}

// nameColumns names the columns of an input without a header, whose first record
// on line has so many cells, 0 where that cannot be told.
func (in *Input) nameColumns(cells int, line int64) error {
	names := in.options.Columns
	if names == nil {
		for i := range cells {
			names = append(names, fmt.Sprintf("c%d", i+1))
		}
	}
	if cells > 0 && len(names) != cells {
		return &Error{Name: in.Name, Line: line, Msg: fmt.Sprintf("--columns names %d columns, but the first row has %d cells", len(names), cells),
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
func (in *Input) expectColumns(line int64) error {
	names := in.options.Columns
	for i, c := range in.Columns {
		if names == nil {
			break
		}
		if i == len(names) && endsInReport(in.Columns[i:]) {
			return nil
		}
		if i >= len(names) || c.Name != names[i] {
			return &Error{Name: in.Name, Line: line, Msg: "is a file of rejected rows with other columns than --columns names",
				Hint: "leave --columns out, or correct it"}
		}
	}
	return nil
}
