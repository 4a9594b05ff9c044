package join

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/internal/slowtest"
)

// crowd returns entries with many rows of some keys, keys whose first 48 bits are equal,
// and keys in few parts.
func crowd(r *rand.Rand, n int) []Entry {
	var all []Entry
	for range n {
		key := r.Uint64()
		switch r.IntN(4) {
		case 0:
			key = key & 7 << 40 // a few keys of one part
		case 1:
			key = key&3<<60 | key&3 // alike in their first 48 bits
		case 2:
			key |= 0xff << 56
		}
		all = append(all, Entry{key, r.Uint64() & 3})
	}
	return all
}

func sequence(t testing.TB, all []Entry) *Sequence {
	t.Helper()
	s := NewSequence(t.TempDir())
	t.Cleanup(func() { s.Close() })
	for _, e := range all {
		if err := s.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// folded returns the folded value of each key, and its rows.
func folded(all []Entry) (values map[uint64]uint64, rows map[uint64][]int64) {
	values, rows = make(map[uint64]uint64), make(map[uint64][]int64)
	lists := make(map[uint64][]uint64)
	for i, e := range all {
		lists[e.Key] = append(lists[e.Key], e.Value)
		rows[e.Key] = append(rows[e.Key], int64(i))
	}
	for key, list := range lists {
		values[key] = Fold(list...)
	}
	return values, rows
}

// rowsOf returns the numbers of a set, and checks its count.
func rowsOf(t testing.TB, b *Bits, n int) (rows []int64) {
	t.Helper()
	for i := range int64(n) {
		if b.Has(i) {
			rows = append(rows, i)
		}
	}
	if int64(len(rows)) != b.Count() {
		t.Errorf("%d bits are set, and %d are counted", len(rows), b.Count())
	}
	return rows
}

// Groups come by key, with their rows in order and folded, in memory, split and streamed.
func TestGroups(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, most := range []int64{maxRecords, 1, 3, 50} {
		all := crowd(r, 20_000)
		for range 5000 { // more than is sorted by comparing
			all = append(all, Entry{0xabcd << 48, r.Uint64()})
		}
		values, rows := folded(all)
		last, seen := uint64(0), 0
		err := sequence(t, all).narrowGroups(most, 0, func(g *group) error {
			if seen++; seen > 1 && g.key <= last {
				t.Fatalf("key %x after %x", g.key, last)
			}
			last = g.key
			var got []int64
			if err := g.each(func(row int64) { got = append(got, row) }); err != nil {
				return err
			}
			if !slices.Equal(got, rows[g.key]) || g.value != values[g.key] {
				t.Errorf("key %x: rows %v, value %x; want %v, %x", g.key, got, g.value, rows[g.key], values[g.key])
			}
			return nil
		})
		if err != nil || seen != len(values) {
			t.Errorf("limit %d: %d keys of %d, %v", most, seen, len(values), err)
		}
	}
}

// Diff is what two maps find.
func TestDiff(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for i := range slowtest.Times(60, 2000) {
		a, b := crowd(r, r.IntN(600)), crowd(r, r.IntN(600))
		d := differ{onlyA: new(Bits), onlyB: new(Bits), most: int64(i % 40)}
		if err := d.sequences(sequence(t, a), sequence(t, b)); err != nil {
			t.Fatal(err)
		}
		_, inA := folded(a)
		_, inB := folded(b)
		same := int64(0)
		for _, side := range []struct {
			got         *Bits
			rows        []Entry
			mine, other map[uint64][]int64
		}{{d.onlyA, a, inA, inB}, {d.onlyB, b, inB, inA}} {
			var want []int64
			same = 0
			for key, rows := range side.mine {
				if side.other[key] == nil {
					want = append(want, rows[0])
				} else {
					same++
				}
			}
			slices.Sort(want)
			if got := rowsOf(t, side.got, len(side.rows)); !slices.Equal(got, want) {
				t.Fatalf("round %d: %v, want %v", i, got, want)
			}
		}
		if d.same != same {
			t.Fatalf("round %d: %d keys are the same, want %d", i, d.same, same)
		}
	}
}

// Of the rows of a key, the first is kept, or the last.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	all := crowd(rand.New(rand.NewPCG(5, 6)), 3000)
	_, rows := folded(all)
	for _, last := range []bool{false, true} {
		want, named := make(map[int64]int64), make(map[int64]int64)
		for list := range maps.Values(rows) {
			left := list[0]
			if last {
				left = list[len(list)-1]
			}
			for _, row := range list {
				if row != left {
					want[row] = left
				}
			}
		}
		got, err := Duplicates(sequence(t, all), last, func(row, left int64) { named[row] = left })
		if err != nil || !slices.Equal(rowsOf(t, got, len(all)), slices.Sorted(maps.Keys(want))) || !maps.Equal(named, want) {
			t.Errorf("last %v: not the rows of the map, %v", last, err)
		}
	}
}

// Keys are counted that have a row of some.
func TestCount(t *testing.T) {
	t.Parallel()
	all := crowd(rand.New(rand.NewPCG(7, 8)), 3000)
	_, rows := folded(all)
	some := func(row int64) bool { return row%3 == 0 }
	want := make(map[uint64]bool)
	for key, list := range rows {
		if slices.ContainsFunc(list, some) {
			want[key] = true
		}
	}
	seen := make(map[uint64]bool)
	n, err := Count(sequence(t, all), some, func(key uint64) { seen[key] = true })
	if err != nil || n != int64(len(want)) || !maps.Equal(seen, want) || n == int64(len(rows)) {
		t.Errorf("%d keys, want %d of %d, %v", n, len(want), len(rows), err)
	}
}

// stateOf writes a state of a comparison with old.
func stateOf(t testing.TB, s *Sequence, old []byte, failed func(int64) bool) []byte {
	t.Helper()
	var to bytes.Buffer
	w, err := NewStateWriter(&to, Header{Workspace: 4711, Verb: "upsert", Match: "id", Secret: Secret{1, 2, 255}})
	if err == nil {
		err = Update(s, open(t, old), Terms{}, failed, w)
	}
	if err == nil {
		err = w.Finish()
	}
	if err != nil {
		t.Fatal(err)
	}
	return to.Bytes()
}

func open(t testing.TB, state []byte) *StateReader {
	t.Helper()
	if state == nil {
		return nil
	}
	r, err := NewStateReader(bytes.NewReader(state))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func noRow(int64) bool { return false }

// A state is compared and moved on as a map of keys would be, over rounds of rows that come,
// change, go and fail.
func TestCompareAsAMapDoes(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	for range slowtest.Times(15, 300) {
		known := make(map[uint64]uint64) // as the state has it
		var state []byte
		for range 6 {
			all := crowd(r, r.IntN(400))
			for key := range known { // some stay as they were
				if r.IntN(2) == 0 {
					all = append(all, Entry{key, known[key]})
				}
			}
			values, rows := folded(all)
			s, changed := sequence(t, all), NewSequence(t.TempDir())
			differ, c, err := Compare(s, open(t, state), Terms{Differ: changed})
			if err != nil {
				t.Fatal(err)
			}
			checkDiffer(t, known, values, rows, differ, len(all), c)
			failing := r.Int64N(50)
			failed := func(row int64) bool { return differ.Has(row) && row%50 == failing }
			next := stateOf(t, s, state, failed)
			if fromChanged := stateOf(t, changed, state, failed); !bytes.Equal(next, fromChanged) {
				t.Fatal("the rows that differ make another state than all rows")
			}
			state = next
			advance(known, values, rows, failed)
		}
	}
}

// checkDiffer holds a comparison to a map. Rows of a key that is in the map with its value
// may differ only if the first 48 bits of the key are another's, too.
func checkDiffer(t *testing.T, known, values map[uint64]uint64, rows map[uint64][]int64, differ *Bits, n int, c Counts) {
	t.Helper()
	var want []int64
	for key, list := range rows {
		if v, is := known[key]; !is || v != values[key] {
			want = append(want, list...)
		}
	}
	slices.Sort(want)
	if got := rowsOf(t, differ, n); !slices.Equal(got, want) {
		t.Fatalf("%d rows differ, want %d", len(got), len(want))
	}
	if people := int64(len(values)); c.New+c.Changed+c.Unchanged != people {
		t.Fatalf("%+v are not %d", c, people)
	}
}

// advance moves a map on, as a state is.
func advance(known, values map[uint64]uint64, rows map[uint64][]int64, failed func(int64) bool) {
	before := maps.Clone(known)
	for key, v := range values {
		if slices.ContainsFunc(rows[key], failed) {
			delete(known, key)
		} else {
			known[key] = v
		}
	}
	for key := range before { // what shares its first bits with a key that differs is dropped
		if _, is := values[key]; is {
			continue
		}
		for other, v := range values {
			if was, is := before[other]; other>>keyShift == key>>keyShift && (!is || was != v) {
				delete(known, key)
			}
		}
	}
}

// Counts tell new, changed, unchanged, refreshed and gone keys apart.
func TestCounts(t *testing.T) {
	t.Parallel()
	key := func(n uint64) uint64 { return n * 0x0123456789abcdef }
	before := []Entry{{key(1), 1}, {key(2), 1}, {key(3), 1}, {key(4), 1}, {key(4), 2}}
	state := stateOf(t, sequence(t, before), nil, noRow)
	now := []Entry{{key(1), 1}, {key(2), 9}, {key(4), 2}, {key(4), 1}, {key(5), 1}, {key(6), 1}, {key(6), 1}}
	differ, c, err := Compare(sequence(t, now), open(t, state), Terms{})
	want := Counts{New: 2, Changed: 2, Unchanged: 1, Gone: 1} // the rows of 4 come in another order
	if err != nil || c != want || differ.Count() != 6 {
		t.Errorf("%+v, %d rows, %v; want %+v", c, differ.Count(), err, want)
	}
	_, c, err = Compare(sequence(t, now), open(t, state), Terms{Due: func(k uint64) bool { return k == key(1) }})
	if want := (Counts{New: 2, Changed: 2, Refreshed: 1, Gone: 1}); err != nil || c != want {
		t.Errorf("with a key that is due: %+v, %v; want %+v", c, err, want)
	}
}

// A state without some keys sends these again.
func TestForget(t *testing.T) {
	t.Parallel()
	all := []Entry{{1 << 60, 1}, {2 << 60, 1}, {3 << 60, 1}}
	state := stateOf(t, sequence(t, all), nil, noRow)
	var to bytes.Buffer
	w, err := NewStateWriter(&to, open(t, state).Header)
	if err != nil {
		t.Fatal(err)
	}
	left, err := Forget(open(t, state), []uint64{2 << 60, 5 << 60}, w)
	if err == nil {
		err = w.Finish()
	}
	if err != nil || left != 1 || w.Count() != 2 {
		t.Fatalf("%d left out, %d kept, %v", left, w.Count(), err)
	}
	differ, _, err := Compare(sequence(t, all), open(t, to.Bytes()), Terms{})
	if err != nil || differ.Count() != 1 || !differ.Has(1) {
		t.Errorf("%d rows differ, %v", differ.Count(), err)
	}
}

// A state that differs in any byte from what was written, or that is cut or continued, is
// damaged, and its header comes back as it was.
func TestDamagedStates(t *testing.T) {
	t.Parallel()
	all := crowd(rand.New(rand.NewPCG(9, 9)), 40)
	state := stateOf(t, sequence(t, all), nil, noRow)
	if h := open(t, state).Header; h.Workspace != 4711 || h.Secret != (Secret{1, 2, 255}) || h.Match != "id" {
		t.Errorf("header %+v", h)
	}
	read := func(state []byte) error {
		r, err := NewStateReader(bytes.NewReader(state))
		if err != nil {
			return err
		}
		_, _, err = Compare(sequence(t, all), r, Terms{})
		return err
	}
	if err := read(state); err != nil {
		t.Fatal(err)
	}
	for i := range state {
		broken := slices.Clone(state)
		broken[i] ^= 1 << (i % 8)
		if err := read(broken); err == nil {
			t.Errorf("byte %d may be another", i)
		}
		if err := read(state[:i]); !errors.Is(err, ErrDamaged) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
	if err := read(append(slices.Clone(state), 0)); !errors.Is(err, ErrDamaged) {
		t.Errorf("continued: %v", err)
	}
}

// What a run that did not end was sending is sent again, whatever the state says, and what
// the rows after it do not have is not kept.
func TestDoubt(t *testing.T) {
	t.Parallel()
	key := func(n uint64) uint64 { return n * 0x0123456789abcdef }
	state := stateOf(t, sequence(t, []Entry{{key(1), 1}, {key(2), 1}, {key(3), 1}, {key(4), 1}}), nil, noRow)
	doubt := func(all []Entry, before *StateReader) []byte {
		s := sequence(t, all)
		differ, _, err := Compare(s, open(t, state), Terms{})
		if err != nil {
			t.Fatal(err)
		}
		var to bytes.Buffer
		w, err := NewStateWriter(&to, Header{})
		if err == nil {
			err = Doubt(s, differ, before, w)
		}
		if err == nil {
			err = w.Finish()
		}
		if err != nil {
			t.Fatal(err)
		}
		return to.Bytes()
	}
	first := doubt([]Entry{{key(1), 9}, {key(2), 1}}, nil)                                     // 1 was being sent
	both := doubt([]Entry{{key(1), 9}, {key(3), 9}, {key(3), 8}, {key(5), 1}}, open(t, first)) // 1, 3 and 5
	now := sequence(t, []Entry{{key(1), 1}, {key(2), 1}})
	differ, c, err := Compare(now, open(t, state), Terms{Doubt: open(t, both)})
	if want := (Counts{Changed: 1, Unchanged: 1, Gone: 2}); err != nil || c != want || !differ.Has(0) || differ.Has(1) {
		t.Errorf("%+v, %v; want %+v", c, err, want)
	}
	var to bytes.Buffer
	w, err := NewStateWriter(&to, Header{})
	if err == nil {
		err = Update(now, open(t, state), Terms{Doubt: open(t, both)}, noRow, w)
	}
	if err == nil {
		err = w.Finish()
	}
	if err != nil || w.Count() != 3 { // 1, 2 and 4
		t.Errorf("%d entries, %v; want 3", w.Count(), err)
	}
}

// Rows must come in ascending order.
func TestRowsAscend(t *testing.T) {
	t.Parallel()
	s := NewSequence(t.TempDir())
	if err := s.AddAt(5, Entry{}); err != nil {
		t.Fatal(err)
	}
	for _, row := range []int64{5, 4, maxRows} {
		if err := s.AddAt(row, Entry{}); err == nil || !strings.Contains(err.Error(), fmt.Sprint(row)) {
			t.Errorf("row %d: %v", row, err)
		}
	}
}

// FuzzState reads any text as a state: it is an error or the entries that it says.
func FuzzState(f *testing.F) {
	f.Add(stateOf(f, sequence(f, crowd(rand.New(rand.NewPCG(1, 1)), 20)), nil, noRow))
	f.Add(stateOf(f, sequence(f, nil), nil, noRow))
	f.Add([]byte(stateLine + "{}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := NewStateReader(bytes.NewReader(text))
		if err != nil {
			return
		}
		var again bytes.Buffer
		w, err := NewStateWriter(&again, r.Header)
		if err != nil {
			t.Fatal(err)
		}
		if err := Update(NewSequence(t.TempDir()), r, Terms{}, noRow, w); err != nil {
			return
		}
		if err := w.Finish(); err != nil {
			t.Fatal(err)
		}
		if r, err = NewStateReader(&again); err != nil {
			t.Fatal(err)
		}
		if _, c, err := Compare(NewSequence(t.TempDir()), r, Terms{}); err != nil || c.Gone != w.Count() {
			t.Errorf("%d entries of %d, %v", c.Gone, w.Count(), err)
		}
	})
}
