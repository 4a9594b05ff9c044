package customerio

import "sync/atomic"

// sizeLimit is the size of the largest request that passed, in bytes, once larger
// ones were refused by 413: that of a proxy may be lower than MaxBatch. Zero: no
// limit. All deliveries of a client share it.
type sizeLimit struct{ bytes atomic.Int64 }

// exceeded reports whether a request would be too large.
func (l *sizeLimit) exceeded(size int) bool {
	limit := l.bytes.Load()
	return limit > 0 && int64(size) > limit
}

// learn lowers the limit to a size that passed where a larger one did not.
func (l *sizeLimit) learn(size int) {
	for {
		limit := l.bytes.Load()
		if size <= 0 || limit > 0 && limit <= int64(size) || l.bytes.CompareAndSwap(limit, int64(size)) {
			return
		}
	}
}
