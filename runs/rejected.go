package runs

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/internal/jsontext"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/rows/charset"
)

// Rejected is the file of the rows that were not accepted, which is input again: each
// row as it was, and why it was refused. It belongs to one goroutine.
type Rejected struct {
	growing
	format reportFormat
}

// Refusal is why a row was not accepted.
type Refusal struct {
	Reason, Field, Message string
	Status                 int // of the service's answer; 0: there was none
}

// reportFormat renders rejected rows the way their input is written.
type reportFormat struct {
	input  *rows.Input
	own    []bool // by column: it is a report's own, from an earlier run
	hasOwn bool
	whole  bool // the last columns are a whole report
}

// NewRejected returns the run's rejected file. Rows are written the way that first, the
// run's first input, is.
func NewRejected(r *Run, first *rows.Input) *Rejected {
	return &Rejected{growing: r.rejected, format: formatOf(first)}
}

// RejectedAt returns a rejected file at path, which must not exist, for rows that no
// run records. An empty path means nowhere.
func RejectedAt(path string, first *rows.Input) *Rejected {
	return &Rejected{growing: growing{path: path}, format: formatOf(first)}
}

func formatOf(in *rows.Input) reportFormat {
	f := reportFormat{input: in}
	for _, c := range in.Columns {
		own := slices.Contains(rows.ReportColumns, c.Name)
		f.own = append(f.own, own)
		f.hasOwn = f.hasOwn || own
	}
	n := len(in.Columns) - len(rows.ReportColumns)
	f.whole = n >= 0 && slices.EqualFunc(in.Columns[n:], rows.ReportColumns, func(c rows.Column, name string) bool { return c.Name == name })
	return f
}

// Add adds one row of from; Flush writes it. input is the path of the input that the
// row comes from, as it was given; columns are those of the parser that read the row.
func (f *Rejected) Add(from *rows.Input, input string, row *rows.Row, columns []rows.Column, why Refusal) {
	if f.path == "" {
		return
	}
	if f.empty() {
		f.buffer = f.format.appendHeader(f.buffer)
	}
	if f.format.input.Format == rows.CSV {
		f.buffer = f.format.appendCSV(f.buffer, row, from.Delimiter, input, why)
	} else {
		f.buffer = f.format.appendJSONL(f.buffer, row, columns, input, why)
	}
}

func (f *reportFormat) appendHeader(dst []byte) []byte {
	in := f.input
	if in.Format != rows.CSV {
		return dst
	}
	if in.BOM || in.Encoding != charset.UTF8 { // without it, spreadsheets take the file for another encoding
		dst = append(dst, "\xef\xbb\xbf"...)
	}
	if f.hasOwn {
		for i, c := range in.Columns {
			if !f.own[i] {
				dst = append(rows.AppendCSVCell(dst, []byte(c.Name), in.Delimiter), in.Delimiter)
			}
		}
	} else {
		dst = append(append(dst, in.Header...), in.Delimiter)
	}
	dst = append(dst, strings.Join(rows.ReportColumns, string(in.Delimiter))...)
	return append(dst, '\n')
}

// appendCSV appends the row as it is, followed by the report. A row with too few
// cells is filled up, so that the report is under its columns; one with too many, or
// one that cannot be split, is left as it is, and so is rejected again until someone
// has fixed it. delimiter is the row's own.
func (f *reportFormat) appendCSV(dst []byte, row *rows.Row, delimiter byte, input string, r Refusal) []byte {
	d := f.input.Delimiter
	broken := row.Broken != nil && row.Broken.Reason == rows.ReasonMalformed
	surplus := len(row.Cells) > len(f.own)
	// With surplus cells it is not known which are the report's.
	if broken || !f.hasOwn && delimiter == d || surplus && !f.whole && delimiter == d {
		dst = append(append(dst, row.Raw...), d)
	} else {
		dst = f.appendOwnless(dst, row.Cells)
	}
	for i := len(row.Cells); i < len(f.own) && !broken; i++ {
		if !f.own[i] {
			dst = append(dst, d)
		}
	}
	dst = strconv.AppendInt(dst, row.Number, 10)
	dst = strconv.AppendInt(append(dst, d), row.Line, 10)
	for _, text := range []string{input, r.Reason, r.Field, r.Message} {
		dst = rows.AppendCSVCell(append(dst, d), []byte(oneLine(text)), d)
	}
	dst = append(dst, d)
	if r.Status > 0 {
		dst = strconv.AppendInt(dst, int64(r.Status), 10)
	}
	return append(dst, '\n')
}

