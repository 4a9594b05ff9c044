package rows

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
)

// ReportColumns are the names that a file of rejected rows has behind its
// input's own: which row it was and why. They say nothing about the row, and are
// ignored where the file is input again.
var ReportColumns = []string{"_row", "_line", "_reason", "_field", "_message", "_status"}

// endsInReport reports whether the header is that of a file of rejected rows.
func endsInReport(columns []Column) bool {
	n := len(columns) - len(ReportColumns)
	return n >= 0 && slices.EqualFunc(columns[n:], ReportColumns, func(c Column, name string) bool { return c.Name == name })
}

// report reads what a file of rejected rows says of a row. A record that could not
// be split into cells loses its report here, or would gather one at each round.
func (p *Parser) report(r *Row) {
	r.Report = Report{}
	var number, line []byte
	switch malformed := r.Broken != nil && r.Broken.Reason == ReasonMalformed; {
	case malformed && p.format == CSV:
		number, line = p.reportOfMalformed(r)
	case p.renumber:
		number, line = p.cell(r, "_row"), p.cell(r, "_line")
		r.Report = Report{p.cell(r, "_reason"), p.cell(r, "_message")}
	}
	if p.format == CSV && r.Broken == nil && string(p.cell(r, "_reason")) == ReasonCell {
		p.stillError(r)
	}
	if !p.renumber {
		return
	}
	row, rowErr := strconv.ParseInt(string(bytes.TrimSpace(number)), 10, 64)
	at, lineErr := strconv.ParseInt(string(bytes.TrimSpace(line)), 10, 64)
	if rowErr == nil && lineErr == nil && row > 0 && at > 0 {
		r.Number, r.Line = row, at
		return
	}
	const lost = "the report behind it is damaged, so which row this was cannot be told"
	if r.Broken == nil {
		r.Broken = &Broken{Reason: ReasonMalformed, Message: lost}
	} else {
		r.Broken.Message += "; " + lost
	}
}

// cellErrors are what spreadsheets show instead of a value.
var cellErrors = []string{"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", uncounted}

// stillError keeps a row that was rejected for a workbook's error from going in
// with it as text.
func (p *Parser) stillError(r *Row) {
	for i, c := range r.Cells[:min(len(r.Cells), len(p.columns)-p.behind)] {
		if slices.Contains(cellErrors, string(c.Text)) {
			r.Broken = &Broken{Reason: ReasonCell, Column: p.columns[i].Name, Message: fmt.Sprintf("still holds the error %s", c.Text)}
			return
		}
	}
}

// cell returns a cell of the report. In a row with too many cells, the report is
// the last ones.
func (p *Parser) cell(r *Row, name string) []byte {
	for i, c := range p.columns {
		if p.format == CSV && len(r.Cells) > len(p.columns) {
			i += len(r.Cells) - len(p.columns)
		}
		if c.Name == name && i < len(r.Cells) {
			return r.Cells[i].Text
		}
	}
	return nil
}

// reportOfMalformed cuts the report off a record that cannot be split: what stands
// in front of its reason is the number and the line.
func (p *Parser) reportOfMalformed(r *Row) (number, line []byte) {
	d := p.delimiter
	mark := append(append([]byte{d}, ReasonMalformed...), d, d) // there is no field
	at := bytes.LastIndex(r.Raw, mark)
	if at < 0 {
		return nil, nil
	}
	head := r.Raw[:at]
	lineAt := bytes.LastIndexByte(head, d)
	rowAt := bytes.LastIndexByte(head[:max(lineAt, 0)], d)
	if rowAt < 0 {
		return nil, nil
	}
	r.Report = Report{[]byte(ReasonMalformed), bytes.TrimPrefix(r.Raw[at+len(mark):], []byte{'"'})}
	number, line = head[rowAt+1:lineAt], head[lineAt+1:]
	r.Raw = r.Raw[:rowAt:rowAt]
	return number, line
}
