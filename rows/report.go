package rows

import (
	"bytes"
	"slices"
	"strconv"
)

// ReportColumns are the names that a file of rejected rows has after its input's
// own: which row it was, and why it was rejected. They are not part of the row, and
// are ignored where the file is input again.
var ReportColumns = []string{"_row", "_line", "_input", "_reason", "_field", "_message", "_status"}

// Report is what a file of rejected rows says of a row. Like the cells it is valid
// until the parser's next Row.
type Report struct {
	Input, Reason, Field, Message, Status []byte

	Given bool // there is one: the row was not added to the file by hand
	Lost  bool // _row or _line is damaged: which row of its input this was is not known
}

// Class is a part of the rows that were not accepted.
type Class string

// The classes. The zero Class is for inputs that are not files of rejected rows.
const (
	AnyClass      Class = "any"
	RejectedClass Class = "rejected"
	UnknownClass  Class = "unknown"
)

// The reasons in a report that decide the class of its row.
const (
	ReportUnknown   = "unknown"   // the service may have applied the row's operation
	ReportDuplicate = "duplicate" // another row of the person was sent instead
)

// Takes reports whether a row with the reason is of the class. A duplicate is of no
// class but the zero one: another row of its person was sent.
func (c Class) Takes(reason string) bool {
	switch c {
	case "":
		return true
	case UnknownClass:
		return reason == ReportUnknown
	case RejectedClass:
		return reason != ReportUnknown && reason != ReportDuplicate
	}
	return reason != ReportDuplicate
}

// hasReport reports whether columns are those of a file of rejected rows, also after a
// spreadsheet has moved them.
func hasReport(columns []Column) bool {
	for _, name := range []string{"_row", "_line", "_reason"} {
		if !slices.ContainsFunc(columns, func(c Column) bool { return c.Name == name }) {
			return false
		}
	}
	return true
}

// endsInReport reports whether the last columns are a whole report.
func endsInReport(columns []Column) bool {
	n := len(columns) - len(ReportColumns)
	return n >= 0 && slices.EqualFunc(columns[n:], ReportColumns, func(c Column, name string) bool { return c.Name == name })
}

// readReport reads what a file of rejected rows says of a row. A record that could not
// be split into cells loses its report here, or each round would add one.
func (p *Parser) readReport(r *Row) {
	r.Report = Report{}
	var number, line []byte
	switch malformed := r.Broken != nil && r.Broken.Reason == ReasonMalformed; {
	case malformed && p.format == CSV:
		number, line = p.reportOfMalformed(r)
	case p.renumber:
		number, line = p.cell(r, "_row"), p.cell(r, "_line")
		r.Report = Report{Input: p.cell(r, "_input"), Reason: p.cell(r, "_reason"), Field: p.cell(r, "_field"),
			Message: p.cell(r, "_message"), Status: p.cell(r, "_status")}
	}
	if p.format == CSV && r.Broken == nil && p.ofWorkbook(r) {
		p.stillError(r)
	}
	if p.renumber {
		r.renumber(bytes.TrimSpace(number), bytes.TrimSpace(line))
	}
}

// renumber gives a row of a file of rejected rows the number and the line that it had
// in its input. A row without a report keeps its place in the file.
func (r *Row) renumber(number, line []byte) {
	r.Report.Given = len(number) > 0 || len(r.Report.Reason) > 0 && string(number) != "null"
	if !r.Report.Given {
		return
	}
	row, rowErr := strconv.ParseInt(string(number), 10, 64)
	at, lineErr := strconv.ParseInt(string(line), 10, 64)
	if r.Report.Lost = rowErr != nil || lineErr != nil || row <= 0 || at <= 0; !r.Report.Lost {
		r.Number, r.Line = row, at
	}
}

// cellErrors are what spreadsheets show instead of a value.
var cellErrors = []string{"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", notCounted}

// stillError keeps a workbook's error from being sent as text: in a row that was
// rejected for it, and in all rows of workbooks.
func (p *Parser) stillError(r *Row) {
	for i, c := range r.Cells[:min(len(r.Cells), len(p.columns)-p.reportLen)] {
		if slices.Contains(cellErrors, string(c.Text)) {
			r.Cells[i].Kind, r.Faulty = Faulty, true
		}
	}
}

// ofWorkbook reports whether a rejected row was a workbook's.
func (p *Parser) ofWorkbook(r *Row) bool {
	return string(p.cell(r, "_reason")) == ReasonCell || bytes.HasSuffix(bytes.ToLower(p.cell(r, "_input")), []byte(".xlsx"))
}

// cell returns a cell of the report. In a row with too many cells, a report at the end
// is the last ones.
func (p *Parser) cell(r *Row, name string) []byte {
	for i, c := range p.columns {
		if p.reportLen > 0 && len(r.Cells) > len(p.columns) {
			i += len(r.Cells) - len(p.columns)
		}
		if c.Name == name && i < len(r.Cells) {
			return r.Cells[i].Text
		}
	}
	return nil
}

// reportOfMalformed cuts the report off a record that cannot be split: its last
// cells.
func (p *Parser) reportOfMalformed(r *Row) (number, line []byte) {
	cells := make([][]byte, len(ReportColumns))
	head := r.Raw
	for i := len(cells) - 1; i >= 0; i-- {
		var is bool
		if head, cells[i], is = cutLastCell(head, p.delimiter); !is {
			return nil, nil
		}
	}
	if string(cells[3]) != ReasonMalformed {
		return nil, nil
	}
	r.Report = Report{Input: cells[2], Reason: cells[3], Field: cells[4], Message: cells[5], Status: cells[6]}
	r.Raw = head[:len(head):len(head)]
	return cells[0], cells[1]
}

// cutLastCell cuts the last cell, which AppendCSVCell wrote, and the delimiter
// before it off a record; is is false where there is none.
func cutLastCell(record []byte, delimiter byte) (head, cell []byte, is bool) {
	if n := len(record); n == 0 || record[n-1] != '"' {
		at := bytes.LastIndexByte(record, delimiter)
		if at < 0 {
			return record, nil, false
		}
		return record[:at], record[at+1:], true
	}
	for i := len(record) - 2; i > 0; i-- {
		switch {
		case record[i] != '"':
		case record[i-1] == '"': // a doubled one inside
			i--
		case record[i-1] == delimiter:
			return record[:i-1], bytes.ReplaceAll(record[i+1:len(record)-1], []byte(`""`), []byte(`"`)), true
		default:
			return record, nil, false
		}
	}
	return record, nil, false
}
