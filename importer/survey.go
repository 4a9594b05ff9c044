package importer

import (
	"cmp"
	"context"
	"slices"

	"github.com/ciobulk/ciobulk/join"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
)

// Survey is what a first pass over the input found, before anything is sent.
type Survey struct {
	People   int64    // to whom something would be done that cannot be undone, each counted once; or objects
	Examples []string // identifiers of the first of them

	// Duplicates is set where the rule is not to keep all.
	Duplicates *mapping.Duplicates
}

// surveyExamples is how many identifiers a Survey names.
const surveyExamples = 5

// mostNamed bounds the duplicates whose other row is named, at 16 bytes each.
const mostNamed = 1 << 20

// Survey reads the import's sources to their ends, which cannot be used for Do
// afterwards: open them again. People are distinguished by 64 bits of a hash. Temporary
// files, of 20 bytes for each row that cannot be undone and for each row where duplicates
// matter, go to dir; memory is some 20 MiB and a bit per row.
func (im *Import) Survey(ctx context.Context, rule mapping.DuplicateRule, dir string) (*Survey, error) {
	im.begin()
	s := &surveyor{destroyed: join.NewSequence(dir)}
	defer s.destroyed.Close()
	if rule != mapping.KeepDuplicates {
		s.Duplicates, s.sent = &mapping.Duplicates{Rule: rule}, join.NewSequence(dir)
		defer s.sent.Close()
	}
	e := &each{im: im, left: im.Limit, visit: s.note, opened: s.opened}
	if err := e.all(ctx); err != nil {
		return nil, err
	}
	if err := s.findDuplicates(); err != nil {
		return nil, err
	}
	return &s.Survey, s.count()
}

// surveyor makes a Survey. It belongs to one goroutine.
type surveyor struct {
	Survey
	sent      *join.Sequence // rows, among those of all sources; nil: duplicates do not matter
	destroyed *join.Sequence // rows whose operation cannot be undone
	surplus   join.Bits      // rows that are not sent because another one of their person is
	examples  []example
}

// example is a person whom a Survey may name.
type example struct {
	hash  uint64
	value string
	found bool
}

// findDuplicates finds the rows of people who have another row that is sent.
func (s *surveyor) findDuplicates() error {
	d := s.Duplicates
	if d == nil {
		return nil
	}
	surplus, err := join.Duplicates(s.sent, d.Rule == mapping.LastDuplicate, func(row, left int64) {
		if len(d.Instead) < mostNamed {
			d.Instead = append(d.Instead, mapping.Instead{Row: row, Sent: left})
		}
	})
	if err != nil {
		return err
	}
	slices.SortFunc(d.Instead, func(a, b mapping.Instead) int { return cmp.Compare(a.Row, b.Row) })
	s.surplus, d.Surplus = *surplus, surplus
	return nil
}

// count counts the people and keeps the examples that are among them.
func (s *surveyor) count() (err error) {
	s.People, err = join.Count(s.destroyed, func(row int64) bool { return !s.surplus.Has(row) }, func(key uint64) {
		for i := range s.examples {
			s.examples[i].found = s.examples[i].found || s.examples[i].hash == key
		}
	})
	for _, e := range s.examples {
		if e.found {
			s.Examples = append(s.Examples, e.value)
		}
	}
	return err
}

func (s *surveyor) opened(in *rows.Input, first int64) {
	if s.Duplicates != nil {
		s.Duplicates.Inputs = append(s.Duplicates.Inputs, mapping.InputRows{Name: in.Name, First: first})
	}
}

// note notes an operation that would be sent.
func (s *surveyor) note(v *Visit) error {
	if s.sent != nil {
		if err := s.sent.AddAt(v.Row, join.Entry{Key: v.Hash}); err != nil {
			return err
		}
	}
	if !v.Mapper.Action().Destructive() {
		return nil
	}
	key := v.Mapper.Vanishing(v.Block, v.Record, v.Hash)
	if len(s.examples) < surveyExamples && !slices.ContainsFunc(s.examples, func(e example) bool { return e.hash == key }) {
		value, _, _ := v.Mapper.Identify(v.Block, v.Record)
		s.examples = append(s.examples, example{hash: key, value: string(value)})
	}
	return s.destroyed.AddAt(v.Row, join.Entry{Key: key})
}
