package distinct

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// A Set without a limit finds the same groups as a map does.
func TestGroups(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	var s Set
	want := make(map[uint64][]uint64)
	for i := range uint64(5000) {
		hash := uint64(r.IntN(1000)) * 0x100000001b3
		s.Add(hash, i)
		want[hash] = append(want[hash], i)
	}
	n := 0
	for group := range s.Groups() {
		n++
		var places []uint64
		for _, x := range group {
			places = append(places, x.Where)
		}
		if !slices.Equal(places, want[group[0].Hash]) {
			t.Fatalf("%x: %v, want %v", group[0].Hash, places, want[group[0].Hash])
		}
	}
	if n != len(want) || s.Halved() != 0 || s.Len() != 5000 {
		t.Errorf("%d groups, want %d", n, len(want))
	}
}

// With a limit a Set stays within it, keeps all sightings of a thing or none, and
// its count stays close. Hashes of little spread are told apart too.
func TestLimit(t *testing.T) {
	t.Parallel()
	for name, hash := range map[string]func(i int) uint64{
		"spread": func(i int) uint64 { return rand.New(rand.NewPCG(uint64(i), 7)).Uint64() },
		"small":  func(i int) uint64 { return uint64(i) },
		"high":   func(i int) uint64 { return uint64(i) << 40 },
	} {
		s := Set{Limit: 4096}
		const things = 50_000
		for round := range 2 {
			for i := range things {
				s.Add(hash(i), uint64(round))
			}
		}
		if s.Len() > 4096 || s.Halved() == 0 {
			t.Errorf("%s: %d are kept, halved %d times", name, s.Len(), s.Halved())
		}
		for group := range s.Groups() {
			if len(group) != 2 {
				t.Errorf("%s: %d of 2 sightings are kept", name, len(group))
				break
			}
		}
		if n := count(&s); n < things*9/10 || n > things*11/10 {
			t.Errorf("%s: %d things, counted %d", name, things, n)
		}
	}
}

// A Counter counts exactly up to its limit, and closely beyond it, however often
// things come.
func TestCounter(t *testing.T) {
	t.Parallel()
	for things, times := range map[int]int{1: 5000, 10: 1, 999: 3, 1000: 7, 40_000: 2, 100_000: 1} {
		c := NewCounter(1000)
		r := rand.New(rand.NewPCG(uint64(things), 7))
		hashes := make([]uint64, things)
		for i := range hashes {
			hashes[i] = r.Uint64()
		}
		for range times {
			for _, h := range hashes {
				c.Add(h)
			}
		}
		got, exact := c.Distinct(), things <= 1000
		if exact && (got != int64(things) || !c.Exact()) || got < int64(things)*85/100 || got > int64(things)*115/100 || c.set.Len() > 2000 {
			t.Errorf("%d things %d times: %d, exact %t, %d remembered", things, times, got, c.Exact(), c.set.Len())
		}
		if c.Unique() != (times == 1) {
			t.Errorf("%d things %d times: unique is %t", things, times, c.Unique())
		}
	}
}

// count returns about how many things there are.
func count(s *Set) (n int64) {
	for range s.Groups() {
		n++
	}
	return n << s.Halved()
}
