package simulator

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// Many write while others look and change the faults: with the race detector
// this is about memory, without it about the counts.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	const writers, requests, operations = 8, 50, 5
	w := New(Config{KeepLog: true, Faults: Faults{Every429: 5}})
	var group, lookers sync.WaitGroup
	done := make(chan struct{})
	lookers.Go(func() { look(w, done) })
	for i := range writers {
		group.Go(func() {
			for j := range requests {
				var batch []string
				for k := range operations {
					batch = append(batch, identify(fmt.Sprintf("%d-%d", i, j), fmt.Sprintf(`"a%d":%d`, k, k)))
				}
				sendBatch(w, batch...)
			}
		})
	}
	group.Wait()
	close(done)
	lookers.Wait()
	s := w.Stats()
	const refused = writers * requests / 5
	equal(t, "answers", s.Answers, map[int]int64{429: refused, 200: writers*requests - refused})
	equal(t, "people", s.People, writers*requests-refused)
	equal(t, "applied", s.Applied, int64(operations*(writers*requests-refused)))
	for i, a := range w.Log() {
		equal(t, "sequence", a.Sequence, int64(i+1))
	}
}

// look calls everything that may be called at any time, until done.
func look(w *Workspace, done <-chan struct{}) {
	for {
		select {
		case <-done:
			return
		default:
			w.Stats()
			w.People()
			w.Person("id", "0-0")
			w.Events()
			w.Log()
			w.Fingerprint()
			w.SetDown(false)
		}
	}
}

// The requests hold each other: all are in flight at once, and none after.
func TestMostInFlight(t *testing.T) {
	t.Parallel()
	const together = 6
	w := New(Config{})
	var arrived sync.WaitGroup
	arrived.Add(together)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r.Body = meeting{r.Body, sync.OnceFunc(func() { arrived.Done(); arrived.Wait() })}
		w.ServeHTTP(rw, r)
	}))
	defer server.Close()
	var group sync.WaitGroup
	for i := range together {
		group.Go(func() { post(t, server.Client(), server.URL, batchOf(identify(fmt.Sprint(i), ``))) })
	}
	group.Wait()
	equal(t, "at once", w.Stats().MostInFlight, together)
	equal(t, "people", len(w.People()), together)
}

// One request at a time is one in flight, though a client sends the next as
// soon as it has an answer.
func TestOneInFlight(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	server := httptest.NewServer(w)
	defer server.Close()
	for range 200 {
		if status, _, err := post(t, server.Client(), server.URL, batchOf(identify("1", ``))); status != 200 {
			t.Fatal(status, err)
		}
	}
	equal(t, "at once", w.Stats().MostInFlight, 1)
}

// A meeting is a body that ends when all the others have been read that far.
type meeting struct {
	io.ReadCloser
	end func() // waits for the others, once
}

func (m meeting) Read(p []byte) (int, error) {
	n, err := m.ReadCloser.Read(p)
	if err != nil {
		m.end()
	}
	return n, err
}
