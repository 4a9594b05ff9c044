// Package ratelimit paces requests: so many a second, fewer when the service
// says so or suffers, more again when it has recovered.
//
// Start with New. One Limiter stands for one credential: everything that
// spends the same allowance shares it.
package ratelimit

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How the pace answers to refusals: halved, at most once an episode (requests
// in flight together are refused together), and climbing back in a straight
// line, so that a service that bears less than the ceiling sees few refusals.
const (
	slowFactor = 0.5
	episode    = 500 * time.Millisecond
	climb      = 60 * time.Second // from nothing to the ceiling
	floor      = 0.5              // requests a second, so that recovery is noticed
)

// Limiter is a token bucket whose rate moves between a floor and the ceiling
// that the user set. All methods may be called from any goroutine.
type Limiter struct {
	ceiling float64 // requests a second
	bucket  *rate.Limiter

	mu       sync.Mutex // guards what follows
	pace     float64    // requests a second, now
	slowed   time.Time  // when the pace last fell
	resumeAt time.Time  // nobody goes before, as the service asked
}

// New returns a limiter of perSecond requests a second, which must be
// positive. Its burst is a hundredth of a second's worth: enough to forgive a
// late timer, too little for the service to notice.
func New(perSecond float64) *Limiter {
	burst := max(1, int(perSecond/100))
	return &Limiter{
		ceiling: perSecond,
		bucket:  rate.NewLimiter(rate.Limit(perSecond), burst),
		pace:    perSecond,
	}
}

// Wait blocks until the caller may send one request, or until ctx ends; then
// it returns the context's error. Call it before every request, retries too.
func (l *Limiter) Wait(ctx context.Context) error {
	for {
		if err := sleep(ctx, l.pause()); err != nil {
			return err
		}
		if err := l.bucket.Wait(ctx); err != nil {
			return err
		}
		if l.pause() <= 0 {
			return nil
		}
	}
}

// Slow tells that the service refused or suffered: 429, 503, a timeout.
// The pace falls, and nobody sends for retryAfter, which may be zero.
func (l *Limiter) Slow(retryAfter time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if until := now.Add(retryAfter); retryAfter > 0 && until.After(l.resumeAt) {
		l.resumeAt = until
	}
	if now.Sub(l.slowed) < episode {
		return
	}
	l.slowed = now
	l.set(max(l.pace*slowFactor, min(floor, l.ceiling)))
}

// Steady tells that a request was answered well. The pace climbs a little,
// unless it fell a moment ago.
func (l *Limiter) Steady() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.pace >= l.ceiling || time.Since(l.slowed) < episode {
		return
	}
	// A second at this pace brings `pace` answers: together they add the
	// second's share of the climb.
	l.set(min(l.ceiling, l.pace+l.ceiling/climb.Seconds()/l.pace))
}

// PerSecond returns the present pace in requests a second.
func (l *Limiter) PerSecond() float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pace
}

func (l *Limiter) set(pace float64) {
	l.pace = pace
	l.bucket.SetLimit(rate.Limit(pace))
}

func (l *Limiter) pause() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Until(l.resumeAt)
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
