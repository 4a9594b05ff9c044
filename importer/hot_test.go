package importer

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/ratelimit"
	"github.com/ciobulk/ciobulk/runs"
)

// online lets a job send to a service in memory, and returns what ends that.
func online(t *testing.T, job *Import, service http.Handler, c customerio.Config) (end func()) {
	t.Helper()
	w := newWire(service)
	c.SiteID, c.APIKey, c.BaseURL, c.Dial, c.Connections = "site", "key", "http://service", w.dial, job.Concurrency
	c.Limiter = ratelimit.New(1000)
	track, err := customerio.NewTrack(c)
	if err != nil {
		t.Fatal(err)
	}
	job.Sender = track
	return w.close
}

// 300 people have thirty rows each in three files. Requests take a random time,
// are refused, split, cut before and after; what is applied for each person is in
// the order of the files all the same: each row for the first time after the rows
// before it, and the last one last.
func TestOrderOfHotPeople(t *testing.T) {
	t.Parallel()
	const people, perFile = 300, 3000
	var owners []int
	var sources []Source
	for file := range 3 {
		var b strings.Builder
		b.WriteString("id,n\n")
		for range perFile {
			owner := rand.IntN(people)
			fmt.Fprintf(&b, "p%d,%d\n", owner, len(owners))
			owners = append(owners, owner)
		}
		sources = append(sources, source(t, fmt.Sprintf("%d.csv", file), b.String(), testMapping))
	}
	service := simulator.New(simulator.Config{KeepLog: true, Faults: simulator.Faults{
		Every429: 11, CutBefore: 13, CutAfter: 7, Every500: 17, TooLargeAbove: 15, SlowEvery: 5, Slow: 3 * time.Second,
	}})
	jitter := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Duration(rand.IntN(100)) * time.Millisecond) // virtual
		service.ServeHTTP(w, r)
	})
	run := begin(t, t.TempDir(), runs.Refuse, sources...)
	synctest.Test(t, func(t *testing.T) {
		job := Import{Sources: sources, Run: run, Concurrency: 16, BatchRows: 20}
		defer online(t, &job, jitter, customerio.Config{})()
		sum, err := job.Do(t.Context())
		if err != nil || sum.Accepted != 3*perFile {
			t.Fatalf("%+v, %v", sum, err)
		}
		again := checkLog(t, service, owners)
		stats := service.Stats()
		t.Logf("%d rows of %d people: %d requests, %d retries, %d cut, %d times 413, %d rows applied twice",
			sum.Rows, people, sum.Requests, sum.Retries, stats.Cut, stats.Answers[http.StatusRequestEntityTooLarge], again)
		if stats.Cut == 0 || again == 0 || stats.Answers[http.StatusRequestEntityTooLarge] == 0 {
			t.Error("nothing went wrong")
		}
	})
}

// checkLog checks what was applied against the owners of the rows, and returns how
// many operations were applied again.
func checkLog(t *testing.T, service *simulator.Workspace, owners []int) (again int) {
	t.Helper()
	applied, most, latest := make([]bool, len(owners)), make(map[int]int64), make(map[int]int64)
	for _, entry := range service.Log() {
		i := n(t, `{"attributes":`+string(entry.Attributes)+`}`)
		owner := owners[i]
		if applied[i] {
			again++
		} else if i < most[owner] {
			t.Fatalf("row %d of person %d came after row %d", i, owner, most[owner])
		}
		applied[i], most[owner], latest[owner] = true, max(most[owner], i), i
	}
	for owner, i := range latest {
		if i != most[owner] {
			t.Errorf("row %d of person %d was applied last, row %d should be", i, owner, most[owner])
		}
	}
	return again
}

