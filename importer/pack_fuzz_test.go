package importer

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/ciobulk/ciobulk/customerio"
)

// FuzzPack packs operations of any sizes for people of any hashes: the laws are
// those of checkPacked.
func FuzzPack(f *testing.F) {
	f.Add([]byte{}, uint8(1), uint16(0))
	f.Add([]byte{0, 0, 0, 0, 255, 0, 255, 1, 128, 9}, uint8(2), uint16(100))
	f.Add([]byte(strings.Repeat("same person ", 40)), uint8(7), uint16(900))
	f.Fuzz(func(t *testing.T, people []byte, maxRows uint8, maxBytes uint16) {
		l := limits{1 + int(maxRows), 400 + int(maxBytes)} // one operation fits
		hashes := make([]uint64, len(people))
		for i, p := range people {
			hashes[i] = uint64(p) * (^uint64(0) / 255) // both ends are among them
		}
		all := operationsOf(hashes, func(i int) int { return 20 + int(people[len(people)-1-i]) })
		checkPacked(t, all, pack(all, l, new(Import).newBatch), l)
	})
}

// orderly is a service that holds what it is sent against the laws of sending.
type orderly struct {
	t    *testing.T
	rows int

	mu   sync.Mutex     // guards what follows
	last map[string]int // by person: the row that came last
	busy map[string]bool
	seen map[int]bool
}

func (o *orderly) Stats() customerio.Stats { return customerio.Stats{} }

func (o *orderly) Send(_ context.Context, b *customerio.Batch) ([]customerio.Rejection, error) {
	people := o.look(b)
	runtime.Gosched()
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range people {
		delete(o.busy, p)
	}
	return nil, nil
}

func (o *orderly) look(b *customerio.Batch) (people []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if b.Len() == 0 || b.Len() > o.rows || b.Size() > customerio.MaxBatch {
		o.t.Errorf("a batch of %d operations, %d bytes", b.Len(), b.Size())
	}
	for i := range b.Len() {
		var person string
		var n int
		op := strings.NewReplacer(`"`, " ", "{", " ", "}", " ", ":", " ", ",", " ").Replace(string(b.Op(i)))
		if _, err := fmt.Sscanf(op[strings.Index(op, " id ")+4:], "%s attributes n %d", &person, &n); err != nil {
			o.t.Fatalf("%s: %v", b.Op(i), err)
		}
		if o.seen[n] || o.busy[person] || n < o.last[person] {
			o.t.Errorf("row %d of %s: twice %t, in flight %t, after row %d", n, person, o.seen[n], o.busy[person], o.last[person])
		}
		o.seen[n], o.last[person] = true, n
		people = append(people, person)
	}
	for _, p := range people {
		o.busy[p] = true
	}
	return people
}

// FuzzDispatch runs jobs of people, a byte each, over any number of lanes with any
// size of request: every row is sent once, no batch is over its limits, no person
// is in two requests at a time, and a person's rows come in the file's order.
func FuzzDispatch(f *testing.F) {
	f.Add([]byte{1, 2, 3, 1, 1, 1, 2, 9}, uint8(3), uint8(2), uint8(0))
	f.Add([]byte(strings.Repeat("hot people, hot people ", 30)), uint8(16), uint8(7), uint8(200))
	f.Fuzz(func(t *testing.T, people []byte, lanes, rows, size uint8) {
		var text strings.Builder
		text.WriteString("id,n,pad\n")
		for i, p := range people {
			fmt.Fprintf(&text, "p%d,%d,%s\n", p, i, strings.Repeat("x", int(size)*int(p)%900))
		}
		o := &orderly{t: t, rows: 1 + int(rows), last: map[string]int{}, busy: map[string]bool{}, seen: map[int]bool{}}
		src := source(t, "people.csv", text.String(), "match: {id: id}\nattributes: {n: {column: n, type: integer}, pad: pad}\n")
		job := Import{Sources: []Source{src}, Sender: o, Concurrency: 1 + int(lanes)%32, BatchRows: o.rows}
		sum, err := job.Do(t.Context())
		if err != nil || sum.Accepted != int64(len(people)) || len(o.seen) != len(people) {
			t.Errorf("%v, %+v, %d of %d rows sent", err, sum, len(o.seen), len(people))
		}
	})
}
