package runs

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

// Only one holds a lock, also while others remove its file.
func TestLockWhileItsFileIsRemoved(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "upsert-people-01234567.lock")
	var holders, taken atomic.Int64
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for i := 0; i < 300; {
				unlock, err := tryLock(path)
				if errors.Is(err, ErrLocked) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if n := holders.Add(1); n != 1 {
					t.Errorf("%d hold the lock", n)
				}
				i++
				taken.Add(1)
				holders.Add(-1)
				if (i+worker)%2 == 0 { // the last that is done while the lock is held
					err = os.Remove(path)
				}
				if err := errors.Join(err, unlock()); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if taken.Load() != 8*300 {
		t.Error(taken.Load())
	}
}

// The lock of a file's runs goes with the last of them. Others stay: those that are held,
// of jobs, of what was last sent, and those that are not of runs.
func TestPruneRemovesLocks(t *testing.T) {
	t.Parallel()
	s := State{Dir: t.TempDir()}
	gone, stays := ended(t, s, 40, "/gone.csv"), ended(t, s, 40, "/stays.csv")
	ended(t, s, 1, "/stays.csv")
	lock := func(r *Run) string { return r.Name[len(nameTime)+1:] + ".lock" }
	for name, text := range map[string]string{"upsert-old-0123abcd.lock": "", "job-01234567.lock": "", "people-0123abcd.state.lock": "", "mine.lock": "", "upsert-old-ffffffff.lock": "text", "upsert-held-0123abcd.lock": ""} {
		overwrite(t, filepath.Join(s.Dir, name), text)
	}
	unlock, err := Lock(filepath.Join(s.Dir, "upsert-held-0123abcd.lock"))
	must(t, err)
	defer unlock()
	p := Prune{OlderThan: 10 * 24 * 60 * 60e9, Keep: -1, Personal: -1, DryRun: true}
	names := func() (names []string) {
		files, err := filepath.Glob(filepath.Join(s.Dir, "*.lock"))
		must(t, err)
		for _, f := range files {
			names = append(names, filepath.Base(f))
		}
		return names
	}
	before := names()
	_, err = p.Do(s.Dir, testTime)
	must(t, err)
	if got := names(); !slices.Equal(got, before) {
		t.Errorf("a rehearsal leaves %q of %q", got, before)
	}
	p.DryRun = false
	_, err = p.Do(s.Dir, testTime)
	must(t, err)
	want := slices.DeleteFunc(before, func(name string) bool { return name == lock(gone) || name == "upsert-old-0123abcd.lock" })
	if got := names(); !slices.Equal(got, want) || !slices.Contains(got, lock(stays)) {
		t.Errorf("%q are left, want %q", got, want)
	}
	again := begun(t, s, 0, "/gone.csv")
	must(t, again.Close())
}
