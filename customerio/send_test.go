package customerio

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ciobulk/ciobulk/internal/simulator"
)

// faults are sent ten batches of twenty, one after the other. What goes wrong
// with every second request leaves ten that do not, and nine that do.
var faults = map[string]struct {
	faults            simulator.Faults
	requests, retries int64
	slow              []time.Duration // what the limiter is told, each time
}{
	"none":              {simulator.Faults{}, 10, 0, nil},
	"429":               {simulator.Faults{Every429: 2}, 19, 9, []time.Duration{0}},
	"429 in seconds":    {simulator.Faults{Every429: 2, RetryAfter: "3"}, 19, 9, []time.Duration{3 * time.Second}},
	"429 until a date":  {simulator.Faults{Every429: 10, RetryAfter: "Sat, 01 Jan 2000 00:01:00 GMT"}, 11, 1, []time.Duration{time.Minute}},
	"500":               {simulator.Faults{Every500: 2}, 19, 9, nil},
	"503":               {simulator.Faults{Every503: 2, RetryAfter: "1.5"}, 19, 9, []time.Duration{1500 * time.Millisecond}},
	"HTML":              {simulator.Faults{EveryHTML: 2}, 19, 9, nil},
	"cut before":        {simulator.Faults{CutBefore: 2}, 19, 9, nil},
	"cut after":         {simulator.Faults{CutAfter: 2}, 19, 9, nil},
	"hang":              {simulator.Faults{HangEvery: 2}, 19, 9, []time.Duration{0}},
	"slow":              {simulator.Faults{SlowEvery: 2, Slow: 900 * time.Millisecond}, 10, 0, nil},
	"too slow":          {simulator.Faults{SlowEvery: 2, Slow: 1100 * time.Millisecond}, 19, 9, []time.Duration{0}},
	"413 above 5":       {simulator.Faults{TooLargeAbove: 5}, 61, 0, nil},
	"413 above 1":       {simulator.Faults{TooLargeAbove: 1}, 204, 0, nil},
	"more than a pace":  {simulator.Faults{MaxPerSecond: 1}, 0, 0, []time.Duration{0}},
	"one is refused":    {simulator.Faults{RefuseWhole: poison}, 10 + 2*2*4, 0, nil}, // rows 55 and 155, each the 15th of its 20
	"one, and 413":      {simulator.Faults{RefuseWhole: poison, TooLargeAbove: 5}, 61 + 2*2, 0, nil},
	"all of the faults": {storm, 0, 0, nil},
}

// storm is everything at once.
var storm = simulator.Faults{
	Every429: 7, Every500: 11, Every503: 13, EveryHTML: 17, CutBefore: 19, CutAfter: 5, HangEvery: 23,
	SlowEvery: 6, Slow: 1200 * time.Millisecond, Latency: 20 * time.Millisecond,
	TooLargeAbove: 12, RefuseWhole: poison, RetryAfter: "2", MaxPerSecond: 40,
}

func TestSendSurvives(t *testing.T) {
	t.Parallel()
	for name, c := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, limiter := simulator.New(simulator.Config{Faults: c.faults}), new(pace)
				track := client(t, w, Config{Timeout: time.Second, Limiter: limiter})
				rejected := run(t, track, 1, 10, 20)
				delivered(t, w, track, rejected, 200)
				stats := track.Stats()
				equal(t, "waits", int64(limiter.waits), stats.Requests)
				if c.requests > 0 {
					equal(t, "requests and retries", []int64{stats.Requests, stats.Retries}, []int64{c.requests, c.retries})
					equal(t, "steady", int64(limiter.steady), c.requests-c.retries)
					equal(t, "slow", slices.Compact(limiter.slow), c.slow)
				}
			})
		})
	}
}

// delivered checks that all rows but the bad arrived, that these are known,
// and that both sides count alike.
func delivered(t *testing.T, w *simulator.Workspace, track *Track, rejected []int, rows int) {
	t.Helper()
	bad := isBad
	sim, stats := w.Stats(), track.Stats()
	without := func(int) bool { return false }
	if sim.Answers[400] > 0 {
		without = isPoison
		bad = func(i int) bool { return isBad(i) || isPoison(i) }
	}
	equal(t, "rejected", rejected, rowsThat(rows, bad))
	equal(t, "fingerprint", w.Fingerprint(), calm(t, rows, without))
	equal(t, "requests", stats.Requests, sim.BatchRequests)
	equal(t, "bytes", stats.Bytes, sim.Bytes)
}

