package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/runs"
)

// withoutRagged drops the rows that are left ragged, which struct-shaped
// readers cannot read, after telling their numbers.
func withoutRagged(rejected []byte, note func(row int64, verdict string)) []byte {
	var out []byte
	for line := range bytes.Lines(rejected) {
		cells := strings.Split(string(line), ",")
		if len(cells) > 3 && cells[2] == "surplus" {
			var row int64
			if err := json.Unmarshal([]byte(cells[3]), &row); err == nil {
				note(row, "ragged")
				continue
			}
		}
		out = append(out, line...)
	}
	return out
}

// Broken off after any number of requests and resumed with other sizes, a run
// ends as if nothing had been.
func TestResumeAfterAnyRequest(t *testing.T) {
	t.Parallel()
	const total = 300
	text := people(total, total)
	src := source(t, "people.csv", text, testMapping)
	calm := begin(t, t.TempDir(), runs.Refuse, src)
	want, err := (&Import{Sources: []Source{src}, Sender: &sender{}, Run: calm, BatchRows: 7, Concurrency: 3}).Do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for stopAt := range int(want.Requests) {
		dir := t.TempDir()
		path := source(t, "people.csv", text, testMapping)
		s := &sender{}
		s.answer = func(*customerio.Batch) ([]customerio.Rejection, error) {
			if int(s.stats.Requests) > stopAt {
				return nil, errService
			}
			return nil, nil
		}
		run := begin(t, dir, runs.Refuse, path)
		if _, err := (&Import{Sources: []Source{path}, Sender: s, Run: run, BatchRows: 7, Concurrency: 3}).Do(t.Context()); !errors.Is(err, errService) {
			t.Fatalf("stopped at %d: %v", stopAt, err)
		}
		run.Close()
		again := openSource(t, path.Input.Path, testMapping)
		run = begin(t, dir, runs.Resume, again)
		s.answer = nil
		sum, err := (&Import{Sources: []Source{again}, Sender: s, Run: run, BatchRows: 11, Concurrency: 2}).Do(t.Context())
		if err != nil || sum.Ledger != want.Ledger {
			t.Errorf("stopped at %d: %+v, %v", stopAt, sum.Ledger, err)
		}
		if got := readRejected(t, run); !bytes.Equal(got, readRejected(t, calm)) {
			t.Errorf("stopped at %d: rejected file\n%s", stopAt, got)
		}
		slices.Sort(s.applied)
		if got := slices.Compact(s.applied); int64(len(got)) != want.Accepted {
			t.Errorf("stopped at %d: %d operations were applied, want %d", stopAt, len(got), want.Accepted)
		}
	}
}

// The files of an unfinished run are continued only as they were left: one that
// was edited, cut or removed meanwhile is refused, and what a crash had written
// after the settled bytes is cut off.
func TestReportFileOfAnUnfinishedRun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(data []byte) []byte // nil: remove the file
		want   string                   // "": it is continued
	}{
		"as it was":   {func(d []byte) []byte { return d }, ""},
		"more":        {func(d []byte) []byte { return append(d, "p1,torn"...) }, ""},
		"a byte less": {func(d []byte) []byte { return d[:len(d)-1] }, "is not as the run left it"},
		"edited":      {func(d []byte) []byte { return bytes.Replace(d, []byte("many"), []byte("4444"), 1) }, "is not as the run left it"},
		"empty":       {func(d []byte) []byte { return nil }, "is not as the run left it"},
		"gone":        {nil, "its file is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			src := source(t, "people.csv", people(5000, 5000), testMapping)
			run := begin(t, dir, runs.Refuse, src)
			job := Import{Sources: []Source{src}, Sender: &sender{}, Run: run, Concurrency: 2, BatchRows: 5, Budget: Budget{Bounded: true, Rows: 20}}
			if _, err := job.Do(t.Context()); !errors.Is(err, ErrBudget) {
				t.Fatal(err)
			}
			run.Close()
			path := filepath.Join(run.Dir, "rejected.csv")
			data, err := os.ReadFile(path)
			if err == nil && c.change != nil {
				err = os.WriteFile(path, c.change(data), 0o600)
			} else if err == nil {
				err = os.Remove(path)
			}
			if err != nil {
				t.Fatal(err)
			}
			again := openSource(t, src.Input.Path, testMapping)
			run, err = runs.State{Dir: dir}.Begin(claimOf([]Source{again}), runs.Resume, time.Now())
			if c.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				defer run.Close()
				sum, err := (&Import{Sources: []Source{again}, Sender: &sender{}, Run: run}).Do(t.Context())
				if err != nil || sum.Rejected != 1000 || bytes.Contains(readRejected(t, run), []byte("torn")) {
					t.Errorf("%+v, %v", sum, err)
				}
				return
			}
			if unfinished, ok := errors.AsType[*runs.UnfinishedError](err); !ok || unfinished.Kind != runs.FilesEdited || !strings.Contains(unfinished.Problem, c.want) {
				t.Errorf("Begin = %v, want a problem with %q", err, c.want)
			}
		})
	}
}
