package importer

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
)

// Survey is what a first pass over the input found, before anything is sent.
type Survey struct {
	People   int64    // to whom something would be done that cannot be taken back, each counted once
	Examples []string // identifiers of the first of them

	// Duplicates is set where the rule is not to keep all.
	Duplicates *mapping.Duplicates
}

// surveyExamples is how many identifiers a Survey names.
const surveyExamples = 5

// Survey reads the job's sources to their ends, which cannot be used for Do
// afterwards: open them again. People are told apart by 64 bits of a hash, at 16
// bytes of memory for each row that cannot be taken back, and for each row where
// duplicates matter.
func (j *Job) Survey(ctx context.Context, rule mapping.DuplicateRule) (*Survey, error) {
	j.begin()
	s := &surveyor{job: j, left: j.Limit}
	if rule != mapping.KeepDuplicates {
		s.Duplicates = mapping.NewDuplicates(rule)
	}
	if j.Limit == 0 {
		s.left = -1
	}
	for i := range j.Sources {
		if err := s.read(ctx, i); err != nil {
			return nil, err
		}
	}
	if s.Duplicates != nil {
		s.Duplicates.Done()
		s.destroyed = slices.DeleteFunc(s.destroyed, func(d destruction) bool {
			_, is := s.Duplicates.Instead(d.hash, d.row) // and then this one is not sent
			return is
		})
	}
	s.count()
	return &s.Survey, nil
}

// surveyor makes a Survey. It belongs to one goroutine.
type surveyor struct {
	Survey
	job       *Job
	first     int64 // rows of the sources before the present one
	skipped   int64
	left      int64 // rows that may still be looked at; negative: all
	destroyed []destruction
	examples  []example
}

// destruction is a row whose operation cannot be taken back.
type destruction struct {
	hash uint64 // of the person's identifier
	row  int64  // among those of all sources
}

// example is a person whom a Survey may name.
type example struct {
	hash  uint64
	value string
}

// count tells the people apart and keeps the examples who are among them.
func (s *surveyor) count() {
	people := make([]uint64, len(s.destroyed))
	for i, d := range s.destroyed {
		people[i] = d.hash
	}
	slices.Sort(people)
	people = slices.Compact(people)
	s.People = int64(len(people))
	for _, e := range s.examples {
		if _, is := slices.BinarySearch(people, e.hash); is {
			s.Examples = append(s.Examples, e.value)
		}
	}
}

func (s *surveyor) read(ctx context.Context, source int) error {
	in := s.job.Sources[source].Input
	mapper := s.job.Sources[source].Plan.Mapper(in, s.job.terms(source))
	if s.Duplicates != nil {
		s.Duplicates.Inputs = append(s.Duplicates.Inputs, mapping.InputRows{Name: in.Name, First: s.first})
	}
	var b rows.Block
	var op []byte
	for s.left != 0 {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		err := in.Next(&b, 1<<14, blockBytes)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		for i := range b.Len() {
			if s.skipped < s.job.Skip {
				s.skipped++
				continue
			}
			if s.left == 0 {
				break
			}
			s.left--
			var hash uint64
			var outcome mapping.Outcome
			if op, hash, outcome = mapper.Append(op[:0], &b, i); outcome != mapping.Send {
				continue
			}
			if err := s.note(mapper, &b, i, hash); err != nil {
				return err
			}
		}
	}
	s.first += in.At().Row
	return nil
}

// note notes an operation that would be sent.
func (s *surveyor) note(m *mapping.Mapper, b *rows.Block, i int, hash uint64) error {
	row := s.first + b.Start.Row + int64(i)
	if s.Duplicates != nil {
		if err := s.Duplicates.Add(hash, row); err != nil {
			return err
		}
	}
	if !m.Action().Destructive() {
		return nil
	}
	s.destroyed = append(s.destroyed, destruction{hash, row})
	if len(s.examples) < surveyExamples && !slices.ContainsFunc(s.examples, func(e example) bool { return e.hash == hash }) {
		value, _ := m.Identify(b, i)
		s.examples = append(s.examples, example{hash, string(value)})
	}
	return nil
}
