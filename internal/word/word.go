// Package word looks at eight bytes of text at a time, which is several times as
// fast as one byte after the other. Start with At.
package word

import (
	"encoding/binary"
	"math/bits"
)

// A Word is eight bytes of text. Marks are words in which the top bit of a byte
// says something about that byte.
type Word uint64

// Words that have the same byte eight times.
const (
	Ones Word = 0x0101010101010101
	Low7 Word = 0x7f7f7f7f7f7f7f7f
	Tops Word = 0x8080808080808080
)

// At returns the eight bytes from text[i] on, the first one the lowest.
func At(text []byte, i int) Word { return Word(binary.LittleEndian.Uint64(text[i:])) }

// Tail returns a word of fewer than eight bytes. Each missing byte is 0x7f, which
// no mark is about.
func Tail(text []byte) Word {
	w := Low7
	for i := len(text) - 1; i >= 0; i-- {
		w = w<<8 | Word(text[i])
	}
	return w
}

// Equal marks the bytes that are c.
func (w Word) Equal(c byte) Word { return (w ^ Ones*Word(c)).Zeros() }

// Zeros marks the bytes that are 0.
func (w Word) Zeros() Word { return ^(w&Low7 + Low7 | w | Low7) }

// Escaped marks what JSON strings must escape, quotes excepted: backslashes and
// control characters. Bytes after the first marked one may be marked wrongly.
func (w Word) Escaped() Word {
	x := w ^ Ones*'\\'
	return ((w-Ones*0x20)&^w | (x-Ones)&^x) & Tops
}

// Special marks what ends the plain part of a JSON string: quotes, backslashes
// and control characters. Bytes after the first marked one may be marked wrongly.
func (w Word) Special() Word {
	x := w ^ Ones*'"'
	return w.Escaped() | (x-Ones)&^x&Tops
}

// Bits returns a bit for each marked byte, the first one the lowest.
func (w Word) Bits() uint64 { return uint64(w>>7) * 0x0102040810204080 >> 56 }

// First returns the index of the first marked byte.
func (w Word) First() int { return bits.TrailingZeros64(uint64(w)) / 8 }
