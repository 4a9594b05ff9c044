package ratelimit

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ciobulk/ciobulk/internal/slowtest"
)

// crowd is limiters that represent processes with one file, and the service
// that notes when the requests of each came.
type crowd struct {
	testing.TB
	path string

	mu       sync.Mutex
	arrivals map[*Limiter][]time.Time
}

func newCrowd(t testing.TB, dir string) *crowd {
	return &crowd{TB: t, path: filepath.Join(dir, "rate", "key"), arrivals: make(map[*Limiter][]time.Time)}
}

// join returns a limiter of `own` requests a second, with timers that are up to
// 2 ms late, whose share is of all requests a second.
func (c *crowd) join(own, all float64) *Limiter {
	l := New(own)
	l.sleep = lateSleep(2 * time.Millisecond)
	l.Share(Shared{Path: c.path, PerSecond: all, Alone: func(err error) { c.Errorf("alone: %v", err) }})
	return l
}

// send sends with a limiter from 16 lanes for d, each request on its way for up
// to 20 ms.
func (c *crowd) send(l *Limiter, d time.Duration) {
	ctx, cancel := context.WithTimeout(c.Context(), d)
	defer cancel()
	var lanes sync.WaitGroup
	for range 16 {
		lanes.Go(func() {
			for l.Wait(ctx) == nil {
				c.mu.Lock()
				c.arrivals[l] = append(c.arrivals[l], time.Now())
				c.mu.Unlock()
				time.Sleep(rand.N(20 * time.Millisecond))
			}
		})
	}
	lanes.Wait()
}

// count is how many requests came, of all limiters or of one,
// from begin on and for d.
func (c *crowd) count(begin time.Time, d time.Duration, only ...*Limiter) (n int) {
	for l, times := range c.arrivals {
		if len(only) > 0 && l != only[0] {
			continue
		}
		for _, at := range times {
			if !at.Before(begin) && at.Before(begin.Add(d)) {
				n++
			}
		}
	}
	return n
}

// near fails where got is off by more than a share of want, and by more than one.
func near(t testing.TB, what string, got, want, share float64) {
	t.Helper()
	off := got/want - 1
	t.Logf("%s: %.4g, want %.4g, %+.2f %%", what, got, want, 100*off)
	if math.Abs(off) > share && math.Abs(got-want) > 1 {
		t.Errorf("%s is off by more than %v %%", what, 100*share)
	}
}

func lateSleep(most time.Duration) sleeper {
	return func(ctx context.Context, d time.Duration) error {
		if d > 0 {
			d += rand.N(most)
		}
		return sleep(ctx, d)
	}
}

// Several processes keep to one rate together, and have about the same of it.
func TestProcessesShareTheRate(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	for _, perSecond := range []float64{1, 7, 100, 400, 1000} {
		dir := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			c := newCrowd(t, dir)
			begin := time.Now()
			var all sync.WaitGroup
			limiters := []*Limiter{c.join(perSecond, perSecond), c.join(perSecond, perSecond), c.join(perSecond, perSecond)}
			for _, l := range limiters {
				all.Go(func() { c.send(l, time.Minute) })
			}
			all.Wait()
			near(t, "requests of three in a minute", float64(c.count(begin, time.Minute)), 60*perSecond, 0.01)
			for _, l := range limiters {
				near(t, "  one of them", float64(c.count(begin, time.Minute, l)), 20*perSecond, 0.15)
			}
		})
	}
}

// Shards have an Nth of the rate each, and all of it together.
func TestShardsHaveTheWholeRateTogether(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, dir)
		begin := time.Now()
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { c.send(c.join(100, 300), time.Minute) })
		}
		all.Wait()
		near(t, "requests of three shards in a minute", float64(c.count(begin, time.Minute)), 60*300, 0.01)
	})
}

// What one process does not use, or stops using, the others have at once: there is no
// term that must end first.
func TestTheIdleAndTheDeadHoldNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, dir)
		c.join(100, 100) // and never sends
		begin := time.Now()
		var all sync.WaitGroup
		for _, d := range []time.Duration{20 * time.Second, 40 * time.Second, 60 * time.Second} {
			all.Go(func() { c.send(c.join(100, 100), d) })
		}
		all.Wait()
		for i := range 6 {
			from := begin.Add(time.Duration(i) * 10 * time.Second)
			near(t, "requests of 3, 2 and 1 in ten seconds", float64(c.count(from, 10*time.Second)), 1000, 0.01)
		}
	})
}

