package rows

import (
	"bytes"
	"cmp"
	"strings"

	"github.com/ciobulk/ciobulk/internal/jsontext"
)

// recognise settles format, delimiter and columns.
func (o *opening) recognise() error {
	text := bytes.TrimLeft(o.carry, " \t\r\n")
	if isPage(text) {
		return &Error{Msg: "is a page or a document in HTML or XML, not a table", Hint: "was it saved from a page that asks for a login? download the table itself"}
	}
	o.Stored = o.options.Format
	if o.Stored == "" {
		o.Stored = formatByName(cmp.Or(o.inside, o.Path))
	}
	if o.Stored == "" {
		o.Stored = formatByContent(text)
	} else if err := o.differs(text); err != nil {
		return err
	}
	o.Format = o.Stored.Rows()
	switch o.Stored {
	case XLSX:
		return &Error{Kind: NotWorkbook, Msg: "is not an Excel workbook (.xlsx)", Found: formatByContent(text)}
	case Array:
		return openArray(o.Input, o.options)
	case JSONL:
		if o.options.Format == "" && spread(text, o.ended) {
			return &Error{Kind: Spread, Msg: "has a JSON object over several lines, and not one object per line"}
		}
		o.first = o.at
		return nameMembers(o.Input, o.options)
	}
	separatorLine(o.Input)
	if o.Delimiter == 0 {
		o.Delimiter = detectDelimiter(fromRow(o.carry, o.options.HeaderRow))
	}
	return readHeader(o.Input, o.options)
}

// differs compares the format that the name says with the text. An array in a file of
// lines is read as what it is; JSON in a CSV file is refused, as its first line would
// be taken for the header.
func (o *opening) differs(text []byte) error {
	if o.options.Format != "" {
		return nil
	}
	found := formatByContent(text)
	switch {
	case o.Stored == JSONL && found == Array && isListOfObjects(text):
		o.note("is a JSON array, although its name says JSONL, and is read as one")
		o.Stored = Array
	case o.Stored == CSV && (found == JSONL && startsWithObject(text, o.ended) || found == Array && isListOfObjects(text)):
		return &Error{Kind: FormatDiffers, Msg: "is JSON, although its name says CSV", Found: found}
	}
	return nil
}

// isListOfObjects reports whether a JSON array has objects, or nothing.
func isListOfObjects(text []byte) bool {
	inside := bytes.TrimLeft(text[1:], " \t\r\n")
	return len(inside) > 0 && (inside[0] == '{' || inside[0] == ']')
}

// startsWithObject reports whether a text begins with a JSON object, as far as it is
// there.
func startsWithObject(text []byte, ended bool) bool {
	s := jsontext.Scanner{Data: text}
	s.Value(0)
	return s.Err == nil || !ended && s.CutOff()
}

// fromRow returns the text from a row on, as far as lines are rows: titles have no
// line breaks inside.
func fromRow(text []byte, row int) []byte {
	for ; row > 1; row-- {
		_, text, _ = bytes.Cut(text, []byte{'\n'})
	}
	return text
}

// isPage reports whether the text begins like a page that is saved in place of a
// table.
func isPage(text []byte) bool {
	begin := strings.ToLower(string(text[:min(len(text), 16)]))
	for _, tag := range []string{"<!doctype", "<html", "<?xml"} {
		rest, found := strings.CutPrefix(begin, tag)
		if found && (rest == "" || strings.IndexAny(rest[:1], " \t\r\n>") == 0) {
			return true
		}
	}
	return false
}
