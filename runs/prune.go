package runs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Prune says which runs are old enough to go. Runs that are unfinished, damaged or
// running stay, and so do files that no run writes.
type Prune struct {
	// OlderThan removes runs that ended longer ago than this; negative: none for their
	// age.
	OlderThan time.Duration
	// Keep is how many of the newest runs stay, whatever their age. Where OlderThan is
	// negative, all others go. Negative: it decides nothing.
	Keep int64
	// Personal removes the files with people's data of runs that ended longer ago than
	// this, and leaves their summaries; negative: of none.
	Personal time.Duration
	DryRun   bool // nothing is removed, only counted
}

// Pruned is what was removed, or would be. Runs are named as their
// directories are.
type Pruned struct {
	Runs     []string `json:"runs"`     // that are gone
	Personal []string `json:"personal"` // that stay without their files with people's data
	Files    int64    `json:"files"`    // of both
	Bytes    int64    `json:"bytes"`    // of these files
	Kept     int64    `json:"kept"`     // runs that stay
	Left     []string `json:"left"`     // why something stayed that was to go
}

// fate is what becomes of a run.
type fate int

const (
	stays           fate = iota
	losesPersonal        // its files with people's data go
	losesEverything      // its directory goes
)

// fate decides what becomes of a run that has so many newer ones.
func (p Prune) fate(e Entry, newer int, now time.Time) fate {
	age := now.Sub(e.ended)
	old := p.OlderThan >= 0 && age > p.OlderThan || p.OlderThan < 0 && p.Keep >= 0
	switch ended := e.Status == StatusFinished || e.Status == StatusDropped; {
	case ended && old && int64(newer) >= p.Keep:
		return losesEverything
	case ended && p.Personal >= 0 && age > p.Personal:
		return losesPersonal
	}
	return stays
}

// Do removes old runs of a state directory, or their files with people's data. Each is removed under the
// lock of its work, so that no process that begins uses it at that time.
func (p Prune) Do(stateDir string, now time.Time) (Pruned, error) {
	entries, err := Entries(stateDir)
	if err != nil {
		return Pruned{}, err
	}
	done, err := p.all(entries, now)
	if err == nil && len(done.Runs) > 0 && !p.DryRun {
		err = removeLocks(stateDir)
	}
	return done, err
}

// all decides on each of the entries, which were read without locks.
func (p Prune) all(entries []Entry, now time.Time) (Pruned, error) {
	done := Pruned{Runs: []string{}, Personal: []string{}, Left: []string{}}
	for i, e := range entries {
		if p.fate(e, i, now) == stays {
			done.Kept++
		} else if err := p.one(e, i, now, &done); err != nil {
			return done, err
		}
	}
	return done, nil
}

// one takes the lock of a run's work and reads again what the run is: until then, a
// process may have begun it, continued it, or been killed in it. What the run is now
// decides.
func (p Prune) one(e Entry, newer int, now time.Time, done *Pruned) (err error) {
	unlock, err := tryLockExisting(e.lockPath())
	if errors.Is(err, ErrLocked) {
		done.Left = append(done.Left, fmt.Sprintf("%s stays: the same work runs now", e.Dir))
		done.Kept++
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	e, is := ReadEntry(e.Dir)
	if !is { // another process has removed it
		return nil
	}
	switch f := p.fate(e, newer, now); {
	case f == losesEverything, f == losesPersonal && e.Verb == "verify": // what verify found is people's data and nothing else
		return p.removeRun(e, done)
	case f == losesPersonal:
		done.Kept++
		return p.removePersonal(e, done)
	}
	done.Kept++
	return nil
}

// The files that runs write, by how their names begin: also what was left of one that
// was being written when the process was killed.
var (
	personalFiles = []string{"rejected.", "receipt.csv", idsFile, foundFile, "differs.", "not_found.csv", "remove.csv", "spool-", "members-", "compare-", mappingCopy, damagedExport}
	recordFiles   = []string{checkpointFile, ExportFile, recipeFile, summaryFile}
)

// removeRun removes a run's directory. Files in it that no run writes stay, and so
// does the directory then.
func (p Prune) removeRun(e Entry, done *Pruned) error {
	_, left, err := p.remove(e, append(slices.Clone(personalFiles), recordFiles...), done)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		done.Left = append(done.Left, fmt.Sprintf("%s stays: it has %s, which no run writes", e.Dir, strings.Join(left, ", ")))
		done.Kept++
		return nil
	}
	done.Runs = append(done.Runs, e.Run)
	if p.DryRun {
		return nil
	}
	return os.Remove(e.Dir)
}

// removePersonal removes the files of a run that have people's data, and the condition
// from its record.
func (p Prune) removePersonal(e Entry, done *Pruned) error {
	removed, _, err := p.remove(e, personalFiles, done)
	forgot := false
	if err == nil {
		forgot, err = forget(e.Dir, p.DryRun)
	}
	if removed > 0 || forgot {
		done.Personal = append(done.Personal, e.Run)
	}
	return err
}

// remove removes the files of a run whose names begin so, and returns how many these
// are. left are the others. The caller holds the lock of the run's work.
func (p Prune) remove(e Entry, begins []string, done *Pruned) (removed int64, left []string, err error) {
	files, err := os.ReadDir(e.Dir)
	if err != nil {
		return 0, nil, err
	}
	for _, f := range files {
		if !f.Type().IsRegular() || !slices.ContainsFunc(begins, func(begin string) bool { return strings.HasPrefix(f.Name(), begin) }) {
			left = append(left, f.Name())
			continue
		}
		if info, err := f.Info(); err == nil {
			done.Bytes += info.Size()
		}
		removed++
		done.Files++
		if p.DryRun {
			continue
		}
		if err := os.Remove(filepath.Join(e.Dir, f.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return removed, left, err
		}
	}
	return removed, left, nil
}
