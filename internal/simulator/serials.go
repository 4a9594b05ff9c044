package simulator

import (
	"iter"
	"math/bits"
)

// A serials is a set of people by their serials: one bit each, so that a segment of a
// million is small, and a page of it needs no sorting.
type serials struct {
	words []uint64
	count int
}

const wordBits = 64

func (m *serials) has(serial uint64) bool {
	word := serial / wordBits
	return word < uint64(len(m.words)) && m.words[word]>>(serial%wordBits)&1 == 1
}

func (m *serials) add(serial uint64) {
	if m.has(serial) {
		return
	}
	if lack := int(serial/wordBits) + 1 - len(m.words); lack > 0 {
		m.words = append(m.words, make([]uint64, lack)...)
	}
	m.words[serial/wordBits] |= 1 << (serial % wordBits)
	m.count++
}

func (m *serials) remove(serial uint64) {
	if m.has(serial) {
		m.words[serial/wordBits] &^= 1 << (serial % wordBits)
		m.count--
	}
}

// from yields the serials that are at least start, in order.
func (m *serials) from(start uint64) iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		mask := ^uint64(0) << (start % wordBits)
		for i := start / wordBits; i < uint64(len(m.words)); i++ {
			for word := m.words[i] & mask; word != 0; word &= word - 1 {
				if !yield(i*wordBits + uint64(bits.TrailingZeros64(word))) {
					return
				}
			}
			mask = ^uint64(0)
		}
	}
}