// appendOwnless appends the cells that are not an earlier report's. In a row
// with too many, those are taken for the last ones.
func (f *reportFormat) appendOwnless(dst []byte, cells []rows.Cell) []byte {
	extra := max(len(cells)-len(f.own), 0)
	for i, c := range cells {
		if i < len(f.own) && f.own[i] && extra == 0 || extra > 0 && i >= len(cells)-len(rows.ReportColumns) {
			continue
		}
		dst = append(rows.AppendCSVCell(dst, c.Text, f.input.Delimiter), f.input.Delimiter)
	}
	return dst
}

// oneLine keeps a record that cannot be split from spreading over the next.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
}

// appendJSONL appends the object with the report's members after its own. A
// line that is not an object becomes the member _raw of one.
func (f *reportFormat) appendJSONL(dst []byte, row *rows.Row, columns []rows.Column, input string, r Refusal) []byte {
	object := onLine(bytes.TrimRight(row.Raw, " \t\r\n"))
	switch {
	case row.Broken != nil && row.Broken.Reason == rows.ReasonMalformed:
		dst = jsontext.AppendString(append(dst, `{"_raw":`...), row.Raw)
	case row.Broken != nil:
		dst = append(dst, withoutReport(object[:len(object)-1])...)
	case slices.ContainsFunc(row.Order, isOwnMember):
		dst = appendOthers(append(dst, '{'), row, columns)
	default:
		dst = append(dst, object[:len(object)-1]...)
	}
	if last := bytes.TrimRight(dst, " \t"); last[len(last)-1] != '{' {
		dst = append(dst, ',')
	}
	dst = strconv.AppendInt(append(dst, `"_row":`...), row.Number, 10)
	dst = strconv.AppendInt(append(dst, `,"_line":`...), row.Line, 10)
	dst = jsontext.AppendString(append(dst, `,"_input":`...), input)
	dst = jsontext.AppendString(append(dst, `,"_reason":`...), r.Reason)
	dst = jsontext.AppendString(append(dst, `,"_field":`...), r.Field)
	dst = jsontext.AppendString(append(dst, `,"_message":`...), r.Message)
	dst = append(dst, `,"_status":`...)
	if r.Status > 0 {
		dst = strconv.AppendInt(dst, int64(r.Status), 10)
	} else {
		dst = append(dst, "null"...)
	}
	return append(dst, "}\n"...)
}

// onLine puts an object that an array had on several lines on one.
func onLine(object []byte) []byte {
	if bytes.IndexByte(object, '\n') < 0 {
		return object
	}
	var line bytes.Buffer
	if json.Compact(&line, object) != nil { // it is not JSON, and goes in as text
		return object
	}
	return line.Bytes()
}

// withoutReport cuts an earlier report, as appendJSONL writes it, off the members of
// an object that is refused as a whole, such as one with a name that appears twice:
// only some of its members are cells, and leaving one out would fix it unasked.
func withoutReport(members []byte) []byte {
	if at := bytes.LastIndex(members, []byte(`"_row":`)); at >= 0 && ownReport.Match(members[at:]) {
		return bytes.TrimRight(members[:at], ", \t")
	}
	return members
}

var ownReport = regexp.MustCompile(`^"_row": *\d+, *"_line": *\d+, *"_input": *".*", *"_reason": *".*", *"_status": *(null|\d+) *$`)

// isOwnMember reports whether a member of a JSONL object is an earlier report's: the
// parsers of rejected rows have those as their first columns.
func isOwnMember(column int) bool { return column < len(rows.ReportColumns) }

// appendOthers appends the members that are not an earlier report's.
func appendOthers(dst []byte, row *rows.Row, columns []rows.Column) []byte {
	for _, i := range row.Order {
		if isOwnMember(i) {
			continue
		}
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst = append(jsontext.AppendString(dst, columns[i].Name), ':')
		if c := row.Cells[i]; c.Kind == rows.Text {
			dst = jsontext.AppendString(dst, c.Text)
		} else {
			dst = append(dst, onLine(c.Text)...)
		}
	}
	return dst
}
