package xlsx

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// sharedTexts are the strings that the cells of a workbook share, one after the
// other: a million of them take little more than their bytes.
type sharedTexts struct {
	done bool // they are read
	all  []byte
	ends []uint32
}

// maxTexts bounds the memory that a workbook may ask for.
const maxTexts = 1 << 30

func (t *sharedTexts) at(i int) ([]byte, bool) {
	if i < 0 || i >= len(t.ends) {
		return nil, false
	}
	start := uint32(0)
	if i > 0 {
		start = t.ends[i-1]
	}
	return t.all[start:t.ends[i]], true
}

// read reads the strings, once.
func (t *sharedTexts) read(f *zip.File) error {
	if f == nil || t.done {
		return nil
	}
	t.done = true
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	limit := &budget{r: r, left: maxItem}
	d := xml.NewDecoder(limit)
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if start, ok := token.(xml.StartElement); !ok || start.Name.Local != "si" {
			continue
		}
		limit.left = maxItem
		from := len(t.all)
		if t.all, err = appendText(t.all, d, "si"); err != nil {
			return err
		}
		t.all = append(t.all[:from], unescapeX(t.all[from:])...)
		if len(t.all) > maxTexts {
			return &Error{fmt.Sprintf("holds more than %d MiB of text", maxTexts>>20), "save the sheet as CSV UTF-8"}
		}
		t.ends = append(t.ends, uint32(len(t.all)))
	}
}

// appendText appends the text of an element up to its end: of all its runs, but
// not how they are read aloud.
func appendText(dst []byte, d *xml.Decoder, end string) ([]byte, error) {
	inside, aloud := false, 0
	for {
		token, err := d.RawToken()
		if err != nil {
			return dst, unexpected(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Local == "rPh" {
				aloud++
			}
			inside = token.Name.Local == "t"
		case xml.EndElement:
			switch token.Name.Local {
			case end:
				return dst, nil
			case "rPh":
				aloud--
			}
			inside = false
		case xml.CharData:
			if inside && aloud == 0 {
				dst = append(dst, token...)
			}
		}
	}
}

// unexpected turns the end of a part into an error where the part is not complete.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// unescapeX replaces, in place, how workbooks write the characters that XML does not
// have: _x000D_ is a carriage return, _x005F_ the underscore before such a word.
func unescapeX(text []byte) []byte {
	out := text[:0]
	for i := 0; i < len(text); i++ {
		if i+7 <= len(text) && text[i] == '_' && text[i+1] == 'x' && text[i+6] == '_' {
			if n, err := strconv.ParseUint(string(text[i+2:i+6]), 16, 8); err == nil && n < 0x80 {
				out = append(out, byte(n))
				i += 6
				continue
			}
		}
		out = append(out, text[i])
	}
	return out
}

// maxItem bounds what a row, or a shared string, may take of its part: what is
// larger is not a table, or is made to fill the memory.
const maxItem = 64 << 20

// budget reads no more than is left, and then fails.
type budget struct {
	r    io.Reader
	left int
}

func (b *budget) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, &Error{fmt.Sprintf("has a row or a text of more than %d MiB", maxItem>>20), "is this a table?"}
	}
	n, err := b.r.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
