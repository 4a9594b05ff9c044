package rows

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"github.com/ciobulk/ciobulk/rows/charset"
)

// MaxRecord bounds a record in bytes. A longer one ends the reading: it is a
// file without line endings or a quote that was never closed.
const MaxRecord = 16 << 20

// ReadSize is how many bytes are asked of the source at a time: a block of more
// than one record has at most that many more than were asked for.
const ReadSize = 64 << 10

// maxTypical bounds what a block gets at once. A longer record makes its block grow,
// and not those after it.
const maxTypical = 1 << 20

// Block is a run of whole records, the unit of mapping and settling. The zero
// Block is ready for Input.Next, which may be given the same one again.
type Block struct {
	Start, End Position
	Sum        uint32 // CRC-32 of the text from the input's first row to End
	Read       int64  // bytes of the file read by then: compressed ones where it is compressed

	data    []byte
	from    Position // of data[0]: Start, or after blank lines that were dropped
	records []record
	faults  map[int][]int   // workbooks, by record: the columns of cells that have no value
	strays  []charset.Stray // what the input's encoding does not have, the first of each line
	thin    *thin           // nil: it holds all its records
}

// record is one record's place in its block's data, and its line counted from
// the data's first.
type record struct{ start, end, line uint32 }

// Len returns the number of records.
func (b *Block) Len() int {
	if b.thin != nil {
		return b.thin.records
	}
	return len(b.records)
}

// Bytes returns the size of the block's text in bytes: less than the distance from
// Start to End where there are very many blank lines.
func (b *Block) Bytes() int { return len(b.data) }

// Size returns the size of record i in bytes, without its line ending.
func (b *Block) Size(i int) int { r := b.at(i); return int(r.end - r.start) }

// Copy returns a block with the same records, which holds no more memory than they
// need and stays as it is when b is filled again.
func (b *Block) Copy() Block {
	c := *b
	c.data, c.records, c.strays = bytes.Clone(b.data), slices.Clone(b.records), slices.Clone(b.strays)
	return c
}

// raw returns record i as it is, without its line ending.
func (b *Block) raw(i int) []byte {
	if b.thin != nil {
		return b.thin.raw(b, i)
	}
	r := b.records[i]
	return b.data[r.start:r.end:r.end]
}

// at returns where record i was.
func (b *Block) at(i int) record {
	if b.thin != nil {
		i = b.thin.find(i)
	}
	return b.records[i]
}

// position returns where record i starts.
func (b *Block) position(i int) Position {
	r := b.at(i)
	return Position{b.from.Row + int64(i), b.from.Line + int64(r.line), b.from.Offset + int64(r.start)}
}

// Next fills b with the records that follow, until it has maxRecords of them
// or maxBytes are full, both at least 1; a single record may be longer. It
// returns io.EOF after the last record, or an *Error, in either case without
// records and again if it is called again: the records before an error are
// handed out first. Where a block ends depends on its last record alone and
// not on how it was read. One goroutine calls it.
func (in *Input) Next(b *Block, maxRecords, maxBytes int) error {
	return in.use.read(func() error { return in.next(b, maxRecords, maxBytes) }, in.release)
}

func (in *Input) next(b *Block, maxRecords, maxBytes int) error {
	b.records, b.thin = b.records[:0], nil
	if in.sheet != nil {
		return in.sheet.block(in, b, maxRecords, maxBytes)
	}
	b.data, b.faults = append(b.data[:0], in.carry...), nil
	b.Start, b.from = in.at, in.at
	c := cutter{in: in, block: b, line: in.at.Line}
	for {
		err := c.cut(maxRecords)
		if err == nil {
			err = in.stop
		}
		n := len(b.records)
		if n >= maxRecords || n > 0 && (err != nil || len(b.data) >= maxBytes) {
			c.finish()
			return nil
		}
		if err != nil {
			in.carry, in.stop, b.data = in.carry[:0], err, b.data[:0]
			b.End, b.Read = in.at, in.stored.progress()
			return err
		}
		c.drop()
		c.more()
	}
}

// cutter finds the records of one block.
type cutter struct {
	in    *Input
	block *Block
	pos   int   // where the next record starts
	line  int64 // the line on which it starts
	quote int   // CSV: there is no quote between pos and here

	end     int   // after the last record
	endLine int64 // the line after it
}

// damage is the kind of an error about reading on: what a decompressor finds is
// damaged, a file system or a pipe may work again.
func damage(err error) ErrorKind {
	if errors.Is(err, io.ErrUnexpectedEOF) || isDamage(err) {
		return Damaged
	}
	return OtherError
}

// more reads on, and notes where the input ends or fails.
func (c *cutter) more() {
	in, b := c.in, c.block
	if need := len(b.data) + ReadSize; cap(b.data) < need {
		// As large as the blocks before, so that one allocation does.
		grown := make([]byte, len(b.data), max(need+need/4, in.typical))
		copy(grown, b.data)
		b.data = grown
	}
	n, err := in.source.Read(b.data[len(b.data) : len(b.data)+ReadSize])
	b.data = b.data[:len(b.data)+n]
	switch {
	case n > 0 || err == nil: // the error, if any, comes again
	case errors.Is(err, io.EOF):
		in.ended = true
	default:
		in.stop = &Error{Kind: damage(err), Name: in.Name, Line: c.line, Msg: "cannot read on from this line", Err: err}
	}
}

