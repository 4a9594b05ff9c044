package runs

import (
	"errors"
	"io/fs"
	"os"
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

func tryLock(path string) (unlock func() error, err error) {
	lock := flock.New(path, flock.SetPermissions(fileMode))
	switch held, err := lock.TryLock(); {
	case err != nil:
		return nil, err
	case !held:
		return nil, ErrLocked
	}
	return lock.Close, nil
}

// tryLockExisting is tryLock for work that may never have had a lock.
func tryLockExisting(path string) (unlock func() error, err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return func() error { return nil }, nil
	}
	return tryLock(path)
}
