package simulator

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// These tests have virtual time: what they say is exact.

func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(Config{Faults: Faults{Latency: 70 * time.Millisecond}})
		start := time.Now()
		accept(t, w, identify("1", ``))
		equal(t, "a batch takes", time.Since(start), 70*time.Millisecond)
		equal(t, "region", ask(w, "GET", regionPath, "").Code, 200)
		equal(t, "and the region", time.Since(start), 140*time.Millisecond)
		ask(w, "GET", adminPath+"stats", "")
		equal(t, "and a look nothing", time.Since(start), 140*time.Millisecond)
	})
}

func TestSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(Config{Faults: Faults{SlowEvery: 2, Slow: time.Second}})
		for _, want := range []time.Duration{0, time.Second, 0, time.Second} {
			start := time.Now()
			accept(t, w, identify("1", ``))
			equal(t, "took", time.Since(start), want)
		}
	})
}

func TestSlowIsAppliedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(Config{Faults: Faults{SlowEvery: 1, Slow: time.Second}})
		equal(t, "cut when the client leaves", leaving(t, w, time.Millisecond), time.Millisecond)
		equal(t, "people", len(w.People()), 1)
	})
}

func TestHang(t *testing.T) {
	for name, c := range map[string]struct{ hang, leave, want time.Duration }{
		"until it ends":           {time.Minute, time.Hour, time.Minute},
		"until the client leaves": {time.Minute, time.Second, time.Second},
		"for ever, but for that":  {0, 24 * time.Hour, 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := New(Config{Faults: Faults{HangEvery: 1, Hang: c.hang}})
				equal(t, "hung", leaving(t, w, c.leave), c.want)
				equal(t, "people", len(w.People()), 0)
				equal(t, "cut", w.Stats().Cut, 1)
			})
		})
	}
}

// leaving sends a batch that has to be cut, for a client that leaves after a
// while, and returns how long that took.
func leaving(t *testing.T, w *Workspace, after time.Duration) (took time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), after)
	defer cancel()
	start := time.Now()
	defer func() {
		equal(t, "cut", recover(), any(http.ErrAbortHandler))
		took = time.Since(start)
	}()
	r := httptest.NewRequestWithContext(ctx, "POST", batchPath, strings.NewReader(batchOf(identify("1", ``))))
	r.Header.Set("Authorization", basic(base64.StdEncoding, "site", "key"))
	w.ServeHTTP(httptest.NewRecorder(), r)
	return 0
}

func TestMaxPerSecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(Config{Faults: Faults{MaxPerSecond: 3}})
		equal(t, "a second's worth", statuses(w, 5), []int{200, 200, 200, 429, 429})
		time.Sleep(334 * time.Millisecond)
		equal(t, "a third later", statuses(w, 2), []int{200, 429})
		time.Sleep(time.Hour)
		equal(t, "an hour is not saved up", statuses(w, 4), []int{200, 200, 200, 429})
		for range 100 {
			time.Sleep(334 * time.Millisecond)
			equal(t, "at the rate", statuses(w, 1), []int{200})
		}
	})
}

func TestMaxPerSecondBelowOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(Config{Faults: Faults{MaxPerSecond: 0.5}})
		equal(t, "one at first", statuses(w, 2), []int{200, 429})
		time.Sleep(2 * time.Second)
		equal(t, "one in two seconds", statuses(w, 2), []int{200, 429})
	})
}
