package customerio

import (
	"sync"
	"time"
)

// waiting notices when requests have failed for so long that the person at the
// terminal wants to know.
type waiting struct {
	tell func(error)

	mu    sync.Mutex
	since time.Time // zero: all is well
	good  time.Time // the last success
	told  bool
}

// patience is how long failures are not reported.
const patience = 5 * time.Second

// failed notes the failure of a try that began at begun and is repeated after
// pause. A try that began before the last success says nothing new.
func (w *waiting) failed(reason error, begun time.Time, pause time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if begun.Before(w.good) {
		return
	}
	if w.since.IsZero() {
		w.since = time.Now()
	}
	if !w.told && time.Since(w.since)+pause > patience && w.tell != nil {
		w.told = true
		w.tell(reason)
	}
}

// over notes a success.
func (w *waiting) over() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.told {
		w.tell(nil)
	}
	w.since, w.good, w.told = time.Time{}, time.Now(), false
}
