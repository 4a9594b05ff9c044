package rows

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// array passes over the bracket that opens a JSON array. Its elements are records
// then, each up to and with the comma or the bracket behind it: what stands before
// a position tells whether an element must follow.
func (in *Input) array() error {
	text := bytes.TrimLeft(in.carry, " \t\r\n")
	before := len(in.carry) - len(text)
	in.at.Line += int64(bytes.Count(in.carry[:before], []byte{'\n'}))
	if !bytes.HasPrefix(text, []byte{'['}) {
		return &Error{Name: in.Name, Line: in.at.Line, Msg: "is not a JSON array", Hint: "leave out --format json, or is it jsonl?"}
	}
	in.at.Offset += int64(before + 1)
	in.carry = text[1:]
	in.first = in.at
	return in.names()
}

// spread reports whether a text that begins with an object has it on several
// lines: all of it where the text has ended, as far as it reaches otherwise.
func spread(text []byte, ended bool) bool {
	line, _, more := bytes.Cut(text, []byte{'\n'})
	first := scanner{data: line}
	if first.value(0); first.err == nil || !more {
		return false
	}
	all := scanner{data: text}
	all.value(0)
	return all.err == nil || !ended && all.cutOff()
}

// cutOff reports whether the text may be broken only because it ends too soon. The
// longest thing that is looked at as a whole is a pair of escaped surrogates.
func (s *scanner) cutOff() bool { return s.err != nil && s.err.at > len(s.data)-len(`\ud83d\ude00`) }

// cutArray marks the complete elements from pos on, at most up to maxRecords. It
// returns io.EOF if none can follow.
func (c *cutter) cutArray(maxRecords int) error {
	for len(c.block.records) < maxRecords {
		c.blanks()
		data := c.block.data
		switch {
		case c.in.closed && c.pos < len(data):
			return c.brokenArray(c.pos, "unexpected text behind the array")
		case c.in.closed && c.in.ended:
			return io.EOF
		case c.in.closed:
			return nil
		}
		s := scanner{data: data, pos: c.pos}
		if s.peek() == ']' && c.in.at.Row == 0 && len(c.block.records) == 0 {
			c.in.closed = true // an empty one
			c.pos++
			continue
		}
		end := c.element(&s)
		if len(data)-c.pos > MaxRecord && (s.err != nil || end-c.pos > MaxRecord) {
			return c.unterminated()
		}
		if s.err != nil && !c.in.ended && s.cutOff() {
			return nil
		}
		if s.err != nil {
			return c.brokenArray(s.err.at, s.err.msg)
		}
		c.markElement(end, s.pos)
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

// element passes over an element and the comma or bracket behind it, and returns
// where it ends.
func (c *cutter) element(s *scanner) (end int) {
	s.value(1)
	end = s.pos
	s.space()
	switch {
	case s.err != nil:
	case s.peek() == ',' || s.peek() == ']':
		s.pos++
	case s.pos == len(s.data):
		s.fail("the array is never closed")
	default:
		s.fail("expected ',' or ']' behind an element")
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

// brokenArray says where the text stops being an array. Nothing behind that can be
// told apart.
func (c *cutter) brokenArray(at int, msg string) error {
	line := c.line + int64(bytes.Count(c.block.data[c.pos:at], []byte{'\n'}))
	offset := c.block.from.Offset + int64(at)
	return &Error{Name: c.in.Name, Line: line, Msg: fmt.Sprintf("not JSON: %s (offset %d)", msg, offset),
		Hint: "mend the array there: nothing behind it can be told apart"}
}
