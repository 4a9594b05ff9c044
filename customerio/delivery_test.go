package customerio

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// picky is a service that remembers what it accepted, in order, and treats every
// request with a bad operation in it in its own way.
type picky struct {
	bad string // text of a bad operation
	way func(w http.ResponseWriter, r *http.Request)

	mu       sync.Mutex
	down     bool
	requests int
	accepted []string // the operations, as they were sent
}

func (p *picky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var batch struct{ Batch []json.RawMessage }
	if err := json.Unmarshal(body, &batch); err != nil {
		panic(err)
	}
	p.mu.Lock()
	p.requests++
	way := p.way
	switch {
	case p.down:
		way = answer(502, page)
	case p.bad == "" || !bytes.Contains(body, []byte(p.bad)):
		way = answer(200, "{}")
		for _, op := range batch.Batch {
			p.accepted = append(p.accepted, string(op))
		}
	}
	p.mu.Unlock()
	way(w, r)
}

// cut ends the connection without an answer.
func cut(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func answer(status int, body string, headers ...string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) { say(w, status, body, headers...) }
}

// poisons are ways in which a request always fails that has one bad operation in
// it.
var poisons = map[string]struct {
	way     func(w http.ResponseWriter, r *http.Request)
	unknown bool
	status  int
	slow    bool // each try takes long
}{
	"500":             {answer(500, ""), true, 500, false},
	"502 and a page":  {answer(502, page), true, 502, false},
	"503":             {answer(503, ""), true, 503, false},
	"503, come again": {answer(503, "", "Retry-After", "1"), true, 503, true},
	"404":             {answer(404, page), false, 404, false},
	"409":             {answer(409, ""), false, 409, false},
	"403 and a page":  {answer(403, page), false, 403, false},
	"401 and a page":  {answer(401, page), false, 401, false},
	"418":             {answer(418, ""), false, 418, false},
	"429":             {answer(429, ""), false, 429, true},
	"cut":             {cut, true, 0, false},
	"200 and a page":  {answer(200, page), true, 200, false},
	"200 and a text":  {answer(200, `"maintenance"`), true, 200, false},
	"200, an error":   {answer(200, `{"error":"no"}`), true, 200, false},
	"a false length":  {answer(200, "", "Content-Length", "2"), true, 0, false},
	"400":             {answer(400, ""), false, 400, false},
	"413":             {answer(413, page), false, 413, false},
	"hang":            {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, true, 0, true},
}

// rowsOf are operations on n people, of whom one is bad.
func rowsOf(n, bad int) (ops [][]byte) {
	for i := range n {
		id := fmt.Sprint(i)
		if i == bad {
			id = "bad"
		}
		ops = append(ops, identify(id, i))
	}
	return ops
}

// One bad row costs one row, wherever it is and though no other requests are sent
// meanwhile: few more requests, little time, and a verdict of its own.
func TestOneBadRow(t *testing.T) {
	t.Parallel()
	const n = 1000
	for name, c := range poisons {
		for _, bad := range []int{0, 1, 499, n - 1} {
			t.Run(fmt.Sprint(name, " ", bad), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := &picky{bad: `"bad"`, way: c.way}
					track := client(t, s, Config{})
					_, err := track.Send(t.Context(), batchOf(identify("0", 0), identify("1", 1)))
					equal(t, "first error", err, nil)
					begun := time.Now()
					all, err := track.Send(t.Context(), batchOf(rowsOf(n, bad)...))
					took := time.Since(begun)
					equal(t, "error", err, nil)
					if len(all) != 1 {
						t.Fatalf("%d rejections: %v", len(all), short(all))
					}
					r := all[0]
					equal(t, "verdict", []any{r.Index, r.Unknown, r.Status}, []any{bad, c.unknown, c.status})
					want := n - 1
					if bad < 2 {
						want = n // something of this one was accepted before
					}
					equal(t, "accepted", s.people(), want)
					t.Logf("%d requests, %.1f s: %s", s.requests, took.Seconds(), r.Message)
					if s.requests > 60 || !c.slow && took > 15*time.Second || took > 5*time.Minute {
						t.Error("too many requests, or too long")
					}
				})
			})
		}
	}
}

// The operations of one person keep their order through splits and probes.
func TestBadRowsKeepTheOrder(t *testing.T) {
	t.Parallel()
	for _, bad := range []int{0, 7, 100, 255} {
		synctest.Test(t, func(t *testing.T) {
			var ops [][]byte
			for i := range 256 {
				n := i
				if i == bad {
					n = 777_777
				}
				ops = append(ops, identify(fmt.Sprint(i%5), n))
			}
			s := &picky{bad: "777777", way: answer(500, "")}
			all, err := client(t, s, Config{}).Send(t.Context(), batchOf(ops...))
			equal(t, "error", err, nil)
			equal(t, "rejections", len(all), 1)
			last := map[string]int{}
			for _, op := range s.accepted {
				var id, n int
				if _, err := fmt.Sscanf(op, `{"type":"person","action":"identify","identifiers":{"id":"%d"},"attributes":{"n":%d}}`, &id, &n); err != nil {
					t.Fatal(op, err)
				}
				if before, ok := last[fmt.Sprint(id)]; ok && n < before {
					t.Errorf("person %d: %d after %d", id, n, before)
				}
				last[fmt.Sprint(id)] = n
			}
			equal(t, "people", len(last), 5)
		})
	}
}