// Of different rates the highest is that of all, and each keeps to its own.
func TestTheHighestRateHolds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, dir)
		begin := time.Now()
		slow, middle, fast := c.join(1, 1), c.join(100, 100), c.join(400, 400)
		if err := slow.Wait(t.Context()); err != nil { // it comes first, with a ticket of a second
			t.Fatal(err)
		}
		var all sync.WaitGroup
		all.Go(func() { c.send(slow, 2*time.Minute) })
		all.Go(func() { c.send(middle, 2*time.Minute) })
		all.Go(func() { c.send(fast, time.Minute) })
		all.Wait()
		near(t, "requests of 1, 100 and 400/s in a minute", float64(c.count(begin, time.Minute)), 60*400, 0.01)
		near(t, "  that of 1/s", float64(c.count(begin, time.Minute, slow)), 60, 0.03)
		if n := c.count(begin, time.Minute, middle); n < 60*40 || n > 60*100 {
			t.Errorf("that of 100/s sent %d, want 40/s at least", n)
		}
		later := begin.Add(70 * time.Second) // the fast one is forgotten
		near(t, "without the fast one, in 50 s", float64(c.count(later, 50*time.Second)), 50*100, 0.01)
	})
}

// One that waits for the service's answers, and so uses less than its rate,
// takes no more than it uses.
func TestTheHalfIdleWasteNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, dir)
		begin := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		half := c.join(1000, 1000)
		var all sync.WaitGroup
		all.Go(func() {
			for half.Wait(ctx) == nil {
				c.mu.Lock()
				c.arrivals[half] = append(c.arrivals[half], time.Now())
				c.mu.Unlock()
				time.Sleep(50 * time.Millisecond)
			}
		})
		all.Go(func() { c.send(c.join(1000, 1000), time.Minute) })
		all.Wait()
		near(t, "requests of both", float64(c.count(begin, time.Minute)), 60*1000, 0.01)
		if n := c.count(begin, time.Minute, half); n < 1000 {
			t.Errorf("the half idle one sent %d, want at least 1000", n)
		}
	})
}

// What was taken and not used is not saved up, by as many as there may be.
func TestTheBurstOfManyIsSmall(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, dir)
		var limiters []*Limiter
		for range 10 {
			limiters = append(limiters, c.join(1000, 1000))
		}
		together := func(d time.Duration) int {
			begin := time.Now()
			var all sync.WaitGroup
			for _, l := range limiters {
				all.Go(func() { c.send(l, d) })
			}
			all.Wait()
			return c.count(begin, d)
		}
		together(time.Second)
		time.Sleep(time.Hour)
		n := together(10 * time.Millisecond)
		t.Logf("%d requests in the first 10 ms at 1000/s", n)
		if n > 22 {
			t.Error("want at most 22")
		}
	})
}

// BenchmarkWait is what a request's turn costs: alone, and with the file. Of
// that, ticket=10 is the cost at 1000/s, where ten tickets are taken at once, and
// ticket=1 at 100/s and below.
func BenchmarkWait(b *testing.B) {
	b.Run("alone", func(b *testing.B) { benchmarkWait(b, New(1e9), 0) })
	for _, n := range []int{1, 10} {
		b.Run(fmt.Sprintf("shared/ticket=%d", n), func(b *testing.B) {
			l := New(1e9)
			l.Share(Shared{Path: filepath.Join(b.TempDir(), "key"), PerSecond: 1e9})
			benchmarkWait(b, l, n)
		})
	}
}

func benchmarkWait(b *testing.B, l *Limiter, tickets int) {
	for i := 0; b.Loop(); i++ {
		if l.shared != nil { // 1e9/s would take them by the million
			if l.shared.took = 0; i%tickets == 0 {
				l.shared.left = 0
			} else {
				l.shared.left, l.shared.next = 1, time.Now()
			}
		}
		if err := l.Wait(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
