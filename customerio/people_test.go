package customerio

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/ciobulk/ciobulk/internal/simulator"
)

// poison is the id of the one person for whom RefuseWhole refuses a request.
const poison = "poison"

// isBad reports whether the service rejects row i by its index.
func isBad(i int) bool { return i%10 == 3 }

// isPoison reports whether it refuses the whole request because of row i.
func isPoison(i int) bool { return i%100 == 55 }

// operation is that of row i: of people, events and the bad.
func operation(i int) []byte {
	switch {
	case isPoison(i):
		return identify(poison, 0) // the same each time: lanes have no order among them
	case isBad(i):
		return identify("", i)
	case i%10 == 7:
		return fmt.Appendf(nil, `{"type":"person","action":"event","identifiers":{"id":"%d"},"name":"seen","id":"01ARZ3NDEKTSV4RRFF%08d","attributes":{"i":%d}}`, i-1, i, i)
	}
	return identify(fmt.Sprint(i), i)
}

func operations(from, n int) (ops [][]byte) {
	for i := range n {
		ops = append(ops, operation(from+i))
	}
	return ops
}

// rowsThat are the rows below n that a function is true of.
func rowsThat(n int, is func(i int) bool) (rows []int) {
	for i := range n {
		if is(i) {
			rows = append(rows, i)
		}
	}
	return rows
}

// run sends batches of size operations each from a number of lanes at once, and
// returns the rows that were rejected.
func run(t *testing.T, track *Track, lanes, batches, size int) (rejected []int) {
	t.Helper()
	next := make(chan int)
	var mu sync.Mutex
	var group sync.WaitGroup
	for range lanes {
		group.Go(func() {
			for b := range next {
				all, err := track.Send(t.Context(), batchOf(operations(b*size, size)...))
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				for _, r := range all {
					rejected = append(rejected, b*size+r.Index)
					if r.Unknown {
						t.Errorf("row %d: %+v", b*size+r.Index, r)
					}
				}
				mu.Unlock()
			}
		})
	}
	for b := range batches {
		next <- b
	}
	close(next)
	group.Wait()
	slices.Sort(rejected)
	return rejected
}

// calm is the fingerprint of a workspace to which nothing bad happened.
func calm(t *testing.T, rows int, without func(i int) bool) string {
	t.Helper()
	w := simulator.New(simulator.Config{})
	var ops [][]byte
	for i := range rows {
		if !without(i) {
			ops = append(ops, operation(i))
		}
	}
	if _, err := client(t, w, Config{}).Send(t.Context(), batchOf(ops...)); err != nil {
		t.Fatal(err)
	}
	return w.Fingerprint()
}
