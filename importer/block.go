package importer

import (
	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
)

// block is a run of rows on its way through the run, the unit of mapping and
// settling. One goroutine at a time has it; the settling one puts it back.
type block struct {
	rows.Block
	number   int64 // in the order of the input
	source   int   // its input
	ops      []byte
	items    []item
	refused  []refused
	filtered int64
	left     int           // operations without a verdict; the settler's once it is dispatched
	mapped   chan struct{} // holds a token when the mapping is done
}

// item is one row's operation in its block.
type item struct {
	hash       uint64 // of the person's identifier
	start, end uint32 // its bytes among the block's operations
	record     uint32 // its row in the block
}

// refused is one row that was not accepted.
type refused struct {
	record uint32
	customerio.Rejection
}

func newBlock() *block { return &block{mapped: make(chan struct{}, 1)} }

// worker maps blocks. It belongs to one goroutine.
type worker struct {
	mappers []*mapping.Mapper // by source
}

func (j *Job) newWorker() *worker {
	w := &worker{}
	for _, s := range j.Sources {
		w.mappers = append(w.mappers, s.Plan.Mapper(s.Input))
	}
	return w
}

// fill maps the rows of b to operations, which are expected to take about so
// many bytes.
func (w *worker) fill(b *block, bytes int) {
	if cap(b.ops) < bytes {
		b.ops = make([]byte, 0, bytes)
	}
	b.ops, b.items, b.refused, b.filtered = b.ops[:0], b.items[:0], b.refused[:0], 0
	m := w.mappers[b.source]
	for i := range b.Len() {
		start := len(b.ops)
		ops, hash, outcome := m.Append(b.ops, &b.Block, i)
		b.ops = ops
		switch outcome {
		case mapping.Send:
			b.items = append(b.items, item{hash: hash, start: uint32(start), end: uint32(len(ops)), record: uint32(i)})
		case mapping.Filtered:
			b.filtered++
		case mapping.Rejected:
			b.refused = append(b.refused, refused{uint32(i), m.Rejection()})
		}
	}
}
