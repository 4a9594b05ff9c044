package importer

import (
	"errors"
	"testing"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/runs"
)

// The budget stops a run soon: of rows that the mapping rejects, within a block,
// and of others once what was in flight is answered. Resumed, the run goes on with
// a new budget, or it would never end.
func TestBudgetStopsSoon(t *testing.T) {
	t.Parallel()
	const total = 50_000
	refuseAll := func(b *customerio.Batch) (bad []customerio.Rejection, _ error) {
		for i := range b.Len() {
			bad = append(bad, customerio.Rejection{Index: i, Reason: "service"})
		}
		return bad, nil
	}
	for name, c := range map[string]struct {
		budget Budget
		answer func(b *customerio.Batch) ([]customerio.Rejection, error)
		most   int64 // rows that may be looked at before the stop
	}{
		"a number":                     {Budget{Bounded: true, Rows: 10}, nil, budgetBlock},
		"none":                         {Budget{Bounded: true}, nil, budgetBlock},
		"a share":                      {Budget{Bounded: true, Percent: 10}, nil, budgetRows + budgetBlock},
		"a share that is borne":        {Budget{Bounded: true, Percent: 20.1}, nil, total},
		"a number, of the service":     {Budget{Bounded: true, Rows: budgetBlock}, refuseAll, 8000},
		"a share, of the service":      {Budget{Bounded: true, Percent: 30}, refuseAll, 8000},
		"unbounded":                    {Budget{}, refuseAll, total},
		"a number as large as the bad": {Budget{Bounded: true, Rows: total / 5}, nil, total},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := source(t, "people.csv", people(total, total), testMapping).Input.Path
			do := func() (*runs.Summary, error) {
				src := openSource(t, path, testMapping)
				run := begin(t, dir, runs.Resume, src)
				defer run.Close()
				return (&Import{Sources: []Source{src}, Sender: &sender{answer: c.answer}, Run: run, Budget: c.budget, Concurrency: 4, BatchRows: 100}).Do(t.Context())
			}
			sum, err := do()
			t.Logf("%d rows, %d rejected, %d requests: %v", sum.Rows, sum.Rejected, sum.Requests, err)
			if stopped := errors.Is(err, ErrBudget); stopped != (c.most < total) || sum.Rows > c.most || err != nil && !stopped || sum.Check() != nil {
				t.Fatalf("%+v, %v; at most %d rows", sum.Ledger, err, c.most)
			}
			before := sum.Rows
			if sum, err = do(); err == nil && c.most < total || sum.Rows <= before && before < total || sum.Resent > 0 {
				t.Errorf("resumed: %+v, %v", sum, err)
			}
		})
	}
}
