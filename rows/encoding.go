package rows

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Encoding is how an input writes text as bytes.
type Encoding string

// The encodings that are read.
const (
	UTF8        Encoding = "utf-8"
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
	Windows1252 Encoding = "windows-1252"
	Latin1      Encoding = "iso-8859-1"
	Latin9      Encoding = "iso-8859-15"
)

// spellings are the names that people and programs have for encodings, in lower
// case and without what stands between letters and digits.
var spellings = map[string]Encoding{
	"utf8": UTF8, "utf8bom": UTF8, "utf8sig": UTF8, "ascii": UTF8, "usascii": UTF8,
	"utf16": UTF16LE, "utf16le": UTF16LE, "unicode": UTF16LE, "ucs2": UTF16LE, "utf16be": UTF16BE,
	"windows1252": Windows1252, "cp1252": Windows1252, "win1252": Windows1252, "1252": Windows1252, "ansi": Windows1252,
	"iso88591": Latin1, "latin1": Latin1, "l1": Latin1,
	"iso885915": Latin9, "latin9": Latin9, "latin0": Latin9, "l9": Latin9,
}

// EncodingByName finds an encoding by one of its names, in any case.
func EncodingByName(name string) (Encoding, error) {
	bare := strings.NewReplacer("-", "", "_", "", " ", "", ":", "").Replace(strings.ToLower(name))
	if e, known := spellings[bare]; known {
		return e, nil
	}
	return "", fmt.Errorf("there is no encoding %q", name)
}

// EncodingNames lists what EncodingByName knows, for hints.
const EncodingNames = "utf-8, utf-16le, utf-16be, windows-1252 (cp1252), iso-8859-1 (latin1) or iso-8859-15 (latin9)"

// wide reports whether its characters have two bytes or four.
func (e Encoding) wide() bool { return e == UTF16LE || e == UTF16BE }

// letters are the UTF-8 of an encoding's 256 bytes; nil for a byte that it does
// not have.
type letters [256][]byte

// lettersOf makes the table of a single-byte encoding. The control characters
// 0x80 to 0x9f of ISO 8859 are no text: where they stand, the file is of another
// encoding, mostly windows-1252. Windows itself leaves five of them undefined.
func lettersOf(e Encoding) *letters {
	table := map[Encoding]*charmap.Charmap{Windows1252: charmap.Windows1252, Latin1: charmap.ISO8859_1, Latin9: charmap.ISO8859_15}[e]
	var l letters
	for i := range l {
		if r := table.DecodeByte(byte(i)); r != utf8.RuneError && (r < 0x80 || r > 0x9f) {
			l[i] = utf8.AppendRune(nil, r)
		}
	}
	return &l
}

// detectEncoding tells the encoding of a text without a byte order mark by its
// first bytes; all says that there are no others. It is "" where they are no text.
func detectEncoding(sample []byte, all bool) Encoding {
	zeros := bytes.IndexByte(sample, 0) >= 0
	if !zeros && utf8.Valid(sample) {
		return UTF8 // soon told, as it mostly is
	}
	if e := wideByNULs(sample); e != "" {
		return e
	}
	letters, strays := countUTF8(sample, all)
	switch {
	case strays == 0 || letters >= strays: // a few damaged rows do not make it another encoding
		return UTF8
	case zeros:
		return ""
	}
	return Windows1252
}

// wideByNULs tells UTF-16 by the zeros that every other byte of it is where the
// text is Latin, or punctuation, digits and line ends.
func wideByNULs(sample []byte) Encoding {
	var zeros [2]int
	for i, c := range sample {
		if c == 0 {
			zeros[i%2]++
		}
	}
	enough := max(len(sample)/2/5, 2)
	switch {
	case zeros[0] == 0 && zeros[1] >= enough:
		return UTF16LE
	case zeros[1] == 0 && zeros[0] >= enough:
		return UTF16BE
	}
	return ""
}

