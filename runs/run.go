package runs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/ciobulk/ciobulk/internal/atomicfile"
	"github.com/ciobulk/ciobulk/rows"
)

// Run is one run's directory. What Begin returns is held by this process until
// Close; what Load returns is only for reading.
type Run struct {
	Name       string // of the directory in State.Dir
	Dir        string
	Recipe     Recipe     // what it does
	Checkpoint Checkpoint // how far it has come, as Save wrote it last

	hold                   *hold
	rejected, receipt, ids growing
}

// Load reads the record of the run in dir, without holding its work.
func Load(dir string) (*Run, error) {
	r := &Run{Name: filepath.Base(filepath.Clean(dir)), Dir: dir}
	var err error
	if r.Checkpoint, err = loadCheckpoint(dir); err != nil {
		return nil, err
	}
	if r.Recipe, err = loadRecipe(dir); err != nil {
		return nil, &fs.PathError{Op: "read", Path: filepath.Join(dir, recipeFile), Err: err}
	}
	return r, nil
}

// Close releases the work.
func (r *Run) Close() error {
	r.rejected.Close()
	r.receipt.Close()
	r.ids.Close()
	return r.hold.release()
}

// Save moves the checkpoint to c. What it says must be on the disk.
func (r *Run) Save(c Checkpoint) error {
	if err := c.save(r.Dir); err != nil {
		return err
	}
	r.Checkpoint = c
	return nil
}

// RejectedPath returns where the run's rejected file is, if there is one.
func (r *Run) RejectedPath() string {
	return filepath.Join(r.Dir, "rejected."+string(r.Recipe.Format))
}

// MappingPath returns where the copy of the run's mapping is, or "" if it has none.
func (r *Run) MappingPath() string {
	if !r.Recipe.Mapping {
		return ""
	}
	return filepath.Join(r.Dir, mappingCopy)
}

// resume goes on with the run. An input whose settled part has changed, or a file of
// the run that is not as it was left, is an *UnfinishedError.
func (r *Run) resume(claim Claim) error {
	problem := &UnfinishedError{Run: r.Name, Rows: r.Checkpoint.Rows}
	if claim.Verify != nil && r.touched(claim.Recipe.Inputs) {
		if err := claim.Verify(r.Checkpoint); err != nil {
			problem.Kind, problem.Problem = InputsDiffer, err.Error()
			return problem
		}
	}
	if err := r.open(); err != nil {
		problem.Kind, problem.Problem = FilesEdited, err.Error()
		return problem
	}
	c := r.Checkpoint
	c.Resumed++
	return r.Save(c)
}

// touched reports whether an input of which rows are settled was written to since
// the run began.
func (r *Run) touched(now []File) bool {
	settled := min(r.Checkpoint.Position.Source+1, len(now))
	return !slices.EqualFunc(now[:settled], r.Recipe.Inputs[:settled], func(a, b File) bool { return a.Modified.Equal(b.Modified) })
}

// open opens the files that grow with the run.
func (r *Run) open() error {
	r.rejected.path, r.receipt.path = r.RejectedPath(), filepath.Join(r.Dir, "receipt.csv")
	r.ids.path = filepath.Join(r.Dir, idsFile)
	if err := r.rejected.open(r.Checkpoint.RejectedFile); err != nil {
		return err
	}
	if err := r.receipt.open(r.Checkpoint.ReceiptFile); err != nil {
		return err
	}
	return r.ids.open(r.Checkpoint.IDsFile)
}

// Finish marks the run as done. It is the last thing that is written, so that a
// resume makes up for a crash before it and leaves the same files.
func (r *Run) Finish() error { return r.end(Finished) }

// Drop marks the run as never to be continued; its files stay.
func (r *Run) Drop() error { return r.end(Dropped) }

func (r *Run) end(how Ending) error {
	c := r.Checkpoint
	c.Ended = how
	return r.Save(c)
}

// Finished reports whether the run is done.
func (r *Run) Finished() bool { return r.Checkpoint.Ended == Finished }

// CopyRejected writes the run's rejected file to path as well; a header alone where
// no row was rejected, so that a file of an earlier run does not mislead. first is
// the run's first input.
func (r *Run) CopyRejected(path string, first *rows.Input) error {
	from, err := os.Open(r.RejectedPath())
	if errors.Is(err, fs.ErrNotExist) {
		f := formatOf(first)
		return atomicfile.Write(path, f.appendHeader(nil), fileMode)
	}
	if err != nil {
		return err
	}
	defer from.Close()
	return atomicfile.WriteFrom(path, from, fileMode)
}
