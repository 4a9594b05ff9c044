// Package runs records what runs do, so that each can be killed at any instant and
// continued, repeated and looked up.
//
// Start with State.Begin, which finds or makes the directory of a run. A run has a
// Checkpoint (how far it has come), a Recipe (what it does), a Rejected file (the rows
// that were not accepted, which is input again), a Receipt of deletes, and in the end
// a Summary. History looks up what runs recorded of a row.
package runs

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ciobulk/ciobulk/internal/atomicfile"
)

// State is the directory where runs are recorded.
type State struct{ Dir string }

// Mode says what to do with an unfinished run of the same work.
type Mode int

// The modes of Begin.
const (
	Refuse          Mode = iota // it is an error
	Resume                      // continue it, or begin if there is none
	Restart                     // drop it, and begin
	ResumeOrRestart             // continue it if it is the same work still; otherwise drop it, and begin
)

var (
	// ErrLocked means that another process does the same work right now.
	ErrLocked = errors.New("another run of the same work holds the lock")
	// ErrDerivedIDs means that ResumeOrRestart was asked for events: a new export
	// gives the same events other ids, and each would happen twice.
	ErrDerivedIDs = errors.New("the ids of events are derived from the file: another export of the same events would make each of them a second time")
)

// ProblemKind says why an unfinished run cannot be continued, for callers that branch
// on it.
type ProblemKind string

// The kinds. The zero kind means that the run can be continued.
const (
	InputsDiffer     ProblemKind = "inputs"
	MappingDiffers   ProblemKind = "mapping"
	WorkspaceDiffers ProblemKind = "workspace"
	SegmentDiffers   ProblemKind = "segment"
	OptionsDiffer    ProblemKind = "options"
	SentDiffers      ProblemKind = "sent"    // the record of what was last sent was changed
	FilesEdited      ProblemKind = "files"   // its own rejected file or receipt was changed
	Damaged          ProblemKind = "damaged" // its checkpoint or recipe
	OtherVersion     ProblemKind = "version" // another version of the program wrote it
)

// UnfinishedError means that there is an unfinished run that cannot simply be
// started over or continued.
type UnfinishedError struct {
	Run     string
	Rows    int64 // that it had settled
	Kind    ProblemKind
	Problem string // why it cannot be continued; empty: it can, by Resume
}

func (e *UnfinishedError) Error() string {
	if e.Problem == "" {
		return fmt.Sprintf("run %s of the same work is unfinished (%d rows done)", e.Run, e.Rows)
	}
	return fmt.Sprintf("run %s cannot be continued: %s", e.Run, e.Problem)
}

// Claim is the work that is to begin.
type Claim struct {
	Work    Work   // its Inputs are those of Recipe
	Recipe  Recipe // at least one input
	Mapping []byte // the source of the mapping; nil: there is none
	// DerivedIDs says that ids of events are derived from the inputs.
	DerivedIDs bool
	// Verify returns an error if the text that is settled by a checkpoint is not that
	// of the inputs any more. Begin calls it once at most, where an input was written
	// to since the run began. nil: inputs are trusted.
	Verify func(Checkpoint) error
}

// complete fills in what follows from the rest.
func (c *Claim) complete() { c.Work.Inputs = inputsOf(c.Recipe.Inputs) }

// Begin locks the work and finds or makes its run, which starts at now if it is made.
// The lock is the operating system's, so a killed process leaves none. An unfinished
// run is found by its paths, or by its contents under other paths. Close the run in
// the end. Errors are ErrLocked, ErrDerivedIDs, *UnfinishedError, or of the file
// system.
func (s State) Begin(claim Claim, mode Mode, now time.Time) (*Run, error) {
	claim.complete()
	if mode == ResumeOrRestart && claim.DerivedIDs {
		return nil, ErrDerivedIDs
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return nil, err
	}
	id := claim.Work.id(claim.Recipe.Inputs)
	h := &hold{state: s}
	if err := h.lock(id); err != nil {
		return nil, err
	}
	r, err := s.begin(h, claim, id, mode, now)
	if err != nil {
		h.release()
		return nil, err
	}
	r.hold = h
	return r, nil
}

// hold is the locks that a run needs.
type hold struct {
	state   State
	ids     []string
	unlocks []func() error
}

// lock takes the lock of the work with the id, unless it is held already.
func (h *hold) lock(id string) error {
	for _, held := range h.ids {
		if held == id {
			return nil
		}
	}
	unlock, err := Lock(filepath.Join(h.state.Dir, id+".lock"))
	if err != nil {
		return err
	}
	h.ids, h.unlocks = append(h.ids, id), append(h.unlocks, unlock)
	return nil
}

func (h *hold) release() (err error) {
	for _, unlock := range h.unlocks {
		err = errors.Join(err, unlock())
	}
	return err
}

func (s State) begin(h *hold, claim Claim, id string, mode Mode, now time.Time) (*Run, error) {
	found, err := s.held(h, claim, id)
	if err != nil {
		return nil, err
	}
	if len(found) > 0 {
		best := found[0]
		if best.problem.Kind == "" && (mode == Resume || mode == ResumeOrRestart) {
			err := best.run.resume(claim)
			if err == nil {
				return best.run, nil
			}
			if !errors.As(err, &best.problem) || mode == Resume {
				return nil, err
			}
		}
		if mode == Refuse || mode == Resume {
			return nil, best.problem
		}
	}
	for _, c := range found {
		if err := c.drop(); err != nil {
			return nil, err
		}
	}
	return s.create(claim, id, now)
}

// held finds the unfinished runs of the work and takes their locks. What was read of a
// run before its lock was taken may be out of date, and is read again.
func (s State) held(h *hold, claim Claim, id string) (found []candidate, err error) {
	for {
		locks := len(h.unlocks)
		if found, err = s.unfinished(claim, id); err != nil {
			return nil, err
		}
		for _, c := range found {
			if err := h.lock(c.id); err != nil {
				return nil, err
			}
		}
		if len(h.unlocks) == locks {
			return found, nil
		}
	}
}

// Started returns when the run of the work began that Resume would continue, or
// the zero time.
func (s State) Started(claim Claim) time.Time {
	claim.complete()
	found, err := s.unfinished(claim, claim.Work.id(claim.Recipe.Inputs))
	if err != nil || len(found) == 0 || found[0].problem.Kind != "" {
		return time.Time{} // Begin returns what is wrong
	}
	return found[0].run.Checkpoint.StartedAt
}

func (s State) create(claim Claim, id string, now time.Time) (*Run, error) {
	name := now.UTC().Format("20060102-150405.000") + "-" + id
	r := &Run{Name: name, Dir: filepath.Join(s.Dir, name), Recipe: claim.Recipe}
	if err := os.Mkdir(r.Dir, 0o700); err != nil {
		return nil, err
	}
	r.Checkpoint = Checkpoint{Version: checkpointVersion, Work: claim.Work, StartedAt: now.UTC(), Reasons: []Reason{}}
	if claim.Work.EventIDs != "" {
		r.Checkpoint.Nonce = rand.Text()
	}
	if r.Recipe.Nonce == "" {
		r.Recipe.Nonce = r.Checkpoint.Nonce
	}
	if err := r.Recipe.save(r.Dir, claim.Mapping); err != nil {
		return nil, err
	}
	if err := r.Checkpoint.save(r.Dir); err != nil { // last: a run without one has not begun
		return nil, err
	}
	if err := r.open(); err != nil {
		return nil, err
	}
	return r, atomicfile.SyncDir(s.Dir)
}
