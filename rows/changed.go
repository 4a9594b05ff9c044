package rows

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// ErrChanged is in the errors about a file that is no longer what it was when it
// was opened, for callers that branch on it.
var ErrChanged = errors.New("the file changed while it was read")

// changed is an ErrChanged that says how.
type changed struct{ how string }

func (c changed) Error() string        { return ErrChanged.Error() + " (" + c.how + ")" }
func (c changed) Is(target error) bool { return target == ErrChanged }

func resized(was, is int64) changed {
	return changed{fmt.Sprintf("%d bytes when it was opened, %d now", was, is)}
}

// Changed returns an *Error with ErrChanged if the file that was opened has been
// written to since: rows may then be half of one version and half of another, and
// the last one may have been cut short. Of what is no regular file nothing can be
// told. It may be called at any time, by any goroutine.
func (in *Input) Changed() error {
	if in.Size < 0 {
		return nil
	}
	is, err := in.file.Stat()
	switch {
	case err != nil:
		return &Error{Name: in.Name, Msg: "cannot be looked at again", Err: cause(err)}
	case is.Size() != in.Size:
		return &Error{Name: in.Name, Msg: "cannot be finished", Err: resized(in.Size, is.Size())}
	case !is.ModTime().Equal(in.was.ModTime()):
		return &Error{Name: in.Name, Msg: "cannot be finished",
			Err: changed{"it was written to at " + is.ModTime().UTC().Format(time.RFC3339) + ", and is as long as before"}}
	}
	return nil
}

// Replaced says what stands at the path now instead of the file that was opened,
// in words, or "". The rows are those of the file that was opened all the same.
func (in *Input) Replaced() string {
	if in.Size < 0 {
		return ""
	}
	switch is, err := os.Stat(in.Path); {
	case errors.Is(err, os.ErrNotExist):
		return in.Name + " was removed while it was read"
	case err == nil && !os.SameFile(is, in.was):
		return in.Name + " was replaced by another file while it was read"
	}
	return ""
}

// whole reads a regular file from offset to where it ended when it was opened:
// what is appended later is not what was looked at, and an end before that is an
// error, or the record that it cuts in two would pass for a row.
type whole struct {
	file *os.File
	left int64 // bytes up to the end
	size int64
}

func (w *whole) Read(p []byte) (int, error) {
	if w.left <= 0 {
		return 0, io.EOF
	}
	n, err := w.file.Read(p[:min(int64(len(p)), w.left)])
	w.left -= int64(n)
	if errors.Is(err, io.EOF) {
		err = resized(w.size, w.size-w.left)
	}
	return n, err
}
