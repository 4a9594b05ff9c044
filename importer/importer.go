// Package importer runs a job: rows in, operations out, every row with a
// verdict, and the verdicts settled in the order of the input.
//
// Start with State.Begin, which finds or makes the run's directory, and then
// Job.Do. A run is a line of goroutines that hand blocks on: one reads, some map, one
// dispatches the blocks' batches, and one settles. Blocks are settled in the
// order of the file, each by writing its rejected rows and then moving the
// checkpoint behind it, so a run can be killed at any instant and resumed.
package importer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
)

// Source is one input with the plan that is bound to it.
type Source struct {
	Input *rows.Input
	Plan  *mapping.Plan
}

// Sender delivers batches. Send may be called from many goroutines at once; it
// returns the operations that were not accepted, or an error if nothing is
// known of the batch and the run cannot go on.
type Sender interface {
	Send(ctx context.Context, b *customerio.Batch) ([]customerio.Rejection, error)
	Stats() customerio.Stats
}

// Job is what a run does. The zero values of its options mean the defaults.
type Job struct {
	Verb    string
	Match   string          // the field that people are found by, for receipts
	Sources []Source        // at least one; CSV inputs with the same columns, or all JSONL
	Sender  Sender          // nil: a dry run, which sends nothing and needs no Run
	Call    customerio.Call // what the sender's batches are for; zero: operations on people
	Run     *Run            // where the run is recorded; nil in a dry run

	// RejectedPath is where a dry run writes the rows that would be rejected;
	// empty: nowhere.
	RejectedPath string

	Concurrency int // requests in flight at once; 16
	BatchRows   int // operations a request; 1000
	Shard       mapping.Shard

	NoTriggers bool                // filter events that may start campaigns
	Duplicates *mapping.Duplicates // what Survey found; nil: all rows are sent
	Receipt    ReceiptIdentifiers  // write receipt.csv, with people named so; empty: none
	Seeds      []mapping.Seed      // of derived event ids; nil: the inputs'
	Class      mapping.Class       // the rows of a file of rejected rows to look at

	// Begun is when the run began, also one that is resumed: dates are measured by
	// it. Zero is the time of the first Survey or Do.
	Begun time.Time

	Skip   int64  // rows not to look at, counted over all sources
	Limit  int64  // rows to look at; 0 means all
	Budget Budget // when to stop for too many errors; those before a resume do not count

	Stop     <-chan struct{} // closed: finish what has begun, and return ErrInterrupted
	Drain    time.Duration   // how long that may take; 10 s
	Progress func(Progress)  // told after each block, on the settling goroutine
	Forecast *Forecast       // what a dry run finds besides; nil: it need not
}

// Progress is how far a run has come.
type Progress struct {
	Ledger
	Requests, Retries int64
	Read, Size        int64 // bytes of the inputs, compressed as they are; Size is -1 where unknown
}

// Budget is how many rejected and unknown rows a run bears.
type Budget struct {
	Bounded bool    // false: any number
	Rows    int64   // more than these stop the run
	Percent float64 // more than this share does, once there are 1000 rows; instead of Rows unless 0
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
	// budgetRows is how many rows a share of them needs to mean something.
	budgetRows = 1000
	// budgetBlock is how many rows a block has at most when they are counted so.
	budgetBlock = 500
)

// begin settles, before any goroutine starts, when the run began.
func (j *Job) begin() {
	if j.Run != nil {
		j.Begun = j.Run.Checkpoint.StartedAt
	}
	if j.Begun.IsZero() {
		j.Begun = time.Now()
	}
}

// terms are the run's for a source.
func (j *Job) terms(source int) mapping.Terms {
	in := j.Sources[source].Input
	t := mapping.Terms{Shard: j.Shard, NoTriggers: j.NoTriggers, Duplicates: j.Duplicates, Seeds: j.Seeds, Class: j.Class}
	t.Begun, t.LiveFrom = j.Begun, mapping.LiveFrom(j.Begun)
	nonce := ""
	if j.Run != nil {
		nonce = j.Run.Checkpoint.Nonce
	}
	if t.Seeds == nil {
		t.Seeds = []mapping.Seed{mapping.SeedOf("", in.Size, in.Digest, nonce)}
	}
	if j.Duplicates != nil {
		t.FirstRow = j.Duplicates.Inputs[source].First
	}
	return t
}

// mapper returns a new mapper for a source.
func (j *Job) mapper(source int) *mapping.Mapper {
	s := j.Sources[source]
	return s.Plan.Mapper(s.Input, j.terms(source))
}

// exceeded reports whether so many rows, of which some are bad, are beyond the
// budget.
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
func (j *Job) Check() error {
	first := j.Sources[0].Input
	for _, s := range j.Sources[1:] {
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
