package importer

import (
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
)

// block is a run of rows on its way through the run, the unit of mapping and
// settling. One goroutine at a time has it; the settling one puts it back.
type block struct {
	rows.Block
	number   int64       // in the order of the input
	source   int         // its input
	weight   int         // blocks that it counts for in the window
	mapped   chan mapped // holds its operations when the mapping is done
	refused  []refused
	filtered int64
	others   int64       // rows of other shards
	replaced []replaced  // rows of people of whom another one is sent
	live     int64       // events that may start campaigns
	answered []time.Time // by record: when its operation was; only for receipts
	sent     int         // its operations
	left     int         // of these without a verdict; the settler's once the block is dispatched
	accepted int64       // of these; the settler's likewise
}

// mapped is the operations of a block, until they are in their lanes.
type mapped struct {
	ops   []byte
	items []item
}

// item is one row's operation in its block.
type item struct {
	hash       uint64 // of the person's identifier
	start, end uint32 // its bytes among the block's operations
	record     uint32 // its row in the block
}

// replaced is one row that another one of its person is sent instead of.
type replaced struct {
	record uint32
	by     string
}

// refused is one row that was not accepted.
type refused struct {
	record uint32
	customerio.Rejection
}

func newBlock() *block { return &block{mapped: make(chan mapped, 1)} }

// worker maps blocks. It belongs to one goroutine.
type worker struct {
	mappers []*mapping.Mapper // by source
}

func (j *Job) newWorker() *worker {
	w := &worker{}
	for i := range j.Sources {
		w.mappers = append(w.mappers, j.mapper(i))
	}
	return w
}

// fill maps the rows of b to operations, in the memory of to.
func (w *worker) fill(b *block, to mapped) mapped {
	if to.items == nil {
		// About what rows become, so that it need not grow in steps.
		to = mapped{make([]byte, 0, 3*b.Bytes()), make([]item, 0, b.Len())}
	}
	ops, items := to.ops[:0], to.items[:0]
	b.refused, b.replaced, b.filtered, b.others, b.live = b.refused[:0], b.replaced[:0], 0, 0, 0
	m := w.mappers[b.source]
	for i := range b.Len() {
		start := len(ops)
		var hash uint64
		var outcome mapping.Outcome
		ops, hash, outcome = m.Append(ops, &b.Block, i)
		switch outcome {
		case mapping.Send:
			if m.Live() {
				b.live++
			}
			items = append(items, item{hash: hash, start: uint32(start), end: uint32(len(ops)), record: uint32(i)})
		case mapping.Filtered:
			b.filtered++
		case mapping.Duplicate:
			b.replaced = append(b.replaced, replaced{uint32(i), m.Instead()})
		case mapping.Elsewhere:
			b.others++
		case mapping.Rejected:
			b.refused = append(b.refused, refused{uint32(i), m.Rejection()})
		}
	}
	b.sent = len(items)
	return mapped{ops, items}
}
