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
	told  bool
}

// patience is how long failures are nobody's business.
const patience = 5 * time.Second

// failed notes a failure that is repeated after pause.
func (t *trouble) failed(reason error, pause time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
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
	t.since, t.told = time.Time{}, false
}
