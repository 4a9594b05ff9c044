package importer

import "context"

// weightOf is how many blocks of the window a block counts for: a record may be many
// times as long as a block should be, and a window of such blocks could fill the
// memory. It is at most a quarter of the window: after half a window an operation is
// sent (see dispatcher.take), so that what the reader waits for is settled, although it
// holds one block back.
func weightOf(b *block, window int) int {
	return min(1+b.Bytes()/blockBytes, window/4)
}

// weigh takes the places in the window that b needs besides those that it has; ok is false
// if the run ends meanwhile.
func weigh(ctx context.Context, f *flow, b *block) (ok bool) {
	for ; b.weight < weightOf(b, f.window()); b.weight++ {
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
func putBack(f *flow, b *block) {
	for ; b.weight > 1 || b.small && b.weight > 0; b.weight-- {
		f.blocks.widen()
	}
	if b.small {
		return
	}
	if b.Bytes() > 2*blockBytes {
		b = newBlock()
	}
	f.blocks.give(b)
}
