package importer

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
	"golang.org/x/sync/errgroup"
)

// A block has at most a share of the rows that fill a request of every lane, so
// that a run with small requests settles often, and at most blockBytes of text.
const (
	blocksARound = 4
	blockBytes   = 256 << 10
)

// window is how many blocks may be read and not settled. A slow request holds up
// the settling of the rows after it, and so the other lanes once they are a window
// ahead: 16 rounds of requests.
func (im *Import) window() int { return max(16*blocksARound, 2*im.Concurrency) }

// ahead is the most that this process sends of what is not settled.
func (im *Import) ahead() runs.Ahead {
	n := int64(im.window())
	return runs.Ahead{Rows: n * int64(im.blockRows()), Bytes: n * (blockBytes + rows.ReadSize)}
}

// blockRows is how many rows a block has at most.
func (im *Import) blockRows() int {
	n := max(im.Concurrency*im.BatchRows/blocksARound, 1)
	if im.Budget.Bounded { // the block that exceeds it is still sent
		n = min(n, budgetBlock)
	}
	return n
}

// newBatch returns an empty batch for the call.
func (im *Import) newBatch() *batch { return &batch{Batch: *customerio.NewBatch(im.Call)} }

// requests is how many requests may be filled or in flight: one of each for every
// lane, and some that wait for slow ones. They hold most of a run's memory.
func (im *Import) requests() int { return 2*im.Concurrency + 32 }

// readAhead is how many blocks wait for a worker, or for the dispatcher.
const readAhead = 4

// flow is one run while it runs.
type flow struct {
	*Import
	settler *settler

	blocks  *pool[*block]
	batches *pool[*batch]
	unread  chan *block // to the workers, in the order of the input
	ordered chan *block // to the dispatcher, in the order of the input
	sent    chan *block // to the settler, in the order of the input
	memory  chan mapped // for operations, that is not in use
	slots   chan struct{}

	answered chan *batch // to the settler, as they come

	start   runs.Position // where reading begins
	settled runs.Settled  // there; then of what was read, the reader's
	skip    int64         // rows to skip first; the reader's
	left    int64         // rows that may still be read; the reader's
	small   shared        // blocks that may share a place in the window; the reader's
	count   int           // blocks that were read; the reader's

	looked, bad atomic.Int64 // rows of this process, for the budget

	stop     chan struct{} // closed by halt: no new block is begun
	halting  sync.Once
	cause    error // why; set before stop is closed
	readErr  error // set before readDone is closed
	readDone chan struct{}
}

// Do runs the import, or what is left of it, and returns its summary, also along
// with an error. It may be called once. Errors are ErrInterrupted, ErrBudget,
// *rows.Error, *customerio.Error, or of the file system.
func (im *Import) Do(ctx context.Context) (*runs.Summary, error) {
	im.defaults()
	im.begin()
	s, err := newSettler(im)
	if err != nil {
		return nil, err
	}
	f := &flow{
		Import: im, settler: s, start: s.state.Position, settled: s.state.Settled,
		blocks: newPool(im.window(), newBlock), batches: newPool(im.requests(), im.newBatch),
		unread: make(chan *block, readAhead), ordered: make(chan *block, readAhead), sent: make(chan *block, im.window()*mostShared),
		memory: make(chan mapped, workers()+readAhead),
		slots:  make(chan struct{}, im.Concurrency), answered: make(chan *batch, im.Concurrency),
		stop: make(chan struct{}), readDone: make(chan struct{}),
	}
	if s.state.Seen() == 0 {
		f.skip = im.Skip
	}
	f.left = math.MaxInt64
	if im.Limit > 0 {
		f.left = im.Limit - s.state.Seen()
	}
	for range cap(f.memory) {
		f.memory <- mapped{}
	}
	return s.finish(f.run(ctx))
}

func (im *Import) defaults() {
	if im.Concurrency == 0 {
		im.Concurrency = defaultConcurrency
	}
	if im.BatchRows == 0 {
		im.BatchRows = defaultBatchRows
	}
	if im.Drain == 0 {
		im.Drain = defaultDrain
	}
}

func (f *flow) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	g, ctx := errgroup.WithContext(ctx)
	ended := make(chan struct{})
	// Not waited for in the group: a read from a terminal or a pipe cannot be woken, and
	// must not keep an interrupted run from ending.
	go f.read(ctx)
	g.Go(func() error { return f.watch(ctx, cancel, ended) })
	for range workers() {
		g.Go(func() error { return f.mapBlocks(ctx) })
	}
	g.Go(func() error { return f.dispatch(ctx, g) })
	g.Go(func() error { defer close(ended); return f.settle(ctx) })
	err := g.Wait()
	if f.regular() {
		cancel(nil)
		<-f.readDone
	}
	f.settler.drained = err == nil
	if f.halted() && (err == nil || errors.Is(err, f.cause)) {
		if f.complete() && errors.Is(f.cause, ErrInterrupted) {
			return f.changed()
		}
		return f.cause
	}
	if err == nil {
		<-f.readDone // dispatch has seen its end
		err = f.readErr
	}
	if err == nil {
		err = f.changed()
	}
	return err
}

