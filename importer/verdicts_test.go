package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/runs"
	"github.com/gocarina/gocsv"
)

// reported is a row of a rejected file, as far as the tests look at it.
type reported struct {
	ID      string `csv:"id"`
	N       string `csv:"n"`
	Row     int64  `csv:"_row"`
	Line    int64  `csv:"_line"`
	Input   string `csv:"_input"`
	Reason  string `csv:"_reason"`
	Field   string `csv:"_field"`
	Message string `csv:"_message"`
	Status  string `csv:"_status"`
}

// n reads which row an operation came from.
func n(t *testing.T, op string) int64 {
	t.Helper()
	var o struct {
		Attributes struct{ N int64 }
	}
	if err := json.Unmarshal([]byte(op), &o); err != nil {
		t.Fatal(err)
	}
	return o.Attributes.N
}

// The verdicts partition the rows: whatever the service refuses or leaves in
// doubt, every row is accepted, filtered, or in the rejected file, and in one of
// these only.
func TestVerdictsPartitionTheRows(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 0))
			total := 1 + r.IntN(900)
			src := source(t, "people.csv", people(total, 1+r.IntN(total)), testMapping)
			run := begin(t, t.TempDir(), runs.Refuse, src)
			s := &sender{answer: func(b *customerio.Batch) (bad []customerio.Rejection, _ error) {
				for i := range b.Len() {
					if r.IntN(8) == 0 {
						bad = append(bad, customerio.Rejection{Index: i, Unknown: r.IntN(2) == 0, Reason: "service", Status: 207})
					}
				}
				return bad, nil
			}}
			job := Import{Sources: []Source{src}, Sender: s, Run: run, Concurrency: 1 + r.IntN(6), BatchRows: 1 + r.IntN(30)}
			sum, err := job.Do(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			checkPartition(t, total, s, sum, readRejected(t, run))
		})
	}
}

func checkPartition(t *testing.T, total int, s *sender, sum *runs.Summary, rejected []byte) {
	t.Helper()
	seen := make(map[int64]string)
	note := func(row int64, verdict string) {
		if before, twice := seen[row]; twice {
			t.Errorf("row %d is %s and %s", row, before, verdict)
		}
		seen[row] = verdict
	}
	for _, op := range s.applied {
		note(n(t, op)+1, "accepted")
	}
	var list []reported
	if len(rejected) > 0 {
		if err := gocsv.UnmarshalBytes(withoutRagged(rejected, note), &list); err != nil {
			t.Fatal(err)
		}
	}
	last := int64(0)
	for _, row := range list {
		note(row.Row, "rejected")
		if row.Row <= last || row.Line != row.Row+1 {
			t.Errorf("row %d, line %d is after row %d", row.Row, row.Line, last)
		}
		last = row.Row
	}
	for i := range int64(total) {
		if i%10 == 5 {
			note(i+1, "filtered")
		}
	}
	if len(seen) != total || sum.Rows != int64(total) {
		t.Errorf("%d rows, %d verdicts, the ledger says %d", total, len(seen), sum.Rows)
	}
	if sum.Accepted != int64(len(s.applied)) || sum.Filtered != int64((total+4)/10) || sum.Ledger.Check() != nil {
		t.Errorf("%d were applied, the ledger is %+v", len(s.applied), sum.Ledger)
	}
}

