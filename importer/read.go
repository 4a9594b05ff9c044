package importer

import (
	"context"
	"errors"
	"io"

	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// read cuts the sources into blocks. An error ends the run, but not before
// all that was read is settled. It stays one block ahead, so that
// nothing of a small input is sent if it cannot be read to its end.
func (f *flow) read(ctx context.Context) {
	defer close(f.readDone)
	defer close(f.unread)
	defer close(f.ordered)
	var ahead *block
	for i := f.start.Source; i < len(f.Sources) && f.left > 0 && f.readErr == nil; i++ {
		ahead, f.readErr = f.readSource(ctx, i, ahead)
	}
	begun := f.count > 0 || f.start != runs.Position{}
	if f.readErr == nil || begun && !errors.Is(f.readErr, rows.ErrChanged) { // or its last row may be half a row
		f.hand(ctx, ahead)
	}
}

// readSource reads source i to its end. ahead is the block before its first; the last
// block that was read comes back.
func (f *flow) readSource(ctx context.Context, i int, ahead *block) (*block, error) {
	in, end, err := f.Sources[i].open()
	if err != nil {
		return ahead, err
	}
	defer end()
	if err := f.seek(in, i); err != nil {
		return ahead, err
	}
	for f.left > 0 {
		b, err := f.next(ctx, in, i)
		if errors.Is(err, io.EOF) {
			f.settled = runs.Settled{Earlier: runs.Chain(f.settled.Earlier, f.settled.Source)}
			return ahead, in.Changed()
		}
		if err != nil {
			return ahead, err
		}
		f.hand(ctx, ahead)
		ahead = b
	}
	return ahead, nil
}

// changed returns an error if a source has changed since it was opened.
func (f *flow) changed() error {
	for _, s := range f.Sources {
		if err := s.Input.Changed(); err != nil {
			return err
		}
	}
	return nil
}

// seek moves source i to where the run begins or goes on.
func (f *flow) seek(in *rows.Input, i int) error {
	if i == f.start.Source {
		if err := in.Continue(f.start.Position, f.settled.Source, false); err != nil {
			return err
		}
	}
	var b rows.Block
	for f.skip > 0 {
		err := in.Next(&b, int(min(f.skip, 1<<14)), 1<<20)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		f.skip -= int64(b.Len())
		f.settled.Source = b.Sum
	}
	return nil
}

// errHalted ends the reading; no one sees it.
var errHalted = errors.New("halted")

// next reads one block of source i.
func (f *flow) next(ctx context.Context, in *rows.Input, i int) (*block, error) {
	records := int(min(int64(f.blockRows()), f.left))
	joins := f.small.room(f.blockRows())
	if joins {
		records = min(records, f.blockRows()-f.small.rows)
	} else if !f.place(ctx) {
		return nil, errHalted
	}
	b := f.blocks.take()
	if err := in.Next(&b.Block, records, blockBytes); err != nil {
		f.blocks.keep(b)
		if !joins {
			f.blocks.widen()
		}
		return nil, err
	}
	b.source, b.earlier, b.weight = i, f.settled.Earlier, 1
	f.settled.Source = b.Sum
	f.left -= int64(b.Len())
	if b = shrink(f, b); joins {
		b.weight = 0
	}
	if !b.small && !weigh(ctx, f, b) {
		return nil, errHalted
	}
	f.small.add(b)
	return b, nil
}

// place waits for a place in the window; ok is false if the run ends meanwhile.
func (f *flow) place(ctx context.Context) (ok bool) {
	select {
	case <-f.blocks.free:
		return true
	case <-f.stop:
	case <-ctx.Done():
	}
	return false
}

// hand gives a block, if there is one, to the workers and to the dispatcher.
func (f *flow) hand(ctx context.Context, b *block) {
	if b == nil {
		return
	}
	b.number = int64(f.count)
	f.count++
	for _, to := range []chan<- *block{f.unread, f.ordered} {
		select {
		case to <- b:
		case <-f.stop:
			return
		case <-ctx.Done():
			return
		}
	}
}
