package charset

import (
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// chunk is how many bytes are asked of the source at a time.
const chunk = 64 << 10

// Reader reads text of another encoding as UTF-8. What the encoding does not have
// is passed on as bytes that are not UTF-8 either, so that a caller notices, and
// is noted, see Strays. It belongs to one goroutine.
type Reader struct {
	source  io.Reader
	letters *letters // of an encoding of single bytes
	many    *many    // of an encoding with characters of several bytes; both nil: UTF-16
	big     bool     // UTF-16, the high byte first
	buffer  []byte   // read from the source
	from    int      // of buffer: what is before is decoded
	text    []byte   // decoded
	taken   int      // of text: what is before was read
	read    int64    // bytes of the source before buffer[from]
	wrote   int64    // bytes of all text
	strays  []Stray
	quiet   bool  // the present line has a stray already
	err     error // what ended the source
	scratch [utf8.UTFMax]byte
}

// Stray is a byte, or half a surrogate pair, that the encoding does not have: the
// first of its line.
type Stray struct {
	At   int64 // where it is in the decoded text
	File int64 // and in the source
	Unit uint16
}

// NewReader decodes source, of which skipped bytes were read before. The encoding
// is one that ByName or Detect returned, and not UTF-8.
func NewReader(source io.Reader, e Encoding, skipped int) *Reader {
	d := &Reader{source: source, big: e == UTF16BE, read: int64(skipped)}
	if e.Wide() {
		return d
	}
	coder := e.coder()
	if table, single := coder.(*charmap.Charmap); single {
		d.letters = lettersOf(table)
	} else {
		d.many = newMany(coder)
	}
	return d
}

// letters are the UTF-8 of an encoding's 256 bytes; nil for a byte that it does
// not have.
type letters [256][]byte

// lettersOf makes the table of a single-byte encoding. The control characters
// 0x80 to 0x9f are not text: a file that has them is of another encoding, usually
// windows-1252. Windows itself leaves five of them undefined.
func lettersOf(table *charmap.Charmap) *letters {
	var l letters
	for i := range l {
		if r := table.DecodeByte(byte(i)); r != utf8.RuneError && (r < 0x80 || r > 0x9f) {
			l[i] = utf8.AppendRune(nil, r)
		}
	}
	return &l
}

func (d *Reader) Read(p []byte) (int, error) {
	for d.taken == len(d.text) {
		if d.err != nil && (d.from == len(d.buffer) || !errors.Is(d.err, io.EOF)) {
			return 0, d.err
		}
		d.more()
	}
	n := copy(p, d.text[d.taken:])
	d.taken += n
	return n, nil
}

// more reads some of the source and decodes it.
func (d *Reader) more() {
	d.text, d.taken = d.text[:0], 0
	rest := copy(d.buffer, d.buffer[d.from:])
	if cap(d.buffer) < chunk {
		d.buffer = append(make([]byte, 0, chunk), d.buffer[:rest]...)
	}
	n := 0
	if d.err == nil {
		n, d.err = d.source.Read(d.buffer[rest:chunk])
	}
	d.buffer, d.from = d.buffer[:rest+n], 0
	switch {
	case d.letters != nil:
		d.narrow()
	case d.many != nil:
		d.lines()
	default:
		d.wide()
	}
}

func (d *Reader) narrow() {
	for _, c := range d.buffer {
		if letter := d.letters[c]; letter != nil {
			d.put(1, letter)
			continue
		}
		d.stray(uint16(c))
		d.scratch[0] = 0xff
		d.put(1, d.scratch[:1])
	}
	d.from = len(d.buffer)
}

// wide decodes UTF-16.
func (d *Reader) wide() {
	for {
		rest := d.buffer[d.from:]
		length, r := d.character(rest)
		if length == 0 {
			return
		}
		if r == utf8.RuneError && length < 4 && !d.replacement(rest) {
			unit := uint16(rest[0])
			if length == 2 {
				unit = d.unit(rest)
			}
			d.stray(unit)
			d.scratch[0] = 0xff
			d.put(length, d.scratch[:1])
		} else {
			d.put(length, utf8.AppendRune(d.scratch[:0], r))
		}
		d.from += length
	}
}

// character returns the UTF-16 character at the front and how many bytes it has:
// 0 where more must be read first, RuneError for half of one.
func (d *Reader) character(b []byte) (length int, r rune) {
	ended := errors.Is(d.err, io.EOF)
	switch {
	case len(b) == 0, len(b) == 1 && !ended:
		return 0, 0
	case len(b) == 1:
		return 1, utf8.RuneError
	}
	r = rune(d.unit(b))
	switch {
	case !utf16.IsSurrogate(r):
		return 2, r
	case len(b) >= 4:
		if pair := utf16.DecodeRune(r, rune(d.unit(b[2:]))); pair != utf8.RuneError {
			return 4, pair
		}
	case !ended:
		return 0, 0
	}
	return 2, utf8.RuneError
}

// replacement reports whether the text itself has a replacement character here.
func (d *Reader) replacement(b []byte) bool { return len(b) >= 2 && d.unit(b) == utf8.RuneError }

func (d *Reader) unit(b []byte) uint16 {
	if d.big {
		return uint16(b[0])<<8 | uint16(b[1])
	}
	return uint16(b[1])<<8 | uint16(b[0])
}

// put appends the text of length bytes of the source.
func (d *Reader) put(length int, text []byte) {
	d.text = append(d.text, text...)
	d.read += int64(length)
	d.wrote += int64(len(text))
	if text[0] == '\n' {
		d.quiet = false
	}
}

func (d *Reader) stray(unit uint16) {
	if !d.quiet {
		d.strays = append(d.strays, Stray{d.wrote, d.read, unit})
		d.quiet = true
	}
}

// Strays appends the strays before at, an offset of the decoded text, to the list
// and forgets them.
func (d *Reader) Strays(at int64, to []Stray) []Stray {
	n := 0
	for n < len(d.strays) && d.strays[n].At < at {
		n++
	}
	to = append(to, d.strays[:n]...)
	d.strays = append(d.strays[:0], d.strays[n:]...)
	return to
}

// Return gives back what Strays handed out, for text that is read again.
func (d *Reader) Return(strays []Stray) {
	d.strays = append(append([]Stray(nil), strays...), d.strays...)
}
