package importer

import (
	"bytes"
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/ratelimit"
	"github.com/ciobulk/ciobulk/runs"
)

var schedules = flag.Int("schedules", 24, "how many random schedules of faults TestSchedulesOfFaults tries")

// Whatever goes wrong, the verdicts partition the rows: each is accepted, filtered
// or in the rejected file, and in one of these only; what is accepted was applied,
// what the service refused is not accepted, and each person's operations came in
// the order of the files. Through lost answers, refusals of whole requests and
// their splits, answers that say nothing, and runs that broke off.
func TestSchedulesOfFaults(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var sum runs.Ledger
	var requests, retries, resumed int64
	count := func(got *runs.Summary) {
		mu.Lock()
		defer mu.Unlock()
		sum.Rows, sum.Accepted, sum.Rejected = sum.Rows+got.Rows, sum.Accepted+got.Accepted, sum.Rejected+got.Rejected
		sum.Filtered, sum.Unknown = sum.Filtered+got.Filtered, sum.Unknown+got.Unknown
		requests, retries, resumed = requests+got.Requests, retries+got.Retries, resumed+int64(got.Resumed)
	}
	const groups = 8
	t.Run("group", func(t *testing.T) {
		for group := range groups {
			t.Run(strconv.Itoa(group), func(t *testing.T) {
				t.Parallel()
				for seed := group; seed < *schedules && !t.Failed(); seed += groups {
					trySchedule(t, uint64(seed), count)
				}
			})
		}
	})
	t.Logf("%d schedules: %d rows = %d accepted + %d rejected + %d filtered + %d unknown; %d requests, %d retries, %d resumes",
		*schedules, sum.Rows, sum.Accepted, sum.Rejected, sum.Filtered, sum.Unknown, requests, retries, resumed)
	if err := sum.Check(); err != nil {
		t.Error(err)
	}
	if sum.Unknown == 0 || retries == 0 || resumed == 0 {
		t.Error("nothing went wrong")
	}
}

func trySchedule(t *testing.T, seed uint64, count func(*runs.Summary)) {
	defer func() {
		if t.Failed() {
			t.Logf("it was schedule %d", seed)
		}
	}()
	dir, err := os.MkdirTemp("", "schedule") // and no Cleanup: there are very many
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	s := newSchedule(dir, seed)
	got := s.run(t)
	s.check(t, got)
	count(got)
}

// schedule is a random run: files, a service with faults, and when to break off.
type schedule struct {
	*rand.Rand
	files    []string // their text
	verdicts []string // of each row, all files together: "", "filtered", "rejected", or "refused" if the service does
	people   []int    // of each row
	faults   simulator.Faults
	service  *simulator.Workspace
	dir      string
	state    runs.State
}

func newSchedule(dir string, seed uint64) *schedule {
	s := &schedule{Rand: rand.New(rand.NewPCG(seed, 5)), dir: dir, state: runs.State{Dir: dir}}
	s.chooseFaults()
	s.service = simulator.New(simulator.Config{KeepLog: true, Faults: s.faults})
	people := 3 + s.IntN(60) // with one whom the service takes: what refuses all rows alike ends the run
	for range 1 + s.IntN(3) {
		var b strings.Builder
		b.WriteString("id,n\n")
		for range 1 + s.IntN(150) {
			s.addRow(&b, s.IntN(people))
		}
		s.files = append(s.files, b.String())
	}
	return s
}

// addRow adds a row of person, whose n is the row's place among all.
func (s *schedule) addRow(b *strings.Builder, person int) {
	i, id := len(s.people), fmt.Sprintf("p%d", person)
	value, verdict := strconv.Itoa(i), ""
	if id == s.faults.Reject || id == s.faults.RefuseWhole {
		verdict = "refused"
	}
	switch s.IntN(12) {
	case 0:
		value, verdict = value+"x", "rejected"
	case 1:
		value, verdict = "-"+value, "filtered"
	case 2:
		value, verdict = value+",surplus", "rejected"
	}
	fmt.Fprintf(b, "%s,%s\n", id, value)
	s.people, s.verdicts = append(s.people, person), append(s.verdicts, verdict)
}

func (s *schedule) chooseFaults() {
	every := func() int {
		if s.IntN(2) == 0 {
			return 0
		}
		return 3 + s.IntN(20)
	}
	odd := []simulator.Odd{"", simulator.OddEmpty, simulator.OddTwice, simulator.OddRange, simulator.OddNoIndex, simulator.OddBare, simulator.OddOKErrors}
	s.faults = simulator.Faults{
		Every429: every(), Every500: every(), Every503: every(), EveryHTML: every(),
		CutBefore: every(), CutAfter: every(), HangEvery: every(), SlowEvery: every(), Slow: time.Duration(s.IntN(5000)) * time.Millisecond,
		Latency: time.Duration(s.IntN(100)) * time.Millisecond, RetryAfter: []string{"", "1", "3"}[s.IntN(3)],
		Odd207: odd[s.IntN(len(odd))],
	}
	if s.IntN(2) == 0 {
		s.faults.TooLargeAbove = 1 + s.IntN(30)
	}
	if s.IntN(2) == 0 {
		s.faults.RefuseWhole = "p1"
	}
	if s.IntN(3) > 0 {
		s.faults.Reject = "p0"
	}
}

