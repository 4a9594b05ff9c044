package importer

import "context"

// weight is how many blocks of the window a block counts for: a record may be many
// times as long as a block is meant to be, and a window of such ones would be as
// much as memory. It is a quarter of the window at most: half of one dispatched
// behind an operation sends it (see dispatcher.take), and so settles what the
// reader waits for, though it holds one block back.
func (j *Job) weight(b *block) int {
	return min(1+b.Bytes()/blockBytes, j.window()/4)
}

// weigh takes the place in the window that b needs besides its first; ok is false
// if the run ends meanwhile.
func (f *flow) weigh(ctx context.Context, b *block) (ok bool) {
	for b.weight = 1; b.weight < f.weight(b); b.weight++ {
		select {
		case <-f.blocks.free:
		case <-f.stop:
			return false
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// putBack gives a settled block's place in the window back, and its memory unless
// that is more than blocks need.
func (f *flow) putBack(b *block) {
	for ; b.weight > 1; b.weight-- {
		f.blocks.widen()
	}
	if b.Bytes() > 2*blockBytes {
		b = newBlock()
	}
	f.blocks.give(b)
}
