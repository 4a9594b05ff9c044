package importer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/runs"
)

// slowSender takes a random time for each request and notes the order in which
// operations come, as a service does that applies them at the end.
type slowSender struct {
	mu       sync.Mutex
	log      []string
	inFlight atomic.Int64
	most     atomic.Int64
}

func (s *slowSender) Send(ctx context.Context, b *customerio.Batch) ([]customerio.Rejection, error) {
	s.most.Store(max(s.most.Load(), s.inFlight.Add(1)))
	defer s.inFlight.Add(-1)
	timer := time.NewTimer(time.Duration(rand.IntN(100)) * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range b.Len() {
		s.log = append(s.log, string(b.Op(i)))
	}
	return nil, nil
}

func (s *slowSender) Stats() customerio.Stats { return customerio.Stats{} }

// A person's operations reach the service in the order of the file, through
// blocks and several files, and still many requests run side by side.
func TestOrderOfAPersonIsTheFiles(t *testing.T) {
	t.Parallel()
	const people, perFile = 30, 600
	text := func(from int) string {
		var b strings.Builder
		b.WriteString("id,n\n")
		for i := range perFile {
			fmt.Fprintf(&b, "p%d,%d\n", rand.IntN(people), from+i)
		}
		return b.String()
	}
	sources := []Source{source(t, "a.csv", text(0), testMapping), source(t, "b.csv", text(perFile), testMapping)}
	run := begin(t, t.TempDir(), runs.Refuse, sources...)
	synctest.Test(t, func(t *testing.T) {
		s := &slowSender{}
		job := Import{Sources: sources, Sender: s, Run: run, Concurrency: 8, BatchRows: 5}
		sum, err := job.Do(t.Context())
		if err != nil || sum.Accepted != 2*perFile {
			t.Fatalf("%+v, %v", sum, err)
		}
		last := make(map[string]int64)
		for _, op := range s.log {
			person, _, _ := strings.Cut(op, `"attributes"`)
			if i := n(t, op); i < last[person] {
				t.Fatalf("%s: row %d came after row %d", person, i, last[person])
			} else {
				last[person] = i
			}
		}
		if most := s.most.Load(); most < 4 || most > 8 {
			t.Errorf("%d requests were in flight at once, want 4 to 8", most)
		}
	})
}

// Lanes are what makes a distant service bearable: with up to 100 ms an answer, 16
// of them are at least five times as fast as one.
func TestLanesRunSideBySide(t *testing.T) {
	t.Parallel()
	took := func(lanes int) (d time.Duration) {
		src := source(t, "people.csv", people(4000, 4000), testMapping)
		run := begin(t, t.TempDir(), runs.Refuse, src)
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			if _, err := (&Import{Sources: []Source{src}, Sender: &slowSender{}, Run: run, Concurrency: lanes, BatchRows: 10}).Do(t.Context()); err != nil {
				t.Fatal(err)
			}
			d = time.Since(begun)
		})
		return d
	}
	one, many := took(1), took(16)
	t.Logf("one lane %v, 16 lanes %v: %.1f times as fast", one, many, one.Seconds()/many.Seconds())
	if one < 5*many {
		t.Error("16 lanes are not five times as fast as one")
	}
}

// A closed Stop ends a run in order: what has begun is settled, and nothing is
// begun any more.
func TestStopDrains(t *testing.T) {
	t.Parallel()
	src := source(t, "people.csv", people(4000, 4000), testMapping)
	run := begin(t, t.TempDir(), runs.Refuse, src)
	synctest.Test(t, func(t *testing.T) {
		stop := make(chan struct{})
		time.AfterFunc(time.Second, func() { close(stop) })
		s := &slowSender{}
		job := Import{Sources: []Source{src}, Sender: s, Run: run, Concurrency: 4, BatchRows: 10, Stop: stop}
		sum, err := job.Do(t.Context())
		if err != ErrInterrupted {
			t.Fatalf("Do = %v", err)
		}
		if sum.Rows == 0 || sum.Rows == 4000 || sum.Accepted != int64(len(s.log)) {
			t.Errorf("%d operations were sent, the ledger is %+v", len(s.log), sum.Ledger)
		}
	})
}
