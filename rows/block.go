package rows

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// MaxRecord bounds a record in bytes. A longer one ends the reading: it is a
// file without line endings or a quote that was never closed.
const MaxRecord = 16 << 20

// readSize is how many bytes are asked of the source at a time.
const readSize = 256 << 10

// Block is a run of whole records, the unit of mapping and settling. The zero
// Block is ready for Input.Next, which may be given the same one again.
type Block struct {
	Start, End Position
	Read       int64 // bytes of the file read by then: compressed ones where it is compressed

	data    []byte
	records []record
}

// record is one record's place in its block, and its line counted from the
// block's first.
type record struct{ start, end, line uint32 }

// Len returns the number of records.
func (b *Block) Len() int { return len(b.records) }

// Bytes returns the size of the block's text in bytes.
func (b *Block) Bytes() int { return int(b.End.Offset - b.Start.Offset) }

// raw returns record i as it stands, without its line ending.
func (b *Block) raw(i int) []byte {
	r := b.records[i]
	return b.data[r.start:r.end:r.end]
}

// position returns where record i starts.
func (b *Block) position(i int) Position {
	r := b.records[i]
	return Position{b.Start.Row + int64(i), b.Start.Line + int64(r.line), b.Start.Offset + int64(r.start)}
}

// Next fills b with the records that follow, until it has maxRecords of them
// or maxBytes are full; a single record may be longer. It returns io.EOF
// behind the last record, or an *Error. One goroutine calls it.
func (in *Input) Next(b *Block, maxRecords, maxBytes int) error {
	b.records = b.records[:0]
	b.data = append(b.data[:0], in.carry...)
	in.carry = in.carry[:0]
	b.Start = in.at
	c := cutter{in: in, block: b, line: in.at.Line}
	for {
		if err := c.cut(maxRecords); err != nil {
			return err
		}
		full := len(b.records) >= maxRecords || len(b.records) > 0 && len(b.data) >= maxBytes
		if full || in.ended {
			break
		}
		if err := in.more(b); err != nil {
			return err
		}
	}
	c.finish()
	if len(b.records) == 0 {
		return io.EOF
	}
	return nil
}

// more reads on into b, and marks the end of the input.
func (in *Input) more(b *Block) error {
	if cap(b.data)-len(b.data) < readSize {
		grown := make([]byte, len(b.data), 2*cap(b.data)+2*readSize)
		copy(grown, b.data)
		b.data = grown
	}
	n, err := in.source.Read(b.data[len(b.data) : len(b.data)+readSize])
	b.data = b.data[:len(b.data)+n]
	if errors.Is(err, io.EOF) {
		in.ended = true
		return nil
	}
	if err != nil {
		return &Error{Name: in.Name, Line: in.at.Line, Msg: "cannot read on behind this line", Err: err}
	}
	return nil
}

// cutter finds the records of one block.
type cutter struct {
	in    *Input
	block *Block
	pos   int   // where the next record starts
	line  int64 // the line on which it starts
	quote int   // CSV: no quote stands between pos and here
}

// cut marks the complete records from pos on, at most up to maxRecords.
func (c *cutter) cut(maxRecords int) error {
	b := c.block
	if n := len(b.data); c.in.ended && n > 0 && b.data[n-1] != '\n' {
		b.data, c.in.padded = append(b.data, '\n'), true
	}
	c.quote = c.pos
	for len(b.records) < maxRecords && c.pos < len(b.data) {
		end, lines := c.next()
		if end == 0 {
			return c.incomplete()
		}
		c.mark(c.pos, c.pos+end)
		c.pos += end
		c.line += lines
	}
	return nil
}

// next returns how long the record at pos is and how many lines it spans.
func (c *cutter) next() (end int, lines int64) {
	data := c.block.data[c.pos:]
	j := bytes.IndexByte(data, '\n')
	if j < 0 {
		return 0, 0
	}
	if c.in.Format != CSV || !c.quoted(c.pos+j) {
		return j + 1, 1
	}
	end, _, _ = csvEnd(data, c.in.Delimiter)
	return end, int64(bytes.Count(data[:end], []byte{'\n'}))
}

// quoted reports whether a quote stands between pos and end. It looks for the
// next quote once, not once a record.
func (c *cutter) quoted(end int) bool {
	if c.quote < c.pos {
		c.quote = c.pos
	}
	data := c.block.data
	if c.quote < len(data) && data[c.quote] != '"' {
		if j := bytes.IndexByte(data[c.quote:], '"'); j >= 0 {
			c.quote += j
		} else {
			c.quote = len(data)
		}
	}
	return c.quote < end
}

// mark notes a record; an empty line is none.
func (c *cutter) mark(start, end int) {
	data := c.block.data
	end--
	if end > start && data[end-1] == '\r' {
		end--
	}
	if end > start {
		c.block.records = append(c.block.records,
			record{uint32(start), uint32(end), uint32(c.line - c.block.Start.Line)})
	}
}

// incomplete decides whether a record without an end may still get one.
func (c *cutter) incomplete() error {
	if !c.in.ended && len(c.block.data)-c.pos <= MaxRecord {
		return nil
	}
	return c.unterminated()
}

func (c *cutter) unterminated() error {
	if c.in.Format == CSV {
		data := c.block.data[c.pos:]
		if _, open, at := csvEnd(data, c.in.Delimiter); open {
			return &Error{Name: c.in.Name, Line: c.line + int64(bytes.Count(data[:at], []byte{'\n'})),
				Msg:  "a quote opens on this line and is never closed",
				Hint: "close it, or double it if it is part of the text; nothing behind it can be told apart"}
		}
	}
	return c.tooLong()
}

func (c *cutter) tooLong() error {
	return &Error{Name: c.in.Name, Line: c.line,
		Msg:  fmt.Sprintf("a record of more than %d MiB starts on this line", MaxRecord>>20),
		Hint: "is this a text file with one record a line?"}
}

// finish hands what is behind the last record to the next block.
func (c *cutter) finish() {
	in, b := c.in, c.block
	in.carry = append(in.carry[:0], b.data[c.pos:]...)
	b.data = b.data[:c.pos]
	in.at.Row += int64(len(b.records))
	in.at.Line = c.line
	in.at.Offset += int64(c.pos)
	if in.padded && len(in.carry) == 0 {
		in.at.Offset--
		in.padded = false
	}
	b.End, b.Read = in.at, in.read.Load()
}
