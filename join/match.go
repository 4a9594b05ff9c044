package join

import "errors"

// Diff finds the keys that only one of two sequences has: onlyA and onlyB have the first
// row of each such key. same is how many keys both have. Errors are those of the file
// system.
func Diff(a, b *Sequence) (onlyA, onlyB *Bits, same int64, err error) {
	d := differ{onlyA: new(Bits), onlyB: new(Bits), most: maxRecords}
	err = d.sequences(a, b)
	return d.onlyA, d.onlyB, d.same, err
}

// Duplicates finds the rows of s whose key another row has: of each key all rows but the
// first, or but the last. It calls name, if that is not nil, with each of them and the row
// of its key that is left, in any order. Errors are those of the file system.
func Duplicates(s *Sequence, keepLast bool, name func(row, left int64)) (*Bits, error) {
	surplus := new(Bits)
	err := s.groups(func(g *group) error {
		left, err := g.one(keepLast)
		if err != nil {
			return err
		}
		return g.each(func(row int64) {
			if row == left {
				return
			}
			surplus.Set(row)
			if name != nil {
				name(row, left)
			}
		})
	})
	return surplus, err
}

// Count counts the keys of s that have a row for which counts holds, and calls seen with
// each of them. Errors are those of the file system.
func Count(s *Sequence, counts func(row int64) bool, seen func(key uint64)) (n int64, err error) {
	err = s.groups(func(g *group) error {
		found, err := g.any(counts)
		if found {
			n++
			seen(g.key)
		}
		return err
	})
	return n, err
}

// differ finds the keys that only one of two sequences has.
type differ struct {
	onlyA, onlyB *Bits
	same         int64
	left, right  sorter
	most         int64 // records of a part that are sorted in memory
}

func (d *differ) sequences(a, b *Sequence) error {
	for n := range parts {
		if err := d.part(a, b, n); err != nil {
			return err
		}
	}
	return nil
}

// part compares the parts with one number.
func (d *differ) part(a, b *Sequence, n int) error {
	p, q := &a.parts[n], &b.parts[n]
	switch {
	case p.count <= d.most && q.count <= d.most:
		return d.sorted(a, b, n)
	case !p.mixed && !q.mixed: // at most one key each
		return d.single(a, b, n)
	}
	left, err := a.narrow(n)
	if err != nil {
		return err
	}
	defer left.Close()
	right, err := b.narrow(n)
	if err != nil {
		return err
	}
	defer right.Close()
	return d.sequences(left, right)
}

// single compares parts in which all rows have one key.
func (d *differ) single(a, b *Sequence, n int) error {
	p, q := &a.parts[n], &b.parts[n]
	if p.count > 0 && q.count > 0 && p.first == q.first {
		d.same++
		return nil
	}
	return errors.Join(setFirst(d.onlyA, a, n), setFirst(d.onlyB, b, n))
}

// setFirst adds the first row of a part, if it has one.
func setFirst(to *Bits, s *Sequence, n int) error {
	first := int64(-1)
	err := s.scan(n, func(r record) error {
		if first < 0 {
			first = r.row
		}
		return nil
	})
	if first >= 0 {
		to.Set(first)
	}
	return err
}

// sorted compares parts that fit in memory.
func (d *differ) sorted(a, b *Sequence, n int) error {
	left, err := d.left.part(a, n)
	if err != nil {
		return err
	}
	right, err := d.right.part(b, n)
	if err != nil {
		return err
	}
	for len(left) > 0 || len(right) > 0 {
		switch {
		case len(right) == 0 || len(left) > 0 && left[0].Key < right[0].Key:
			d.onlyA.Set(left[0].row)
			left = left[sameKey(left):]
		case len(left) == 0 || left[0].Key > right[0].Key:
			d.onlyB.Set(right[0].row)
			right = right[sameKey(right):]
		default:
			d.same++
			left, right = left[sameKey(left):], right[sameKey(right):]
		}
	}
	return nil
}
