package simulator

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

// Many create, enrol, delete and read at once, with a lag that ends and begins again all
// the time: the result does not depend on their order.
func TestSegmentsConcurrently(t *testing.T) {
	t.Parallel()
	const writers, people = 8, 30
	w := New(Config{AppLag: time.Microsecond, KeepLog: true, AppPerSecond: 1e9})
	shared := w.AddSegment("shared", true)
	var group, lookers sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		lookers.Go(func() { lookAtSegments(w, done) })
	}
	for i := range writers {
		group.Go(func() {
			own := w.AddSegment(fmt.Sprint(i), true)
			for j := range people {
				id := fmt.Sprintf("%d-%d", i, j)
				sendBatch(w, identify(id, ``))
				enrol(w, "add", shared, "", id, "nobody")
				enrol(w, "add", own, "", id)
				if j%3 == 0 {
					enrol(w, "remove", own, "", id)
				}
				if j%5 == 0 {
					sendBatch(w, on("delete", "id", id))
				}
			}
		})
	}
	group.Wait()
	close(done)
	lookers.Wait()
	for _, g := range w.Segments() {
		want := people / 15 * 8 // those of 15 that are divided by neither 3 nor 5
		if g.ID == shared {
			want = writers * people / 5 * 4
		}
		equal(t, g.Name, g.Count, want)
	}
	s := w.Stats()
	equal(t, "ids", s.SegmentIDs, int64(writers*(3*people+people/3)))
	equal(t, "operations", s.Operations, s.Applied+s.Rejected+s.Duplicates+s.Stale+s.Suppressed+s.Nobody+s.Full)
	equal(t, "nobody", s.Nobody, int64(writers*people))
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.replica.pending) > 0 {
		w.replica.catchUp()
	}
	equal(t, "the replica", w.replica.state.fingerprint(), w.state.fingerprint())
}

// lookAtSegments reads everything about segments and people until done.
func lookAtSegments(w *Workspace, done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		default:
			w.Segments()
			w.Segment(1)
			w.Fingerprint()
			w.SetFaults(Faults{})
			ask(w, "GET", adminPath+"segments?id=1", "")
			for _, path := range []string{
				"segments", "segments/1/customer_count", "segments/1/membership?limit=5", "customers/0-1/attributes",
				"customers/0-1/segments", "customers?email=x", "workspaces",
			} {
				askApp(w, "GET", appPrefix+path, "")
			}
			askApp(w, "POST", "/v1/customers", `{"filter":{"not":{"segment":{"id":1}}}}`)
		}
	}
}
