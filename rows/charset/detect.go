package charset

import (
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf8"
)

// A Guess is what Detect found out.
type Guess struct {
	Encoding   Encoding    // "" where the bytes are not text, or do not decide
	Sample     string      // a word or two as they are read; "" where all of it is ASCII or Unicode
	Candidates []Candidate // where the bytes do not decide, the most likely first
}

// A Candidate is an encoding that the text may have, and how it would read.
type Candidate struct {
	Encoding Encoding
	Sample   string
}

// Detect finds the encoding of a text without a byte order mark by its first
// bytes; all says that there are no others.
func Detect(sample []byte, all bool) Guess {
	zeros := bytes.IndexByte(sample, 0) >= 0
	if !zeros && utf8.Valid(sample) {
		if bytes.IndexByte(sample, escape) >= 0 && isASCII(sample) {
			return switched(sample)
		}
		return Guess{Encoding: UTF8} // the usual case, soon known
	}
	if e := wideByNULs(sample); e != "" {
		return Guess{Encoding: e}
	}
	letters, strays := countUTF8(sample, all)
	switch {
	case strays == 0 || letters >= strays: // a few damaged rows do not make it another encoding
		return Guess{Encoding: UTF8}
	case zeros:
		return Guess{}
	}
	return choose(evidence(nil, sample))
}

// escape begins the sequences that switch between character sets in ISO-2022-JP, whose
// other bytes are ASCII too.
const escape = 0x1b

// switched tells ISO-2022-JP from ASCII with other control sequences: it switches to
// Japanese, and all of it can be read.
func switched(sample []byte) Guess {
	if !bytes.Contains(sample, []byte("\x1b$B")) && !bytes.Contains(sample, []byte("\x1b$@")) {
		return Guess{Encoding: UTF8}
	}
	sample = sample[:min(len(sample), mostEvidence)]
	r := model{encoding: "iso-2022-jp", languages: []language{japanese}, wide: true}.read(sample)
	if r.score < plausible {
		return Guess{Encoding: UTF8}
	}
	return Guess{Encoding: r.Encoding, Sample: r.sample()}
}

// mostLine bounds how much of a line is evidence before its first letter beyond
// ASCII.
const mostLine = 1 << 10

// evidence appends the lines of a text that are not ASCII, up to a bound.
func evidence(to, text []byte) []byte {
	for line := range bytes.Lines(text) {
		first := bytes.IndexFunc(line, func(r rune) bool { return r >= utf8.RuneSelf })
		if first < 0 || len(to) >= mostEvidence {
			continue
		}
		line = line[max(first-mostLine, 0):]
		to = append(to, line[:min(len(line), mostEvidence-len(to))]...)
	}
	return to
}

// wideByNULs finds UTF-16 by the zeros that every other byte of it is where the
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

// countUTF8 counts the characters beyond ASCII, and the bytes that belong to none.
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

// ByteOrderMark returns the length of the mark at the front and what it says.
func ByteOrderMark(text []byte) (length int, e Encoding) {
	for _, m := range []struct {
		bytes    string
		encoding Encoding
	}{{BOM, UTF8}, {"\xff\xfe", UTF16LE}, {"\xfe\xff", UTF16BE}} {
		if bytes.HasPrefix(text, []byte(m.bytes)) {
			return len(m.bytes), m.encoding
		}
	}
	return 0, ""
}

const (
	// part is how much of a file is looked at in one piece.
	part = 1 << 20
	// mostASCII is how much of a file is looked through for its first umlaut.
	mostASCII = 32 << 20
)

// DetectLate finds the encoding of a file whose beginning is ASCII by its ends and
// the part between them: the first umlaut may come late. A part that cannot be read
// is not judged: the error comes when the file is read.
func DetectLate(file io.ReaderAt, size int64) Guess {
	l := late{file: file, size: size, buffer: make([]byte, part)}
	l.look(0)
	l.look(max(size-part, 0))
	for at := int64(part); l.letters+l.strays == 0 && at < min(size, mostASCII); at += part {
		l.look(at)
	}
	if l.strays > l.letters {
		return choose(l.evidence)
	}
	return Guess{Encoding: UTF8}
}

// late is what was seen of a file in parts.
type late struct {
	file            io.ReaderAt
	size            int64
	buffer          []byte
	letters, strays int // see countUTF8
	evidence        []byte
}

// look counts what the file has from at on, as far as the buffer goes.
func (l *late) look(at int64) {
	n, _ := l.file.ReadAt(l.buffer, at)
	text := l.buffer[:n]
	if isASCII(text) {
		return
	}
	for i := 0; at > 0 && i < utf8.UTFMax && len(text) > 0 && !utf8.RuneStart(text[0]); i++ {
		text = text[1:] // of a character that begins before
	}
	letters, strays := countUTF8(text, at+int64(n) == l.size)
	l.letters, l.strays = l.letters+letters, l.strays+strays
	if strays > letters {
		l.evidence = evidence(l.evidence, text)
	}
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
