package customerio

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// A try is begun as long as it begins within the outage, to the nanosecond,
// and the client gives up as soon as it is known that the next will not.
func TestOutage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		outage time.Duration
		tries  int
		took   time.Duration
	}{
		"exact":       {300 * time.Second, 4, 300 * time.Second},
		"just short":  {300*time.Second - 1, 3, 200 * time.Second},
		"just beyond": {300*time.Second + 1, 4, 300 * time.Second},
		"at once":     {99 * time.Second, 1, 0},
		"the default": {0, 7, 600 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := always(503, `{"meta":{"error":"service unavailable"}}`, "Retry-After", "100")
				begun := time.Now()
				_, err := client(t, s, Config{Outage: c.outage}).Send(t.Context(), batchOf(one()...))
				equal(t, "trouble", troubleOf(t, err), Unavailable)
				e, _ := errors.AsType[*Error](err)
				equal(t, "status", e.Status, 503)
				equal(t, "reason", e.Err.Error(), `503 Service Unavailable: {"meta":{"error":"service unavailable"}}`)
				equal(t, "tries", s.count(), c.tries)
				equal(t, "took", time.Since(begun), c.took)
			})
		})
	}
}

// slowPace lets the first request wait long.
type slowPace struct {
	pace
	first time.Duration
}

func (p *slowPace) Wait(ctx context.Context) error {
	d := p.first
	p.first = 0
	return sleep(ctx, d)
}

// Keeping to the pace is not an outage: a batch that waited long for its turn is
// tried as long as any other.
func TestOutageBeginsWithTheFirstTry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := failing(2, 500, "Retry-After", "100")
		_, err := client(t, s, Config{Limiter: &slowPace{first: time.Hour}}).Send(t.Context(), batchOf(one()...))
		equal(t, "error", err, nil)
		equal(t, "tries", s.count(), 3)
	})
}

// Each part of a split batch has the whole outage.
func TestOutageOfAPart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{answer: func(n int, w http.ResponseWriter, r *http.Request) {
			switch {
			case n == 0:
				say(w, 413, "")
			case n%7 == 0:
				say(w, 200, "{}")
			default:
				say(w, 500, "", "Retry-After", "100")
			}
		}}
		_, err := client(t, s, Config{}).Send(t.Context(), batchOf(operations(0, 2)...))
		equal(t, "error", err, nil)
		equal(t, "tries", s.count(), 15)
	})
}

// told is one call of Waiting, and when it came after the test began.
type told struct {
	after  time.Duration
	reason string // "" is recovery
}

func tell(list *[]told) func(error) {
	begun := time.Now()
	return func(reason error) {
		entry := told{after: time.Since(begun)}
		if reason != nil {
			entry.reason = reason.Error()
		}
		*list = append(*list, entry)
	}
}

func TestWaiting(t *testing.T) {
	t.Parallel()
	const s = time.Second
	for name, c := range map[string]struct {
		good       map[int]bool // the requests that are answered well
		retryAfter string
		sends      int
		want       []told
	}{
		"a moment":                 {map[int]bool{2: true}, "2", 1, nil},
		"to the second":            {map[int]bool{1: true}, "5", 1, nil},
		"as soon as it is certain": {map[int]bool{1: true}, "5.000000001", 1, []told{{0, "503 Service Unavailable: down"}, {5*s + 1, ""}}},
		"after a while":            {map[int]bool{4: true}, "2", 1, []told{{4 * s, "503 Service Unavailable: down"}, {8 * s, ""}}},
		"once":                     {map[int]bool{3: true}, "40", 1, []told{{0, "503 Service Unavailable: down"}, {120 * s, ""}}},
		"again":                    {map[int]bool{1: true, 3: true}, "40", 2, []told{{0, "503 Service Unavailable: down"}, {40 * s, ""}, {40 * s, "503 Service Unavailable: down"}, {80 * s, ""}}},
		"a moment, twice":          {map[int]bool{2: true, 5: true}, "2", 2, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var got []told
				s := &script{answer: func(n int, w http.ResponseWriter, r *http.Request) {
					if c.good[n] {
						say(w, 200, "{}")
						return
					}
					say(w, 503, "down", "Retry-After", c.retryAfter)
				}}
				track := client(t, s, Config{Waiting: tell(&got)})
				for range c.sends {
					_, err := track.Send(t.Context(), batchOf(one()...))
					equal(t, "error", err, nil)
				}
				equal(t, "told", got, c.want)
			})
		})
	}
}

// Sends that fail together are reported once.
func TestWaitingIsToldOnceForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var got []told
		s := failing(16, 503, "Retry-After", "40")
		track := client(t, s, Config{Waiting: tell(&got)})
		done := make(chan error)
		for range 16 {
			go func() {
				_, err := track.Send(t.Context(), batchOf(one()...))
				done <- err
			}()
		}
		for range 16 {
			equal(t, "error", <-done, nil)
		}
		equal(t, "told", got, []told{{0, "503 Service Unavailable: {}"}, {40 * time.Second, ""}})
	})
}

// Tries that began before the last success say nothing new when they fail.
func TestWaitingIsNotToldOfThePast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var got []told
		at := waiting{tell: tell(&got)}
		begun := time.Now()
		time.Sleep(9 * time.Second)
		at.over()
		for range 2 { // such as two that hung for half a minute
			time.Sleep(10 * time.Second)
			at.failed(errors.New("no answer"), begun, 0)
		}
		equal(t, "told", len(got), 0)
		for range 2 {
			begun = time.Now()
			time.Sleep(10 * time.Second)
			at.failed(errors.New("no answer"), begun, 0)
		}
		equal(t, "told", got, []told{{49 * time.Second, "no answer"}})
	})
}
