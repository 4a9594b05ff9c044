package importer

import (
	"cmp"
	"math"
	"slices"

	"github.com/ciobulk/ciobulk/customerio"
)

// item is one row's operation in its block.
type item struct {
	hash       uint64 // of the person's identifier
	start, end uint32 // its bytes among the block's operations
	record     uint32 // its row in the block
	batch      uint32 // its batch in the block
}

// batch is one request: operations of the people whose hashes lie between low
// and high. No two batches that overlap are ever in flight at once, which keeps
// a person's operations in order.
type batch struct {
	low, high  uint64
	ops        [][]byte
	records    []uint32 // by operation
	done       chan struct{}
	rejections []customerio.Rejection // set before done is closed
}

func (b *batch) overlaps(other *batch) bool {
	return b.low <= other.high && other.low <= b.high
}

// packer spreads a block's operations over as few batches as the limits allow.
// Batches are stretches of hashes, so that they share no person unless a single
// person fills more than one. It is reused from block to block.
type packer struct {
	maxRows, maxBytes int

	buckets [1 << bucketBits][]uint32 // items by the upper bits of their hash
	bounds  []bound
	rows    int
	bytes   int
}

const bucketBits = 10

// bound is a batch in the making: where it starts and how many items it has.
type bound struct {
	low   uint64
	chain bool // it continues the person whom the batch before it ends with
	count int
}

// pack fills b.batches from b.items and b.ops.
func (p *packer) pack(b *block) {
	b.batches = b.batches[:0]
	if len(b.items) == 0 {
		return
	}
	for i := range p.buckets {
		p.buckets[i] = p.buckets[i][:0]
	}
	for i, it := range b.items {
		bucket := &p.buckets[it.hash>>(64-bucketBits)]
		*bucket = append(*bucket, uint32(i))
	}
	p.bounds, p.rows, p.bytes = append(p.bounds[:0], bound{}), 0, 0
	for _, bucket := range &p.buckets {
		p.assign(b.items, bucket)
	}
	p.gather(b)
}

// assign puts a bucket's items into the present batch, and into new ones where
// it is full. Only a bucket that does not fit whole is looked at person by
// person.
func (p *packer) assign(items []item, bucket []uint32) {
	size := 0
	for _, i := range bucket {
		size += int(items[i].end - items[i].start)
	}
	if p.fits(len(bucket), size) {
		p.take(items, bucket, size)
		return
	}
	slices.SortStableFunc(bucket, func(i, j uint32) int { return cmp.Compare(items[i].hash, items[j].hash) })
	for len(bucket) > 0 {
		n := 1
		size := int(items[bucket[0]].end - items[bucket[0]].start)
		for n < len(bucket) && items[bucket[n]].hash == items[bucket[0]].hash {
			size += int(items[bucket[n]].end - items[bucket[n]].start)
			n++
		}
		p.person(items, bucket[:n], size)
		bucket = bucket[n:]
	}
}

// person puts the items of one hash into a batch, into several if they must.
func (p *packer) person(items []item, group []uint32, size int) {
	hash := items[group[0]].hash
	if !p.fits(len(group), size) && p.rows > 0 {
		p.open(bound{low: hash})
	}
	if p.fits(len(group), size) {
		p.take(items, group, size)
		return
	}
	for i := range group {
		one := int(items[group[i]].end - items[group[i]].start)
		if !p.fits(1, one) && p.rows > 0 {
			p.open(bound{low: hash, chain: true})
		}
		p.take(items, group[i:i+1], one)
	}
}

func (p *packer) fits(rows, bytes int) bool {
	return p.rows+rows <= p.maxRows && customerio.BodySize(p.rows+rows, p.bytes+bytes) <= p.maxBytes
}

func (p *packer) open(b bound) {
	p.bounds, p.rows, p.bytes = append(p.bounds, b), 0, 0
}

func (p *packer) take(items []item, list []uint32, size int) {
	last := len(p.bounds) - 1
	for _, i := range list {
		items[i].batch = uint32(last)
	}
	p.bounds[last].count += len(list)
	p.rows += len(list)
	p.bytes += size
}

// gather makes the batches, their operations in the order of the file.
func (p *packer) gather(b *block) {
	n := len(b.items)
	b.list, b.records = slices.Grow(b.list[:0], n)[:n], slices.Grow(b.records[:0], n)[:n]
	from := 0
	for i, bound := range p.bounds {
		to := from + bound.count
		next := &batch{low: bound.low, high: math.MaxUint64, done: make(chan struct{}),
			ops: b.list[from:from:to], records: b.records[from:from:to]}
		if i > 0 {
			b.batches[i-1].high = bound.low - 1
			if bound.chain {
				b.batches[i-1].high = bound.low
			}
		}
		b.batches = append(b.batches, next)
		from = to
	}
	for _, it := range b.items {
		t := b.batches[it.batch]
		t.ops = append(t.ops, b.ops[it.start:it.end])
		t.records = append(t.records, it.record)
	}
}
