package rows

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// nameMembers collects the names of the first objects into Columns.
func nameMembers(in *Input, o Options) error {
	sample := Input{Name: in.Name, Stored: in.Stored, Format: JSONL, opened: true, at: in.at, first: in.at}
	text := in.carry
	if i := bytes.LastIndexByte(text, '\n'); i >= 0 && in.Stored == JSONL && !in.ended {
		text = text[:i+1]
	}
	sample.ahead = ahead{carry: bytes.Clone(text), ended: true, source: newBytes(nil)}
	var b Block
	if err := sample.Next(&b, maxNames, sampleSize); err != nil && !errors.Is(err, io.EOF) && (in.Stored == JSONL || in.ended) {
		return err
	}
	p := sample.Parser(nil)
	if in.Stored == JSONL && (in.ended || bytes.HasSuffix(text, []byte{'\n'})) { // or the first line is not whole
		if err := notJSON(p, &b, text, o); err != nil {
			return err
		}
	}
	for i := range b.Len() {
		if r := p.Row(&b, i); in.ended && b.Len() == 1 && wraps(r) && o.Format == "" {
			name := p.Columns()[r.Order[0]].Name
			return &Error{Kind: Wrapped, Line: r.Line, Msg: fmt.Sprintf("is one object with an array, %q, whose elements are the rows", name), Inside: name}
		}
	}
	in.Columns = p.Columns()
	return nil
}

// mostUnread is how many lines that are not JSON are enough to say that a file is not.
const mostUnread = 10

// notJSON returns an error if none of the first lines of a file that is called JSONL
// is JSON, which then may be of another format.
func notJSON(p *Parser, b *Block, text []byte, o Options) error {
	if o.Format != "" || b.Len() == 0 {
		return nil
	}
	for i := range min(b.Len(), mostUnread) {
		if r := p.Row(b, i); r.Broken == nil || !strings.HasPrefix(r.Broken.Message, notJSONText) {
			return nil
		}
	}
	r := p.Row(b, 0)
	e := &Error{Kind: FormatDiffers, Line: r.Line, Msg: fmt.Sprintf("is %s (byte %d)", r.Broken.Message, r.Broken.At)}
	text = bytes.TrimLeft(text, " \t\r\n")
	switch {
	case bytes.HasPrefix(text, []byte("{'")):
		e.Kind, e.Hint = OtherError, "this looks like a dictionary of Python: write each line with json.dumps"
	case text[0] != '{' && text[0] != '[' && bytes.IndexByte(r.Raw, detectDelimiter(text)) >= 0:
		e.Found = CSV
	}
	return e
}

// wraps reports whether a row is an object with nothing but an array of objects.
func wraps(r *Row) bool {
	if r.Broken != nil || len(r.Order) != 1 || r.Cells[r.Order[0]].Kind != JSON {
		return false
	}
	inside, is := bytes.CutPrefix(r.Cells[r.Order[0]].Text, []byte{'['})
	return is && bytes.HasPrefix(bytes.TrimLeft(inside, " \t\r\n"), []byte{'{'})
}
