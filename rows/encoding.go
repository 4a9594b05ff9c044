package rows

import (
	"bytes"

	"github.com/ciobulk/ciobulk/rows/charset"
)

// decodeText settles the encoding, and reads the text through a decoder unless it
// is UTF-8.
func decodeText(in *Input, o Options) error {
	asked := o.Encoding
	mark, e := charset.ByteOrderMark(in.carry)
	switch {
	case mark > 0 && asked != "" && asked != e:
		in.note("its byte order mark says %s, and it is read as that, not as %s", e, asked)
	case mark == 0 && asked != "":
		e = asked
	case mark == 0:
		guess := guess(in)
		if len(guess.Candidates) > 0 {
			return &Error{Kind: UnclearEncoding, Msg: "is not UTF-8, and its encoding is not clear", Candidates: guess.Candidates}
		}
		e, in.Sample = guess.Encoding, Printable(guess.Sample)
	}
	if e == "" {
		return &Error{Kind: NotText, Msg: "is not text"}
	}
	in.BOM, in.Encoding, in.carry = mark > 0, e, in.carry[mark:]
	if e == charset.UTF8 {
		in.at.Offset = int64(mark)
		return nil
	}
	in.decoder = charset.NewReader(in.rest(), e, mark)
	in.source = in.decoder
	return in.fill(sampleSize)
}

// guess finds the encoding by the sample, and where that is ASCII by the rest of a
// plain file.
func guess(in *Input) charset.Guess {
	g := charset.Detect(in.carry, in.ended)
	if g.Encoding != charset.UTF8 && bytes.Contains(in.carry, []byte("_reason")) && bytes.Contains(in.carry, []byte(ReasonUTF8)) {
		return charset.Guess{Encoding: charset.UTF8} // a file of rejected rows, some of which were rejected because of that
	}
	if g.Encoding != charset.UTF8 || in.ended || in.Compression != "" || in.Size < 0 {
		return g
	}
	return charset.DetectLate(in.stored.file, in.Size)
}
