package rows

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// header reads the CSV header into Columns.
func (in *Input) header() error {
	if line := in.loneReturn(); line > 0 {
		return &Error{Name: in.Name, Line: line, Msg: "lines end in a carriage return alone",
			Hint: "convert the file: tr '\\r' '\\n' < " + in.Path}
	}
	var b Block
	if err := in.Next(&b, 1, 1); errors.Is(err, io.EOF) {
		return in.empty()
	} else if err != nil {
		return err
	}
	in.at.Row = 0
	in.first = in.at
	in.Header = append([]byte(nil), b.raw(0)...)
	line := b.position(0).Line
	if !utf8.Valid(in.Header) {
		return &Error{Name: in.Name, Line: line, Msg: fmt.Sprintf("the header is not UTF-8 (byte %d)", invalidAt(in.Header)+1),
			Hint: "convert the file: iconv -f WINDOWS-1252 -t UTF-8 " + in.Path}
	}
	cells, _, broken := splitCSV(in.Header, in.Delimiter, nil, nil)
	if broken != nil {
		return &Error{Name: in.Name, Line: line, Msg: "the header cannot be read: " + broken.Message}
	}
	in.columns(cells)
	return nil
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

// names collects the names of the first JSONL objects into Columns.
func (in *Input) names() error {
	sample := Input{Name: in.Name, Format: JSONL, carry: in.carry, ended: true, at: in.at}
	if i := bytes.LastIndexByte(in.carry, '\n'); i >= 0 && !in.ended {
		sample.carry = in.carry[:i+1]
	}
	sample.carry = append([]byte(nil), sample.carry...)
	var b Block
	if err := sample.Next(&b, maxNames, sampleSize); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	p := sample.Parser(nil)
	for i := range b.Len() {
		p.Row(&b, i)
	}
	in.Columns = p.Columns()
	return nil
}