// With the race detector this is about memory, without it about the counts.
func TestSendSurvivesAStorm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, limiter := simulator.New(simulator.Config{Faults: storm}), new(pace)
		track := client(t, w, Config{Timeout: time.Second, Limiter: limiter})
		rejected := run(t, track, 12, 60, 25)
		delivered(t, w, track, rejected, 60*25)
		equal(t, "waits", int64(limiter.waits), track.Stats().Requests)
		sim := w.Stats()
		for _, status := range []int{200, 207, 400, 413, 429, 500, 502, 503} {
			if sim.Answers[status] == 0 {
				t.Errorf("the storm had no %d", status)
			}
		}
		if sim.Cut == 0 || sim.MostInFlight < 12 || sim.LargestBody > MaxBatch {
			t.Errorf("%+v", sim)
		}
	})
}

// Operations are not known to be accepted if the answer does not say so.
func TestSendOddAnswers(t *testing.T) {
	t.Parallel()
	bad := rowsThat(20, isBad)
	everything := rowsThat(20, func(int) bool { return true })
	for odd, c := range map[simulator.Odd]struct {
		rows    []int
		unknown bool
	}{
		simulator.OddEmpty:    {everything, true},
		simulator.OddTwice:    {bad, true},
		simulator.OddRange:    {everything, true},
		simulator.OddNoIndex:  {everything, true},
		simulator.OddBare:     {bad, false},
		simulator.OddOKErrors: {bad, false},
	} {
		t.Run(string(odd), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := simulator.New(simulator.Config{Faults: simulator.Faults{Odd207: odd}})
				track := client(t, w, Config{})
				all, err := track.Send(t.Context(), batchOf(operations(0, 20)...))
				var rows []int
				for _, r := range all {
					rows = append(rows, r.Index)
					equal(t, "unknown", r.Unknown, c.unknown)
				}
				equal(t, "rejected", rows, c.rows)
				equal(t, "error", err, nil)
				equal(t, "requests", track.Stats().Requests, 1)
			})
		})
	}
}

func TestSendNothing(t *testing.T) {
	t.Parallel()
	track, err := NewTrack(Config{SiteID: testSite, APIKey: testKey, BaseURL: testBase})
	equal(t, "configuration", err, nil)
	all, err := track.Send(t.Context(), new(Batch))
	equal(t, "rejections", all, nil)
	equal(t, "error", err, nil)
	equal(t, "stats", track.Stats(), Stats{})
}

// A request may be as large as the limit; a larger one is split.
func TestSendAtTheLimit(t *testing.T) {
	t.Parallel()
	for size, requests := range map[int]int64{MaxBatch: 1, MaxBatch + 1: 3} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ops := operations(0, 2)
				for batchOf(ops...).Size() < size {
					op := identify(fmt.Sprint(len(ops)), 1)
					room := min(size-batchOf(ops...).Size()-1, MaxOperation) - len(op)
					ops = append(ops, append(op, bytes.Repeat([]byte(" "), max(room, 0))...))
				}
				w := simulator.New(simulator.Config{})
				track := client(t, w, Config{})
				all, err := track.Send(t.Context(), batchOf(ops...))
				equal(t, "rejections", short(all), "")
				equal(t, "error", err, nil)
				equal(t, "requests", track.Stats().Requests, requests)
				equal(t, "largest", w.Stats().LargestBody, size)
				equal(t, "people", w.Stats().People, len(ops))
			})
		})
	}
}

// What is refused alone is rejected in the answer's words.
func TestSendSplits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		track := client(t, always(422, `{"errors":[{"reason":"required","field":"name"}]}`), Config{})
		all, err := track.Send(t.Context(), batchOf(operations(0, 3)...))
		equal(t, "rejections", short(all), `0 required "name" ""; 1 required "name" ""; 2 required "name" ""`)
		equal(t, "error", err, nil)
		equal(t, "requests", track.Stats().Requests, 5)
	})
}

// Trouble with either half of a split batch leaves nothing known of the whole.
func TestSendSplitsAndFails(t *testing.T) {
	t.Parallel()
	for failing := 1; failing <= 2; failing++ {
		synctest.Test(t, func(t *testing.T) {
			s := &script{answer: func(n int, w http.ResponseWriter, r *http.Request) {
				switch n {
				case 0:
					say(w, 413, "")
				case failing:
					say(w, 401, `{"meta":{"error":"unauthorized"}}`)
				default:
					say(w, 207, "")
				}
			}}
			all, err := client(t, s, Config{}).Send(t.Context(), batchOf(operations(0, 4)...))
			equal(t, "rejections", all, nil)
			equal(t, "trouble", troubleOf(t, err), Credentials)
			equal(t, "requests", s.count(), failing+1)
		})
	}
}
