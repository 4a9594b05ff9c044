package importer

import (
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
)

// block is some rows in a row on their way through the run, the unit of mapping and
// settling. It belongs to one goroutine at a time; the settling one puts it back.
type block struct {
	rows.Block
	number   int64       // in the order of the input
	source   int         // its input
	earlier  uint32      // runs.Chain of the inputs before its own
	small    bool        // it may share its place in the window, see shared
	weight   int         // blocks that it counts for in the window
	mapped   chan mapped // holds its operations when the mapping is done
	refused  []refused
	filtered int64
	same     int64 // rows that do not differ from what was last sent
	odd      rows.OddCounts
	found    mapping.Findings
	others   int64       // rows of other shards
	replaced []replaced  // rows of people who have another row that is sent
	live     int64       // events that may start campaigns
	answered []time.Time // by record: when its operation was answered; only for receipts
	sent     int         // its operations
	text     int         // bytes of the rows of these
	left     int         // of these without a verdict; the settler's once the block is dispatched
	accepted int64       // of these; the settler's too
}

// mapped is the operations of a block, until they are in their lanes.
type mapped struct {
	ops   []byte
	items []item
	effects
}

// item is one row's operation in its block.
type item struct {
	hash       uint64 // of the person's identifier
	start, end uint32 // its bytes among the block's operations
	record     uint32 // its row in the block
}

// replaced is one row that is not sent because another one of its person is.
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
	im     *Import
	source int
	mapper *mapping.Mapper // of source; nil: none yet
}

func newWorker(im *Import) *worker { return &worker{im: im} }

// of returns the mapper of a source. Blocks come in the order of the sources.
func (w *worker) of(source int) *mapping.Mapper {
	if w.mapper == nil || w.source != source {
		w.source, w.mapper = source, w.im.mapper(source)
	}
	return w.mapper
}

// stopEvery is after how many rows a worker looks whether the run is halted: an
// expression may take some milliseconds for each.
const stopEvery = 16

// fill maps the rows of b to operations, in the memory of to. ok is false where the
// run was halted before the last of them: the block is then not begun.
func (w *worker) fill(b *block, to mapped, halted func() bool) (_ mapped, ok bool) {
	if to.items == nil {
		// About as much as rows become, so that it does not grow in steps.
		to.ops, to.items = make([]byte, 0, 3*b.Bytes()), make([]item, 0, b.Len())
	}
	ops, items := to.ops[:0], to.items[:0]
	to.reset()
	b.refused, b.replaced, b.filtered, b.same, b.others, b.live, b.text, b.odd = b.refused[:0], b.replaced[:0], 0, 0, 0, 0, 0, rows.OddCounts{}
	m := w.of(b.source)
	for i := range b.Len() {
		if i%stopEvery == stopEvery-1 && halted() {
			return to, false
		}
		start := len(ops)
		var hash uint64
		var outcome mapping.Outcome
		ops, hash, outcome = m.Append(ops, &b.Block, i)
		if odd := m.Row().Odd; odd != rows.Ordinary && outcome != mapping.Elsewhere {
			b.odd.Count(odd)
		}
		switch outcome {
		case mapping.Send:
			if !w.im.Changed.sends(b.source, b.Start.Row+int64(i)) {
				ops, b.same = ops[:start], b.same+1
				continue
			}
			if m.Live() {
				b.live++
			}
			b.text += b.Size(i)
			items = append(items, item{hash: hash, start: uint32(start), end: uint32(len(ops)), record: uint32(i)})
			if e := m.Effects(); e != nil {
				to.add(e)
			}
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
	if w.im.Forecast != nil && b.Len() > 0 && w.im.Sources[b.source].Input.Format == rows.CSV {
		to.total = looksLikeTotal(m.Row())
	}
	b.found = m.Found()
	b.sent = len(items)
	to.ops, to.items = ops, items
	return to, true
}