// drop forgets the blank lines before the first record: there may be more of
// them than memory.
func (c *cutter) drop() {
	if b := c.block; len(b.records) == 0 && c.pos > 0 {
		b.from.Line, b.from.Offset = c.line, b.from.Offset+int64(c.pos)
		c.in.sum = crc32.Update(c.in.sum, crc32.IEEETable, b.data[:c.pos])
		b.data = append(b.data[:0], b.data[c.pos:]...)
		c.pos = 0
	}
}

// cut marks the complete records from pos on, at most up to maxRecords. It
// returns io.EOF if none can follow.
func (c *cutter) cut(maxRecords int) error {
	b := c.block
	if c.in.Stored == Array {
		return c.cutArray(maxRecords)
	}
	if n := len(b.data); c.in.ended && n > 0 && b.data[n-1] != '\n' {
		b.data, c.in.padded = append(b.data, '\n'), true
	}
	c.quote = c.pos
	for len(b.records) < maxRecords && c.pos < len(b.data) {
		end, lines := c.next()
		if end == 0 || end > MaxRecord {
			return c.incomplete()
		}
		c.mark(end, lines)
	}
	if c.in.ended && c.pos == len(b.data) {
		return io.EOF
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
	mark := 0
	if c.in.opened && bytes.HasPrefix(data, []byte(charset.BOM)) { // the first cell may be quoted after it
		mark = len(charset.BOM)
	}
	if end, _, _ = csvEnd(data[mark:], c.in.Delimiter); end > 0 {
		end += mark
	}
	return end, int64(bytes.Count(data[:end], []byte{'\n'}))
}

// quoted reports whether there is a quote between pos and end. It looks for the
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

// mark passes over the record at pos and notes it. An empty line is not a record.
func (c *cutter) mark(length int, lines int64) {
	b, start, end := c.block, c.pos, c.pos+length-1
	if end > start && b.data[end-1] == '\r' {
		end--
	}
	line := uint32(c.line - b.from.Line)
	c.pos += length
	c.line += lines
	if end > start && (b.data[start] > ' ' || !c.blank(b.data[start:end])) {
		b.records = append(b.records, record{uint32(start), uint32(end), line})
		c.end, c.endLine = c.pos, c.line
	}
}

// blank reports whether a line of JSONL has only white space.
func (c *cutter) blank(line []byte) bool {
	return c.in.Format == JSONL && isBlank(line)
}

// incomplete decides whether a record without an end may still get one.
func (c *cutter) incomplete() error {
	if !c.in.ended && len(c.block.data)-c.pos <= MaxRecord {
		return nil
	}
	return c.unterminated()
}

// unterminated looks at no more than MaxRecord bytes, so that the error is the
// same however many were read.
func (c *cutter) unterminated() error {
	data, is := c.block.data[c.pos:], "never closed"
	if len(data) > MaxRecord {
		data, is = data[:MaxRecord], fmt.Sprintf("not closed within %d MiB", MaxRecord>>20)
	}
	if c.in.Format == CSV {
		if _, open, at := csvEnd(data, c.in.Delimiter); open {
			return &Error{Kind: Damaged, Name: c.in.Name, Line: c.line + int64(bytes.Count(data[:at], []byte{'\n'})),
				Msg:  "a quote opens on this line and is " + is,
				Hint: "close it, or double it if it is part of the text; nothing after it can be read"}
		}
	}
	return &Error{Kind: Damaged, Name: c.in.Name, Line: c.line,
		Msg:  fmt.Sprintf("a record of more than %d MiB starts on this line", MaxRecord>>20),
		Hint: "is this a text file with one record a line?"}
}

// finish ends the block after its last record and leaves the rest to the next
// one: blank lines too, of which a block of another size would have had more or
// fewer.
func (c *cutter) finish() {
	in, b := c.in, c.block
	in.typical = max(in.typical, min(len(b.data)+ReadSize, maxTypical))
	in.carry = append(in.carry[:0], b.data[c.end:]...)
	b.data = b.data[:c.end]
	in.at = Position{b.from.Row + int64(len(b.records)), c.endLine, b.from.Offset + int64(c.end)}
	text := b.data
	if in.padded && len(in.carry) == 0 {
		in.at.Offset--
		in.padded, text = false, text[:len(text)-1]
	}
	in.sum = crc32.Update(in.sum, crc32.IEEETable, text)
	b.Sum = in.sum
	b.End, b.Read = in.at, in.stored.progress()
	if b.strays = b.strays[:0]; in.decoder != nil {
		b.strays = in.decoder.Strays(in.at.Offset, b.strays)
	}
}
