package rows

import (
	"encoding/binary"
	"math/bits"
)

// A word is eight bytes of text, looked at together: that is several times as
// fast as one after the other. Marks are words in which the top bit of a byte
// says something about it.
type word uint64

const (
	ones word = 0x0101010101010101
	low7 word = 0x7f7f7f7f7f7f7f7f
	tops word = 0x8080808080808080
)

// wordAt returns the eight bytes from text[i] on, the first the lowest.
func wordAt(text []byte, i int) word { return word(binary.LittleEndian.Uint64(text[i:])) }

// equal marks the bytes that are c.
func (w word) equal(c byte) word { return (w ^ ones*word(c)).zeros() }

// zeros marks the bytes that are 0.
func (w word) zeros() word { return ^(w&low7 + low7 | w | low7) }

// escaped marks what JSON strings must escape, but for quotes: backslashes and
// control characters. Bytes behind the first one that is marked may be marked
// wrongly.
func (w word) escaped() word {
	x := w ^ ones*'\\'
	return ((w-ones*0x20)&^w | (x-ones)&^x) & tops
}

// special marks what ends the plain part of a JSON string: quotes, backslashes
// and control characters. Bytes behind the first one that is marked may be
// marked wrongly.
func (w word) special() word {
	x := w ^ ones*'"'
	return w.escaped() | (x-ones)&^x&tops
}

// bits returns a bit for each marked byte, the first the lowest.
func (w word) bits() uint64 { return uint64(w>>7) * 0x0102040810204080 >> 56 }

// first returns the index of the first marked byte.
func (w word) first() int { return bits.TrailingZeros64(uint64(w)) / 8 }

// traits is what words of a text have in common.
type traits struct{ escapes, high word }

func (t *traits) add(w word) {
	t.escapes |= w.escaped()
	t.high |= w
}

// tail returns a word of fewer than eight bytes. A byte that there is not is
// 0x7f, which is nothing special.
func tail(text []byte) word {
	w := low7
	for i := len(text) - 1; i >= 0; i-- {
		w = w<<8 | word(text[i])
	}
	return w
}

// find adds at most 64 bytes of text, and returns a bit for each that is the one
// that pattern is full of.
func (t *traits) find(text []byte, pattern word) (found uint64) {
	escapes, high := t.escapes, t.high
	last := len(text) - 8
	for i := 0; i < last; i += 8 {
		w := wordAt(text, i)
		escapes |= w.escaped()
		high |= w
		found |= (w ^ pattern).zeros().bits() << i
	}
	w, at := word(0), max(last, 0)
	if last >= 0 {
		w = wordAt(text, last) // some of it for the second time
	} else {
		w = tail(text)
	}
	t.escapes, t.high = escapes|w.escaped(), high|w
	found |= (w ^ pattern).zeros().bits() << at
	return found & (1<<len(text) - 1)
}

// plain reports whether JSON strings need not escape any of it, and ascii
// whether all of it is ASCII.
func (t *traits) plain() bool { return t.escapes == 0 }
func (t *traits) ascii() bool { return t.high&tops == 0 }

// traitsOf looks at a whole text.
func traitsOf(text []byte) (t traits) {
	i := 0
	for ; i+8 <= len(text); i += 8 {
		t.add(wordAt(text, i))
	}
	t.add(tail(text[i:]))
	return t
}

// plainRun returns the index of the first byte from text[i] on that does not
// stand for itself inside a JSON string, or the length.
func plainRun(text []byte, i int) int {
	for ; i+8 <= len(text); i += 8 {
		if marks := wordAt(text, i).special(); marks != 0 {
			return i + marks.first()
		}
	}
	for i < len(text) && plain[text[i]] {
		i++
	}
	return i
}
