package mapping

import "fmt"

// sketch counts distinct values in bounded memory: all of them up to a size, and
// beyond it those whose hash ends in so many zeros, as a sample. It remembers
// hashes, not values.
type sketch struct {
	size  int
	added int64
	level uint
	seen  map[uint64]struct{}
	twice map[uint64]struct{} // those that came more than once
}

func newSketch(size int) sketch {
	return sketch{size: min(max(size, 64), sampleRows+2000), seen: make(map[uint64]struct{}), twice: make(map[uint64]struct{})}
}

// add counts the value with a hash.
func (s *sketch) add(hash uint64) {
	s.added++
	if hash&(1<<s.level-1) != 0 {
		return
	}
	if _, again := s.seen[hash]; again {
		s.twice[hash] = struct{}{}
		return
	}
	s.seen[hash] = struct{}{}
	for len(s.seen) > s.size {
		s.level++
		for h := range s.seen {
			if h&(1<<s.level-1) != 0 {
				delete(s.seen, h)
				delete(s.twice, h)
			}
		}
	}
}

// distinct returns how many values there were, about where they were too many.
func (s *sketch) distinct() int64 { return min(int64(len(s.seen))<<s.level, s.added) }

// unique reports whether no value came twice, as far as was looked.
func (s *sketch) unique() bool { return len(s.twice) == 0 }

func (s *sketch) String() string {
	if s.level > 0 {
		return fmt.Sprintf("about %d distinct", s.distinct())
	}
	return fmt.Sprintf("%d distinct", s.distinct())
}
