package xlsx

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// MayHide reports whether a sheet may have rows that it does not show. It only looks
// for the word, which is much faster than to read the rows.
func (b *Book) MayHide(s Sheet) (bool, error) {
	f := Member(b.zip, s.part)
	if f == nil {
		return false, fmt.Errorf("%s is missing", s.part)
	}
	part, err := f.Open()
	if err != nil {
		return false, err
	}
	defer part.Close()
	return findHidden(part)
}

// findHidden looks for the attribute after the place where rows begin: columns have
// it as well. It stops where no row can be: the reader refuses what is there.
func findHidden(r io.Reader) (bool, error) {
	const overlap = 32
	buffer, kept, inRows, barren := make([]byte, 256<<10), 0, false, 0
	for barren < maxItem {
		n, err := r.Read(buffer[kept:])
		text := buffer[:kept+n]
		if barren += n; bytes.IndexByte(text, '<') >= 0 {
			barren = 0
		}
		if !inRows {
			if at := bytes.Index(text, []byte("sheetData")); at >= 0 {
				inRows, text = true, text[at:]
			}
		}
		if inRows && hides(text) {
			return true, nil
		}
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		kept = copy(buffer, text[max(len(text)-overlap, 0):])
	}
	return false, nil
}

// hides reports whether a text has the attribute with a value other than no.
func hides(text []byte) bool {
	for {
		_, after, found := bytes.Cut(text, []byte("hidden="))
		if !found {
			return false
		}
		if len(after) < 2 {
			return false // more of it follows
		}
		if after[1] == '1' || after[1] == 't' || after[1] == 'o' {
			return true
		}
		text = after
	}
}
