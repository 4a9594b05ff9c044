package rows

import (
	"errors"
	"fmt"
	"io"
)

// SeekTo continues after p, a position that this input reported: at once in a
// plain file, otherwise by reading the rows before it, which works only forward.
// The zero Position is the start. It returns an *Error if p shows that the input
// has changed.
func (in *Input) SeekTo(p Position) error {
	if p.Offset <= in.first.Offset {
		p = in.first
	}
	if !in.Seekable() {
		return skip(in, p)
	}
	before := in.stored.before(p.Offset)
	if p != in.first && !starts(in, p.Offset, before) {
		return moved(in, p)
	}
	in.closed = in.Stored == Array && p != in.first && before == ']'
	source, err := in.stored.seek(p.Offset)
	if err != nil {
		return in.of(err)
	}
	in.ahead, in.stop, in.padded, in.at, in.sum = ahead{source: source}, nil, false, p, 0
	return nil
}

// Continue is SeekTo for p with the Sum that a Block ending there had. It returns an
// *Error of the kind Moved if the text before p is not what it was; in a plain file,
// that is only read again where verify is set.
func (in *Input) Continue(p Position, sum uint32, verify bool) error {
	if p.Offset <= in.first.Offset {
		return in.SeekTo(p)
	}
	if verify && in.Seekable() {
		found, err := in.stored.sum(in.first.Offset, p.Offset)
		if err != nil {
			return in.of(err)
		}
		if found != sum {
			return moved(in, p)
		}
	}
	if err := in.SeekTo(p); err != nil {
		return err
	}
	if !in.Seekable() && in.sum != sum {
		return moved(in, p)
	}
	in.sum = sum
	return nil
}

// starts reports whether a record may start at offset, after the byte before.
func starts(in *Input, offset int64, before byte) bool {
	if in.Stored == Array {
		return before == ',' || before == ']'
	}
	return before == '\n' || offset == in.Size
}

// skip reads over the rows before p.
func skip(in *Input, p Position) error {
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
		return moved(in, p)
	}
	return nil
}

func moved(in *Input, p Position) error {
	return in.of(&Error{Kind: Moved, Line: p.Line, Msg: fmt.Sprintf("row %d is not where it was when the run stopped", p.Row)})
}
