package importer

import (
	"cmp"
	"math"
	"slices"
)

// operation is one row's operation and where it came from.
type operation struct {
	op []byte
	origin
}

// packed is a batch for all people whose hashes are between low and high, both
// included.
type packed struct {
	*batch
	low, high uint64
	chained   bool // it begins with the person that the batch before it ends with
}

// pack spreads operations over as few batches as the limits allow: what is left
// of a run, or the whole of a small one. The batches are ranges of hashes, so
// no two have the same person, unless that person fills more than one; within a
// batch operations stay in their order.
func pack(all []operation, l limits, fresh func() *batch) []packed {
	if len(all) == 0 {
		return nil
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(all[i].hash, all[j].hash) })
	p := packing{all: all, limits: l, into: make([]int, len(all)), cuts: []cut{{}}, empty: fresh()}
	for len(order) > 0 {
		n := p.person(order)
		p.assign(order[:n])
		order = order[n:]
	}
	return p.batches(fresh)
}

// packing decides which operations share a batch.
type packing struct {
	all    []operation
	limits limits
	into   []int // by operation: its batch
	cuts   []cut
	empty  *batch
}

// cut is the size of a batch that is not filled yet.
type cut struct {
	low         uint64
	chained     bool
	rows, bytes int
}

// person returns how many operations at the front of order share a hash.
func (p *packing) person(order []int) int {
	n := 1
	for n < len(order) && p.all[order[n]].hash == p.all[order[0]].hash {
		n++
	}
	return n
}

// assign notes which batch the person's operations go to, opening new ones where
// they do not fit.
func (p *packing) assign(person []int) {
	size := 0
	for _, i := range person {
		size += len(p.all[i].op)
	}
	hash := p.all[person[0]].hash
	if last := p.last(); last.rows > 0 && !p.fit(len(person), size) {
		p.cuts = append(p.cuts, cut{low: hash})
	}
	for _, i := range person {
		if !p.fit(1, len(p.all[i].op)) {
			p.cuts = append(p.cuts, cut{low: hash, chained: true})
		}
		last := p.last()
		last.rows++
		last.bytes += len(p.all[i].op)
		p.into[i] = len(p.cuts) - 1
	}
}

func (p *packing) last() *cut { return &p.cuts[len(p.cuts)-1] }

// fit reports whether more operations, which have bytes together, fit the last batch.
func (p *packing) fit(rows, bytes int) bool {
	last := p.last()
	return p.limits.fits(&p.empty.Batch, last.rows+rows, last.bytes+bytes)
}

func (p *packing) batches(fresh func() *batch) []packed {
	list := make([]packed, len(p.cuts))
	for i, c := range p.cuts {
		list[i] = packed{fresh(), c.low, math.MaxUint64, c.chained}
		if i > 0 && c.chained {
			list[i-1].high = c.low
		} else if i > 0 {
			list[i-1].high = c.low - 1
		}
	}
	for i, o := range p.all {
		list[p.into[i]].add(o.op, o.origin)
	}
	return list
}
