package runs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// lockFor is how long a lock is tried for: those who list runs hold each for an instant.
const lockFor = 100 * time.Millisecond

// Lock takes the lock of some work, which is the file at path. It is the operating
// system's, so a killed process leaves none. The error is ErrLocked where another
// process holds it, or of the file system.
func Lock(path string) (unlock func() error, err error) {
	for end := time.Now().Add(lockFor); ; time.Sleep(lockFor / 10) {
		if unlock, err = tryLock(path); !errors.Is(err, ErrLocked) || time.Now().After(end) {
			return unlock, err
		}
	}
}

// mostOpened is how often a lock file that is removed at the same time is opened again.
const mostOpened = 100

// tryLock takes the lock unless another process holds it. A lock file may be removed by
// the one that holds it, see removeLock. Who opened it before that then locks a file that
// has no name any more, while another process can lock the next one of the name. So a lock
// counts only if its file has the name still.
func tryLock(path string) (unlock func() error, err error) {
	for range mostOpened {
		lock := flock.New(path, flock.SetPermissions(fileMode))
		switch held, err := lock.TryLock(); {
		case err != nil:
			return nil, err
		case !held:
			return nil, ErrLocked
		}
		ours, err := lock.Stat()
		named, nameErr := os.Stat(path)
		if err == nil && nameErr == nil && os.SameFile(ours, named) {
			return lock.Close, nil
		}
		if err := lock.Close(); err != nil {
			return nil, err
		}
	}
	return nil, &fs.PathError{Op: "lock", Path: path, Err: errors.New("it is replaced again and again")}
}

// removeLock removes the file of a lock that no process holds. From then on another
// process may take the lock, so that nothing else is done while it is held.
func removeLock(path string) error {
	unlock, err := tryLock(path)
	if err != nil {
		return err
	}
	return errors.Join(os.Remove(path), unlock())
}

// lockName matches the names of the locks of runs and exports, which are those of their
// work. Jobs and the records of what was last sent have others.
var lockName = regexp.MustCompile(`^([A-Za-z0-9_-]+-[0-9a-f]{8})\.lock$`)

// removeLocks removes the lock files of work that has no runs any more. Those that are
// held, or that cannot be removed, stay: they are empty.
func removeLocks(stateDir string) error {
	files, err := os.ReadDir(stateDir)
	if err != nil {
		return err
	}
	has := make(map[string]bool) // work, by its id
	for _, f := range files {
		if name := f.Name(); f.IsDir() && !startOf(name).IsZero() {
			has[name[len(nameTime)+1:]] = true
		}
	}
	for _, f := range files {
		match := lockName.FindStringSubmatch(f.Name())
		if match == nil || has[match[1]] || !f.Type().IsRegular() || strings.HasPrefix(f.Name(), "job-") {
			continue
		}
		if info, err := f.Info(); err == nil && info.Size() == 0 {
			_ = removeLock(filepath.Join(stateDir, f.Name()))
		}
	}
	return nil
}

// tryLockExisting is tryLock for work that may never have had a lock.
func tryLockExisting(path string) (unlock func() error, err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return func() error { return nil }, nil
	}
	return tryLock(path)
}
