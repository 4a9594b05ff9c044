// Package ratelimit paces requests: a number of requests a second, fewer when the
// service asks for that or is too slow, more again when it has recovered. With
// Shared, all processes together keep to one rate.
//
// Start with New. Use one Limiter for each credential: everything that spends the
// same allowance shares it.
package ratelimit

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// How the pace follows refusals. It is halved, at most once an episode, as requests
// in flight together are refused together. Then it climbs back: slowly at first, so
// that a service with less capacity than the ceiling refuses few requests, and
// faster the longer none was refused, as the service may have recovered.
const (
	slowFactor = 0.5
	episode    = 500 * time.Millisecond
	climb      = 60 * time.Second // from nothing to the ceiling, as slowly as at first
	caution    = 5 * time.Second  // how long it climbs like that; twice as steep after twice that
	floor      = 0.5              // requests a second, so that recovery is noticed
)

// late is how late a timer may be without an effect on the pace: the requests of
// that time may be sent at once, which are too few for the service to notice.
const late = 10 * time.Millisecond

// Limiter is a token bucket whose rate moves between a floor and the ceiling
// that the user set. All methods may be called from any goroutine.
type Limiter struct {
	ceiling float64 // requests a second
	bucket  *rate.Limiter
	sleep   sleeper // in some tests its timers are late

	waiting atomic.Int64  // callers of Wait
	turn    chan struct{} // held by the one of them that is next; guards shared
	shared  *shared       // nil: this process is alone

	mu       sync.Mutex // guards what follows
	pace     float64    // requests a second, now
	slowed   time.Time  // when the pace last fell
	resumeAt time.Time  // no request is sent before, as the service asked
}

// MinPerSecond is the lowest rate: a request an hour. The time to the next request
// of a much lower one cannot be counted.
const MinPerSecond = 1.0 / 3600

// New returns a limiter of perSecond requests a second, or of MinPerSecond if that
// is more.
func New(perSecond float64) *Limiter {
	perSecond = max(perSecond, MinPerSecond)
	return &Limiter{
		ceiling: perSecond,
		bucket:  rate.NewLimiter(rate.Limit(perSecond), worth(perSecond)),
		sleep:   sleep,
		turn:    make(chan struct{}, 1),
		pace:    perSecond,
	}
}

// worth is how many requests a late timer may delay, at least one.
func worth(perSecond float64) int { return max(1, int(perSecond*late.Seconds())) }

// Wait blocks until the caller may send one request, or until ctx ends; then
// it returns the context's error. Call it before every request, retries too.
//
// Callers are served in the order of their calls, and only the next one gets a time:
// times that were given earlier would follow an old pace.
func (l *Limiter) Wait(ctx context.Context) error {
	l.waiting.Add(1)
	defer l.waiting.Add(-1)
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-l.turn }()
	for {
		if err := l.sleep(ctx, l.pause()); err != nil {
			return err
		}
		if err := l.ticket(ctx); err != nil {
			return err
		}
		if l.pause() <= 0 {
			return nil
		}
	}
}

// ticket waits for this process's pace, and then for that of all of them. The
// caller has the turn.
func (l *Limiter) ticket(ctx context.Context) error {
	r := l.bucket.Reserve()
	if err := l.sleep(ctx, r.Delay()); err != nil {
		r.Cancel()
		return err
	}
	if l.shared == nil {
		return nil
	}
	return l.shared.wait(ctx, int(l.waiting.Load()), worth(l.PerSecond()))
}

// Slow reports a refusal or a slow service: 429, 503, a timeout. The pace falls,
// and Wait lets no request go for retryAfter, which may be zero.
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

// Steady reports a good answer. The pace climbs a little, unless it fell a moment
// ago.
func (l *Limiter) Steady() {
	l.mu.Lock()
	defer l.mu.Unlock()
	calm := time.Since(l.slowed)
	if l.pace >= l.ceiling || calm < episode {
		return
	}
	// A second at this pace brings `pace` answers: together they add the
	// second's share of the climb.
	steep := max(1, calm.Seconds()/caution.Seconds())
	l.set(min(l.ceiling, l.pace+steep*l.ceiling/climb.Seconds()/l.pace))
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

// sleeper waits for a time, or until a context ends, whose error it returns.
type sleeper func(context.Context, time.Duration) error

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
