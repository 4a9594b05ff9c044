package ratelimit

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"
)

// Whatever is in the file, and however the clock was set, the pace is kept.
func TestOddFilesStartAgain(t *testing.T) {
	t.Parallel()
	ns := func(t time.Time) int64 { return t.UnixNano() }
	for name, content := range map[string]func(now time.Time) string{
		"empty":   func(time.Time) string { return "" },
		"torn":    func(now time.Time) string { return string((&schedule{ns(now), 1, ns(now)}).line()[:40]) },
		"foreign": func(time.Time) string { return strings.Repeat("what is this?\n", 1000) },
		"more":    func(now time.Time) string { return string((&schedule{ns(now), 1, ns(now)}).line()) + "more" },
		"binary":  func(time.Time) string { return "\x00\xff\x00" },
		"NaN": func(time.Time) string {
			return "ciobulk rate 1: next 0000000000000000000 at NaN since 0000000000000000000\n"
		},
		"set back by an hour": func(now time.Time) string {
			return string((&schedule{ns(now.Add(time.Hour)), 1000, ns(now.Add(time.Hour))}).line())
		},
		"set back by an hour, slow": func(now time.Time) string {
			return string((&schedule{ns(now.Add(time.Hour)), 0.01, ns(now.Add(time.Hour))}).line())
		},
		"set forward by an hour": func(now time.Time) string {
			return string((&schedule{ns(now.Add(-time.Hour)), 1000, ns(now.Add(-time.Hour))}).line())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				c := newCrowd(t, dir)
				begin := time.Now()
				c.write(content(begin))
				var all sync.WaitGroup
				for range 2 {
					all.Go(func() { c.send(c.join(100, 100), 10*time.Second) })
				}
				all.Wait()
				near(t, "requests in ten seconds", float64(c.count(begin, 10*time.Second)), 1000, 0.01)
			})
		})
	}
}

func (c *crowd) write(content string) {
	c.Helper()
	if err := os.MkdirAll(filepath.Dir(c.path), 0o700); err != nil {
		c.Fatal(err)
	}
	if err := os.WriteFile(c.path, []byte(content), 0o600); err != nil {
		c.Fatal(err)
	}
}

// Whatever is in the file, no ticket is for a time beyond what it may be, and what
// is written is read again.
func FuzzSchedule(f *testing.F) {
	now := time.Unix(1_800_000_000, 0)
	at := now.UnixNano()
	for _, s := range []schedule{{at, 100, at}, {at + int64(time.Hour), 0.001, at}, {math.MaxInt64, 1e300, math.MaxInt64}, {0, 1e-300, 0}} {
		f.Add(s.line(), 100.0, 3)
	}
	f.Add([]byte("ciobulk rate 1: next"), 1e-9, 1)
	f.Fuzz(func(t *testing.T, line []byte, perSecond float64, n int) {
		if !(perSecond > 0) || math.IsInf(perSecond, 1) || n < 1 || n > worth(perSecond) {
			return
		}
		var s schedule
		if s.parse(line) && string(s.line()) != string(line) {
			t.Errorf("%q is read as %q", line, s.line())
		}
		first, each, err := s.take(now, perSecond, n)
		most := max(time.Second, 8*time.Duration(min(1e9/perSecond, float64(time.Hour))))
		if full, ok := err.(fullError); ok && (full <= 0 || time.Duration(full) > 2*(8*time.Hour)) || err != nil && !ok {
			t.Errorf("take = %v", err)
		}
		if err == nil && (first.Before(now.Add(-late)) || first.After(now.Add(most)) || each < 0) {
			t.Errorf("the first ticket is for %v, and each %v", first.Sub(now), each)
		}
		var again schedule
		if !again.parse(s.line()) || again != s {
			t.Errorf("%+v is read as %+v", s, again)
		}
	})
}

// A process that was stopped while it held the lock stops no other process for more
// than a second, and when it releases the lock the rate is shared again.
func TestAHeldLockIsNotWaitedForForEver(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, dir)
		c.write("")
		lock := flock.New(c.path + ".lock")
		if held, err := lock.TryLock(); err != nil || !held {
			t.Fatal(held, err)
		}
		begin := time.Now()
		time.AfterFunc(10*time.Second, func() { lock.Close() })
		var told []error
		l, other := New(100), New(100)
		l.Share(Shared{Path: c.path, PerSecond: 100, Alone: func(err error) { told = append(told, err) }})
		other.Share(Shared{Path: c.path, PerSecond: 100})
		var all sync.WaitGroup
		all.Go(func() { c.send(l, 30*time.Second) })
		all.Go(func() { c.send(other, 30*time.Second) })
		all.Wait()
		if len(told) != 1 || !errors.Is(told[0], errLocked) || !strings.Contains(told[0].Error(), lock.Path()) {
			t.Errorf("told %v, want once that the lock is held", told)
		}
		near(t, "requests of two in five seconds, each alone", float64(c.count(begin.Add(2*time.Second), 5*time.Second)), 2*500, 0.01)
		near(t, "and in fifteen when the lock is free", float64(c.count(begin.Add(12*time.Second), 15*time.Second)), 1500, 0.01)
	})
}

// A file that cannot be used is reported once, and the pace is the limiter's own.
func TestAFileThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	blocked := filepath.Join(dir, "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"below a file": filepath.Join(blocked, "rate", "key"), "is a folder": dir} {
		synctest.Test(t, func(t *testing.T) {
			var told []error
			l := New(100)
			l.Share(Shared{Path: path, PerSecond: 100, Alone: func(err error) { told = append(told, err) }})
			near(t, name, float64(spend(t, l, 16, time.Minute)), 6000, 0.01)
			if len(told) != 1 || !strings.Contains(told[0].Error(), path) {
				t.Errorf("%s: told %v, want once and where", name, told)
			}
		})
	}
}

// Other users cannot read the file.
func TestModesOfTheFile(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, t.TempDir())
	if err := c.join(1000, 1000).Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{filepath.Dir(c.path): 0o700, c.path: 0o600, c.path + ".lock": 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want mode %o", path, info, err, want)
		}
	}
}

func TestWaitForTheFileEndsWithItsContext(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, dir)
		begin := time.Now()
		l := c.join(1000, 0.001) // and the first request passes
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := errors.Join(l.Wait(ctx), l.Wait(ctx)); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) > 1100*time.Millisecond {
			t.Errorf("Wait = %v after %v", err, time.Since(begin))
		}
	})
}
