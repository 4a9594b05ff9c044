package importer

import (
	"cmp"
	"context"
	"math/bits"
	"slices"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"golang.org/x/sync/errgroup"
)

// lane is the people whose hashes are in one range. It has at most one request in
// flight, which keeps each person's operations in order.
type lane struct {
	pending *batch        // what is not sent yet; nil: nothing
	since   int           // blocks that were taken before that of the oldest pending operation
	last    chan struct{} // closed when the lane's last request is answered; nil: there was none
}

// laneOf returns the lane of a hash, where there are lanes of them.
func laneOf(hash uint64, lanes int) int {
	i, _ := bits.Mul64(hash, uint64(lanes))
	return int(i)
}

// dispatcher fills the lanes with the operations of the blocks, in the order of
// the input, and sends what is full. It belongs to one goroutine.
type dispatcher struct {
	*flow
	group  *errgroup.Group
	lanes  []lane
	limits limits
	taken  int    // blocks, by weight
	thin   shared // thin blocks with a place in the window
	held   []uint32
}

// dispatch runs the dispatcher until the blocks end or the run is halted.
func (f *flow) dispatch(ctx context.Context, g *errgroup.Group) error {
	defer close(f.sent)
	d := &dispatcher{flow: f, group: g, lanes: make([]lane, f.Concurrency), limits: limits{f.BatchRows, customerio.MaxBatch}}
	var err error
	for {
		b, m, ok := f.mapped(ctx)
		if !ok {
			break
		}
		if b, err = d.take(ctx, b, m); err != nil {
			return err
		}
		f.memory <- m // never full: it has room for all there are
		f.sent <- b   // never full: it has room for a window
	}
	d.flush(ctx)
	return nil
}

// mapped returns the next block with its operations; ok is false when there is
// none, or the run is halted.
func (f *flow) mapped(ctx context.Context) (b *block, m mapped, ok bool) {
	if b, ok = f.receive(ctx, f.ordered); !ok {
		return nil, m, false
	}
	select {
	case m = <-b.mapped:
		return b, m, true
	case <-f.stop: // the workers may have ended before they came to it
	case <-ctx.Done():
	}
	return nil, m, false
}

// take puts the operations of b into their lanes, and returns b or a thin copy of it.
func (d *dispatcher) take(ctx context.Context, b *block, m mapped) (*block, error) {
	d.spend(int64(b.Len())-b.others, len(b.refused))
	b.left, b.accepted = b.sent, 0
	if d.Receipt != "" {
		b.answered = append(b.answered[:0], make([]time.Time, b.Len())...)
	}
	if d.Forecast != nil {
		d.Forecast.add(b, d.Sources[b.source].Input.Name, m)
	}
	if d.comparing != nil { // nothing is sent
		b.left, b.accepted = 0, int64(b.sent)
		return b, d.comparing.add(b, m)
	}
	b = thinned(d, b, m)
	for _, it := range m.items {
		l := &d.lanes[laneOf(it.hash, len(d.lanes))]
		op := m.ops[it.start:it.end]
		if l.pending != nil && !d.limits.fits(&l.pending.Batch, 1, len(op)) {
			d.sendLane(ctx, l)
		}
		if l.pending == nil {
			if err := d.open(ctx, l); err != nil {
				return nil, err
			}
		}
		l.pending.add(op, origin{it.hash, b, it.record})
	}
	d.taken += b.weight
	d.sendOld(ctx)
	return b, nil
}

// sendOld sends what has waited long in a lane with few people: half a window later it
// would hold up the settling of the rows around it. Neighbouring lanes share a request as
// far as they fit, so that a run which sends few of its rows is not spread thin.
func (d *dispatcher) sendOld(ctx context.Context) {
	for i := 0; i < len(d.lanes); {
		n, old := d.fitting(d.lanes[i:])
		if old {
			d.sendLanes(ctx, d.lanes[i:i+n])
		}
		i += n
	}
}

