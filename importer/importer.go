// Package importer sends files: rows in, operations out, every row with a
// verdict, and the verdicts settled in the order of the input.
//
// Start with runs.State.Begin, which finds or makes the run's directory, and then
// Import.Do. A run is a line of goroutines that pass blocks on: one reads, some map, one
// dispatches the blocks' batches, and one settles. Blocks are settled in the
// order of the file, each by writing its rejected rows and then moving the
// checkpoint past it, so a run can be killed at any instant and resumed.
package importer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// Source is one input with the plan that is bound to it.
type Source struct {
	Input *rows.Input
	Plan  *mapping.Plan

	// Open opens the input again when its rows are wanted, where Input is closed
	// because there are more inputs than a process may have open; nil: Input is read.
	Open func() (*rows.Input, error)

	// Seeds are those of the inputs that the rows come from, if Input is a file of
	// rejected rows; nil: Import.Seeds. IDs are the ids that events of these rows were
	// sent with, see mapping.Terms; nil: Import.IDs.
	Seeds []mapping.Seed
	IDs   func(input string, row int64) (id string, known bool)
}

// open returns the input to read, and a function to call after its last row.
func (s Source) open() (*rows.Input, func(), error) {
	if s.Open == nil {
		return s.Input, func() {}, nil
	}
	in, err := s.Open()
	if err != nil {
		return nil, nil, err
	}
	if in.Size != s.Input.Size || in.Digest != s.Input.Digest {
		in.Close()
		return nil, nil, &rows.Error{Name: s.Input.Name, Path: s.Input.Path, Msg: "cannot be read", Err: rows.ErrChanged}
	}
	return in, in.Close, nil
}

// Sender delivers batches. Send may be called from many goroutines at once; it
// returns the operations that were not accepted, or an error if the result
// of the batch is not known and the run cannot go on.
type Sender interface {
	Send(ctx context.Context, b *customerio.Batch) ([]customerio.Rejection, error)
	Stats() customerio.Stats
}

// Import is what a run does. The zero values of its options mean the defaults.
type Import struct {
	Verb    string
	Match   string          // the field that people are found by, for receipts
	Sources []Source        // at least one; CSV inputs with the same columns, or all JSONL
	Sender  Sender          // nil: a dry run, which sends nothing and needs no Run
	Call    customerio.Call // what the sender's batches are for; zero: operations on people
	Run     *runs.Run       // where the run is recorded; nil in a dry run

	// RejectedPath is where a dry run writes the rows that would be rejected;
	// empty: nowhere.
	RejectedPath string

	Concurrency int // requests in flight at once; 16
	BatchRows   int // operations a request; 1000
	Shard       mapping.Shard

	NoTriggers bool                                                  // filter events that may start campaigns
	Duplicates *mapping.Duplicates                                   // what Survey found; nil: all rows are sent
	Receipt    runs.Identifiers                                      // how receipt.csv names people; empty: there is none
	Seeds      []mapping.Seed                                        // of the inputs that rejected rows come from
	IDs        func(input string, row int64) (id string, known bool) // that events of rejected rows were sent with
	Class      rows.Class                                            // the rows of a file of rejected rows to look at

	// Begun is when the run began, also one that is resumed: dates are measured by
	// it. Zero is the time of the first Survey or Do.
	Begun time.Time

	Skip   int64  // rows not to look at, counted over all sources
	Limit  int64  // rows to look at; 0 means all
	Budget Budget // when to stop for too many errors; those before a resume do not count

	Stop     <-chan struct{} // closed: finish what has begun, and return ErrInterrupted
	Drain    time.Duration   // how long that may take; 10 s
	Progress func(Progress)  // called after each block, on the settling goroutine
	Forecast *Forecast       // what a dry run finds besides its ledger; nil: it does not look

	// Changed is the rows that differ from what was last sent, after Compare; the others
	// are unchanged, and not sent. nil: all are sent.
	Changed   *Changes
	nonce     string   // of the run, for ids that are its own
	comparing *Changes // what this first reading fills; nil: rows are sent
}

// Progress is how far a run has come.
type Progress struct {
	runs.Ledger
	Requests, Retries int64
	Bytes             int64 // of request bodies
	Throttled         int64 // answers that asked to slow down, since this process began
	Read, Size        int64 // bytes of the inputs, compressed as they are; Size is -1 where unknown
}

// Budget is how many rejected and unknown rows a run accepts.
type Budget struct {
	Bounded bool    // false: any number
	Rows    int64   // more than these stop the run
	Percent float64 // a larger percentage does, once there are 1000 rows; unless it is 0, Rows does not count
}

// The reasons why a run ends early, for callers that branch on them.
var (
	ErrInterrupted = errors.New("interrupted")
	ErrBudget      = errors.New("too many rejected rows")
)

const (
	defaultConcurrency = 16
	defaultBatchRows   = 1000
	defaultDrain       = 10 * time.Second
	// budgetRows is how many rows a percentage of them needs to be meaningful.
	budgetRows = 1000
	// budgetBlock is how many rows a block has at most when rejected rows are counted.
	budgetBlock = 500
)

// begin takes what the workers need of the run's checkpoint, which the settling
// goroutine moves once they have started.
func (im *Import) begin() {
	if im.Run != nil {
		im.Begun, im.nonce = im.Run.Checkpoint.StartedAt, im.Run.Checkpoint.Nonce
	}
	if im.Begun.IsZero() {
		im.Begun = time.Now()
	}
}

// terms are the run's for a source.
func (im *Import) terms(source int) mapping.Terms {
	s := im.Sources[source]
	in := s.Input
	t := mapping.Terms{Shard: im.Shard, NoTriggers: im.NoTriggers, Duplicates: im.Duplicates, Seeds: im.Seeds, Class: im.Class, Effects: im.Forecast != nil, Comparing: im.comparing != nil}
	t.Begun, t.LiveFrom = im.Begun, mapping.LiveFrom(im.Begun)
	if s.Seeds != nil {
		t.Seeds = s.Seeds
	}
	if t.IDs = im.IDs; s.IDs != nil {
		t.IDs = s.IDs
	}
	t.Seeds = append(slices.Clip(t.Seeds), mapping.SeedOf("", in.Size, in.Digest, im.nonce))
	if im.Duplicates != nil {
		t.FirstRow = im.Duplicates.Inputs[source].First
	}
	return t
}

// mapper returns a new mapper for a source.
func (im *Import) mapper(source int) *mapping.Mapper {
	s := im.Sources[source]
	return s.Plan.Mapper(s.Input, im.terms(source))
}

// exceeded reports whether bad of rows are more than the budget.
func (b Budget) exceeded(rows, bad int64) bool {
	if !b.Bounded {
		return false
	}
	if b.Percent > 0 {
		return rows >= budgetRows && float64(bad)*100 > b.Percent*float64(rows)
	}
	return bad > b.Rows
}

// Check refuses sources that cannot make one run: the rejected file has one
// set of columns and one format.
func (im *Import) Check() error {
	first := im.Sources[0].Input
	for _, s := range im.Sources[1:] {
		if s.Input.Format != first.Format {
			return fmt.Errorf("%s is %s, but %s is %s; run them one by one", s.Input.Name, s.Input.Format, first.Name, first.Format)
		}
		if first.Format == rows.CSV && !sameColumns(first.Columns, s.Input.Columns) {
			return fmt.Errorf("%s has other columns than %s; run them one by one", s.Input.Name, first.Name)
		}
	}
	return nil
}

func sameColumns(a, b []rows.Column) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
