package join

import (
	"cmp"
	"math/bits"
	"slices"

	"golang.org/x/sync/errgroup"
)

// maxRecords is how many records are sorted in memory. A part with more is split by
// further bits of the key, unless all of its rows have one key.
const maxRecords = 1 << 20

// group is the rows of one key. It is valid until the function that was given it returns.
type group struct {
	key   uint64
	value uint64 // of all rows, see Fold

	rows []record // or else all rows of a part
	all  *Sequence
	part int
}

// each calls do with the numbers of the group's rows, in ascending order.
func (g *group) each(do func(row int64)) error {
	for i := range g.rows {
		do(g.rows[i].row)
	}
	if g.all == nil {
		return nil
	}
	return g.all.scan(g.part, func(r record) error { do(r.row); return nil })
}

// records calls do with the group's records, in the order of their rows.
func (g *group) records(do func(record) error) error {
	for i := range g.rows {
		r := g.rows[i]
		r.Key = g.key
		if err := do(r); err != nil {
			return err
		}
	}
	if g.all == nil {
		return nil
	}
	return g.all.scan(g.part, func(r record) error { r.Key = g.key; return do(r) })
}

// one returns the number of the group's first or last row.
func (g *group) one(last bool) (row int64, err error) {
	row = -1
	err = g.each(func(r int64) {
		if row < 0 || last {
			row = r
		}
	})
	return row, err
}

// any reports whether a condition holds for one of the group's rows.
func (g *group) any(holds func(row int64) bool) (found bool, err error) {
	for i := range g.rows {
		if holds(g.rows[i].row) {
			return true, nil
		}
	}
	if g.all == nil {
		return false, nil
	}
	err = g.all.scan(g.part, func(r record) error { found = found || holds(r.row); return nil })
	return found, err
}

// groups calls do for each key of s, in ascending order.
func (s *Sequence) groups(do func(*group) error) error {
	return s.narrowGroups(maxRecords, 0, do)
}

// narrowGroups is groups of a sequence that has been narrowed so many times. While do has
// one part, the next one is sorted.
func (s *Sequence) narrowGroups(most int64, narrowed int, do func(*group) error) error {
	var sorting errgroup.Group
	sorted, stop := make(chan []record), make(chan struct{})
	sorting.Go(func() error { defer close(sorted); return s.sort(most, sorted, stop) })
	err := s.eachPart(most, sorted, narrowed, do)
	close(stop)
	return cmp.Or(err, sorting.Wait())
}

// sort sends the parts that fit in memory, sorted. One may be used until the next one is
// received.
func (s *Sequence) sort(most int64, to chan<- []record, stop <-chan struct{}) error {
	var t sorter
	for n := range parts {
		if !s.parts[n].fits(most) {
			continue
		}
		list, err := t.part(s, n)
		if err != nil {
			return err
		}
		select {
		case to <- list:
		case <-stop:
			return nil
		}
	}
	return nil
}

// fits reports whether a part has records, and at most so many.
func (p *part) fits(most int64) bool { return p.count > 0 && p.count <= most }

// eachPart calls do for the groups of each part, of which those that fit in memory come
// sorted.
func (s *Sequence) eachPart(most int64, sorted <-chan []record, narrowed int, do func(*group) error) error {
	for n := range parts {
		p := &s.parts[n]
		var err error
		switch {
		case p.count == 0:
		case p.fits(most):
			list, ok := <-sorted
			if !ok {
				return nil // with the error of sorting
			}
			err = sortedGroups(list, narrowed, do)
		case !p.mixed:
			err = s.oneGroup(n, narrowed, do)
		default:
			var narrow *Sequence
			if narrow, err = s.narrow(n); err == nil {
				err = narrow.narrowGroups(most, narrowed+1, do)
				_ = narrow.Close()
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sortedGroups calls do for each key of a sorted part.
func sortedGroups(all []record, narrowed int, do func(*group) error) error {
	var g group
	for len(all) > 0 {
		count := sameKey(all)
		g = group{key: bits.RotateLeft64(all[0].Key, -8*narrowed), value: all[0].Value, rows: all[:count]}
		for i := range g.rows[1:] {
			g.value = fold(g.value, g.rows[i+1].Value, false)
		}
		if err := do(&g); err != nil {
			return err
		}
		all = all[count:]
	}
	return nil
}

// oneGroup calls do for a part in which all rows have one key.
func (s *Sequence) oneGroup(n, narrowed int, do func(*group) error) error {
	g := group{key: bits.RotateLeft64(s.parts[n].first, -8*narrowed), all: s, part: n}
	first := true
	err := s.scan(n, func(r record) error {
		g.value, first = fold(g.value, r.Value, first), false
		return nil
	})
	if err != nil {
		return err
	}
	return do(&g)
}

// sameKey returns how many records at the beginning of a sorted list have its first key.
func sameKey(list []record) int {
	n := 1
	for n < len(list) && list[n].Key == list[0].Key {
		n++
	}
	return n
}

// sorter sorts parts, one at a time, in memory that it uses again.
type sorter struct {
	loaded []record
	sorted [2][]record // the part that was sorted last, and the one before it
	starts []int32     // of the buckets
}

// part returns a part of s by key, the rows of a key in their order. It stays as it is
// during the next call.
func (t *sorter) part(s *Sequence, n int) ([]record, error) {
	t.loaded = slices.Grow(t.loaded[:0], int(s.parts[n].count))
	err := s.scan(n, func(r record) error { t.loaded = append(t.loaded, r); return nil })
	if err != nil {
		return nil, err
	}
	t.sorted[0], t.sorted[1] = t.sorted[1], t.sorted[0]
	t.distribute()
	sorted := t.sorted[0]
	for i := range len(t.starts) - 1 {
		if few := sorted[t.starts[i]:t.starts[i+1]]; len(few) > 32 {
			slices.SortFunc(few, byKeyAndRow)
		} else {
			insert(few)
		}
	}
	return sorted, nil
}

func byKeyAndRow(a, b record) int {
	return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.row, b.row))
}

// distribute orders the loaded records by the bits that follow the part's own 8, about as
// many buckets as there are records, and keeps the order of those in one bucket.
func (t *sorter) distribute() {
	width := min(bits.Len(uint(len(t.loaded))), 16)
	buckets := 1 << width
	bucket := func(i int) int { return int(t.loaded[i].Key << 8 >> (64 - width)) }
	t.starts = slices.Grow(t.starts[:0], buckets+1)[:buckets+1]
	clear(t.starts)
	for i := range t.loaded {
		t.starts[bucket(i)+1]++
	}
	for i := range buckets {
		t.starts[i+1] += t.starts[i]
	}
	t.sorted[0] = slices.Grow(t.sorted[0][:0], len(t.loaded))[:len(t.loaded)]
	for i := range t.loaded {
		at := &t.starts[bucket(i)]
		t.sorted[0][*at] = t.loaded[i]
		*at++
	}
	copy(t.starts[1:], t.starts) // each start has moved to that of the next bucket
	t.starts[0] = 0
}

// insert sorts a few records, stably.
func insert(few []record) {
	for i := 1; i < len(few); i++ {
		for j := i; j > 0 && few[j-1].Key > few[j].Key; j-- {
			few[j-1], few[j] = few[j], few[j-1]
		}
	}
}
