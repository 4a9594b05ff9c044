package importer

import (
	"bytes"
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ciobulk/ciobulk/customerio"
)

// blockOf returns a mapped block with one operation for each hash; operation i
// is of the size that sizes gives.
func blockOf(hashes []uint64, size func(i int) int) *block {
	b := newBlock()
	for i, h := range hashes {
		start := len(b.ops)
		op := fmt.Appendf(nil, `{"n":%d,"p":"`, i)
		op = append(op, bytes.Repeat([]byte{'x'}, max(size(i)-len(op)-2, 0))...)
		b.ops = append(append(b.ops, op...), `"}`...)
		b.items = append(b.items, item{hash: h, start: uint32(start), end: uint32(len(b.ops)), record: uint32(i)})
	}
	return b
}

// checkPacked states the laws of packing.
func checkPacked(t *testing.T, b *block, maxRows, maxBytes int) {
	t.Helper()
	seen := make(map[uint32]int) // record to batch
	for n, x := range b.batches {
		size := 0
		for i, op := range x.ops {
			size += len(op)
			it := b.items[x.records[i]]
			if !bytes.Equal(op, b.ops[it.start:it.end]) {
				t.Fatalf("batch %d: operation %d is not that of record %d", n, i, x.records[i])
			}
			if it.hash < x.low || it.hash > x.high {
				t.Fatalf("batch %d covers %x to %x, but has %x", n, x.low, x.high, it.hash)
			}
			if _, twice := seen[x.records[i]]; twice {
				t.Fatalf("record %d is in two batches", x.records[i])
			}
			seen[x.records[i]] = n
		}
		if len(x.ops) == 0 || len(x.ops) > maxRows || customerio.BodySize(len(x.ops), size) > maxBytes {
			t.Fatalf("batch %d has %d operations of %d bytes", n, len(x.ops), size)
		}
		if !slices.IsSorted(x.records) {
			t.Fatalf("batch %d is not in the order of the file", n)
		}
	}
	if len(seen) != len(b.items) {
		t.Fatalf("%d of %d operations were packed", len(seen), len(b.items))
	}
	checkOrder(t, b, seen)
	checkCover(t, b)
}

// checkOrder: operations of one hash that are in several batches are in
// batches that overlap, the earlier operation in the earlier batch.
func checkOrder(t *testing.T, b *block, seen map[uint32]int) {
	t.Helper()
	last := make(map[uint64]int)
	for i, it := range b.items {
		n := seen[uint32(i)]
		if before, ok := last[it.hash]; ok && before != n {
			if before > n || !b.batches[before].overlaps(b.batches[n]) {
				t.Fatalf("hash %x is in batch %d and then in batch %d", it.hash, before, n)
			}
		}
		last[it.hash] = n
	}
}

// checkCover: together the batches cover every hash there can be, so that a
// later block's batch always finds whom to wait for.
func checkCover(t *testing.T, b *block) {
	t.Helper()
	if len(b.batches) == 0 {
		return
	}
	if first, last := b.batches[0], b.batches[len(b.batches)-1]; first.low != 0 || last.high != ^uint64(0) {
		t.Fatalf("batches cover %x to %x", first.low, last.high)
	}
	for i := 1; i < len(b.batches); i++ {
		if before, x := b.batches[i-1], b.batches[i]; before.high != x.low && before.high+1 != x.low {
			t.Fatalf("a gap between %x and %x", before.high, x.low)
		}
	}
}

func TestPackLaws(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		n := r.IntN(300)
		people := 1 + r.IntN(200)
		maxRows, maxBytes := 1+r.IntN(40), 200+r.IntN(3000)
		hashes := make([]uint64, n)
		for i := range hashes {
			hashes[i] = uint64(r.IntN(people)) * (^uint64(0) / uint64(people)) >> r.IntN(2)
		}
		b := blockOf(hashes, func(int) int { return 20 + r.IntN(150) })
		p := packer{maxRows: maxRows, maxBytes: maxBytes}
		p.pack(b)
		checkPacked(t, b, maxRows, maxBytes)
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
		b := blockOf(hashes, func(int) int { return 100 })
		p := packer{maxRows: 1000, maxBytes: customerio.MaxBatch}
		p.pack(b)
		checkPacked(t, b, 1000, customerio.MaxBatch)
		if want := (n + 999) / 1000; len(b.batches) != want {
			t.Errorf("%d rows take %d requests, want %d", n, len(b.batches), want)
		}
	}
}

func TestPackOnePersonOnly(t *testing.T) {
	t.Parallel()
	b := blockOf(make([]uint64, 95), func(int) int { return 50 })
	p := packer{maxRows: 10, maxBytes: 1 << 20}
	p.pack(b)
	checkPacked(t, b, 10, 1<<20)
	if len(b.batches) != 10 {
		t.Errorf("%d batches, want 10", len(b.batches))
	}
}

// The packer is reused: what one block left must not show in the next.
func TestPackForgets(t *testing.T) {
	t.Parallel()
	p := packer{maxRows: 7, maxBytes: 4000}
	b := newBlock()
	for n := range 50 {
		hashes := make([]uint64, n)
		for i := range hashes {
			hashes[i] = rand.Uint64()
		}
		fresh := blockOf(hashes, func(i int) int { return 30 + i })
		b.ops, b.items = fresh.ops, fresh.items
		p.pack(b)
		checkPacked(t, b, 7, 4000)
	}
}

func BenchmarkPack(b *testing.B) {
	hashes := make([]uint64, 16_000)
	for i := range hashes {
		hashes[i] = rand.Uint64()
	}
	x := blockOf(hashes, func(int) int { return 280 })
	p := packer{maxRows: 1000, maxBytes: customerio.MaxBatch}
	b.ReportAllocs()
	for b.Loop() {
		p.pack(x)
	}
	b.ReportMetric(float64(b.N)*16_000/b.Elapsed().Seconds(), "rows/s")
	if !slices.IsSortedFunc(x.batches, func(a, c *batch) int { return cmp.Compare(a.low, c.low) }) {
		b.Fatal("batches out of order")
	}
}
