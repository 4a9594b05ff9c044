package importer

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/slowtest"
)

// operationsOf returns operations of people with these hashes, each of the size
// that size gives; records count them.
func operationsOf(hashes []uint64, size func(i int) int) (all []operation) {
	for i, h := range hashes {
		op := fmt.Appendf(nil, `{"n":%d,"p":"`, i)
		op = append(op, bytes.Repeat([]byte{'x'}, max(size(i)-len(op)-2, 0))...)
		all = append(all, operation{append(op, `"}`...), origin{hash: h, record: uint32(i)}})
	}
	return all
}

// checkPacked states the laws of packing.
func checkPacked(t *testing.T, all []operation, got []packed, l limits) {
	t.Helper()
	seen := make(map[uint32]int) // record to batch
	for n, x := range got {
		for i, o := range x.origins {
			if !bytes.Equal(x.Op(i), all[o.record].op) || o != all[o.record].origin {
				t.Fatalf("batch %d: operation %d is not that of record %d", n, i, o.record)
			}
			if o.hash < x.low || o.hash > x.high {
				t.Fatalf("batch %d covers %x to %x, but has %x", n, x.low, x.high, o.hash)
			}
			if _, twice := seen[o.record]; twice {
				t.Fatalf("record %d is in two batches", o.record)
			}
			seen[o.record] = n
			if i > 0 && o.record < x.origins[i-1].record {
				t.Fatalf("batch %d is not in the order of the file", n)
			}
		}
		if x.Len() == 0 || x.Len() > l.rows || x.Size() > l.bytes || x.Len() != len(x.origins) {
			t.Fatalf("batch %d has %d operations of %d bytes", n, x.Len(), x.Size())
		}
	}
	if len(seen) != len(all) {
		t.Fatalf("%d of %d operations were packed", len(seen), len(all))
	}
	checkOrder(t, all, got, seen)
	checkCover(t, got)
}

// checkOrder: operations of one hash that are in several batches are in a chain
// of them, the earlier operation in the earlier batch.
func checkOrder(t *testing.T, all []operation, got []packed, seen map[uint32]int) {
	t.Helper()
	last := make(map[uint64]int)
	for i, o := range all {
		n := seen[uint32(i)]
		if before, ok := last[o.hash]; ok && before != n {
			if before+1 != n || !got[n].chained {
				t.Fatalf("hash %x is in batch %d and then in batch %d", o.hash, before, n)
			}
		}
		last[o.hash] = n
	}
}

// checkCover: together the batches cover every hash there can be.
func checkCover(t *testing.T, got []packed) {
	t.Helper()
	if len(got) == 0 {
		return
	}
	if first, last := got[0], got[len(got)-1]; first.low != 0 || last.high != ^uint64(0) {
		t.Fatalf("batches cover %x to %x", first.low, last.high)
	}
	for i := 1; i < len(got); i++ {
		if before, x := got[i-1], got[i]; before.high != x.low && before.high+1 != x.low {
			t.Fatalf("a gap between %x and %x", before.high, x.low)
		}
	}
}

func TestPackLaws(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range slowtest.Times(300, 2000) {
		n := r.IntN(300)
		people := 1 + r.IntN(200)
		maxRows, maxBytes := 1+r.IntN(40), 200+r.IntN(3000)
		hashes := make([]uint64, n)
		for i := range hashes {
			hashes[i] = uint64(r.IntN(people)) * (^uint64(0) / uint64(people)) >> r.IntN(2)
		}
		b, l := operationsOf(hashes, func(int) int { return 20 + r.IntN(150) }), limits{maxRows, maxBytes}
		checkPacked(t, b, pack(b, l, new(Import).newBatch), l)
	}
}

// Full requests are what the rate is spent on: distinct people fill them to
// the last row.
func TestPackWastesNoRequest(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 999, 1000, 1001, 2000, 2500, 10_000, 16_000} {
		r := rand.New(rand.NewPCG(uint64(n), 7))
		hashes := make([]uint64, n)
		for i := range hashes {
			hashes[i] = r.Uint64()
		}
		b, l := operationsOf(hashes, func(int) int { return 100 }), limits{1000, customerio.MaxBatch}
		got := pack(b, l, new(Import).newBatch)
		checkPacked(t, b, got, l)
		if want := (n + 999) / 1000; len(got) != want {
			t.Errorf("%d rows take %d requests, want %d", n, len(got), want)
		}
	}
}

func TestPackOnePersonOnly(t *testing.T) {
	t.Parallel()
	b, l := operationsOf(make([]uint64, 95), func(int) int { return 50 }), limits{10, 1 << 20}
	got := pack(b, l, new(Import).newBatch)
	checkPacked(t, b, got, l)
	if len(got) != 10 {
		t.Errorf("%d batches, want 10", len(got))
	}
}

func TestLaneOfIsInOrderAndInRange(t *testing.T) {
	t.Parallel()
	for _, lanes := range []int{1, 2, 3, 16, 1000} {
		before := 0
		for h := uint64(0); ; h += 1 << 48 {
			i := laneOf(h, lanes)
			if i < before || i >= lanes {
				t.Fatalf("hash %x is in lane %d of %d, after lane %d", h, i, lanes, before)
			}
			if before = i; h >= 0xffff<<48 {
				break
			}
		}
		if before != lanes-1 {
			t.Errorf("the last of %d lanes is %d", lanes, before)
		}
	}
}

func BenchmarkPack(b *testing.B) {
	hashes := make([]uint64, 16_000)
	for i := range hashes {
		hashes[i] = rand.Uint64()
	}
	all := operationsOf(hashes, func(int) int { return 280 })
	b.ReportAllocs()
	for b.Loop() {
		pack(all, limits{1000, customerio.MaxBatch}, new(Import).newBatch)
	}
	b.ReportMetric(float64(b.N)*16_000/b.Elapsed().Seconds(), "rows/s")
}
