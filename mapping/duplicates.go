package mapping

import (
	"cmp"
	"fmt"
	"slices"
)

// DuplicateRule is what happens to several rows of one person.
type DuplicateRule string

// The rules.
const (
	KeepDuplicates   DuplicateRule = "keep"   // all are sent, in their order
	LastDuplicate    DuplicateRule = "last"   // the last one is
	RejectDuplicates DuplicateRule = "reject" // the first one is, the others are rejected
)

// Duplicates says which rows are not sent because another row of their person is. Rows
// are counted from 0 over all inputs. Any number of Mappers may read it.
type Duplicates struct {
	Rule    DuplicateRule // not KeepDuplicates
	Surplus interface{ Has(row int64) bool }
	Instead []Instead // for as many of these rows as are named, in their order

	// Inputs are the inputs' names and how many rows come before each.
	Inputs []InputRows
}

// Instead is a row, and the one that is sent instead.
type Instead struct{ Row, Sent int64 }

// InputRows is an input and how many rows are before its first.
type InputRows struct {
	Name  string
	First int64
}

// instead names the row that is sent instead of a surplus one: its number, and its input
// if there are several.
func (d *Duplicates) instead(row int64) string {
	i, named := slices.BinarySearchFunc(d.Instead, row, func(in Instead, row int64) int { return cmp.Compare(in.Row, row) })
	if !named {
		return "another row"
	}
	sent := d.Instead[i].Sent
	for _, in := range slices.Backward(d.Inputs) {
		if sent < in.First {
			continue
		}
		if len(d.Inputs) == 1 {
			return fmt.Sprintf("row %d", sent-in.First+1)
		}
		return fmt.Sprintf("row %d of %s", sent-in.First+1, in.Name)
	}
	return fmt.Sprintf("row %d", sent+1)
}