// A batch in which every row is of one person cannot be probed: the first is bad,
// so nothing else may be sent, and the service counts as down.
func TestABadRowOfTheOnlyPerson(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &picky{bad: "777777", way: answer(500, "")}
		_, err := client(t, s, Config{Outage: time.Minute}).Send(t.Context(), batchOf(identify("1", 777_777), identify("1", 2)))
		equal(t, "trouble", troubleOf(t, err), Unavailable)
		equal(t, "accepted", len(s.accepted), 0)
	})
}

// A service that is down for a while costs no row its verdict, also when it goes
// down while a batch is being split.
// people is the number of people of whom something was accepted.
func (p *picky) people() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := map[string]bool{}
	for _, op := range p.accepted {
		all[about([]byte(op))] = true
	}
	return len(all)
}

func (p *picky) set(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
}

// When nothing succeeds the service is down: requests are few, and the end comes
// after the outage's time.
// Credentials that are refused in the middle of a run end it: at once in the form
// of the service, soon without a word, and after the outage's time where a page
// says so, as a firewall's may.
// What the service asks to wait for with an answer to one request does not hold up
// its parts while others succeed.
func TestBadRowThatAsksToWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, begun := &picky{bad: `"bad"`, way: answer(500, "", "Retry-After", "60")}, time.Now()
		all, err := client(t, s, Config{}).Send(t.Context(), batchOf(rowsOf(1000, 321)...))
		equal(t, "error", err, nil)
		equal(t, "rejections", len(all), 1)
		t.Logf("%d requests in %v", s.requests, time.Since(begun))
		if time.Since(begun) > 5*time.Minute { // three tries of the whole wait so long: nothing else succeeds yet
			t.Error("it waited too long")
		}
	})
}

// A bad row among few others, of which one is known to be good by a probe only.
func TestOneBadRowOfFew(t *testing.T) {
	t.Parallel()
	for n := 2; n < 6; n++ {
		for bad := range n {
			synctest.Test(t, func(t *testing.T) {
				s := &picky{bad: `"bad"`, way: answer(500, "")}
				all, err := client(t, s, Config{}).Send(t.Context(), batchOf(rowsOf(n, bad)...))
				equal(t, "error", err, nil)
				if len(all) != 1 || all[0].Index != bad || s.people() != n-1 || s.requests > 40 {
					t.Errorf("%d of %d: %s, %d people, %d requests", bad, n, short(all), s.people(), s.requests)
				}
			})
		}
	}
}

// Batches of one operation have no others to try: a batch of none shows that the
// service is up, if others have succeeded since the first failure or just before it.
func TestBadRowsInBatchesOfOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &picky{bad: `"bad"`, way: answer(500, "")}
		track := client(t, s, Config{})
		var lanes sync.WaitGroup
		for i := range 4 {
			lanes.Go(func() {
				id := "bad"
				if i == 3 {
					time.Sleep(50 * time.Millisecond) // the first failures have come
					id = "good"
				}
				all, err := track.Send(t.Context(), batchOf(identify(id, i)))
				equal(t, "error", err, nil)
				equal(t, "rejections", len(all), min(3-i, 1))
			})
		}
		lanes.Wait()
		t.Logf("%d requests", s.requests)
	})
	// Where nothing has succeeded for a while, an empty batch proves nothing.
	for _, pause := range []time.Duration{0, 10 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			s := &picky{bad: `"bad"`, way: answer(500, "")}
			track := client(t, s, Config{Outage: time.Minute})
			_, err := track.Send(t.Context(), batchOf(one()...))
			equal(t, "error", err, nil)
			time.Sleep(pause)
			all, err := track.Send(t.Context(), batchOf(identify("bad", 1)))
			if pause == 0 {
				equal(t, "error", err, nil)
				equal(t, "rejections", len(all), 1)
				return
			}
			equal(t, "trouble", troubleOf(t, err), Unavailable)
		})
	}
}

// A first try that takes all of the outage's time does not end the run.
func TestOneBadRowWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &picky{bad: `"bad"`, way: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }}
		track := client(t, s, Config{Outage: 10 * time.Second})
		done := make(chan error)
		go func() {
			_, err := track.Send(t.Context(), batchOf(rowsOf(1000, 77)...))
			done <- err
		}()
		time.Sleep(time.Second)
		_, err := track.Send(t.Context(), batchOf(one()...))
		equal(t, "error of another", err, nil)
		equal(t, "error", <-done, nil)
		equal(t, "accepted", s.people(), 999)
	})
}

// Many bad rows of several kinds, in lanes side by side.
func TestManyBadRows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int64
		s := &picky{bad: `"bad"`, way: func(w http.ResponseWriter, r *http.Request) {
			[]func(http.ResponseWriter, *http.Request){answer(500, ""), answer(404, page), answer(200, page)}[n.Add(1)%3](w, r)
		}}
		track := client(t, s, Config{})
		var lanes sync.WaitGroup
		for lane := range 4 {
			lanes.Go(func() {
				ops := rowsOf(500, 13*lane)
				ops[499] = identify("bad", 0)
				all, err := track.Send(t.Context(), batchOf(ops...))
				equal(t, "error", err, nil)
				equal(t, "rejections", len(all), 2)
			})
		}
		lanes.Wait()
		equal(t, "accepted", s.people(), 499)
	})
}

// A refusal of everything ends after few requests, and rejects nothing.
// Many events of one person are not judged one by one either.
// Refusals that differ, or come beside acceptance, are of the rows.
// The size that passed is kept, and a row that is refused by 413 alone teaches
// nothing.
// A Send that is interrupted while it splits ends at once.
// The reasons of the service are cut.
