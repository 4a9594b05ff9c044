package rows

import "slices"

// thin is a block that holds few of its records.
type thin struct {
	records int      // that it had
	held    []uint32 // which of them it holds
	starts  []uint32 // where these start in the data
}

// Thin returns a block that holds only some records of b, whose indexes are given in
// ascending order, in memory of its own. All else is as in b, also their indexes;
// other records must not be asked for.
func (b *Block) Thin(held []uint32) Block {
	c, size := *b, 0
	for _, i := range held {
		size += b.Size(int(i))
	}
	t := &thin{records: b.Len(), held: slices.Clone(held), starts: make([]uint32, 0, len(held))}
	c.data, c.records = make([]byte, 0, size), make([]record, 0, len(held))
	for _, i := range held {
		t.starts = append(t.starts, uint32(len(c.data)))
		c.data, c.records = append(c.data, b.raw(int(i))...), append(c.records, b.at(int(i)))
	}
	c.strays, c.thin = slices.Clone(b.strays), t
	return c
}

// find returns which of the records that are held is record i.
func (t *thin) find(i int) int {
	n, held := slices.BinarySearch(t.held, uint32(i))
	if !held {
		panic("rows: a record of a thin block that it does not hold")
	}
	return n
}

func (t *thin) raw(b *Block, i int) []byte {
	n := t.find(i)
	start := t.starts[n]
	end := start + b.records[n].end - b.records[n].start
	return b.data[start:end:end]
}
