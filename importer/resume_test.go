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

	"github.com/ciobulk/ciobulk/customerio"
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
	calm := begin(t, t.TempDir(), Refuse, src)
	want, err := (&Job{Sources: []Source{src}, Sender: &sender{}, Run: calm, BatchRows: 7, Concurrency: 3}).Do(t.Context())
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
		run := begin(t, dir, Refuse, path)
		if _, err := (&Job{Sources: []Source{path}, Sender: s, Run: run, BatchRows: 7, Concurrency: 3}).Do(t.Context()); !errors.Is(err, errService) {
			t.Fatalf("stopped at %d: %v", stopAt, err)
		}
		run.Close()
		again := openSource(t, path.Input.Path, testMapping)
		run = begin(t, dir, Resume, again)
		s.answer = nil
		sum, err := (&Job{Sources: []Source{again}, Sender: s, Run: run, BatchRows: 11, Concurrency: 2}).Do(t.Context())
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

func TestCheckpointOfOtherWorkIsRefused(t *testing.T) {
	t.Parallel()
	work := Work{Verb: "upsert", Inputs: []WorkFile{{Path: "/a.csv", Size: 10, Digest: "d"}}, Mapping: "m", Workspace: 1}
	for name, c := range map[string]struct {
		change func(*Work)
		want   string
	}{
		"size":      {func(w *Work) { w.Inputs[0].Size = 11 }, "/a.csv has changed"},
		"content":   {func(w *Work) { w.Inputs[0].Digest = "e" }, "/a.csv has changed"},
		"mapping":   {func(w *Work) { w.Mapping = "n" }, "the mapping"},
		"workspace": {func(w *Work) { w.Workspace = 2 }, "workspace 1, these credentials are for 2"},
		"limit":     {func(w *Work) { w.Limit = 5 }, "--limit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := State{Dir: t.TempDir()}
			run, err := state.Begin(work, Refuse, testTime)
			if err != nil {
				t.Fatal(err)
			}
			run.Close()
			other := work
			other.Inputs = slices.Clone(work.Inputs)
			c.change(&other)
			_, err = state.Begin(other, Resume, testTime)
			unfinished, ok := errors.AsType[*UnfinishedError](err)
			if !ok || !strings.Contains(unfinished.Problem, c.want) {
				t.Fatalf("Begin = %v, want a problem with %q", err, c.want)
			}
			if run, err = state.Begin(other, Restart, testTime.Add(1e9)); err != nil || run.Checkpoint.Work.Mapping != other.Mapping {
				t.Fatalf("Restart: %v", err)
			}
			run.Close()
		})
	}
}

// Every damage to a checkpoint is an error: cut anywhere, or any byte changed.
func TestDamagedCheckpointIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := Checkpoint{Version: checkpointVersion, Work: Work{Verb: "upsert"}, Ledger: Ledger{Rows: 7, Accepted: 7}, StartedAt: testTime}
	if err := c.save(dir); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, checkpointFile)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := loadCheckpoint(dir); err != nil {
		t.Fatal(err)
	}
	for i := range len(good) - 1 {
		damaged := bytes.Clone(good)
		damaged[i] ^= 1
		for _, data := range [][]byte{good[:i], damaged} {
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			if got, err := loadCheckpoint(dir); err == nil && got.sum() != c.sum() {
				t.Fatalf("damage at byte %d was not noticed", i)
			}
		}
	}
}

func TestDamagedCheckpointCanBeDropped(t *testing.T) {
	t.Parallel()
	state := State{Dir: t.TempDir()}
	work := Work{Verb: "upsert", Inputs: []WorkFile{{Path: "-", Size: -1}}}
	run, err := state.Begin(work, Refuse, testTime)
	if err != nil {
		t.Fatal(err)
	}
	run.Close()
	if err := os.WriteFile(filepath.Join(run.Dir, checkpointFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := state.Begin(work, Resume, testTime); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Fatalf("Resume = %v", err)
	}
	run, err = state.Begin(work, Restart, testTime.Add(1e9))
	if err != nil {
		t.Fatal(err)
	}
	run.Close()
}

// The files of an unfinished run are continued only as they were left: one that
// was mended, cut or removed meanwhile is refused, and what a crash had written
// behind the settled bytes is cut off.
func TestReportFileOfAnUnfinishedRun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(data []byte) []byte // nil: remove the file
		want   string                   // "": it is continued
	}{
		"as it was":   {func(d []byte) []byte { return d }, ""},
		"more":        {func(d []byte) []byte { return append(d, "p1,torn"...) }, ""},
		"a byte less": {func(d []byte) []byte { return d[:len(d)-1] }, "is not as the run left it"},
		"mended":      {func(d []byte) []byte { return bytes.Replace(d, []byte("many"), []byte("4444"), 1) }, "is not as the run left it"},
		"empty":       {func(d []byte) []byte { return nil }, "is not as the run left it"},
		"gone":        {nil, "its file is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			src := source(t, "people.csv", people(5000, 5000), testMapping)
			run := begin(t, dir, Refuse, src)
			job := Job{Sources: []Source{src}, Sender: &sender{}, Run: run, Concurrency: 2, BatchRows: 5, Budget: Budget{Bounded: true, Rows: 20}}
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
			run = begin(t, dir, Resume, again)
			sum, err := (&Job{Sources: []Source{again}, Sender: &sender{}, Run: run}).Do(t.Context())
			if c.want == "" {
				if err != nil || sum.Rejected != 1000 || bytes.Contains(readRejected(t, run), []byte("torn")) {
					t.Errorf("%+v, %v", sum, err)
				}
				return
			}
			if unfinished, ok := errors.AsType[*UnfinishedError](err); !ok || !strings.Contains(unfinished.Problem, c.want) {
				t.Errorf("Do = %v, want a problem with %q", err, c.want)
			}
		})
	}
}
