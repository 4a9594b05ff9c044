package importer

import (
	"cmp"
	"math"
	"slices"
)

// packed is a batch that may hold all people whose hashes lie between low and
// high, both included.
type packed struct {
	*batch
	low, high uint64
	chained   bool // it goes on with the person whom the batch before it ends with
}

// pack spreads the operations of all over as few batches as the limits allow:
// what is left of a run, or the whole of a small one. The batches are stretches
// of hashes, so no two hold one person, unless that person fills more than one;
// within a batch operations stay in their order.
func pack(all *batch, l limits) []packed {
	if len(all.ops) == 0 {
		return nil
	}
	order := make([]int, len(all.ops))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(all.origins[i].hash, all.origins[j].hash) })
	var cuts []packed // batches that only count so far
	into := make([]int, len(all.ops))
	cuts = append(cuts, packed{batch: &batch{}})
	for len(order) > 0 {
		person := all.person(order)
		cuts = assign(all, person, into, cuts, l)
		order = order[len(person):]
	}
	for i := range cuts {
		cuts[i].batch = &batch{}
		cuts[i].high = math.MaxUint64
		if i > 0 && cuts[i].chained {
			cuts[i-1].high = cuts[i].low
		} else if i > 0 {
			cuts[i-1].high = cuts[i].low - 1
		}
	}
	for i, op := range all.ops {
		cuts[into[i]].add(op, all.origins[i])
	}
	return cuts
}

// person returns the operations at the front of order that share a hash.
func (b *batch) person(order []int) []int {
	n := 1
	for n < len(order) && b.origins[order[n]].hash == b.origins[order[0]].hash {
		n++
	}
	return order[:n]
}

// assign notes in into which batch the person's operations go to, opening new
// ones where they do not fit.
func assign(all *batch, person, into []int, cuts []packed, l limits) []packed {
	size := 0
	for _, i := range person {
		size += len(all.ops[i])
	}
	hash := all.origins[person[0]].hash
	if last := cuts[len(cuts)-1]; !l.fits(last.batch, len(person), size) && len(last.ops) > 0 {
		cuts = append(cuts, packed{batch: &batch{}, low: hash})
	}
	for _, i := range person {
		if last := cuts[len(cuts)-1]; !l.fits(last.batch, 1, len(all.ops[i])) {
			cuts = append(cuts, packed{batch: &batch{}, low: hash, chained: true})
		}
		last := cuts[len(cuts)-1]
		last.add(all.ops[i], all.origins[i])
		into[i] = len(cuts) - 1
	}
	return cuts
}
