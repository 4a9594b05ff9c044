package importer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/rows"
)

// rejectedFile is the file of the rows that were not accepted, which is input
// again: each row as it stood, and why it was refused.
type rejectedFile struct {
	reportFile
	format reportFormat
}

// reportFormat renders rejected rows the way their input is written.
type reportFormat struct {
	input  *rows.Input
	own    []bool // by column: it is a report's own, from an earlier run
	hasOwn bool
	whole  bool // the last columns are a whole report
	many   bool // there are several inputs: messages name theirs
}

func (j *Job) reportFormat() reportFormat {
	f := reportFormat{input: j.Sources[0].Input, many: len(j.Sources) > 1 || len(j.Seeds) > 1}
	for _, c := range f.input.Columns {
		own := slices.Contains(rows.ReportColumns, c.Name)
		f.own = append(f.own, own)
		f.hasOwn = f.hasOwn || own
	}
	n := len(f.input.Columns) - len(rows.ReportColumns)
	f.whole = n >= 0 && slices.EqualFunc(f.input.Columns[n:], rows.ReportColumns, func(c rows.Column, name string) bool { return c.Name == name })
	return f
}

// add notes one row of from; flush writes it.
func (f *rejectedFile) add(from *rows.Input, input string, row *rows.Row, columns []rows.Column, r refused) {
	if f.empty() {
		f.buffer = f.format.appendHeader(f.buffer)
	}
	if f.format.many {
		r.Message = fmt.Sprintf("%s:%d: %s", input, row.Line, r.Message)
	}
	if f.format.input.Format == rows.CSV {
		f.buffer = f.format.appendCSV(f.buffer, row, from.Delimiter, r)
	} else {
		f.buffer = f.format.appendJSONL(f.buffer, row, columns, r)
	}
}

func (f *reportFormat) appendHeader(dst []byte) []byte {
	in := f.input
	if in.Format != rows.CSV {
		return dst
	}
	if in.BOM || in.Encoding != rows.UTF8 { // without it, spreadsheets take the file for another encoding
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

// appendCSV appends the row as it stands, followed by the report. A row with
// too few cells is filled up, so that the report stands under its columns; one
// with too many, or one that cannot be split, is left as it is, and so is
// rejected again until somebody has mended it. delimiter is the row's own.
func (f *reportFormat) appendCSV(dst []byte, row *rows.Row, delimiter byte, r refused) []byte {
	d := f.input.Delimiter
	broken := row.Broken != nil && row.Broken.Reason == rows.ReasonMalformed
	surplus := len(row.Cells) > len(f.own)
	// With surplus cells nobody can tell which are the report's.
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
	for _, text := range []string{r.Reason, r.Field, r.Message} {
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

// appendJSONL appends the object with the report's members behind its own. A
// line that is no object becomes the member _raw of one.
func (f *reportFormat) appendJSONL(dst []byte, row *rows.Row, columns []rows.Column, r refused) []byte {
	object := onLine(bytes.TrimRight(row.Raw, " \t\r\n"))
	switch {
	case row.Broken != nil && row.Broken.Reason == rows.ReasonMalformed:
		dst = rows.AppendJSONString(append(dst, `{"_raw":`...), row.Raw)
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
	dst = rows.AppendJSONString(append(dst, `,"_reason":`...), r.Reason)
	dst = rows.AppendJSONString(append(dst, `,"_field":`...), r.Field)
	dst = rows.AppendJSONString(append(dst, `,"_message":`...), r.Message)
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
	if json.Compact(&line, object) != nil { // it is no JSON, and goes in as text
		return object
	}
	return line.Bytes()
}

// withoutReport cuts an earlier report, as appendJSONL writes it, off the members of
// an object that is refused as a whole, such as one with a name that stands twice: of
// its members only some are cells, and one that was left out would mend it unasked.
func withoutReport(members []byte) []byte {
	if at := bytes.LastIndex(members, []byte(`"_row":`)); at >= 0 && ownReport.Match(members[at:]) {
		return bytes.TrimRight(members[:at], ", \t")
	}
	return members
}

var ownReport = regexp.MustCompile(`^"_row": *\d+, *"_line": *\d+, *"_reason": *".*", *"_status": *(null|\d+) *$`)

// isOwnMember tells the members of JSONL objects that are an earlier report's:
// the settler's parsers have them as their first columns.
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
		dst = append(rows.AppendJSONString(dst, columns[i].Name), ':')
		if c := row.Cells[i]; c.Kind == rows.Text {
			dst = rows.AppendJSONString(dst, c.Text)
		} else {
			dst = append(dst, onLine(c.Text)...)
		}
	}
	return dst
}

// CopyRejected writes the run's rejected file to path as well; a header alone
// where no row was rejected, so that a file of an earlier run does not mislead.
func (j *Job) CopyRejected(path string) error {
	f := j.reportFormat()
	source := filepath.Join(j.Run.Dir, "rejected."+string(f.input.Format))
	from, err := os.Open(source)
	if os.IsNotExist(err) {
		return writeFile(path, f.appendHeader(nil))
	}
	if err != nil {
		return err
	}
	defer from.Close()
	return writeFrom(path, from)
}
