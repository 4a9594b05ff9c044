// Package readback proves what was sent by reading it back: it draws a sample of the
// people of a file, asks the App API what it has of them, and compares. Start with Job.
package readback

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/importer"
)

// Job is one comparison. Call Do, and then WriteDifferences.
type Job struct {
	Import *importer.Import // the rows; its verb says what is expected
	App    *customerio.App
	Size   int64         // of the sample, in people; 0 means all
	Seed   uint64        // of the sample
	Settle time.Duration // how long what differs is asked for again
	Plain  bool          // do not ask why they differ

	// Left reports whether a row, counted from 0 in its source, was not delivered: it
	// does not count. May be nil.
	Left func(source int, row int64) bool

	Progress func(done, total int64) // may be nil; called from one goroutine
	Note     func(string)            // is told what may matter

	sample sample
	differ []*verdict
}

// verdict is a person who differs.
type verdict struct {
	*person
	differences []Difference
	reason      string // of the activities; empty: none is known
}

// Result is what a comparison found. It has no personal data.
type Result struct {
	People     int64   `json:"people"`    // of the rows
	ReadBack   int64   `json:"read_back"` // of these
	Same       int64   `json:"same"`      // those who were late are among them
	Late       int64   `json:"late"`      // differed at first
	Differs    int64   `json:"differs"`
	Missing    int64   `json:"missing"`
	Rejected   int64   `json:"rejected_rows"` // that are not compared
	Filtered   int64   `json:"filtered_rows"`
	Low        float64 `json:"share_low"` // of all people, with Confidence
	High       float64 `json:"share_high"`
	Confidence float64 `json:"confidence"`

	Attributes []Count `json:"attributes"`
	Reasons    []Count `json:"reasons"`
}

// Count is how many of the people differ in one way.
type Count struct {
	Attribute string `json:"attribute,omitempty"`
	Why       string `json:"why"`
	People    int64  `json:"people"`
}

// Do draws the sample and reads it back. It takes a request for 100 people, and waits up
// to Settle. Errors are those of reading, the context's cause and those of the App API.
func (j *Job) Do(ctx context.Context) (*Result, error) {
	j.sample = sample{size: j.Size, seed: j.Seed, left: j.left}
	if err := j.sample.read(ctx, j.Import); err != nil {
		return nil, err
	}
	people := slices.Clone(j.sample.heap)
	slices.SortFunc(people, func(a, b *person) int { return cmp.Compare(a.last, b.last) })
	r := &Result{People: j.sample.all, ReadBack: int64(len(people)), Rejected: j.sample.seen.Rejected, Filtered: j.sample.seen.Filtered,
		Confidence: Confidence, Attributes: []Count{}, Reasons: []Count{}}
	first, err := j.ask(ctx, people)
	if err != nil {
		return nil, err
	}
	if j.differ, err = j.settle(ctx, first); err != nil {
		return nil, err
	}
	r.Late = int64(len(first) - len(j.differ))
	if err := explain(ctx, j); err != nil {
		return nil, err
	}
	r.count(j.differ)
	return r, nil
}

func (j *Job) left(v *importer.Visit) bool {
	return j.Left != nil && j.Left(v.Source, v.Block.Start.Row+int64(v.Record))
}

// Differing returns the hashes of the identifiers of the people who differ, once Do has
// returned. Of rows that delete people these are the people who are there.
func (j *Job) Differing() map[uint64]bool {
	all := make(map[uint64]bool, len(j.differ))
	for _, v := range j.differ {
		all[v.hash] = true
	}
	return all
}

// settle asks again for people who differ, less and less often.
func (j *Job) settle(ctx context.Context, differ []*verdict) ([]*verdict, error) {
	end := time.Now().Add(j.Settle)
	for wait := time.Second; len(differ) > 0; wait = min(2*wait, 15*time.Second) {
		left := time.Until(end)
		if left <= 0 {
			break
		}
		if err := pause(ctx, min(wait, left)); err != nil {
			return nil, err
		}
		people := make([]*person, len(differ))
		for i, v := range differ {
			people[i] = v.person
		}
		var err error
		if differ, err = j.ask(ctx, people); err != nil {
			return nil, err
		}
	}
	return differ, nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// count counts the people who differ, by attribute and by reason.
func (r *Result) count(differ []*verdict) {
	attributes, reasons := make(map[Count]int64), make(map[Count]int64)
	for _, v := range differ {
		if v.differences[0].Why == missing {
			r.Missing++
		} else {
			r.Differs++
		}
		for _, d := range v.differences {
			attributes[Count{Attribute: d.Attribute, Why: d.Why}]++
		}
		if v.reason != "" {
			reasons[Count{Why: v.reason}]++
		}
	}
	r.Same = r.ReadBack - r.Differs - r.Missing
	r.Attributes, r.Reasons = ordered(attributes), ordered(reasons)
	r.Low, r.High = Interval(r.Differs+r.Missing, r.ReadBack)
	if r.ReadBack == r.People && r.People > 0 { // it is not a sample
		r.Low = float64(r.Differs+r.Missing) / float64(r.People)
		r.High = r.Low
	}
}

// ordered returns counts with the largest first.
func ordered(counts map[Count]int64) []Count {
	all := make([]Count, 0, len(counts))
	for c, n := range counts {
		c.People = n
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(a.Attribute, b.Attribute), cmp.Compare(a.Why, b.Why))
	})
	return all
}