// Rejected rows that cannot be written are not settled: the run ends, and can be
// resumed when there is room again.
func TestRejectedRowsThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	src := source(t, "people.csv", people(200, 200), testMapping)
	dir := t.TempDir()
	run := begin(t, dir, runs.Refuse, src)
	obstacle := filepath.Join(run.Dir, "rejected.csv")
	s := &sender{answer: func(*customerio.Batch) ([]customerio.Rejection, error) {
		return nil, os.MkdirAll(obstacle, 0o700)
	}}
	job := Import{Sources: []Source{src}, Sender: s, Run: run, Concurrency: 2, BatchRows: 8}
	sum, err := job.Do(t.Context())
	if err == nil || sum.Rows > 3 || sum.Ledger.Check() != nil {
		t.Fatalf("Do = %+v, %v", sum, err)
	}
	record, err := runs.Load(run.Dir)
	if err != nil {
		t.Fatal(err)
	}
	saved := record.Checkpoint
	if saved.Ledger != sum.Ledger || saved.Position.Row != sum.Rows || len(saved.Reasons) > 0 {
		t.Fatalf("checkpoint %+v", saved)
	}
	run.Close()
	if err := os.Remove(obstacle); err != nil {
		t.Fatal(err)
	}
	s.answer = nil
	again := openSource(t, src.Input.Path, testMapping)
	run = begin(t, dir, runs.Resume, again)
	sum, err = (&Import{Sources: []Source{again}, Sender: s, Run: run}).Do(t.Context())
	if err != nil || sum.Rows != 200 || sum.Rejected != 40 {
		t.Errorf("resumed: %+v, %v", sum, err)
	}
}

// A receipt that cannot be written takes the rejected rows of its block back.
func TestReceiptThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	src := source(t, "people.csv", people(20, 20), testMapping)
	dir := t.TempDir()
	run := begin(t, dir, runs.Refuse, src)
	obstacle := filepath.Join(run.Dir, "receipt.csv")
	s := &sender{answer: func(*customerio.Batch) ([]customerio.Rejection, error) {
		return nil, os.MkdirAll(obstacle, 0o700)
	}}
	deleting := func(src Source) Source {
		m, err := mapping.Parse("test.yaml", []byte("match: {id: id}\n"), false)
		if err == nil {
			err = m.SetVerb(mapping.Delete)
		}
		if err == nil {
			src.Plan, err = m.Bind(src.Input)
		}
		if err != nil {
			t.Fatal(err)
		}
		return src
	}
	job := Import{Sources: []Source{deleting(src)}, Sender: s, Run: run, Receipt: runs.ClearIdentifiers}
	if sum, err := job.Do(t.Context()); err == nil || sum.Rows != 0 {
		t.Fatalf("Do = %+v, %v", sum, err)
	}
	run.Close()
	if err := os.Remove(obstacle); err != nil {
		t.Fatal(err)
	}
	s.answer = nil
	again := deleting(openSource(t, src.Input.Path, testMapping))
	run = begin(t, dir, runs.Resume, again)
	sum, err := (&Import{Sources: []Source{again}, Sender: s, Run: run, Receipt: runs.ClearIdentifiers}).Do(t.Context())
	if err != nil || sum.Rows != 20 || sum.Rejected != 2 {
		t.Fatalf("resumed: %+v, %v", sum, err)
	}
	if lines := bytes.Count(readRejected(t, run), []byte("\n")); lines != 3 {
		t.Errorf("the rejected file has %d lines:\n%s", lines, readRejected(t, run))
	}
}

var errService = errors.New("the service is on fire")

// An error of the sender ends the run, and what was settled stands.
func TestSenderErrorEndsTheRun(t *testing.T) {
	t.Parallel()
	src := source(t, "people.csv", people(500, 500), testMapping)
	run := begin(t, t.TempDir(), runs.Refuse, src)
	calls := 0
	s := &sender{answer: func(*customerio.Batch) ([]customerio.Rejection, error) {
		if calls++; calls > 20 {
			return nil, errService
		}
		return nil, nil
	}}
	job := Import{Sources: []Source{src}, Sender: s, Run: run, Concurrency: 2, BatchRows: 5}
	sum, err := job.Do(t.Context())
	if !errors.Is(err, errService) {
		t.Fatalf("Do = %v", err)
	}
	record, err := runs.Load(run.Dir)
	if err != nil {
		t.Fatal(err)
	}
	saved := record.Checkpoint
	if saved.Ledger != sum.Ledger || saved.Ended != "" || saved.Position.Row != sum.Rows {
		t.Errorf("checkpoint %+v; summary %+v", saved, sum.Ledger)
	}
}
