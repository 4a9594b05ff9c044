package importer

import (
	"cmp"
	"slices"

	"github.com/ciobulk/ciobulk/internal/distinct"
)

// Pairs counts rows that have to do with an earlier one, with some examples.
type Pairs struct {
	Count    int64  `json:"count"`
	Examples []Pair `json:"examples"`
}

// Pair is a row and the earlier one.
type Pair struct {
	Row   Place `json:"row"`
	First Place `json:"first"`
}

const pairExamples = 3

// pairing collects pairs and keeps the earliest.
type pairing struct {
	count int64
	first [][2]int64 // rows
}

func (p *pairing) add(s, before uint64) {
	p.count++
	row := rowOf(s)
	at, _ := slices.BinarySearchFunc(p.first, row, func(e [2]int64, row int64) int { return cmp.Compare(e[0], row) })
	if at < pairExamples {
		p.first = slices.Insert(p.first, at, [2]int64{row, rowOf(before)})
		p.first = p.first[:min(len(p.first), pairExamples)]
	}
}

// pairs returns the pairs, as many as the things of set stand for.
func (p *pairing) pairs(set *distinct.Set, place func(int64) Place) Pairs {
	all := Pairs{Count: p.count << set.Halved(), Examples: []Pair{}}
	for _, rows := range p.first {
		all.Examples = append(all.Examples, Pair{place(rows[0]), place(rows[1])})
	}
	return all
}

// A sighting's place is its row with 24 bits of the hash of the row's identifier.
const identifierBits = 24

func placeOf(row int64, identifier uint64) uint64 {
	return uint64(row)<<identifierBits | identifier>>(64-identifierBits)
}

func rowOf(where uint64) int64 { return int64(where >> identifierBits) }

func sameIdentifier(a, b uint64) bool { return (a^b)&(1<<identifierBits-1) == 0 }
