package exporter

import (
	"hash/maphash"
	"slices"
	"strconv"

	"github.com/ciobulk/ciobulk/join"
)

// sifted is a source without the records whose key an earlier one has.
type sifted struct {
	source
	twice *join.Bits
}

func (s sifted) each(yield func(record) error) error {
	n := int64(0)
	return s.source.each(func(r record) error {
		n++
		if s.twice.Has(n - 1) {
			return nil
		}
		return yield(r)
	})
}

// sift finds the records whose key an earlier one has, and counts them. Memory
// does not grow with the records, except for a bit each.
func sift(e *export, from source, key func(r record, dst []byte) []byte) (source, error) {
	s := join.NewSequence(e.Run.Dir)
	defer s.Close()
	var buffer []byte
	err := from.each(func(r record) error {
		buffer = key(r, buffer[:0])
		return s.Add(join.Entry{Key: number(buffer)})
	})
	if err != nil {
		return nil, err
	}
	twice, err := join.Duplicates(s, false, nil)
	if err != nil {
		return nil, err
	}
	e.c.Twice = twice.Count()
	return sifted{from, twice}, nil
}

var seed = maphash.MakeSeed()

// number stands for a key. A hexadecimal number of up to 16 digits, which a cio_id
// is, has a number of its own: no two are taken for one. Others are hashed: that
// any two of a million are taken for one has a chance of 1 in 37 million.
func number(key []byte) uint64 {
	if len(key) > 0 && len(key) <= 16 && key[0] != '0' && !slices.ContainsFunc(key, upper) {
		if n, err := strconv.ParseUint(string(key), 16, 64); err == nil {
			return spread(n)
		}
	}
	return maphash.Bytes(seed, key)
}

func upper(c byte) bool { return 'A' <= c && c <= 'Z' }

// spread maps numbers one to one, so that those that follow each other are far
// apart (the finalizer of splitmix64).
func spread(n uint64) uint64 {
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}
