// Package join compares sets of keyed hashes that need not fit in memory.
//
// A Sequence takes one Entry per row, in the order of the rows, and spills to a file
// when it grows. Diff finds the keys that only one of two sequences has; Compare
// finds which rows of a sequence differ from a State, a file of sorted entries that an
// earlier run has left, and Update writes the state that follows from it. Each yields
// one bit per row.
//
// Memory is some 20 MiB per sequence plus one bit per row. Keys must be hashes that
// spread evenly over 64 bits: the first 8 bits choose the part of a sequence that is
// sorted at a time. Rows with the same key are rows of the same thing, and are found
// together in their order.
package join

import "math/bits"

// Entry is what a comparison knows of a row.
type Entry struct {
	Key   uint64 // a hash of what the row is about
	Value uint64 // a hash of what the row says about it, or a number of the caller's
}

// Bits is a set of row numbers, one bit per row. The zero value is empty. It must not be
// changed by more than one goroutine.
type Bits struct {
	words []uint64
	count int64
}

// Set adds a row.
func (b *Bits) Set(row int64) {
	for int(row>>6) >= len(b.words) {
		b.words = append(b.words, 0)
	}
	word, bit := &b.words[row>>6], uint64(1)<<(row&63)
	if *word&bit == 0 {
		*word |= bit
		b.count++
	}
}

// Has reports whether a row was added.
func (b *Bits) Has(row int64) bool {
	return int(row>>6) < len(b.words) && b.words[row>>6]&(1<<(row&63)) != 0
}

// Count returns how many rows were added.
func (b *Bits) Count() int64 { return b.count }

// Fold joins the values of one key's rows, in their order, into one. The order matters,
// and so does the number of rows; a single row keeps its value.
func Fold(values ...uint64) (folded uint64) {
	for i, v := range values {
		folded = fold(folded, v, i == 0)
	}
	return folded
}

// fold adds a value to those of the rows before it.
func fold(folded, value uint64, first bool) uint64 {
	if first {
		return value
	}
	high, low := bits.Mul64(folded^0x9e3779b97f4a7c15, 0xd6e8feb86659fd93)
	return bits.RotateLeft64(high^low, 23) + value*0xff51afd7ed558ccd
}

// maxRows is how many rows a sequence may have: 5 bytes of an entry hold the number.
const maxRows = 1 << 40
