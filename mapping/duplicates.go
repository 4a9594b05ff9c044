package mapping

import (
	"cmp"
	"fmt"
	"slices"
)

// MaxRowsForDuplicates bounds how many rows Duplicates remembers, at 16 bytes
// each while they are collected.
const MaxRowsForDuplicates = 100_000_000

// DuplicateRule is what becomes of several rows of one person.
type DuplicateRule string

// The rules.
const (
	KeepDuplicates   DuplicateRule = "keep"   // all are sent, in their order
	LastDuplicate    DuplicateRule = "last"   // the last one is
	RejectDuplicates DuplicateRule = "reject" // the first one is, the others are rejected
)

// DuplicateRule returns the mapping's rule.
func (m *Mapping) DuplicateRule() DuplicateRule { return m.duplicates }

func (m *Mapping) parseDuplicates(n node) error {
	return m.word(n, (*string)(&m.duplicates), duplicateNames...)
}

// Duplicates knows the rows that are one person's. People are told apart by 64
// bits of a hash of their identifiers: among ten million people the chance that
// any two are taken for one is 1 in 370,000, among a hundred million 1 in 3,700.
//
// It is filled by one goroutine with Add, then Done; after that any number of
// Mappers may read it.
type Duplicates struct {
	rule  DuplicateRule
	seen  []sighting
	spans map[uint64]span

	// Inputs are the inputs' names and how many rows stand before each.
	Inputs []InputRows
}

// InputRows is an input and how many rows are before its first.
type InputRows struct {
	Name  string
	First int64
}

type sighting struct {
	hash uint64
	row  int64
}

// span is the first and the last row of a person who has several.
type span struct{ first, last int64 }

// NewDuplicates returns Duplicates for a rule other than KeepDuplicates.
func NewDuplicates(rule DuplicateRule) *Duplicates { return &Duplicates{rule: rule} }

// Add notes the person of a row, by the hash that Mapper.Append returns. Rows are
// counted from 0 over all inputs.
func (d *Duplicates) Add(hash uint64, row int64) error {
	if len(d.seen) == MaxRowsForDuplicates {
		return fmt.Errorf("duplicates are only found among %d rows; split the input", MaxRowsForDuplicates)
	}
	d.seen = append(d.seen, sighting{hash, row})
	return nil
}

// Done ends the adding, and keeps only what is needed.
func (d *Duplicates) Done() {
	slices.SortFunc(d.seen, func(a, b sighting) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.row, b.row))
	})
	d.spans = make(map[uint64]span)
	for i := 1; i < len(d.seen); i++ {
		if a, b := d.seen[i-1], d.seen[i]; a.hash == b.hash {
			s, twice := d.spans[a.hash]
			if !twice {
				s.first = a.row
			}
			s.last = b.row
			d.spans[a.hash] = s
		}
	}
	d.seen = nil
}

// Instead returns the row that stands for the person instead of this one, if there
// is one. It may be called after Done.
func (d *Duplicates) Instead(hash uint64, row int64) (other int64, is bool) {
	s, several := d.spans[hash]
	if !several {
		return 0, false
	}
	other = s.first
	if d.rule == LastDuplicate {
		other = s.last
	}
	return other, other != row
}

// name names a row for people: its number, and its input if there are several.
func (d *Duplicates) name(row int64) string {
	for _, in := range slices.Backward(d.Inputs) {
		if row < in.First {
			continue
		}
		if len(d.Inputs) == 1 {
			return fmt.Sprintf("row %d", row-in.First+1)
		}
		return fmt.Sprintf("row %d of %s", row-in.First+1, in.Name)
	}
	return fmt.Sprintf("row %d", row+1)
}
