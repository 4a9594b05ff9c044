package distinct

// Counter counts distinct things in bounded memory: exactly up to its limit, and
// closely beyond it. It belongs to one goroutine.
type Counter struct {
	set   Set
	limit int // things that are remembered
	added int64
}

// NewCounter returns a Counter that remembers up to limit things, at 32 bytes each.
func NewCounter(limit int) *Counter {
	return &Counter{limit: max(limit, 1)}
}

// The places of sightings in a Counter.
const (
	once  = 1
	often = 2 // more than once
)

// Add counts the thing with a hash.
func (c *Counter) Add(hash uint64) {
	c.added++
	c.set.Add(hash, once)
	if c.set.Len() >= 2*c.limit {
		c.merge()
		for c.set.Len() > c.limit {
			c.set.halve()
		}
	}
}

// merge keeps one sighting of each thing.
func (c *Counter) merge() {
	kept := c.set.list[:0]
	for group := range c.set.Groups() {
		one := group[0]
		if len(group) > 1 {
			one.Where = often
		}
		kept = append(kept, one) // never beyond the group that was read
	}
	c.set.list = kept
}

// Distinct returns how many things were added, about where Exact is false.
func (c *Counter) Distinct() int64 {
	c.merge()
	return min(int64(c.set.Len())<<c.set.halved, c.added)
}

// Exact reports whether Distinct is exact.
func (c *Counter) Exact() bool { return c.set.halved == 0 }

// Unique reports whether nothing was added twice, among what is remembered.
func (c *Counter) Unique() bool {
	c.merge()
	for _, s := range c.set.list {
		if s.Where == often {
			return false
		}
	}
	return true
}
