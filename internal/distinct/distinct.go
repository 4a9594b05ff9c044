// Package distinct finds which of many things are the same, by 64 bits of a hash of
// each: among ten million things the chance that any two are taken for one is 1 in
// 370,000, among a hundred million 1 in 3,700.
//
// Start with Set, which remembers where each was seen; Counter only counts.
package distinct

import (
	"iter"
	"slices"
)

// Sighting is one thing at one place. Where is a number of the caller's, such as a
// row.
type Sighting struct{ Hash, Where uint64 }

// Set remembers sightings, at 16 bytes each. The zero Set is ready; it belongs to one
// goroutine.
type Set struct {
	// Limit bounds how many sightings are kept. Beyond it, only those of a half of
	// the things are, then of a quarter, and so on: all sightings of a thing, or
	// none. 0 means no limit.
	Limit int

	list   []Sighting
	halved int
	sorted bool
}

// Add notes a sighting.
func (s *Set) Add(hash, where uint64) {
	for {
		if !kept(hash, s.halved) {
			return
		}
		if s.Limit == 0 || len(s.list) < s.Limit {
			break
		}
		s.halve()
	}
	if s.list == nil && s.Limit > 0 {
		s.list = make([]Sighting, 0, s.Limit) // memory that is not used costs nothing
	}
	s.list, s.sorted = append(s.list, Sighting{hash, where}), false
}

// halve drops the sightings of about a half of the things.
func (s *Set) halve() {
	s.halved++
	s.list = slices.DeleteFunc(s.list, func(x Sighting) bool { return !kept(x.Hash, s.halved) })
}

// kept reports whether the things with the hash are still remembered after they were
// halved so often. The multiplication brings all bits of the hash to the top.
func kept(hash uint64, halved int) bool {
	return halved == 0 || (hash*0x9e3779b97f4a7c15)>>(64-halved) == 0
}

// Len returns how many sightings are kept.
func (s *Set) Len() int { return len(s.list) }

// Halved returns how often the things were halved: each that is left stands for
// 1<<Halved. 0 means that all are there.
func (s *Set) Halved() int { return s.halved }

// Groups returns the sightings of each thing, ordered by their places. A group may
// be read until the next one.
func (s *Set) Groups() iter.Seq[[]Sighting] {
	return func(yield func([]Sighting) bool) {
		s.sort()
		for start := 0; start < len(s.list); {
			end := start + 1
			for end < len(s.list) && s.list[end].Hash == s.list[start].Hash {
				end++
			}
			if !yield(s.list[start:end:end]) {
				return
			}
			start = end
		}
	}
}

func (s *Set) sort() {
	if s.sorted {
		return
	}
	sortSightings(s.list, 56)
	s.sorted = true
}
