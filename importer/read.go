package importer

import (
	"context"
	"errors"
	"io"

	"github.com/ciobulk/ciobulk/rows"
)

// read cuts the sources into blocks. What it cannot read ends the run, but not
// before all that was read is settled. It stays one block ahead, so that nothing
// is sent of a small input that cannot be read to its end.
func (f *flow) read(ctx context.Context) {
	defer close(f.readDone)
	defer close(f.unread)
	defer close(f.ordered)
	var ahead *block
	for i := f.start.Source; i < len(f.Sources) && f.left > 0; i++ {
		if f.readErr = f.seek(i); f.readErr != nil {
			break
		}
		for f.left > 0 && f.readErr == nil {
			b, err := f.next(ctx, i)
			if errors.Is(err, io.EOF) {
				f.readErr = f.Sources[i].Input.Changed()
				break
			}
			if f.readErr = err; err == nil {
				f.hand(ctx, ahead)
				ahead = b
			}
		}
	}
	begun := f.count > 0 || f.start != Position{}
	if f.readErr == nil || begun && !errors.Is(f.readErr, rows.ErrChanged) { // or its last row may be half a row
		f.hand(ctx, ahead)
	}
}

// changed returns an error if a source is no longer what it was when it was opened.
func (f *flow) changed() error {
	for _, s := range f.Sources {
		if err := s.Input.Changed(); err != nil {
			return err
		}
	}
	return nil
}

// seek brings source i to where the run begins or goes on.
func (f *flow) seek(i int) error {
	in := f.Sources[i].Input
	if i == f.start.Source {
		if err := in.SeekTo(f.start.Position); err != nil {
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
	}
	return nil
}

// errHalted ends the reading without being anybody's error.
var errHalted = errors.New("halted")

// next reads one block of source i.
func (f *flow) next(ctx context.Context, i int) (*block, error) {
	select {
	case <-f.blocks.free:
	case <-f.stop:
		return nil, errHalted
	case <-ctx.Done():
		return nil, errHalted
	}
	b := f.blocks.take()
	records := int(min(int64(f.blockRows()), f.left))
	if err := f.Sources[i].Input.Next(&b.Block, records, blockBytes); err != nil {
		f.blocks.give(b)
		return nil, err
	}
	b.source = i
	f.left -= int64(b.Len())
	if !f.weigh(ctx, b) {
		return nil, errHalted
	}
	return b, nil
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
