package distinct

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// However hashes are spread, they are sorted as by comparing them.
func TestSort(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for name, hash := range map[string]func() uint64{
		"even":    r.Uint64,
		"equal":   func() uint64 { return 7 },
		"low":     func() uint64 { return r.Uint64N(1000) },
		"high":    func() uint64 { return r.Uint64N(1000) << 54 },
		"crossed": func() uint64 { return r.Uint64N(50)<<56 | r.Uint64N(50) },
	} {
		for _, n := range []int{0, 1, few, few + 1, 10_000} {
			list := make([]Sighting, n)
			for i := range list {
				list[i] = Sighting{hash(), r.Uint64N(100)}
			}
			want := slices.Clone(list)
			slices.SortFunc(want, compare)
			if sortSightings(list, 56); !slices.Equal(list, want) {
				t.Errorf("%s: %d sightings are not sorted", name, n)
			}
		}
	}
}

func BenchmarkSort(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	list := make([]Sighting, 1<<20)
	for i := range list {
		list[i] = Sighting{r.Uint64(), uint64(i)}
	}
	for b.Loop() {
		sortSightings(slices.Clone(list), 56)
	}
}
