package importer

import (
	"cmp"
	"slices"
)

// pairing collects pairs and keeps the earliest.
type pairing struct {
	f     *Forecast
	count int64
	first [][2]int64 // rows
}

func (p *pairing) add(s, before sighting) {
	p.count++
	at, _ := slices.BinarySearchFunc(p.first, s.row(), func(e [2]int64, row int64) int { return cmp.Compare(e[0], row) })
	if at < pairExamples {
		p.first = slices.Insert(p.first, at, [2]int64{s.row(), before.row()})
		p.first = p.first[:min(len(p.first), pairExamples)]
	}
}

func (p *pairing) pairs(sampled int) Pairs {
	all := Pairs{Count: p.count << sampled, Examples: []Pair{}}
	for _, rows := range p.first {
		all.Examples = append(all.Examples, Pair{p.f.place(rows[0]), p.f.place(rows[1])})
	}
	return all
}

// sighting is a row that names something: the hash of its folded text, and the
// row with 24 bits of the hash of who names it.
type sighting struct{ folded, where uint64 }

const exactBits = 24

func (s sighting) row() int64    { return int64(s.where >> exactBits) }
func (s sighting) exact() uint64 { return s.where & (1<<exactBits - 1) }

// sightings remembers rows, maxSightings at most: beyond, only those of a half of
// what they name, of a quarter, and so on.
type sightings struct {
	list    []sighting
	sampled int   // how often they were halved
	rows    int64 // of the present input, that were looked at
}

// maxSightings is a number that takes 16 MB.
const maxSightings = 1 << 20

func (s *sightings) add(folded, exact uint64, row int64) {
	if folded>>(64-s.sampled) != 0 { // of none where s.sampled is 0
		return
	}
	if s.list == nil {
		s.list = make([]sighting, 0, maxSightings) // memory that is not used costs nothing
	}
	if len(s.list) == maxSightings {
		s.sampled++
		s.list = slices.DeleteFunc(s.list, func(x sighting) bool { return x.folded>>(64-s.sampled) != 0 })
		s.add(folded, exact, row)
		return
	}
	s.list = append(s.list, sighting{folded, uint64(row)<<exactBits | exact>>(64-exactBits)})
}

// groups calls f for the sightings of each thing, in the order of the rows.
func (s *sightings) groups(f func([]sighting)) {
	slices.SortFunc(s.list, func(a, b sighting) int {
		return cmp.Or(cmp.Compare(a.folded, b.folded), cmp.Compare(a.where, b.where))
	})
	for start := 0; start < len(s.list); {
		end := start + 1
		for end < len(s.list) && s.list[end].folded == s.list[start].folded {
			end++
		}
		f(s.list[start:end])
		start = end
	}
}
