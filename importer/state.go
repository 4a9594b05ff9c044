package importer

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// State is the directory where runs are recorded.
type State struct{ Dir string }

// Run is one run's directory, held by this process until Close.
type Run struct {
	Name       string // of the directory in State.Dir
	Dir        string
	Checkpoint Checkpoint // as it stood when the run began or went on, and then where Job.Do left it

	lock *flock.Flock
}

// Mode says what to do with an unfinished run of the same work.
type Mode int

// The modes of Begin.
const (
	Refuse  Mode = iota // it is an error
	Resume              // continue it, or begin if there is none
	Restart             // drop it, and begin
)

// ErrLocked means that another process does the same work right now.
var ErrLocked = errors.New("another run of the same work holds the lock")

// UnfinishedError means that there is an unfinished run that cannot simply be
// started over or continued.
type UnfinishedError struct {
	Run     string
	Rows    int64  // that it had settled
	Problem string // why it cannot be continued; empty: it can, by Resume
}

func (e *UnfinishedError) Error() string {
	if e.Problem == "" {
		return fmt.Sprintf("run %s of the same work is unfinished (%d rows done)", e.Run, e.Rows)
	}
	return fmt.Sprintf("run %s cannot be continued: %s", e.Run, e.Problem)
}

// Begin locks the work and finds or makes its run. The lock is the operating
// system's, so a killed process leaves none behind. Close the run in the end.
func (s State) Begin(work Work, mode Mode, now time.Time) (*Run, error) {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return nil, err
	}
	id := work.id()
	lock := flock.New(filepath.Join(s.Dir, id+".lock"), flock.SetPermissions(0o600))
	switch held, err := lock.TryLock(); {
	case err != nil:
		return nil, err
	case !held:
		return nil, ErrLocked
	}
	r, err := s.begin(work, id, mode, now)
	if err != nil {
		lock.Close()
		return nil, err
	}
	r.lock = lock
	return r, nil
}

// Started returns when the run of the work began that Resume would continue, or
// the zero time.
func (s State) Started(work Work) time.Time {
	if r, err := s.unfinished(work.id()); err == nil && r != nil && r.Checkpoint.difference(work) == "" {
		return r.Checkpoint.StartedAt
	}
	return time.Time{} // what is wrong, Begin tells
}

// LoadRun reads the record of a run, without holding its work.
func LoadRun(dir string) (*Run, error) {
	c, err := loadCheckpoint(dir)
	if err != nil {
		return nil, err
	}
	return &Run{Name: filepath.Base(filepath.Clean(dir)), Dir: dir, Checkpoint: c}, nil
}

// WriteFile keeps a file beside the run's record.
func (r *Run) WriteFile(name string, data []byte) error {
	return writeFile(filepath.Join(r.Dir, name), data)
}

// Close lets go of the work.
func (r *Run) Close() error { return r.lock.Close() }

// id names the work: the same verb on the same paths, and the same shard.
func (w Work) id() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00", w.Verb)
	if w.Shard != "" {
		fmt.Fprintf(h, "shard %s\x00", w.Shard)
	}
	for _, f := range w.Inputs {
		fmt.Fprintf(h, "%s\x00", f.Path)
	}
	name := "stdin"
	if base := filepath.Base(w.Inputs[0].Path); base != "-" {
		name, _, _ = strings.Cut(base, ".")
	}
	return fmt.Sprintf("%s-%s-%s", sanitize(w.Verb), sanitize(name), hex.EncodeToString(h.Sum(nil))[:8])
}

// sanitize keeps what every file system bears.
func sanitize(name string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '_':
			return r
		}
		return '-'
	}, name)
	return clean[:min(len(clean), 40)]
}

func (s State) begin(work Work, id string, mode Mode, now time.Time) (*Run, error) {
	r, err := s.unfinished(id)
	if err != nil && mode != Restart {
		return nil, err
	}
	switch {
	case r == nil && err == nil:
	case mode == Restart:
		if err := s.drop(r, err); err != nil {
			return nil, err
		}
	default:
		difference := r.Checkpoint.difference(work)
		if mode == Resume && difference == "" {
			r.Checkpoint.Resumed++
			return r, r.Checkpoint.save(r.Dir)
		}
		return nil, &UnfinishedError{Run: r.Name, Rows: r.Checkpoint.Rows, Problem: difference}
	}
	return s.create(work, id, now)
}

// unfinished finds the newest run of the work that can be continued. A
// damaged checkpoint is an *UnfinishedError.
func (s State) unfinished(id string) (*Run, error) {
	entries, err := os.ReadDir(s.Dir) // in the order of their names, which begin with the time
	if err != nil {
		return nil, err
	}
	for _, e := range slices.Backward(entries) {
		if !e.IsDir() || !strings.HasSuffix(e.Name(), "-"+id) {
			continue
		}
		dir := filepath.Join(s.Dir, e.Name())
		r := &Run{Name: filepath.Base(dir), Dir: dir}
		r.Checkpoint, err = loadCheckpoint(dir)
		switch {
		case errors.Is(err, os.ErrNotExist): // it was killed before it began
			continue
		case err != nil:
			return nil, &UnfinishedError{Run: r.Name, Problem: err.Error()}
		case r.Checkpoint.Ended == "":
			return r, nil
		}
	}
	return nil, nil
}

// drop marks an unfinished run as never to be continued; its files stay. A
// damaged checkpoint is set aside.
func (s State) drop(r *Run, damage error) error {
	if unfinished, ok := errors.AsType[*UnfinishedError](damage); ok {
		path := filepath.Join(s.Dir, unfinished.Run, checkpointFile)
		return os.Rename(path, path+".damaged")
	}
	if damage != nil {
		return damage
	}
	return r.Drop()
}

// Finish marks the run as done. It is the last thing that is written, so that a
// crash before it is made good by a resume, and leaves the same files.
func (r *Run) Finish() error {
	r.Checkpoint.Ended = endedFinished
	return r.Checkpoint.save(r.Dir)
}

// Finished reports whether there is nothing left to do of the run.
func (r *Run) Finished() bool { return r.Checkpoint.Ended == endedFinished }

// problem is why the run cannot be continued.
func (r *Run) problem(err error) error {
	return &UnfinishedError{Run: r.Name, Rows: r.Checkpoint.Rows, Problem: err.Error()}
}

// Drop marks the run as never to be continued; its files stay.
func (r *Run) Drop() error {
	r.Checkpoint.Ended = endedDropped
	return r.Checkpoint.save(r.Dir)
}

func (s State) create(work Work, id string, now time.Time) (*Run, error) {
	name := now.UTC().Format("20060102-150405.000") + "-" + id
	r := &Run{Name: name, Dir: filepath.Join(s.Dir, name)}
	if err := os.Mkdir(r.Dir, 0o700); err != nil {
		return nil, err
	}
	r.Checkpoint = Checkpoint{Version: checkpointVersion, Work: work, StartedAt: now.UTC(), Reasons: []Reason{}}
	if work.EventIDs != "" {
		r.Checkpoint.Nonce = rand.Text()
	}
	if err := r.Checkpoint.save(r.Dir); err != nil {
		return nil, err
	}
	return r, syncDir(s.Dir)
}
