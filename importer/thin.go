package importer

import "slices"

// heldShare is which part of its rows a block sends or refuses at most to be made thin.
const heldShare = 8

// thinned returns b, or if few of its rows are sent a copy that holds only the rows that
// settling needs. Such blocks share a place in the window, as small ones do, so that a
// run which sends one row in a hundred waits a hundred times as long for a full request.
func thinned(d *dispatcher, b *block, m mapped) *block {
	n := len(m.items) + len(b.refused) + len(b.replaced)
	if b.small || b.weight != 1 || d.Receipt != "" || n*heldShare > b.Len() {
		d.thin = shared{}
		return b
	}
	c := *b
	c.Block, c.small, c.mapped = b.Thin(d.heldOf(b, m)), true, nil
	b.refused, b.replaced = nil, nil // they are the copy's
	d.blocks.keep(b)
	rows, bytes := d.thin.rows+len(m.items), d.thin.bytes+c.Bytes()
	if d.thin.blocks > 0 && d.thin.blocks < mostShared && rows <= d.blockRows() && bytes <= blockBytes {
		c.weight = 0
		d.blocks.widen()
		d.thin = shared{d.thin.blocks + 1, rows, bytes}
	} else {
		d.thin = shared{1, len(m.items), c.Bytes()}
	}
	return &c
}

// heldOf returns the rows of a block that are not settled by counting them.
func (d *dispatcher) heldOf(b *block, m mapped) []uint32 {
	d.held = d.held[:0]
	for _, it := range m.items {
		d.held = append(d.held, it.record)
	}
	for _, r := range b.refused {
		d.held = append(d.held, r.record)
	}
	for _, r := range b.replaced {
		d.held = append(d.held, r.record)
	}
	slices.Sort(d.held)
	return d.held
}
