package distinct

import (
	"cmp"
	"slices"
)

// few is how many sightings are sorted by comparing them.
const few = 32

// sortSightings sorts by hash and place, in place: by one byte of the hash after the
// other, from the top, which takes a fraction of the time of comparing as hashes are
// spread evenly.
func sortSightings(list []Sighting, shift int) {
	if len(list) <= few || shift < 0 {
		slices.SortFunc(list, compare)
		return
	}
	var ends [256]int // of the sightings with each byte
	for _, s := range list {
		ends[byte(s.Hash>>shift)]++
	}
	var next [256]int // where the next sighting with a byte belongs
	for i := 1; i < len(ends); i++ {
		next[i] = ends[i-1]
		ends[i] += ends[i-1]
	}
	for b := range next {
		for next[b] < ends[b] {
			s := list[next[b]]
			for to := byte(s.Hash >> shift); int(to) != b; to = byte(s.Hash >> shift) {
				list[next[to]], s = s, list[next[to]]
				next[to]++
			}
			list[next[b]] = s
			next[b]++
		}
	}
	start := 0
	for _, end := range ends {
		sortSightings(list[start:end], shift-8)
		start = end
	}
}

func compare(a, b Sighting) int {
	return cmp.Or(cmp.Compare(a.Hash, b.Hash), cmp.Compare(a.Where, b.Where))
}
