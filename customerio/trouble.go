package customerio

import (
	"sync"
	"time"
)

// trouble notices when requests have failed for so long that somebody at the
// terminal wonders.
type trouble struct {
	tell func(error)

	mu    sync.Mutex
	since time.Time // zero: all is well
	good  time.Time // the last success
	told  bool
}

// patience is how long failures are nobody's business.
const patience = 5 * time.Second

// failed notes the failure of a try that began at begun and is repeated after
// pause. One that began before the last success says nothing new.
func (t *trouble) failed(reason error, begun time.Time, pause time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if begun.Before(t.good) {
		return
	}
	if t.since.IsZero() {
		t.since = time.Now()
	}
	if !t.told && time.Since(t.since)+pause > patience && t.tell != nil {
		t.told = true
		t.tell(reason)
	}
}

func (t *trouble) over() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.told {
		t.tell(nil)
	}
	t.since, t.good, t.told = time.Time{}, time.Now(), false
}
