package mapping

import "fmt"

// Shard is one of several parts of the rows, which other processes do the rest of.
// People are spread by their identifiers, so that all rows of one person are in
// one shard and their order holds. The zero Shard is all rows.
type Shard struct {
	Index int // from 1 to Count
	Count int
}

// String returns it the way it is asked for, such as 2/8.
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Count) }

// has reports whether a row is of the shard: by the hash of its person's
// identifier, or by its number where it has none that can be used.
func (s Shard) has(m *Mapper) bool {
	if s.Count <= 1 {
		return true
	}
	spread := uint64(m.row.Number)
	if m.row.Broken == nil && pickAction(m, m.row) {
		if value, _, problem := m.identify(); problem == "" {
			spread = m.hash(value) // its low bits; lanes go by the high ones
		}
	}
	return spread%uint64(s.Count) == uint64(s.Index-1)
}