// countUTF8 counts the characters beyond ASCII, and the bytes that are of none.
// The last character may be cut off unless all of the text is there.
func countUTF8(sample []byte, all bool) (letters, strays int) {
	for i := 0; i < len(sample); {
		if sample[i] < utf8.RuneSelf {
			i++
			continue
		}
		if !all && !utf8.FullRune(sample[i:]) {
			break
		}
		_, n := utf8.DecodeRune(sample[i:])
		if n > 1 {
			letters++
		} else {
			strays++
		}
		i += n
	}
	return letters, strays
}

// decode settles the encoding, and puts a decoder behind the source unless that
// is UTF-8.
func (in *Input) decode() error {
	asked := in.options.Encoding
	mark, e := byteOrderMark(in.carry)
	switch {
	case mark > 0 && asked != "" && asked != e:
		in.note("its byte order mark says %s, and so it is read, not as %s", e, asked)
	case mark == 0 && asked != "":
		e = asked
	case mark == 0:
		e = in.guess()
	}
	if e == "" {
		return &Error{Name: in.Name, Msg: "is not text", Hint: "save it as CSV UTF-8, or name its encoding: --encoding NAME"}
	}
	in.BOM, in.Encoding, in.carry = mark > 0, e, in.carry[mark:]
	if e == UTF8 {
		in.at.Offset = int64(mark)
		return nil
	}
	raw := io.Reader(bytes.NewReader(in.carry))
	if !in.ended {
		raw = io.MultiReader(raw, in.source)
	}
	in.decoder = newDecoder(raw, e, mark)
	in.source = in.decoder
	var err error
	in.carry, in.ended, err = in.sample(sampleSize)
	return err
}

// byteOrderMark returns the length of the mark at the front and what it says.
func byteOrderMark(text []byte) (length int, e Encoding) {
	for _, m := range []struct {
		bytes    string
		encoding Encoding
	}{{bom, UTF8}, {"\xff\xfe", UTF16LE}, {"\xfe\xff", UTF16BE}} {
		if bytes.HasPrefix(text, []byte(m.bytes)) {
			return len(m.bytes), m.encoding
		}
	}
	return 0, ""
}

// mostASCII is how much of a plain file is looked through for its first umlaut.
const mostASCII = 32 << 20

// guess tells the encoding by the sample, and where that is ASCII by both ends of a
// plain file and what is between: the first umlaut may come late.
func (in *Input) guess() Encoding {
	e := detectEncoding(in.carry, in.ended)
	if e == Windows1252 && bytes.Contains(in.carry, []byte("_reason")) && bytes.Contains(in.carry, []byte(ReasonUTF8)) {
		return UTF8 // a file of rejected rows, some of them for just that
	}
	if e != UTF8 || in.ended || in.Compression != "" || in.file == nil || in.Size < 0 {
		return e
	}
	buffer := make([]byte, digestSize)
	letters, strays := in.countAt(0, buffer)
	l, s := in.countAt(max(in.Size-digestSize, 0), buffer)
	letters, strays = letters+l, strays+s
	for at := int64(digestSize); letters+strays == 0 && at < min(in.Size, mostASCII); at += digestSize {
		letters, strays = in.countAt(at, buffer)
	}
	if strays > letters {
		return Windows1252
	}
	return UTF8
}

// countAt is countUTF8 of the file from at on, as far as buffer goes.
func (in *Input) countAt(at int64, buffer []byte) (letters, strays int) {
	n, _ := in.file.ReadAt(buffer, at) // what cannot be read is told when it is its turn
	part := buffer[:n]
	if isASCII(part) {
		return 0, 0
	}
	for i := 0; at > 0 && i < utf8.UTFMax && len(part) > 0 && !utf8.RuneStart(part[0]); i++ {
		part = part[1:] // of a character that begins before
	}
	return countUTF8(part, at+int64(n) == in.Size)
}

// isASCII looks at eight bytes at a time.
func isASCII(text []byte) bool {
	for ; len(text) >= 8; text = text[8:] {
		if binary.LittleEndian.Uint64(text)&0x8080808080808080 != 0 {
			return false
		}
	}
	for _, c := range text {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
