package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/internal/slowtest"
)

// start is a service that holds the requests of several processes back until
// all of them are there, and notes when they come after that.
type start struct {
	service http.Handler

	mu       sync.Mutex
	lacks    int // processes
	complete chan struct{}
	begin    time.Time
	came     []time.Duration
}

func newStart(processes int) *start {
	service := simulator.New(simulator.Config{SiteID: testSite, APIKey: testKey})
	return &start{service: service, lacks: processes, complete: make(chan struct{})}
}

func (s *start) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet { // the first that a process asks
		s.arrive()
	} else {
		s.note()
		<-s.complete
	}
	s.service.ServeHTTP(w, r)
}

func (s *start) arrive() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lacks--; s.lacks == 0 {
		s.begin = time.Now()
		close(s.complete)
	}
}

func (s *start) note() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lacks == 0 {
		s.came = append(s.came, time.Since(s.begin))
	}
}

// Several processes of one machine keep to one rate together, as the service
// sees it, whether each has its own work or they are shards of one.
func TestProcessesShareTheRate(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	const processes, rate = 3, 200
	for name, c := range map[string]struct {
		rows int
		args func(i int) []string
	}{
		"runs":   {300, func(i int) []string { return []string{fmt.Sprintf("people%d.csv", i)} }},
		"shards": {900, func(i int) []string { return []string{"people1.csv", "--shard", fmt.Sprintf("%d/3", i)} }},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStart(processes)
			server := httptest.NewServer(checkContract(t, s))
			defer server.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			defer cancel()
			dir := t.TempDir()
			var running []*exec.Cmd
			for i := 1; i <= processes; i++ {
				people := fmt.Appendf(peopleCSV(c.rows), "user-%d,,\n", i) // files with the same contents would be the same work
				if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("people%d.csv", i)), people, 0o600); err != nil {
					t.Fatal(err)
				}
				running = append(running, startPaced(t, ctx, dir, server.URL, rate, c.args(i)))
			}
			for _, p := range running {
				if err := p.Wait(); err != nil || bytes.Contains(p.Stderr.(*bytes.Buffer).Bytes(), []byte("not shared")) {
					t.Errorf("%v\n%s", err, p.Stderr)
				}
			}
			s.check(t, rate)
		})
	}
}

// startPaced starts a process that makes a request of every row.
func startPaced(t *testing.T, ctx context.Context, dir, url string, rate int, args []string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(ctx, "ciobulk", append([]string{"upsert", "--match", "id", "--rate", fmt.Sprint(rate), "--batch-rows", "1"}, args...)...)
	c.Dir, c.Stderr = dir, new(bytes.Buffer)
	c.Env = append(os.Environ(), "CUSTOMERIO_TRACK_URL="+url, "CUSTOMERIO_SITE_ID="+testSite, "CUSTOMERIO_API_KEY="+testKey)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

// check fails where the processes were too fast, all of them together and until
// the first had no more to do; or slower than a busy machine explains.
func (s *start) check(t *testing.T, rate float64) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.Sort(s.came)
	together := s.came[:len(s.came)*8/10]
	got := float64(len(together)-1) / (together[len(together)-1] - together[0]).Seconds()
	t.Logf("3 processes with --rate %v: %d requests in all, %.1f/s, %+.1f %%", rate, len(s.came), got, 100*(got/rate-1))
	if got > 1.03*rate { // slower they are on a busy machine; virtual time tells of that
		t.Error("they are faster than their rate")
	}
}
