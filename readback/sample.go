package readback

import (
	"container/heap"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/join"
)

// sample is the people with the smallest keys, each with the fold of all of their rows.
// Whoever is not among the smallest of the people so far will never be: so one reading
// is enough.
type sample struct {
	size   int64 // 0: all
	seed   uint64
	people map[uint64]*person         // by hash
	left   func(*importer.Visit) bool // rows that do not count; may be nil
	heap   byKey
	keys   *join.Sequence // of all rows, to count the people
	seen   importer.Seen
	all    int64 // people
}

// read reads the sources to their ends. Memory is that of the sample and some 20 MiB.
func (s *sample) read(ctx context.Context, im *importer.Import) (err error) {
	s.people, s.keys = make(map[uint64]*person), join.NewSequence(os.TempDir())
	defer s.keys.Close()
	if s.seen, err = importer.Each(ctx, im, s.add); err != nil {
		return err
	}
	_, counts, err := join.Compare(s.keys, nil, join.Terms{})
	s.all = counts.New
	return err
}

// add is for importer.Each.
func (s *sample) add(v *importer.Visit) error {
	if s.left != nil && s.left(v) {
		return nil
	}
	if !v.Mapper.Action().Shown() {
		if p := s.people[v.Mapper.Vanishing(v.Block, v.Record, v.Hash)]; p != nil && p.hash != v.Hash {
			p.forget() // it is merged into another person, who may have its identifiers now
		}
		return nil
	}
	key := keyed(v.Hash, s.seed)
	if err := s.keys.Add(join.Entry{Key: key}); err != nil {
		return err
	}
	p := s.people[v.Hash]
	if p == nil && s.full() && key >= s.heap[0].key {
		return nil
	}
	var op operation
	if err := json.Unmarshal(v.Op, &op); err != nil {
		return fmt.Errorf("an operation cannot be read: %w; please report this", err)
	}
	if p == nil {
		p = newPerson(v.Hash, key, &op)
		if s.full() {
			delete(s.people, heap.Pop(&s.heap).(*person).hash)
		}
		s.people[v.Hash] = p
		heap.Push(&s.heap, p)
	}
	p.apply(&op, v.Row)
	return nil
}

func (s *sample) full() bool { return s.size > 0 && int64(len(s.heap)) >= s.size }

// keyed spreads hashes, differently for each seed. No two hashes have one key.
func keyed(hash, seed uint64) uint64 {
	h := hash ^ (seed+1)*0x9e3779b97f4a7c15
	h = (h ^ h>>32) * 0xd6e8feb86659fd93
	h = (h ^ h>>32) * 0xd6e8feb86659fd93
	return h ^ h>>32
}

// byKey is a heap with the largest key first.
type byKey []*person

func (h byKey) Len() int           { return len(h) }
func (h byKey) Less(i, j int) bool { return h[i].key > h[j].key }
func (h byKey) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *byKey) Push(p any)        { *h = append(*h, p.(*person)) }
func (h *byKey) Pop() any {
	last := len(*h) - 1
	p := (*h)[last]
	*h = (*h)[:last]
	return p
}
