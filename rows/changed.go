package rows

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// ErrChanged is in the errors about a file that has changed since it was opened, for
// callers that branch on it.
var ErrChanged = errors.New("the file changed while it was read")

// changed is an ErrChanged that says how.
type changed struct{ how string }

func (c changed) Error() string        { return ErrChanged.Error() + " (" + c.how + ")" }
func (c changed) Is(target error) bool { return target == ErrChanged }

func resized(was, is int64) changed {
	return changed{fmt.Sprintf("%d bytes when it was opened, %d now", was, is)}
}

// changed returns an error if a regular file has been written to since it was
// opened. Whether other sources have changed cannot be known.
func (s *stored) changed() error {
	if s.size < 0 {
		return nil
	}
	is, err := s.stat()
	switch {
	case s.closed.Load() && (err != nil || !os.SameFile(is, s.was)):
		return nil // what was read is not what is there now
	case err != nil:
		return &Error{Msg: "cannot be checked for changes", Err: cause(err)}
	case is.Size() != s.size:
		return &Error{Msg: "cannot be finished", Err: resized(s.size, is.Size())}
	case !is.ModTime().Equal(s.was.ModTime()):
		return &Error{Msg: "cannot be finished",
			Err: changed{"it was written to at " + is.ModTime().UTC().Format(time.RFC3339) + ", and is as long as before"}}
	}
	return nil
}

// stat looks at the file that was opened, or once it is closed at its path.
func (s *stored) stat() (os.FileInfo, error) {
	if s.closed.Load() {
		return os.Stat(s.path)
	}
	return s.file.Stat()
}

// replaced says what is at the path now instead of the file that was opened, as
// the end of a sentence; "" if it is the same file.
func (s *stored) replaced() string {
	if s.size < 0 {
		return ""
	}
	switch is, err := os.Stat(s.path); {
	case errors.Is(err, os.ErrNotExist):
		return "was removed while it was read"
	case err == nil && !os.SameFile(is, s.was):
		return "was replaced by another file while it was read"
	}
	return ""
}

// whole reads a regular file from offset to where it ended when it was opened:
// what is appended later was not examined, and an earlier end is an error, or the
// record that it cuts in two would pass for a row.
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
