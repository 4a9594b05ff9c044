package ratelimit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// spend sends as fast as the limiter lets it from `lanes` goroutines for d of
// virtual time and returns how many requests went.
func spend(t *testing.T, l *Limiter, lanes int, d time.Duration) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	counts := make([]int, lanes)
	var wg sync.WaitGroup
	for i := range lanes {
		wg.Go(func() {
			for l.Wait(ctx) == nil {
				counts[i]++
			}
		})
	}
	wg.Wait()
	total := 0
	for _, n := range counts {
		total += n
	}
	return total
}

// The pace is right where it matters, at the receiver: over a minute, with timers
// that are up to 5 ms late and requests that take their time.
func TestPaceIsKeptWithinOnePercent(t *testing.T) {
	t.Parallel()
	for _, perSecond := range []float64{0.5, 1, 7, 100, 400, 1000} {
		synctest.Test(t, func(t *testing.T) {
			c, l := newCrowd(t, ""), New(perSecond)
			l.sleep = lateSleep(5 * time.Millisecond)
			begin := time.Now()
			c.send(l, time.Minute)
			near(t, fmt.Sprintf("requests in a minute at %v/s", perSecond), float64(c.count(begin, time.Minute)), 60*perSecond, 0.01)
		})
	}
}

func TestBurstIsSmall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(100)
		time.Sleep(time.Hour) // an idle hour must not be saved up
		if n := spend(t, l, 16, 100*time.Millisecond); n > 11 {
			t.Errorf("%d requests in the first 100 ms at 100/s, want at most 11", n)
		}
	})
}

func TestRefusalsOfOneEpisodeHalveThePaceOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(400)
		for range 16 {
			l.Slow(0)
		}
		if p := l.PerSecond(); p != 200 {
			t.Errorf("pace after one episode = %v, want 200", p)
		}
		time.Sleep(time.Second)
		l.Slow(0)
		if p := l.PerSecond(); p != 100 {
			t.Errorf("pace after two episodes = %v, want 100", p)
		}
	})
}

func TestPaceClimbsBackToTheCeilingAndNotBeyond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(100)
		l.Slow(0)
		time.Sleep(time.Second)
		end := time.Now().Add(time.Minute)
		for time.Now().Before(end) {
			if err := l.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			l.Steady()
		}
		if p := l.PerSecond(); p != 100 {
			t.Errorf("pace a minute after a refusal = %v, want 100", p)
		}
	})
}

func TestRetryAfterHoldsEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(1000)
		l.Slow(7 * time.Second)
		if n := spend(t, l, 16, 6900*time.Millisecond); n != 0 {
			t.Errorf("%d requests before Retry-After was over", n)
		}
		if n := spend(t, l, 16, time.Second); n == 0 {
			t.Error("no request after Retry-After was over")
		}
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(1)
		l.Slow(time.Hour)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if err := l.Wait(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Wait = %v, want canceled", err)
		}
	})
}

// A service that bears 40/s while we are at 400/s: found within seconds, few
// refusals from then on, and the ceiling again once it has recovered.
func TestPaceFindsWhatTheServiceBears(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(400)
		service := New(40)
		phase := func(d time.Duration, bears bool) (sent, refused int) {
			end := time.Now().Add(d)
			for time.Now().Before(end) {
				if err := l.Wait(t.Context()); err != nil {
					t.Fatal(err)
				}
				sent++
				if bears || service.bucket.Allow() {
					l.Steady()
					continue
				}
				refused++
				l.Slow(0)
			}
			return sent, refused
		}
		phase(5*time.Second, false)
		sent, refused := phase(2*time.Minute, false)
		t.Logf("after five seconds: %d sent, %d refused (%.1f %%)", sent, refused, 100*float64(refused)/float64(sent))
		if refused*10 > sent {
			t.Errorf("%d of %d refused after five seconds, want under 10 %%", refused, sent)
		}
		if sent < 20*120 {
			t.Errorf("%d requests in two minutes where 40/s were borne: too timid", sent)
		}
		phase(90*time.Second, true)
		if p := l.PerSecond(); p != 400 {
			t.Errorf("pace after recovery = %v, want 400", p)
		}
	})
}

// A rate far below one an hour is one an hour, and not a wait without an end.
func TestTinyRates(t *testing.T) {
	t.Parallel()
	for _, perSecond := range []float64{1e-300, 5e-324, MinPerSecond / 2} {
		synctest.Test(t, func(t *testing.T) {
			l := New(perSecond)
			if n := spend(t, l, 2, 10*time.Hour+time.Minute); n != 11 {
				t.Errorf("%d requests at %v/s in ten hours, want 11", n, perSecond)
			}
			l.Slow(0)
			if p := l.PerSecond(); p != MinPerSecond {
				t.Errorf("the pace is %v after a refusal", p)
			}
		})
	}
}
