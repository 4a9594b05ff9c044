package simulator

import (
	"slices"
	"time"
)

// A replica is the state as it was a while ago: it makes the same changes later, in
// the same order, so people have the same cio_ids. A nil replica ignores changes. The
// workspace's mutex guards it.
type replica struct {
	state   *state
	lag     time.Duration
	pending []change
}

// A change is a call that changes a state.
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

// later notes a change that is made to the state now.
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

// CatchUp lets the App API see all that has happened until now, whatever Config.AppLag
// says: a test whose lag is long decides itself when it ends.
func (w *Workspace) CatchUp() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.replica == nil {
		return
	}
	for _, c := range w.replica.pending {
		c.make(w.replica.state)
	}
	w.replica.pending = nil
}

// view returns the state that the App API shows. The caller holds mu.
func (w *Workspace) view() *state {
	if w.replica == nil {
		return w.state
	}
	w.replica.catchUp()
	return w.replica.state
}
