package rows

import (
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// decoder reads text of another encoding as UTF-8. What the encoding does not
// have is passed on as bytes that are not UTF-8 either, so that its row is
// rejected and all others are read, and is noted for the message.
type decoder struct {
	source  io.Reader
	letters *letters // nil: UTF-16
	big     bool     // UTF-16, the high byte first
	buffer  []byte   // read from the source
	from    int      // of buffer: what is before is decoded
	text    []byte   // decoded
	taken   int      // of text: what is before was read
	read    int64    // bytes of the source before buffer[from]
	wrote   int64    // bytes of all text
	strays  []stray
	quiet   bool  // the present line has a stray already
	err     error // what ended the source
	scratch [utf8.UTFMax]byte
}

// stray is a byte, or half a surrogate pair, that the encoding does not have: the
// first of its line.
type stray struct {
	at   int64 // where it stands in the decoded text
	file int64 // and in the source
	unit uint16
}

// newDecoder decodes source, of which skipped bytes were read before.
func newDecoder(source io.Reader, e Encoding, skipped int) *decoder {
	d := &decoder{source: source, big: e == UTF16BE, read: int64(skipped)}
	if !e.wide() {
		d.letters = lettersOf(e)
	}
	return d
}

func (d *decoder) Read(p []byte) (int, error) {
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
func (d *decoder) more() {
	d.text, d.taken = d.text[:0], 0
	rest := copy(d.buffer, d.buffer[d.from:])
	if cap(d.buffer) < ReadSize {
		d.buffer = append(make([]byte, 0, ReadSize), d.buffer[:rest]...)
	}
	n := 0
	if d.err == nil {
		n, d.err = d.source.Read(d.buffer[rest:ReadSize])
	}
	d.buffer, d.from = d.buffer[:rest+n], 0
	if d.letters != nil {
		d.narrow()
	} else {
		d.wide()
	}
}

func (d *decoder) narrow() {
	for _, c := range d.buffer {
		if letter := d.letters[c]; letter != nil {
			d.put(1, letter)
			continue
		}
		d.stray(uint16(c))
		d.scratch[0] = c // alone it is no UTF-8: all of them are 0x80 to 0x9f
		d.put(1, d.scratch[:1])
	}
	d.from = len(d.buffer)
}

func (d *decoder) wide() {
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
// 0 where more must be read to tell, RuneError for half of one.
func (d *decoder) character(b []byte) (length int, r rune) {
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
func (d *decoder) replacement(b []byte) bool { return len(b) >= 2 && d.unit(b) == utf8.RuneError }

func (d *decoder) unit(b []byte) uint16 {
	if d.big {
		return uint16(b[0])<<8 | uint16(b[1])
	}
	return uint16(b[1])<<8 | uint16(b[0])
}

// put appends the text of so many bytes of the source.
func (d *decoder) put(length int, text []byte) {
	d.text = append(d.text, text...)
	d.read += int64(length)
	d.wrote += int64(len(text))
	if text[0] == '\n' {
		d.quiet = false
	}
}

func (d *decoder) stray(unit uint16) {
	if !d.quiet {
		d.strays = append(d.strays, stray{d.wrote, d.read, unit})
		d.quiet = true
	}
}

// upTo hands out the strays before at, which are then forgotten.
func (d *decoder) upTo(at int64, to []stray) []stray {
	n := 0
	for n < len(d.strays) && d.strays[n].at < at {
		n++
	}
	to = append(to, d.strays[:n]...)
	d.strays = append(d.strays[:0], d.strays[n:]...)
	return to
}
