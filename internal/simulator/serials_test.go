package simulator

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// A set of serials is a map of them, in order.
func TestSerials(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	var set serials
	want := map[uint64]bool{}
	for range 5000 {
		serial := random.Uint64N(700)
		if random.IntN(2) == 0 {
			set.add(serial)
			want[serial] = true
		} else {
			set.remove(serial)
			delete(want, serial)
		}
		if set.count != len(want) || set.has(serial) != want[serial] {
			t.Fatalf("%d: count %d, want %d", serial, set.count, len(want))
		}
	}
	all := slices.Sorted(maps.Keys(want))
	for start := range uint64(800) {
		at, _ := slices.BinarySearch(all, start)
		equal(t, "from", append([]uint64{}, slices.Collect(set.from(start))...), append([]uint64{}, all[at:]...))
	}
	for first := range set.from(0) {
		equal(t, "a walk may end early", first, all[0])
		break
	}
	equal(t, "has what is far beyond", set.has(1<<40), false)
}