// fitting returns how many of the lanes, at least one, have so little pending from the
// first on that it fits one request, and whether any of it is old.
func (d *dispatcher) fitting(lanes []lane) (n int, old bool) {
	rows, bytes := 0, 0
	for ; n < len(lanes); n++ {
		l := &lanes[n]
		if l.pending == nil {
			continue
		}
		if rows > 0 && !d.limits.fits(&l.pending.Batch, rows, bytes) {
			break
		}
		rows, bytes = rows+l.pending.Len(), bytes+l.pending.Size()
		old = old || d.taken-l.since >= d.window()/2
	}
	return max(n, 1), old
}

// sendLanes sends the pending operations of lanes, which fit one request, after the last
// request of each.
func (d *dispatcher) sendLanes(ctx context.Context, lanes []lane) {
	var t *batch
	var waits []<-chan struct{}
	done := make(chan struct{})
	for i := range lanes {
		l := &lanes[i]
		if l.pending == nil {
			continue
		}
		if waits = append(waits, l.last); t == nil {
			t = l.pending
		} else {
			t.take(l.pending)
			d.batches.give(l.pending)
		}
		l.pending, l.last = nil, done
	}
	if t != nil {
		d.start(ctx, t, done, waits...)
	}
}

// open gives a lane an empty batch, as soon as there is one.
func (d *dispatcher) open(ctx context.Context, l *lane) error {
	select {
	case <-d.batches.free:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	l.pending, l.since = d.batches.take(), d.taken
	return nil
}

// sendLane sends a lane's pending operations after its last request.
func (d *dispatcher) sendLane(ctx context.Context, l *lane) {
	done := make(chan struct{})
	d.start(ctx, l.pending, done, l.last)
	l.pending, l.last = nil, done
}

// flush sends all that is pending. Neighbouring lanes share requests here, so
// that a small input, and the end of a large one, are not spread thin.
func (d *dispatcher) flush(ctx context.Context) {
	batches := pack(d.pending(), d.limits, d.newBatch)
	done := make([]chan struct{}, len(batches))
	for i, t := range batches {
		done[i] = make(chan struct{})
		var waits []<-chan struct{}
		if t.chained {
			waits = append(waits, done[i-1])
		}
		for k := laneOf(t.low, len(d.lanes)); k <= laneOf(t.high, len(d.lanes)); k++ {
			waits = append(waits, d.lanes[k].last)
		}
		d.start(ctx, t.batch, done[i], waits...)
	}
}

// pending returns the operations that are not sent yet, in the order of the input.
func (d *dispatcher) pending() (all []operation) {
	for _, l := range d.lanes {
		if l.pending == nil {
			continue
		}
		for i, from := range l.pending.origins {
			all = append(all, operation{l.pending.Op(i), from})
		}
	}
	slices.SortFunc(all, func(a, b operation) int {
		return cmp.Or(cmp.Compare(a.block.number, b.block.number), cmp.Compare(a.record, b.record))
	})
	return all
}

// start sends t once waits are closed (nil counts as closed), which happens when the
// requests before it are answered, and a connection is free; then it closes done.
func (d *dispatcher) start(ctx context.Context, t *batch, done chan<- struct{}, waits ...<-chan struct{}) {
	if d.Forecast != nil {
		d.Forecast.preview(&t.Batch)
	}
	d.group.Go(func() error {
		for _, w := range waits {
			if w == nil {
				continue
			}
			select {
			case <-w:
			case <-ctx.Done():
				return nil
			}
		}
		if err := d.deliver(ctx, t); err != nil {
			return err
		}
		close(done)
		select {
		case d.answered <- t:
		case <-ctx.Done():
		}
		return nil
	})
}

// deliver sends t and notes the verdicts in it. A dry run delivers nothing.
func (f *flow) deliver(ctx context.Context, t *batch) error {
	if f.Sender == nil {
		return nil
	}
	select {
	case f.slots <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-f.slots }()
	var err error
	t.rejections, err = f.Sender.Send(ctx, &t.Batch)
	t.at = time.Now()
	return err
}
