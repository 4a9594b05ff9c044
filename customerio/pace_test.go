package customerio

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/internal/slowtest"
	"github.com/ciobulk/ciobulk/ratelimit"
)

// gate is a simulated service that notes when batches come and which of them it
// refuses. An answer takes some time, as it does elsewhere.
type gate struct {
	*simulator.Workspace
	begin    time.Time
	redirect bool // every request but those that are redirected

	mu      sync.Mutex
	came    []time.Duration // since begin
	refused []time.Duration
}

func newGate(f simulator.Faults) *gate {
	return &gate{Workspace: simulator.New(simulator.Config{Faults: f}), begin: time.Now()}
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := time.Since(g.begin)
	g.mu.Lock()
	g.came = append(g.came, at)
	g.mu.Unlock()
	status := &statusWriter{ResponseWriter: w}
	time.Sleep(10*time.Millisecond + rand.N(20*time.Millisecond))
	if g.redirect && r.URL.RawQuery == "" {
		w.Header().Set("Location", r.URL.Path+"?redirected=1")
		status.WriteHeader(http.StatusTemporaryRedirect)
	} else {
		g.Workspace.ServeHTTP(status, r)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if status.code == http.StatusTooManyRequests {
		g.refused = append(g.refused, at)
	}
}

type statusWriter struct {
	http.ResponseWriter
	code int
}

func (w *statusWriter) WriteHeader(code int) {
	w.code = code
	w.ResponseWriter.WriteHeader(code)
}

// seen is what the gate has noted, while requests that were given up are on
// their way.
func (g *gate) seen() (came, refused []time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.came), slices.Clone(g.refused)
}

// within is how many of times are from `from` on and before to.
func within(times []time.Duration, from, to time.Duration) (n int) {
	for _, at := range times {
		if from <= at && at < to {
			n++
		}
	}
	return n
}

// flood sends batches of one operation from as many lanes as there may be, until
// ctx ends.
func (g *gate) flood(t *testing.T, ctx context.Context, l Limiter, lanes int) {
	track := client(t, g, Config{Limiter: l, Connections: lanes, Outage: time.Hour})
	var all sync.WaitGroup
	for lane := range lanes {
		all.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				rejected, err := track.Send(ctx, batchOf(identify(fmt.Sprint(lane), n)))
				if ctx.Err() == nil && (err != nil || len(rejected) > 0) {
					t.Errorf("lane %d: %v, %v", lane, rejected, err)
					return
				}
			}
		})
	}
	all.Wait()
}

// watch notes when the pace has come down to what the service bears from calm on,
// and when it is back at nine tenths of the rate from hard on, which ends it all.
func (g *gate) watch(ctx context.Context, l *ratelimit.Limiter, calm, hard time.Duration, bears, rate float64, end func()) (found, back time.Duration) {
	for ; ctx.Err() == nil; time.Sleep(10 * time.Millisecond) {
		at := time.Since(g.begin)
		if at > calm && found == 0 && l.PerSecond() <= bears {
			found = at - calm
		}
		if at > hard && l.PerSecond() >= 0.9*rate {
			back = at - hard
			end()
		}
	}
	return found, back
}

// Where a service begins to refuse at a tenth of the rate, the pace finds that within
// seconds; few requests are refused from then on, and its capacity is used fully,
// also soon after it has recovered.
func TestPaceFindsWhatTheServiceBears(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const calm, hard, rate, bears = 5 * time.Second, 3 * time.Minute, 400, 40
		g, l := newGate(simulator.Faults{}), ratelimit.New(rate)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		time.AfterFunc(calm, func() { g.SetFaults(simulator.Faults{MaxPerSecond: bears}) })
		time.AfterFunc(hard, func() { g.SetFaults(simulator.Faults{}) })
		var found, back time.Duration
		var watching sync.WaitGroup
		watching.Go(func() { found, back = g.watch(ctx, l, calm, hard, bears, rate, cancel) })
		g.flood(t, ctx, l, 16)
		watching.Wait()

		came, refusals := g.seen()
		before := within(refusals, calm, calm+found)
		sent, refused := within(came, calm+found, hard), within(refusals, calm+found, hard)
		accepted := float64(sent-refused) / (hard - calm - found).Seconds()
		t.Logf("at %d/s the service begins to refuse at %d/s: found after %.1f s and %d refusals", rate, bears, found.Seconds(), before)
		t.Logf("until %v: %d requests, %d refused (%.1f %%), %.1f/s accepted", hard, sent, refused, 100*float64(refused)/float64(sent), accepted)
		t.Logf("it recovers: at 90 %% of the rate after %.1f s", back.Seconds())
		if found == 0 || found > 3*time.Second {
			t.Error("not found within three seconds")
		}
		if refused*10 > sent {
			t.Error("a tenth was refused, or more")
		}
		if accepted < 0.9*bears {
			t.Error("less than nine tenths of what the service bears were used")
		}
		if back == 0 || back > 40*time.Second {
			t.Error("not back at nine tenths of the rate after 40 s")
		}
	})
}

// Whatever goes wrong, no second has more requests than the rate and its burst:
// retries and redirects count.
func TestRetriesAndRedirectsCountAgainstTheRate(t *testing.T) {
	t.Parallel()
	const rate, burst = 100, 1
	for name, f := range map[string]simulator.Faults{
		"500":           {Every500: 3},
		"HTML":          {EveryHTML: 3},
		"429":           {Every429: 3},
		"cut":           {CutBefore: 6, CutAfter: 5},
		"all and hangs": {Every500: 5, EveryHTML: 7, CutBefore: 11, CutAfter: 13, HangEvery: 17, Hang: time.Second},
		"redirect":      {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := newGate(f)
				g.redirect = name == "redirect"
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				g.flood(t, ctx, ratelimit.New(rate), 64)
				came, _ := g.seen()
				most := busiest(came)
				t.Logf("%d requests in a minute at %d/s, %d in the busiest second", len(came), rate, most)
				if most > rate+burst {
					t.Errorf("%d requests in a second, want at most %d", most, rate+burst)
				}
				if name != "429" && len(came) < 59*rate {
					t.Error("the rate was not used")
				}
			})
		})
	}
}

// busiest is the most of times that are in any one second.
func busiest(times []time.Duration) (most int) {
	slices.Sort(times)
	first := 0
	for i, at := range times {
		for at-times[first] >= time.Second {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}
