package exporter

import (
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/internal/slowtest"
	"github.com/ciobulk/ciobulk/ratelimit"
	"github.com/ciobulk/ciobulk/runs"
)

// The attributes of people are read at the rate that the service allows, though
// each answer takes longer than a request's turn.
func TestPace(t *testing.T) {
	slowtest.Mark(t)
	const perSecond = 50
	w := newWorld(t, simulator.Config{AppPerSecond: perSecond * 1.2, Faults: simulator.Faults{AppLatency: 100 * time.Millisecond}})
	w.people(20_000)
	limiter := ratelimit.New(perSecond)
	app, err := customerio.NewApp(customerio.AppConfig{Key: appKey, BaseURL: w.url, Limiter: limiter})
	if err != nil {
		t.Fatal(err)
	}
	j := w.job(Query{What: People}, "people.csv", runs.Refuse)
	defer j.Run.Close()
	j.App = app
	var first, last time.Time
	j.Progress = func(p Progress) {
		if p.Stage == "reading attributes" {
			if first.IsZero() {
				first = time.Now()
			}
			last = time.Now()
		}
	}
	if _, err := j.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := 199 / last.Sub(first).Seconds()
	t.Logf("%.1f requests a second, %.1f %% of %d", got, 100*got/perSecond, perSecond)
	if got < 0.9*perSecond {
		t.Errorf("%.1f requests a second are too few", got)
	}
}
