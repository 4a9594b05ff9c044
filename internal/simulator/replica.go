package simulator

import (
	"slices"
	"time"
)

// A replica is the state as it was a while ago: it makes the same changes in
// the same order, later, and so comes to the same people by the same cio_ids.
// A nil replica forgets what it is told. It is guarded by the workspace's mutex.
type replica struct {
	state   *state
	lag     time.Duration
	pending []change
}

// A change is a call that does to any state what it does to the other.
type change struct {
	at   time.Time
	make func(*state)
}

func newReplica(c Config) *replica {
	if c.AppLag <= 0 {
		return nil
	}
	c.KeepLog = false
	return &replica{state: newState(c), lag: c.AppLag}
}

// later notes a change that is being made to the state now.
func (r *replica) later(f func(*state)) {
	if r == nil {
		return
	}
	r.catchUp()
	r.pending = append(r.pending, change{time.Now(), f})
}

// catchUp makes the changes that are due.
func (r *replica) catchUp() {
	due, n := time.Now().Add(-r.lag), 0
	for n < len(r.pending) && !r.pending[n].at.After(due) {
		r.pending[n].make(r.state)
		n++
	}
	r.pending = slices.Delete(r.pending, 0, n)
}

// view is the state that the App API shows. The caller holds mu.
func (w *Workspace) view() *state {
	if w.replica == nil {
		return w.state
	}
	w.replica.catchUp()
	return w.replica.state
}
