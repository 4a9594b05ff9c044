package customerio

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Backoff between tries: full jitter, so that lanes that failed together do not
// retry together.
const (
	backoffFirst = 200 * time.Millisecond
	backoffMost  = 30 * time.Second
)

// backoff returns how long to wait before the nth retry, counted from 1: a random
// time up to a bound that doubles.
func backoff(n int) time.Duration {
	bound := backoffMost
	if n <= 8 {
		bound = min(backoffFirst<<(n-1), backoffMost)
	}
	return time.Duration(rand.Int64N(int64(bound)) + 1)
}

// maxRetryAfter bounds the wait that a service may ask for: longer than any
// outage that is waited for, and short enough to be added to one.
const maxRetryAfter = 1e6 * time.Second

// retryAfter reads the header of that name, seconds or an HTTP date; 0 where
// it is absent, past or unreadable, and at most maxRetryAfter.
func retryAfter(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && seconds > 0 {
		return time.Duration(min(seconds, maxRetryAfter.Seconds()) * float64(time.Second))
	}
	if date, err := http.ParseTime(text); err == nil && date.After(now) {
		return min(date.Sub(now), maxRetryAfter)
	}
	return 0
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
