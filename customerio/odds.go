package customerio

import (
	"math"
	"sync"
)

// odds estimates how likely a try is to fail for reasons that pass: the share of
// requests that were settled after a failure, of those that were settled lately.
// Requests that always fail do not count, so that bad rows do not look like a bad
// network.
type odds struct {
	mu        sync.Mutex
	settled   float64
	recovered float64
}

// How much of the past counts after each request, and how much the estimate may be
// too low.
const (
	fading = 0.99
	margin = 0.1
)

// note notes that a request was settled.
func (o *odds) note(recovered bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.settled = o.settled*fading + 1
	o.recovered *= fading
	if recovered {
		o.recovered++
	}
}

// tries returns how many tries must fail until chance is less likely to be the
// reason than risk; at least, and at most mostTries.
func (o *odds) tries(least int, risk float64) int {
	const mostTries = 50
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.recovered == 0 {
		return least
	}
	p := min(o.recovered/o.settled+margin, 0.95)
	return min(max(least, int(math.Ceil(math.Log(risk)/math.Log(p)))), mostTries)
}
