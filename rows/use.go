package rows

import (
	"sync"
	"sync/atomic"
)

// use is who has an input: the goroutine that reads it, until it is closed. A read
// from a terminal or a pipe cannot be woken, so whoever closes the input may not wait
// for it; what the reader still uses is then released by the reader.
type use struct {
	reading sync.Mutex
	ended   atomic.Bool
}

// read calls read and then, if the input was closed meanwhile, release.
func (u *use) read(read func() error, release func()) error {
	u.reading.Lock()
	err := read()
	u.reading.Unlock()
	if u.ended.Load() {
		u.end(release)
	}
	return err
}

// end calls release, at once or, while a read goes on, after it.
func (u *use) end(release func()) {
	u.ended.Store(true)
	if u.reading.TryLock() {
		release()
		u.reading.Unlock()
	}
}