const scheduleMapping = `match: {id: id}
attributes:
  n: {column: n, type: integer}
where: 'not (n startsWith "-")'
`

// run does the job, which is broken off up to twice and resumed.
func (s *schedule) run(t *testing.T) (sum *runs.Summary) {
	var paths []string
	for i, text := range s.files {
		paths = append(paths, filepath.Join(s.dir, fmt.Sprintf("%d.csv", i)))
		if err := os.WriteFile(paths[i], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for left := s.IntN(3); ; left-- {
		var sources []Source
		for _, path := range paths {
			sources = append(sources, bound(t, path, scheduleMapping))
		}
		run, err := s.state.Begin(claimOf(sources), runs.Resume, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		job := Import{Sources: sources, Run: run, Concurrency: 1 + s.IntN(8), BatchRows: 1 + s.IntN(30)}
		breakOff := time.Duration(0)
		if left > 0 {
			breakOff = time.Duration(s.IntN(3000)) * time.Millisecond
		}
		synctest.Test(t, func(t *testing.T) { sum, err = s.do(t, &job, breakOff) })
		if err == nil {
			err = run.Finish()
		}
		run.Close()
		for _, src := range sources {
			src.Input.Close()
		}
		if left <= 0 && err != nil {
			t.Fatal(err)
		}
		if err == nil {
			s.rejected(t, run)
			return sum
		}
	}
}

// do does a job in virtual time, and breaks it off after a while unless that is 0.
func (s *schedule) do(t *testing.T, job *Import, breakOff time.Duration) (*runs.Summary, error) {
	ctx := t.Context()
	if breakOff > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, breakOff)
		defer cancel()
	}
	wire := newWire(s.service)
	defer wire.close()
	track, err := customerio.NewTrack(customerio.Config{
		SiteID: "site", APIKey: "key", BaseURL: "http://service", Dial: wire.dial, Limiter: ratelimit.New(1000), Connections: job.Concurrency,
	})
	if err != nil {
		t.Fatal(err)
	}
	job.Sender = track
	return job.Do(ctx)
}

// rejected notes the verdicts of the rows in the rejected file.
func (s *schedule) rejected(t *testing.T, run *runs.Run) {
	r := csv.NewReader(bytes.NewReader(readRejected(t, run)))
	r.FieldsPerRecord = -1
	last := -1
	for n := 0; ; n++ {
		cells, err := r.Read()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			continue
		}
		i, err := strconv.Atoi(strings.TrimSuffix(cells[1], "x"))
		if err != nil || i <= last {
			t.Fatalf("rejected row %v after row %d: %v", cells, last, err)
		}
		last = i
		if s.verdicts[i] == "filtered" {
			t.Errorf("row %d is filtered and in the rejected file", i)
		}
		s.verdicts[i] = "reported"
	}
}

// check compares the ledger, the rejected file and what the service applied.
func (s *schedule) check(t *testing.T, sum *runs.Summary) {
	applied := make([]bool, len(s.people))
	checkLog(t, s.service, s.people)
	for _, entry := range s.service.Log() {
		applied[n(t, `{"attributes":`+string(entry.Attributes)+`}`)] = true
	}
	counts := make(map[string]int64)
	for i, verdict := range s.verdicts {
		counts[verdict]++
		switch {
		case verdict == "rejected" || verdict == "refused":
			t.Errorf("row %d is refused, and not in the rejected file", i)
		case verdict == "filtered" && applied[i], verdict == "" && !applied[i]:
			t.Errorf("row %d is %q, and applied is %t", i, verdict, applied[i])
		}
	}
	want := [4]int64{int64(len(s.verdicts)), counts[""], counts["filtered"], counts["reported"]}
	if got := [4]int64{sum.Rows, sum.Accepted, sum.Filtered, sum.Rejected + sum.Unknown}; got != want || sum.Ledger.Check() != nil {
		t.Errorf("the ledger has %v, want %v: %+v", got, want, sum.Ledger)
	}
}

// wire is a network in memory with one service: sockets do not go with virtual
// time.
type wire struct {
	server *http.Server
	conns  chan net.Conn
	done   chan struct{}

	mu   sync.Mutex
	open []net.Conn // of the client, guarded by mu
}

func newWire(h http.Handler) *wire {
	w := &wire{conns: make(chan net.Conn), done: make(chan struct{})}
	w.server = &http.Server{Handler: h, ErrorLog: log.New(io.Discard, "", 0)}
	go w.server.Serve(w) // ends with close
	return w
}

func (w *wire) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case w.conns <- server:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open = append(w.open, client)
	return client, nil
}

// close ends the service and every connection.
func (w *wire) close() {
	w.server.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.open {
		c.Close()
	}
	time.Sleep(time.Second) // virtual: the server lingers over what it did not read
}

func (w *wire) Accept() (net.Conn, error) {
	select {
	case c := <-w.conns:
		return c, nil
	case <-w.done:
		return nil, net.ErrClosed
	}
}

func (w *wire) Close() error   { close(w.done); return nil }
func (w *wire) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
