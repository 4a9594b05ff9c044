package simulator

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// A plan is Faults in use, with the number of requests so far.
type plan struct {
	Faults
	down     atomic.Bool  // instead of Faults.Down
	writes   atomic.Int64 // batch and segment requests
	appCalls atomic.Int64
	bucket   bucket
}

// A fate is what happens to one request. The zero value means nothing.
type fate struct {
	status    int
	html      bool
	hang      bool
	cutBefore bool
	cutAfter  bool
	slow      bool
	answer    *reply // instead of all that
}

// next is the fate of the next batch or segment request, which has this body.
func (p *plan) next(body []byte) fate {
	n := p.writes.Add(1)
	due := func(every int) bool { return every > 0 && n%int64(every) == 0 }
	switch {
	case !p.bucket.take(p.MaxPerSecond):
		return fate{status: http.StatusTooManyRequests}
	case due(p.HangEvery):
		return fate{hang: true}
	case due(p.CutBefore):
		return fate{cutBefore: true}
	case due(p.Every429):
		return fate{status: http.StatusTooManyRequests}
	case due(p.Every500):
		return fate{status: http.StatusInternalServerError}
	case due(p.Every503):
		return fate{status: http.StatusServiceUnavailable}
	case due(p.EveryHTML):
		return fate{status: http.StatusBadGateway, html: true}
	}
	for _, m := range []Mishap{p.Poison.of(body), p.Blanket} {
		if m != "" {
			return m.fate()
		}
	}
	if p.Doubtful != "" && due(max(p.DoubtfulEvery, 1)) {
		return fate{answer: &reply{status: http.StatusOK, text: &p.Doubtful}}
	}
	return fate{slow: due(p.SlowEvery), cutAfter: due(p.CutAfter)}
}

// latency is the time of the network, on the way to the API.
func (p *plan) latency(s surface) time.Duration {
	if s == appAPI {
		return p.AppLatency
	}
	return p.Latency
}

func (p *plan) isDown(s surface) bool {
	if s == appAPI {
		return p.AppDown
	}
	return p.down.Load()
}

func (p *plan) tooMany(operations int) bool {
	return p.TooLargeAbove > 0 && operations > p.TooLargeAbove
}

// faulty is the answer of a fate that has a status.
func (w *Workspace) faulty(f fate, p *plan) reply {
	switch {
	case f.html:
		return reply{status: f.status, page: "<html><body><h1>502 Bad Gateway</h1></body></html>\n"}
	case f.status == http.StatusServiceUnavailable:
		return w.unavailable(p, trackOther)
	case f.status == http.StatusTooManyRequests:
		answer := failure(f.status, "too many requests")
		answer.retryAfter = p.RetryAfter
		if d := w.config.TrackRetryAfter; answer.retryAfter == "" && d > 0 {
			answer.retryAfter = strconv.Itoa(int(math.Ceil(d.Seconds())))
		}
		return answer
	}
	return failure(f.status, "internal server error")
}

func (w *Workspace) unavailable(p *plan, s surface) reply {
	answer := s.failure(http.StatusServiceUnavailable, "service unavailable")
	answer.retryAfter = p.RetryAfter
	return answer
}

// hang waits for d, or without end if d is zero, but not longer than the client.
func hang(ctx context.Context, d time.Duration) {
	if d <= 0 {
		<-ctx.Done()
		return
	}
	pause(ctx, d)
}

// A bucket lets a number of requests a second pass. It holds the requests of one
// second, at least one, and is full at first.
type bucket struct {
	mu   sync.Mutex
	room float64
	last time.Time // of the last take, zero before the first
}

// rounding allows for the sum of fractions, so that a client that keeps exactly to
// the rate passes.
const rounding = 1e-6

func (b *bucket) take(perSecond float64) bool {
	if perSecond <= 0 {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now, size := time.Now(), max(1, perSecond)
	if b.last.IsZero() {
		b.room = size
	} else {
		b.room = min(size, b.room+now.Sub(b.last).Seconds()*perSecond)
	}
	b.last = now
	if b.room < 1-rounding {
		return false
	}
	b.room--
	return true
}
