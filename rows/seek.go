package rows

import (
	"errors"
	"fmt"
	"io"
)

// SeekTo continues behind p, a position that this input reported: at once in a
// plain file, by reading over the rows otherwise, which cannot go back. The
// zero Position is the start. It returns an *Error if the input is not the one
// it was, as far as can be told from p.
func (in *Input) SeekTo(p Position) error {
	if p.Offset <= in.first.Offset {
		p = in.first
	}
	if !in.Seekable() {
		return in.skip(p)
	}
	before := in.before(p.Offset)
	if p != in.first && !in.starts(p.Offset, before) {
		return in.elsewhere(p)
	}
	in.closed = in.Stored == Array && p != in.first && before == ']'
	if _, err := in.file.Seek(p.Offset, io.SeekStart); err != nil {
		return &Error{Name: in.Name, Msg: "cannot continue", Err: cause(err)}
	}
	in.source, in.carry, in.ended, in.stop, in.padded, in.at = counter{in.bounded(p.Offset), &in.read}, nil, false, nil, false, p
	in.read.Store(p.Offset)
	return nil
}

// before returns the byte of the file before offset, 0 where there is none.
func (in *Input) before(offset int64) byte {
	var b [1]byte
	_, _ = in.file.ReadAt(b[:], offset-1)
	return b[0]
}

// starts reports whether a record may start at offset, behind the byte before.
func (in *Input) starts(offset int64, before byte) bool {
	if in.Stored == Array {
		return before == ',' || before == ']'
	}
	return before == '\n' || offset == in.Size
}

// skip reads over the rows before p.
func (in *Input) skip(p Position) error {
	var b Block
	for in.at.Row < p.Row {
		err := in.Next(&b, int(min(p.Row-in.at.Row, 1<<14)), 1<<20)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	if in.at != p {
		return in.elsewhere(p)
	}
	return nil
}

func (in *Input) elsewhere(p Position) error {
	return &Error{Name: in.Name, Line: p.Line, Msg: fmt.Sprintf("row %d is not where it was when the run stopped", p.Row),
		Hint: "give the same input again, or start over with --restart"}
}

// At returns the position behind the last block.
func (in *Input) At() Position { return in.at }