// A first signal lets what hangs hang for Drain and no longer, and nothing that is
// not known is settled: the resumed run is exact.
func TestDrainIsBounded(t *testing.T) {
	t.Parallel()
	const total = 4000
	dir, service := t.TempDir(), simulator.New(simulator.Config{KeepLog: true, Faults: simulator.Faults{HangEvery: 40}})
	path := source(t, "people.csv", people(total, total), testMapping).Input.Path
	do := func(stop <-chan struct{}) (sum *runs.Summary, took time.Duration, err error) {
		src := openSource(t, path, testMapping)
		run := begin(t, dir, runs.Resume, src)
		defer run.Close()
		synctest.Test(t, func(t *testing.T) {
			job := Import{Sources: []Source{src}, Run: run, Concurrency: 4, BatchRows: 10, Drain: 7 * time.Second}
			if stop == nil {
				job.Stop = nil
			} else {
				bubble := make(chan struct{})
				job.Stop = bubble
				time.AfterFunc(10*time.Second, func() { close(bubble) })
			}
			defer online(t, &job, service, customerio.Config{Timeout: time.Hour, Outage: 2 * time.Hour})()
			begun := time.Now()
			sum, err = job.Do(t.Context())
			took = time.Since(begun)
		})
		return sum, took, err
	}
	sum, took, err := do(make(chan struct{}))
	t.Logf("stopped after 10 s with requests that hang: ended after %v, %+v", took, sum.Ledger)
	if !errors.Is(err, ErrInterrupted) || took != 17*time.Second || sum.Rows == total {
		t.Fatalf("%v, %v", took, err)
	}
	service.SetFaults(simulator.Faults{})
	sum, _, err = do(nil)
	if err != nil || sum.Rows != total || sum.Accepted != total*7/10 || service.Stats().People != int(sum.Accepted) {
		t.Errorf("resumed: %+v, %v", sum, err)
	}
}

// A service that is away for minutes, in whatever way, is waited for as long as the
// outage allows, with one line about it, and the run that gives up is resumed.
func TestOutages(t *testing.T) {
	t.Parallel()
	const total = 500
	for name, faults := range map[string]simulator.Faults{
		"503":        {Down: true},
		"500":        {Every500: 1},
		"HTML":       {EveryHTML: 1},
		"hang":       {HangEvery: 1},
		"cut before": {CutBefore: 1},
		"429":        {Every429: 1, RetryAfter: "7"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for away, want := range map[time.Duration]error{4 * time.Minute: nil, 20 * time.Minute: errUnavailable} {
				testOutage(t, faults, total, away, want)
			}
		})
	}
}

var errUnavailable = errors.New("unavailable")

func testOutage(t *testing.T, faults simulator.Faults, total int, away time.Duration, want error) {
	t.Helper()
	dir, service := t.TempDir(), simulator.New(simulator.Config{Faults: faults})
	path := source(t, "people.csv", people(total, total), testMapping).Input.Path
	var lines []string
	do := func() (sum *runs.Summary, took time.Duration, err error) {
		src := openSource(t, path, testMapping)
		run := begin(t, dir, runs.Resume, src)
		defer run.Close()
		synctest.Test(t, func(t *testing.T) {
			job := Import{Sources: []Source{src}, Run: run, Concurrency: 4, BatchRows: 50}
			time.AfterFunc(away, func() { service.SetFaults(simulator.Faults{}) })
			defer online(t, &job, service, customerio.Config{Waiting: func(reason error) {
				lines = append(lines, fmt.Sprint(reason))
			}})()
			begun := time.Now()
			sum, err = job.Do(t.Context())
			took = time.Since(begun)
			time.Sleep(away) // virtual: until the service is back
		})
		return sum, took, err
	}
	sum, took, err := do()
	t.Logf("away for %v: %v after %v; told %q", away, err, took.Round(time.Second), lines)
	trouble, _ := errors.AsType[*customerio.Error](err)
	switch {
	case want == nil && (err != nil || len(lines) != 2 || lines[1] != "<nil>"):
		t.Errorf("%+v, %v; told %q", sum, err, lines)
	case want != nil && (trouble == nil || trouble.Trouble != customerio.Unavailable || len(lines) != 1 || took > 10*time.Minute+30*time.Second || took < 8*time.Minute):
		t.Errorf("after %v: %v; told %q", took, err, lines)
	}
	if sum, _, err = do(); want != nil && (err != nil || sum.Accepted != int64(total)*7/10) {
		t.Errorf("resumed: %+v, %v", sum, err)
	}
}
