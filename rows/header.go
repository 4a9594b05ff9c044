package rows

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ciobulk/ciobulk/rows/charset"
)

// readHeader reads the CSV header into Columns.
func readHeader(in *Input, o Options) error {
	if line := loneReturn(in.carry); line > 0 {
		return &Error{Kind: LoneReturns, Line: line, Msg: "lines end in a carriage return alone"}
	}
	if err := skipTitles(in, o.HeaderRow); err != nil {
		return err
	}
	before := in.at
	var b Block
	if err := in.Next(&b, 1, 1); errors.Is(err, io.EOF) {
		return errEmpty()
	} else if err != nil {
		return err
	}
	header := bytes.Clone(bytes.TrimPrefix(b.raw(0), []byte(charset.BOM))) // a second mark
	in.CRLF = bytes.HasSuffix(b.data, []byte("\r\n"))
	line := b.position(0).Line
	if o.HeaderRow > 0 && line != before.Line {
		return noHeaderRow(o.HeaderRow)
	}
	cells, _, broken := splitCSV(header, in.Delimiter, nil, nil)
	if o.NoHeader && !isReportHeader(cells) {
		putBack(in, &b, before)
		return noHeader(in, o, cells, broken, line)
	}
	in.at.Row = 0
	in.first = in.at
	in.Header = header
	if err := checkHeader(in, &b, broken); err != nil {
		return err
	}
	nameColumns(in, cells)
	return expectColumns(in, o, line)
}

// skipTitles passes over the rows before the header. Blank lines count, as they do
// in a spreadsheet.
func skipTitles(in *Input, headerRow int) error {
	for row := 1; row < headerRow; row++ {
		end, _, _ := csvEnd(in.carry, in.Delimiter)
		if end == 0 {
			return noHeaderRow(headerRow)
		}
		in.at.Line += int64(bytes.Count(in.carry[:end], []byte{'\n'}))
		in.at.Offset += int64(end)
		in.carry = in.carry[end:]
	}
	return nil
}

func noHeaderRow(row int) error {
	return &Error{Kind: NoHeaderRow, Msg: fmt.Sprintf("has no header in row %d", row)}
}

// checkHeader refuses a header that is not text, or that cannot be split.
func checkHeader(in *Input, b *Block, broken *Broken) error {
	header, line := in.Header, b.position(0).Line
	if at := invalidAt(header); at < len(header) {
		what := strayByte{in.Encoding, in.Compression != ""}.describe(b, 0, at)
		return &Error{Kind: UnreadableHeader, Line: line, Msg: "the header cannot be read: " + what, Encoding: in.Encoding}
	}
	if broken != nil {
		return &Error{Line: line, Msg: "the header cannot be read: " + broken.Message}
	}
	if bytes.IndexByte(header, 0) >= 0 {
		return &Error{Line: line, Msg: "the header holds NUL bytes", Hint: "is this a table? save it as CSV UTF-8"}
	}
	return nil
}

// loneReturn returns the line of the header if there is a carriage return in it
// outside quotes, and 0 if there is none. It looks at the sample: to Next the whole
// file may be one record.
func loneReturn(sample []byte) (line int64) {
	text := bytes.TrimLeft(sample, "\r\n")
	line = 1 + int64(bytes.Count(sample[:len(sample)-len(text)], []byte{'\n'}))
	text, _, _ = bytes.Cut(text, []byte{'\n'})
	quoted := false
	for _, c := range bytes.TrimSuffix(text, []byte{'\r'}) {
		if c == '"' {
			quoted = !quoted
		}
		if c == '\r' && !quoted {
			return line
		}
	}
	return 0
}

// mostNotes bounds the notes about one kind of problem.
const mostNotes = 5

// nameColumns names the columns and notes what is unusual about them.
func nameColumns(in *Input, cells []Cell) {
	seen := make(map[string]int)
	var nameless []int
	twice, spaced := 0, 0
	for i, c := range cells {
		name := strings.TrimSpace(string(c.Text))
		in.Columns = append(in.Columns, Column{name})
		switch first, again := seen[name]; {
		case name == "":
			nameless = append(nameless, i+1)
			continue
		case again:
			if twice++; twice <= mostNotes {
				in.note("columns %d and %d are both called %q", first, i+1, name)
			}
			continue
		case name != string(c.Text):
			if spaced++; spaced <= mostNotes {
				in.note("column %d, %q, is read without the spaces around it", i+1, string(c.Text))
			}
		}
		seen[name] = i + 1
	}
	if more := max(twice-mostNotes, 0) + max(spaced-mostNotes, 0); more > 0 {
		in.note("%d more columns have such names", more)
	}
	noteNameless(in, nameless)
}

// noteNameless says in one note which columns are not used.
func noteNameless(in *Input, columns []int) {
	switch n := len(columns); {
	case n == 1:
		in.note("column %d has no name: it is not used", columns[0])
	case n == 2:
		in.note("columns %d and %d have no name: they are not used", columns[0], columns[1])
	case n > 1 && columns[n-1]-columns[0] == n-1:
		in.note("columns %d to %d have no name: they are not used", columns[0], columns[n-1])
	case n > 2:
		in.note("%d columns have no name: they are not used; the first is column %d", n, columns[0])
	}
}

// separatorLine passes over the line sep=; that Excel writes and reads in front
// of a header: it names the delimiter and is not a record.
func separatorLine(in *Input) {
	line, _, found := bytes.Cut(in.carry, []byte{'\n'})
	if !found {
		return
	}
	text := bytes.Trim(bytes.TrimSuffix(line, []byte{'\r'}), `"`)
	if len(text) < 5 || !bytes.EqualFold(text[:4], []byte("sep=")) || !CanDelimit(text[4]) ||
		len(bytes.Trim(text[4:], string(text[4:5]))) > 0 { // some programs fill the line up with delimiters
		return
	}
	if in.Delimiter == 0 {
		in.Delimiter = text[4]
	}
	in.carry = in.carry[len(line)+1:]
	in.at.Line++
	in.at.Offset += int64(len(line) + 1)
}

// CanDelimit reports whether c may separate cells.
func CanDelimit(c byte) bool {
	letter := '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
	return c < 0x7f && (c >= ' ' || c == '\t') && !letter && c != '"' && c != '_'
}
