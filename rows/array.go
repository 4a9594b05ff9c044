package rows

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/ciobulk/ciobulk/internal/jsontext"
)

// openArray passes over the bracket that opens a JSON array. Its elements are
// records then, each with the comma or the bracket after it: the byte before a
// position says whether an element must follow.
func openArray(in *Input, o Options) error {
	text := bytes.TrimLeft(in.carry, " \t\r\n")
	before := len(in.carry) - len(text)
	in.at.Line += int64(bytes.Count(in.carry[:before], []byte{'\n'}))
	if !bytes.HasPrefix(text, []byte{'['}) {
		return &Error{Kind: NotArray, Line: in.at.Line, Msg: "is not a JSON array", Found: formatByContent(text)}
	}
	in.at.Offset += int64(before + 1)
	in.carry = text[1:]
	in.first = in.at
	return nameMembers(in, o)
}

// spread reports whether a text that begins with an object has it on several
// lines: all of it where the text has ended, as far as it reaches otherwise.
func spread(text []byte, ended bool) bool {
	line, _, more := bytes.Cut(text, []byte{'\n'})
	first := jsontext.Scanner{Data: line}
	if first.Value(0); first.Err == nil || !more {
		return false
	}
	all := jsontext.Scanner{Data: text}
	all.Value(0)
	return all.Err == nil || !ended && all.CutOff()
}

// cutArray marks the complete elements from pos on, at most up to maxRecords. It
// returns io.EOF if none can follow.
func (c *cutter) cutArray(maxRecords int) error {
	for len(c.block.records) < maxRecords {
		c.blanks()
		data := c.block.data
		switch {
		case c.in.closed && c.pos < len(data):
			return c.brokenArray(c.pos, "unexpected text after the array")
		case c.in.closed && c.in.ended:
			return io.EOF
		case c.in.closed:
			return nil
		}
		s := jsontext.Scanner{Data: data, Pos: c.pos}
		if s.Peek() == ']' && c.in.at.Row == 0 && len(c.block.records) == 0 {
			c.in.closed = true // an empty one
			c.pos++
			continue
		}
		end := c.element(&s)
		if len(data)-c.pos > MaxRecord && (s.Err != nil || end-c.pos > MaxRecord) {
			return c.unterminated()
		}
		if s.Err != nil && !c.in.ended && s.CutOff() {
			return nil
		}
		if s.Err != nil {
			return c.brokenArray(s.Err.At, s.Err.Msg)
		}
		c.markElement(end, s.Pos)
	}
	return nil
}

// blanks passes over white space.
func (c *cutter) blanks() {
	data := c.block.data
	for c.pos < len(data) && strings.IndexByte(" \t\r\n", data[c.pos]) >= 0 {
		if data[c.pos] == '\n' {
			c.line++
		}
		c.pos++
	}
}

// element passes over an element and the comma or bracket after it, and returns
// where it ends.
func (c *cutter) element(s *jsontext.Scanner) (end int) {
	s.Value(1)
	end = s.Pos
	s.Space()
	switch {
	case s.Err != nil:
	case s.Peek() == ',' || s.Peek() == ']':
		s.Pos++
	case s.Pos == len(s.Data):
		s.Fail("the array is never closed")
	default:
		s.Fail("expected ',' or ']' after an element")
	}
	return end
}

// markElement notes the element that starts at pos, and passes on to next.
func (c *cutter) markElement(end, next int) {
	b := c.block
	b.records = append(b.records, record{uint32(c.pos), uint32(end), uint32(c.line - b.from.Line)})
	c.line += int64(bytes.Count(b.data[c.pos:next], []byte{'\n'}))
	c.in.closed = b.data[next-1] == ']'
	c.pos = next
	c.end, c.endLine = c.pos, c.line
}

// brokenArray says where the text stops being an array. What follows cannot be
// split into elements.
func (c *cutter) brokenArray(at int, msg string) error {
	line := c.line + int64(bytes.Count(c.block.data[c.pos:at], []byte{'\n'}))
	offset := c.block.from.Offset + int64(at)
	return &Error{Kind: Damaged, Name: c.in.Name, Line: line, Msg: fmt.Sprintf("not JSON: %s (offset %d)", msg, offset),
		Hint: "fix the array there; nothing after that place can be read"}
}
