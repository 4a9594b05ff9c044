package importer

import (
	"cmp"
	"context"
	"math/bits"
	"slices"

	"github.com/ciobulk/ciobulk/customerio"
	"golang.org/x/sync/errgroup"
)

// lane is the people whose hashes lie in one stretch. It has one request in
// flight at most, which keeps each person's operations in order.
type lane struct {
	pending *batch        // what is not sent yet
	since   int           // the block of the oldest pending operation
	last    chan struct{} // closed when the lane's last request is answered; nil: there was none
}

// laneOf returns the lane of a hash, of so many.
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
	blocks int
}

// dispatch runs the dispatcher until the blocks end or none is to be begun.
func (f *flow) dispatch(ctx context.Context, g *errgroup.Group) error {
	defer close(f.sent)
	d := &dispatcher{flow: f, group: g, lanes: make([]lane, f.Concurrency), limits: limits{f.BatchRows, customerio.MaxBatch}}
	for i := range d.lanes {
		d.lanes[i].pending = f.spare()
	}
	for {
		b, ok := f.receive(ctx, f.ordered)
		if !ok {
			break
		}
		select {
		case <-b.mapped:
		case <-ctx.Done():
			return nil
		}
		d.take(ctx, b)
		f.sent <- b // never full: it holds a window
	}
	d.flush(ctx)
	return nil
}

// take puts the operations of b into their lanes. What has waited for long in
// a lane that few people are in goes out too: half a window later it would hold
// up the settling of the rows around it.
func (d *dispatcher) take(ctx context.Context, b *block) {
	d.blocks++
	b.left = len(b.items)
	for _, it := range b.items {
		i := laneOf(it.hash, len(d.lanes))
		l := &d.lanes[i]
		op := b.ops[it.start:it.end:it.end]
		if !d.limits.fits(l.pending, 1, len(op)) {
			d.sendLane(ctx, l)
		}
		if len(l.pending.ops) == 0 {
			l.since = d.blocks
		}
		l.pending.add(op, origin{it.hash, b, it.record})
	}
	for i := range d.lanes {
		if l := &d.lanes[i]; len(l.pending.ops) > 0 && d.blocks-l.since >= window/2 {
			d.sendLane(ctx, l)
		}
	}
}

// sendLane sends a lane's pending operations behind its last request.
func (d *dispatcher) sendLane(ctx context.Context, l *lane) {
	done := make(chan struct{})
	d.start(ctx, l.pending, done, l.last)
	l.pending, l.last = d.spare(), done
}

// flush sends all that is pending. Neighbouring lanes share requests here, so
// that a small input, and the end of a large one, are not spread thin.
func (d *dispatcher) flush(ctx context.Context) {
	all := &batch{}
	for i := range d.lanes {
		pending := d.lanes[i].pending
		for k, op := range pending.ops {
			all.add(op, pending.origins[k])
		}
	}
	all.inOrder()
	batches := pack(all, d.limits)
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

// inOrder sorts the operations into the order of the input.
func (b *batch) inOrder() {
	order := make([]int, len(b.ops))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		x, y := b.origins[i], b.origins[j]
		return cmp.Or(cmp.Compare(x.block.number, y.block.number), cmp.Compare(x.record, y.record))
	})
	ops, origins := make([][]byte, len(order)), make([]origin, len(order))
	for to, from := range order {
		ops[to], origins[to] = b.ops[from], b.origins[from]
	}
	b.ops, b.origins = ops, origins
}

// start sends t once the requests that waits stand for are answered (nil is
// answered) and a connection is free, and then closes done.
func (d *dispatcher) start(ctx context.Context, t *batch, done chan<- struct{}, waits ...<-chan struct{}) {
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

// deliver sends t and notes the verdicts in it. A dry run delivers nowhere.
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
	t.rejections, err = f.Sender.Send(ctx, t.ops)
	return err
}

// spare returns an empty batch, a used one if there is any.
func (f *flow) spare() *batch {
	select {
	case t := <-f.batches:
		return t
	default:
		return &batch{}
	}
}
