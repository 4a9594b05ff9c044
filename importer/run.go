package importer

import (
	"context"
	"errors"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
	"golang.org/x/sync/errgroup"
)

// A block has at most a share of the rows that fill a request of every lane, so
// that a run with small requests settles often, and at most so many bytes of text.
const (
	blocksARound = 4
	blockBytes   = 256 << 10
)

// window is how many blocks may be read and not settled. A slow request holds up
// the settling of the rows behind it, and so the other lanes once they are a
// window ahead: 16 rounds of requests.
func (j *Job) window() int { return max(16*blocksARound, 2*j.Concurrency) }

// ahead is the most that this process sends of what is not settled.
func (j *Job) ahead() Ahead {
	n := int64(j.window())
	return Ahead{Rows: n * int64(j.blockRows()), Bytes: n * (blockBytes + rows.ReadSize)}
}

// blockRows is how many rows a block has at most.
func (j *Job) blockRows() int {
	n := max(j.Concurrency*j.BatchRows/blocksARound, 1)
	if j.Budget.Bounded { // the block with which it is spent is still sent
		n = min(n, budgetBlock)
	}
	return n
}

// requests is how many requests may be filled or in flight: one of each for every
// lane, and some that wait behind slow ones. They hold most of a run's memory.
func (j *Job) requests() int { return 2*j.Concurrency + 32 }

// readAhead is how many blocks wait for a worker, or for the dispatcher.
const readAhead = 4

// flow is one run while it runs.
type flow struct {
	*Job
	settler *settler

	blocks  *pool[*block]
	batches *pool[*batch]
	unread  chan *block // to the workers, in the order of the input
	ordered chan *block // to the dispatcher, likewise
	sent    chan *block // to the settler, likewise
	memory  chan mapped // for operations, that nobody uses
	slots   chan struct{}

	answered chan *batch // to the settler, as they come

	start Position // where reading begins
	skip  int64    // rows to pass over first; the reader's
	left  int64    // rows that may still be read; the reader's
	count int      // blocks that were read; the reader's

	looked, bad atomic.Int64 // rows of this process, for the budget

	stop     chan struct{} // closed by halt: no new block is begun
	halting  sync.Once
	cause    error // why; set before stop is closed
	readErr  error // set before readDone is closed
	readDone chan struct{}
}

// Do does the job, or what is left of it, and returns its summary, also along
// with an error. It may be called once. Errors are ErrInterrupted, ErrBudget,
// *rows.Error, *customerio.Error, or of the file system.
func (j *Job) Do(ctx context.Context) (*Summary, error) {
	j.defaults()
	if j.Forecast != nil {
		j.Forecast.match = customerio.Match(j.Match)
	}
	j.begin()
	s, err := newSettler(j)
	if err != nil {
		return nil, err
	}
	f := &flow{
		Job: j, settler: s, start: s.state.Position,
		blocks: newPool(j.window(), newBlock), batches: newPool(j.requests(), j.newBatch),
		unread: make(chan *block, readAhead), ordered: make(chan *block, readAhead), sent: make(chan *block, j.window()),
		memory: make(chan mapped, workers()+readAhead),
		slots:  make(chan struct{}, j.Concurrency), answered: make(chan *batch, j.Concurrency),
		stop: make(chan struct{}), readDone: make(chan struct{}),
	}
	if s.state.seen() == 0 {
		f.skip = j.Skip
	}
	f.left = math.MaxInt64
	if j.Limit > 0 {
		f.left = j.Limit - s.state.seen()
	}
	for range cap(f.memory) {
		f.memory <- mapped{}
	}
	return s.finish(f.run(ctx))
}

func (j *Job) defaults() {
	if j.Concurrency == 0 {
		j.Concurrency = defaultConcurrency
	}
	if j.BatchRows == 0 {
		j.BatchRows = defaultBatchRows
	}
	if j.Drain == 0 {
		j.Drain = defaultDrain
	}
}

func (f *flow) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	g, ctx := errgroup.WithContext(ctx)
	ended := make(chan struct{})
	// The one goroutine that nobody waits for: a read from a terminal or a pipe
	// cannot be woken, and must not keep an interrupted run from ending.
	go f.read(ctx)
	g.Go(func() error { return f.watch(ctx, cancel, ended) })
	for range workers() {
		g.Go(func() error { return f.mapBlocks(ctx) })
	}
	g.Go(func() error { return f.dispatch(ctx, g) })
	g.Go(func() error { defer close(ended); return f.settle(ctx) })
	err := g.Wait()
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

// spend counts rows that are looked at, and rows that are not accepted, and halts
// the run when those are too many: not only when they are settled.
func (f *flow) spend(looked int64, bad int) {
	f.looked.Add(looked)
	n := f.bad.Add(int64(bad))
	if f.Budget.exceeded(f.looked.Load(), n) { // read behind n: rows are looked at before they are bad
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
	w := f.newWorker()
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
		b.mapped <- w.fill(b, m)
	}
}

// receive takes the next block from c; ok is false when there is none or none
// is to be begun any more.
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
		n := 0
		for n < len(queue) && queue[n].left == 0 {
			n++
		}
		if n == 0 {
			continue
		}
		if early := settleEvery - time.Since(last); early > 0 && sent != nil && n < f.window()/4 {
			due.Reset(early)
			continue
		}
		last = time.Now()
		if err := f.settler.settle(queue[:n]); err != nil {
			return err
		}
		for _, b := range queue[:n] {
			f.putBack(b)
		}
		queue = append(queue[:0], queue[n:]...)
	}
	return nil
}
