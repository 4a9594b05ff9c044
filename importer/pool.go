package importer

import "sync"

// pool is a bounded number of things that are used again. The one that was given
// back last is taken first, so that no more of them hold memory than were in use
// at once.
type pool[T any] struct {
	// free holds a token for each thing that may be taken: receive one, then
	// call take.
	free  chan struct{}
	fresh func() T

	mu    sync.Mutex
	spare []T // guarded by mu
}

func newPool[T any](n int, fresh func() T) *pool[T] {
	p := &pool[T]{free: make(chan struct{}, n), fresh: fresh}
	for range n {
		p.free <- struct{}{}
	}
	return p
}

// take returns a thing for a token of free.
func (p *pool[T]) take() T {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.spare)
	if n == 0 {
		return p.fresh()
	}
	x := p.spare[n-1]
	p.spare = p.spare[:n-1]
	return x
}

// widen gives a token back without a thing.
func (p *pool[T]) widen() { p.free <- struct{}{} } // never full: the token was taken

// keep gives a thing back without a token.
func (p *pool[T]) keep(x T) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.spare) < cap(p.free) {
		p.spare = append(p.spare, x)
	}
}

// give gives a thing back. What the pool has no place for is dropped.
func (p *pool[T]) give(x T) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case p.free <- struct{}{}:
		p.spare = append(p.spare, x)
	default:
	}
}
