package runs

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/internal/atomicfile"
	"github.com/ciobulk/ciobulk/join"
	"github.com/gofrs/flock"
)

// SentSuffix is how the names of files end that hold what was last sent.
const SentSuffix = ".state"

// Sent is the file of what was last sent, which later runs are compared with. It holds
// hashes alone. Beside it are its lock, and while a run sends, the people in doubt: the
// service may have their new values or their old ones. OpenSent holds the lock until
// Close, so that no other process can change it.
type Sent struct {
	Path   string
	Header join.Header
	Exists bool // something was sent before

	lock *flock.Flock
}

// SentError means that what was last sent is about something else, or damaged.
type SentError struct {
	Path    string
	Problem string
	Damaged bool
}

func (e *SentError) Error() string { return fmt.Sprintf("%s: %s", e.Path, e.Problem) }

// OpenSent opens the file at path for runs that want describes, and locks it. If there is
// none, it is new. Errors are ErrLocked, *SentError, or of the file system.
func OpenSent(path string, want join.Header) (*Sent, error) {
	s := &Sent{Path: path, lock: flock.New(path+".lock", flock.SetPermissions(fileMode))}
	switch held, err := s.lock.TryLock(); {
	case err != nil:
		return nil, err
	case !held:
		return nil, ErrLocked
	}
	h, err := ReadSentHeader(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.Header = want
		_, _ = rand.Read(s.Header.Secret[:]) // it never fails
		return s, nil
	case err == nil:
		err = sentDiffers(path, h, want)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	s.Header, s.Exists = h, true
	return s, nil
}

// PeekSent is OpenSent for a plan: it takes no lock, and nothing may be replaced. A
// workspace of 0 fits any.
func PeekSent(path string, want join.Header) (*Sent, error) {
	s := &Sent{Path: path, Header: want}
	h, err := ReadSentHeader(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		if want.Workspace == 0 {
			want.Workspace = h.Workspace
		}
		err = sentDiffers(path, h, want)
	}
	s.Header, s.Exists = h, true
	return s, err
}

// sentDiffers refuses a file that is about something else.
func sentDiffers(path string, was, want join.Header) error {
	for _, f := range []struct{ what, was, want string }{
		{"workspace", fmt.Sprint(was.Workspace), fmt.Sprint(want.Workspace)}, {"verb", was.Verb, want.Verb},
		{"match field", was.Match, want.Match}, {"shard", was.Shard, want.Shard},
	} {
		if f.was != f.want {
			return &SentError{Path: path, Problem: fmt.Sprintf("it is of %s %q, this run is of %s %q", f.what, f.was, f.what, f.want)}
		}
	}
	return nil
}

// ReadSentHeader reads what a file is about, without locking it.
func ReadSentHeader(path string) (h join.Header, err error) {
	err = readSent(path, func(r *join.StateReader) error { h = r.Header; return nil })
	return h, err
}

// readSent reads a file with f. Damage is a *SentError.
func readSent(path string, f func(*join.StateReader) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	r, err := join.NewStateReader(file)
	if err == nil {
		err = f(r)
	}
	if errors.Is(err, join.ErrDamaged) || errors.Is(err, join.ErrVersion) {
		return &SentError{Path: path, Problem: err.Error(), Damaged: true}
	}
	return err
}

// Read calls f with what was last sent and with the people in doubt; either is nil where
// there are none. Damage is a *SentError.
func (s *Sent) Read(f func(old, doubt *join.StateReader) error) error {
	withDoubt := func(old *join.StateReader) error {
		err := readSent(s.doubtPath(), func(doubt *join.StateReader) error { return f(old, doubt) })
		if errors.Is(err, fs.ErrNotExist) {
			return f(old, nil)
		}
		return err
	}
	if !s.Exists {
		return withDoubt(nil)
	}
	return readSent(s.Path, withDoubt)
}

func (s *Sent) doubtPath() string { return s.Path + ".sending" }

// Doubt records whom a run is about to send, which write writes. It is on the disk when
// Doubt returns.
func (s *Sent) Doubt(write func(*join.StateWriter) error) error {
	return s.replace(s.doubtPath(), write)
}

// Replace puts what write writes in the place of what was last sent, for the run that
// began at a time, and ends all doubts.
func (s *Sent) Replace(run string, begun time.Time, write func(*join.StateWriter) error) error {
	s.Header.Run, s.Header.Updated = run, begun.Unix()
	if err := s.replace(s.Path, write); err != nil {
		return err
	}
	s.Exists = true
	if err := os.Remove(s.doubtPath()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return atomicfile.SyncDir(filepath.Dir(s.Path))
}

func (s *Sent) replace(path string, write func(*join.StateWriter) error) error {
	f, err := atomicfile.Create(path, fileMode)
	if err != nil {
		return err
	}
	defer f.Discard()
	w, err := join.NewStateWriter(f, s.Header)
	if err == nil {
		err = write(w)
	}
	if err == nil {
		err = w.Finish()
	}
	if err != nil {
		return err
	}
	return f.Commit()
}

// Remove forgets everything.
func (s *Sent) Remove() error {
	for _, path := range []string{s.doubtPath(), s.Path} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	s.Exists = false
	return atomicfile.SyncDir(filepath.Dir(s.Path))
}

// Rewrite puts what write writes in the place of what was last sent, of which it is a
// part. Doubts remain.
func (s *Sent) Rewrite(write func(*join.StateWriter) error) error { return s.replace(s.Path, write) }

// Close releases the lock.
func (s *Sent) Close() error {
	if s.lock == nil {
		return nil
	}
	return s.lock.Close()
}

// CountSent returns what a file is about and how many people are in it. It reads the file
// to its end.
func CountSent(path string) (h join.Header, people int64, err error) {
	err = readSent(path, func(r *join.StateReader) (err error) {
		h = r.Header
		people, err = r.Count()
		return err
	})
	return h, people, err
}

// ListSent returns the paths of the files in a directory that hold what was last sent.
func ListSent(dir string) (paths []string, err error) {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), SentSuffix) && !e.IsDir() {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return paths, err
}
