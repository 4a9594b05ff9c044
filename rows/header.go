package rows

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// header reads the CSV header into Columns.
func (in *Input) header() error {
	if line := in.loneReturn(); line > 0 {
		return &Error{Name: in.Name, Line: line, Msg: "lines end in a carriage return alone",
			Hint: "convert the file: tr '\\r' '\\n' < " + in.Path}
	}
	before := in.at
	var b Block
	if err := in.Next(&b, 1, 1); errors.Is(err, io.EOF) {
		return in.empty()
	} else if err != nil {
		return err
	}
	header := append([]byte(nil), b.raw(0)...)
	in.CRLF = bytes.HasSuffix(b.data, []byte("\r\n"))
	line := b.position(0).Line
	cells, _, broken := splitCSV(header, in.Delimiter, nil, nil)
	if in.options.NoHeader && !isReportHeader(cells) {
		if broken != nil && in.options.Columns == nil {
			return &Error{Name: in.Name, Line: line, Msg: "the first row cannot be split, so nobody can tell how many columns there are: " + broken.Message,
				Hint: "mend it, or name the columns: --columns a,b,c"}
		}
		in.putBack(&b, before)
		in.first, in.NoHeader = in.at, true
		if broken != nil {
			cells = cells[:0]
		}
		return in.nameColumns(len(cells), line)
	}
	in.at.Row = 0
	in.first = in.at
	in.Header = header
	if at := invalidAt(header); at < len(header) {
		return in.strayInHeader(&b, line, at)
	}
	if broken != nil {
		return &Error{Name: in.Name, Line: line, Msg: "the header cannot be read: " + broken.Message}
	}
	if bytes.IndexByte(header, 0) >= 0 {
		return &Error{Name: in.Name, Line: line, Msg: "the header holds NUL bytes", Hint: "is this a table? save it as CSV UTF-8"}
	}
	in.columns(cells)
	return in.expectColumns(line)
}

// strayInHeader says which byte of the header is none of the encoding's.
func (in *Input) strayInHeader(b *Block, line int64, at int) error {
	hint := "name its encoding: --encoding NAME"
	if in.Encoding == UTF8 {
		hint = "name its encoding: --encoding windows-1252"
	}
	what := strayByte{in.Encoding, in.Compression != ""}.describe(b, 0, at)
	return &Error{Name: in.Name, Line: line, Msg: "the header cannot be read: " + what, Hint: hint}
}

// loneReturn returns the line of the header if a carriage return stands in it
// outside quotes, and 0 if none does. It looks at the sample: to Next the whole
// file may be one record.
func (in *Input) loneReturn() (line int64) {
	text := bytes.TrimLeft(in.carry, "\r\n")
	line = 1 + int64(bytes.Count(in.carry[:len(in.carry)-len(text)], []byte{'\n'}))
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

// columns names the columns and notes what is odd about them.
func (in *Input) columns(cells []Cell) {
	seen := make(map[string]int)
	for i, c := range cells {
		name := strings.TrimSpace(string(c.Text))
		in.Columns = append(in.Columns, Column{name})
		switch first, twice := seen[name]; {
		case name == "":
			in.note("column %d has no name: it is not used", i+1)
			continue
		case twice:
			in.note("columns %d and %d are both called %q", first, i+1, name)
			continue
		case name != string(c.Text):
			in.note("column %d, %q, is read without the spaces around it", i+1, string(c.Text))
		}
		seen[name] = i + 1
	}
}

func (in *Input) note(format string, args ...any) {
	in.Notes = append(in.Notes, fmt.Sprintf("%s: %s", in.Name, fmt.Sprintf(format, args...)))
}

// names collects the names of the first objects into Columns.
func (in *Input) names() error {
	sample := Input{Name: in.Name, Stored: in.Stored, Format: JSONL, carry: in.carry, ended: true, at: in.at, first: in.at, source: bytes.NewReader(nil)}
	if i := bytes.LastIndexByte(in.carry, '\n'); i >= 0 && in.Stored == JSONL && !in.ended {
		sample.carry = in.carry[:i+1]
	}
	sample.carry = append([]byte(nil), sample.carry...)
	var b Block
	if err := sample.Next(&b, maxNames, sampleSize); err != nil && !errors.Is(err, io.EOF) && (in.Stored == JSONL || in.ended) {
		return err
	}
	p := sample.Parser(nil)
	for i := range b.Len() {
		if r := p.Row(&b, i); in.ended && b.Len() == 1 && wraps(r) && in.options.Format == "" {
			name := p.Columns()[r.Order[0]].Name
			return &Error{Name: in.Name, Line: r.Line, Msg: fmt.Sprintf("is one object around an array, %q, whose elements are the rows", name),
				Hint: fmt.Sprintf("take them out: jq -c '.[%q][]' %s", name, in.Path)}
		}
	}
	in.Columns = p.Columns()
	return nil
}

// wraps reports whether a row is an object with nothing but an array of objects.
func wraps(r *Row) bool {
	if r.Broken != nil || len(r.Order) != 1 || r.Cells[r.Order[0]].Kind != JSON {
		return false
	}
	inside, is := bytes.CutPrefix(r.Cells[r.Order[0]].Text, []byte{'['})
	return is && bytes.HasPrefix(bytes.TrimLeft(inside, " \t\r\n"), []byte{'{'})
}

// separatorLine passes over the line sep=; that Excel writes and reads in front
// of a header: it names the delimiter and is no record.
func (in *Input) separatorLine() {
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

// CanDelimit reports whether c may stand between cells.
func CanDelimit(c byte) bool {
	letter := '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
	return c < 0x7f && (c >= ' ' || c == '\t') && !letter && c != '"' && c != '_'
}
