package runs

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// List returns the directories of all runs, the oldest first.
func (s State) List() (dirs []string, err error) {
	entries, err := os.ReadDir(s.Dir)
	for _, e := range entries {
		dir := filepath.Join(s.Dir, e.Name())
		if _, err := os.Stat(filepath.Join(dir, recipeFile)); err == nil {
			dirs = append(dirs, dir)
		}
	}
	return dirs, err
}

// candidate is an unfinished run that may be of the work that is to begin.
type candidate struct {
	id      string // of its work
	run     *Run   // its checkpoint is not read where it is damaged
	problem *UnfinishedError
	damaged bool
}

// unfinished finds the runs of the work that have not ended: those on the same paths,
// and those with the same contents, or a part of the paths. One that can be continued
// comes first, then the newest.
func (s State) unfinished(claim Claim, id string) (found []candidate, err error) {
	entries, err := os.ReadDir(s.Dir) // in the order of their names, which begin with the time
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, e := range slices.Backward(entries) {
		c, is := candidate{}, false
		switch {
		case !e.IsDir():
		case strings.HasSuffix(e.Name(), "-"+id):
			c, is, err = s.sameID(e.Name(), id, claim)
		case strings.Contains(e.Name(), "-"+sanitize(claim.Work.Verb)+"-"):
			c, is = s.related(e.Name(), claim)
		}
		if err != nil {
			return nil, err
		}
		if is {
			found = append(found, c)
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(a.rank(), b.rank()) })
	return found, nil
}

// rank orders candidates: those that can be continued come first.
func (c candidate) rank() int {
	if c.problem.Kind == "" {
		return 0
	}
	return 1
}

// sameID looks at a run on the same paths. A damaged one counts as unfinished.
func (s State) sameID(name, id string, claim Claim) (c candidate, is bool, err error) {
	dir := filepath.Join(s.Dir, name)
	data, err := readRecord(filepath.Join(dir, checkpointFile))
	switch {
	case errors.Is(err, fs.ErrNotExist): // it was killed before it began
		return c, false, nil
	case err != nil:
		return c, false, err
	case hasEnded(data):
		return c, false, nil
	}
	c = candidate{id: id, run: &Run{Name: name, Dir: dir}, problem: &UnfinishedError{Run: name}}
	if c.run.Checkpoint, err = decodeCheckpoint(filepath.Join(dir, checkpointFile), data); err != nil {
		c.damaged, c.problem.Kind, c.problem.Problem = true, Damaged, err.Error()
		if errors.Is(err, errVersion) {
			c.problem.Kind = OtherVersion
		}
		return c, true, nil
	}
	c.problem.Rows = c.run.Checkpoint.Rows
	if c.run.Recipe, err = loadRecipe(dir); err != nil {
		c.problem.Kind, c.problem.Problem = Damaged, "its "+recipeFile+" cannot be read: "+err.Error()
		return c, true, nil
	}
	c.problem.Kind, c.problem.Problem = difference(c.run, claim.Work, claim.Recipe.Inputs)
	return c, true, nil
}

// hasEnded reports whether a checkpoint says that its run has ended. It is cheap, and
// of a checkpoint that is not damaged it is right: nothing else in it has such a line.
func hasEnded(checkpoint []byte) bool {
	return bytes.Contains(checkpoint, []byte("\n  \"ended\": \""))
}

// hasEndedAs is hasEnded for one ending.
func hasEndedAs(checkpoint []byte, how Ending) bool {
	return bytes.Contains(checkpoint, []byte("\n  \"ended\": \""+string(how)+"\""))
}

// related looks at a run of the same verb on other paths: it is of the work if it has
// the same contents, or reads one of the same files. What cannot be read is not.
func (s State) related(name string, claim Claim) (c candidate, is bool) {
	dir := filepath.Join(s.Dir, name)
	data, err := readRecord(filepath.Join(dir, checkpointFile))
	if err != nil || hasEnded(data) {
		return c, false
	}
	r := &Run{Name: name, Dir: dir}
	if r.Checkpoint, err = decodeCheckpoint(dir, data); err != nil {
		return c, false
	}
	if r.Recipe, err = loadRecipe(dir); err != nil {
		return c, false
	}
	then, now := r.Checkpoint.Work, claim.Work
	shares := slices.ContainsFunc(claim.Recipe.Inputs, func(f File) bool { return containsPath(r.Recipe.Inputs, f.Path) })
	if then.Verb != now.Verb || then.Shard != now.Shard || then.Inputs != now.Inputs && !shares {
		return c, false
	}
	c = candidate{id: then.id(r.Recipe.Inputs), run: r, problem: &UnfinishedError{Run: name, Rows: r.Checkpoint.Rows}}
	c.problem.Kind, c.problem.Problem = difference(r, now, claim.Recipe.Inputs)
	return c, true
}

// drop marks the run as never to be continued; its files stay. A damaged checkpoint
// is set aside.
func (c candidate) drop() error {
	if !c.damaged {
		return c.run.Drop()
	}
	path := filepath.Join(c.run.Dir, checkpointFile)
	return os.Rename(path, path+".damaged")
}
