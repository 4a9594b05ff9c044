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
	Operations int64    // that would be sent and cannot be taken back
	People     int64    // whom they are about, each counted once
	Examples   []string // identifiers of the first of them

	// Duplicates is set where the rule is not to keep all.
	Duplicates *mapping.Duplicates
}

// surveyExamples is how many identifiers a Survey names.
const surveyExamples = 5

// Survey reads the job's sources to their ends, which cannot be used for Do
// afterwards: open them again. People are told apart by 64 bits of a hash, at 8
// bytes of memory a row, and 16 more for duplicates.
func (j *Job) Survey(ctx context.Context, rule mapping.DuplicateRule) (*Survey, error) {
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
	slices.Sort(s.people)
	s.People = int64(len(slices.Compact(s.people)))
	if s.Duplicates != nil {
		s.Duplicates.Done()
	}
	return &s.Survey, nil
}

// surveyor makes a Survey. It belongs to one goroutine.
type surveyor struct {
	Survey
	job     *Job
	first   int64 // rows of the sources before the present one
	skipped int64
	left    int64 // rows that may still be looked at; negative: all
	people  []uint64
	shown   []uint64 // of them, those of the examples
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
	if s.Duplicates != nil {
		if err := s.Duplicates.Add(hash, s.first+b.Start.Row+int64(i)); err != nil {
			return err
		}
	}
	if !m.Action().Destructive() {
		return nil
	}
	s.Operations++
	if len(s.Examples) < surveyExamples && !slices.Contains(s.shown, hash) {
		value, _ := m.Identify(b, i)
		s.Examples, s.shown = append(s.Examples, string(value)), append(s.shown, hash)
	}
	s.people = append(s.people, hash)
	return nil
}