// regular reports whether all sources are regular files, so that no read waits.
func (f *flow) regular() bool {
	return !slices.ContainsFunc(f.Sources, func(s Source) bool { return s.Input.Size < 0 })
}

// complete reports whether all there is was read and settled.
func (f *flow) complete() bool {
	select {
	case <-f.readDone:
		return f.readErr == nil && f.count == f.settler.blocks
	default:
		return false
	}
}

func (f *flow) halted() bool {
	select {
	case <-f.stop:
		return true
	default:
		return false
	}
}

// spend counts rows that are looked at and rows that are not accepted, and halts the
// run when the latter are too many, before they are settled.
func (f *flow) spend(looked int64, bad int) {
	f.looked.Add(looked)
	n := f.bad.Add(int64(bad))
	if f.Budget.exceeded(f.looked.Load(), n) { // read after n: rows are looked at before they are bad
		f.halt(ErrBudget)
	}
}

// halt lets the run finish what it has begun and then end with cause.
func (f *flow) halt(cause error) {
	f.halting.Do(func() { f.cause = cause; close(f.stop) })
}

// watch turns the caller's Stop into a halt, and bounds how long it may take.
func (f *flow) watch(ctx context.Context, cancel context.CancelCauseFunc, ended <-chan struct{}) error {
	select {
	case <-f.Stop:
		f.halt(ErrInterrupted)
	case <-f.stop:
	case <-ended:
		return nil
	case <-ctx.Done():
		return nil
	}
	timer := time.NewTimer(f.Drain)
	defer timer.Stop()
	select {
	case <-timer.C:
		cancel(f.cause)
	case <-ended:
	case <-ctx.Done():
	}
	return nil
}

// workers is how many goroutines map.
func workers() int { return min(runtime.GOMAXPROCS(0), 32) }

// mapBlocks maps blocks. It has memory before it takes a block, so that the block
// that the dispatcher waits for is never the one without.
func (f *flow) mapBlocks(ctx context.Context) error {
	w := newWorker(f.Import)
	for {
		var m mapped
		select {
		case m = <-f.memory:
		case <-f.stop:
			return nil
		case <-ctx.Done():
			return nil
		}
		b, ok := f.receive(ctx, f.unread)
		if !ok {
			return nil
		}
		if m, ok = w.fill(b, m, f.halted); !ok {
			return nil
		}
		b.mapped <- m
	}
}

// receive takes the next block from c; ok is false when there is none, or
// the run is halted.
func (f *flow) receive(ctx context.Context, c <-chan *block) (b *block, ok bool) {
	if f.halted() {
		return nil, false
	}
	select {
	case b, ok = <-c:
		return b, ok
	case <-f.stop:
		return nil, false
	case <-ctx.Done():
		return nil, false
	}
}

// settleEvery is how long blocks that could be settled wait for others: a
// checkpoint takes half a millisecond, and at full speed a block little more.
const settleEvery = 20 * time.Millisecond

// settle records the blocks' verdicts, in the order of the input: as many at
// once as are complete.
func (f *flow) settle(ctx context.Context) error {
	var queue []*block // dispatched, the oldest first
	n, weight := 0, 0  // of these that are complete
	var last time.Time
	due := time.NewTimer(settleEvery)
	defer due.Stop()
	for sent := f.sent; sent != nil || len(queue) > 0; {
		select {
		case <-due.C:
		case b, ok := <-sent:
			if !ok {
				sent = nil
				break
			}
			queue = append(queue, b)
		case t := <-f.answered:
			f.spend(0, len(t.rejections))
			f.settler.answered(t)
			t.reset()
			f.batches.give(t)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		for ; n < len(queue) && queue[n].left == 0; n++ {
			weight += queue[n].weight
		}
		if n == 0 {
			continue
		}
		if early := settleEvery - time.Since(last); early > 0 && sent != nil && weight < f.window()/4 {
			due.Reset(early)
			continue
		}
		last = time.Now()
		if err := f.settler.settle(queue[:n]); err != nil {
			return err
		}
		for _, b := range queue[:n] {
			putBack(f, b)
		}
		queue = append(queue[:0], queue[n:]...)
		n, weight = 0, 0
	}
	return nil
}
