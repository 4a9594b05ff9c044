package charset

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"
)

// many decodes an encoding with characters of one byte or several.
type many struct {
	all  *encoding.Decoder // with the state that the encoding has, if any
	each encoding.Encoding // to decode one line again
	out  []byte
}

func newMany(coder encoding.Encoding) *many {
	return &many{all: coder.NewDecoder(), each: coder, out: make([]byte, 4*chunk)}
}

// replaced is what decoders write where the text is broken.
const replaced = "\ufffd"

// lines decodes what is whole of the buffer, line by line: no encoding has a line
// feed inside a character.
func (d *Reader) lines() {
	ended := errors.Is(d.err, io.EOF)
	for d.from < len(d.buffer) {
		line := d.buffer[d.from:]
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line = line[:i+1]
		}
		whole := line[len(line)-1] == '\n'
		wrote, read, err := d.many.all.Transform(d.many.out, line, ended || whole)
		if read == 0 && (errors.Is(err, transform.ErrShortSrc) || wrote == 0) {
			return
		}
		d.putLine(line[:read], d.many.out[:wrote])
		d.from += read
	}
}

// putLine appends decoded text, in which each replacement character becomes a
// byte that is not UTF-8.
func (d *Reader) putLine(line, text []byte) {
	if i := bytes.Index(text, []byte(replaced)); i >= 0 {
		at := d.many.brokenAt(line)
		if !d.quiet && at < len(line) {
			d.strays = append(d.strays, Stray{d.wrote + int64(i), d.read + int64(at), uint16(line[at])})
			d.quiet = true
		}
		text = bytes.ReplaceAll(text, []byte(replaced), []byte{0xff})
	}
	d.text = append(d.text, text...)
	d.read += int64(len(line))
	d.wrote += int64(len(text))
	if bytes.HasSuffix(text, []byte{'\n'}) {
		d.quiet = false
	}
}

// brokenAt returns the index of the first byte of line that cannot be decoded.
func (m *many) brokenAt(line []byte) int {
	d, at := m.each.NewDecoder(), 0
	var one [2 * utf8.UTFMax]byte
	for at < len(line) {
		wrote, read, _ := d.Transform(one[:], line[at:], true)
		if i := bytes.Index(one[:wrote], []byte(replaced)); i == 0 || read == 0 {
			return at
		} else if i > 0 {
			return at + m.before(line[at:at+read], i)
		}
		at += read
	}
	return at
}

// before returns how many bytes of line give the first n bytes of text.
func (m *many) before(line []byte, n int) int {
	d, out := m.each.NewDecoder(), make([]byte, n)
	_, read, _ := d.Transform(out, line, true)
	return read
}
