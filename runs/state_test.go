package runs

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/rows"
)

var testTime = time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC)

// claimOf is work on files of ten bytes, which differ by their paths alone.
func claimOf(paths ...string) Claim {
	c := Claim{Work: Work{Verb: "upsert", Mapping: "m", Workspace: 1}, Recipe: Recipe{Verb: "upsert", Format: rows.CSV, Delimiter: ","}}
	for _, path := range paths {
		c.Recipe.Inputs = append(c.Recipe.Inputs, File{Name: filepath.Base(path), Path: path, Size: 10, Digest: "d"})
	}
	return c
}

func TestCheckpointOfOtherWorkIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*Claim)
		want   string
	}{
		"size":      {func(c *Claim) { c.Recipe.Inputs[0].Size = 11 }, "a.csv has changed"},
		"content":   {func(c *Claim) { c.Recipe.Inputs[0].Digest = "e" }, "a.csv has changed"},
		"mapping":   {func(c *Claim) { c.Work.Mapping = "n" }, "the mapping"},
		"workspace": {func(c *Claim) { c.Work.Workspace = 2 }, "workspace 1, these credentials are for 2"},
		"limit":     {func(c *Claim) { c.Work.Limit = 5 }, "limit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := State{Dir: t.TempDir()}
			run, err := state.Begin(claimOf("/a.csv"), Refuse, testTime)
			if err != nil {
				t.Fatal(err)
			}
			run.Close()
			other := claimOf("/a.csv")
			c.change(&other)
			_, err = state.Begin(other, Resume, testTime)
			unfinished, ok := errors.AsType[*UnfinishedError](err)
			if !ok || !strings.Contains(unfinished.Problem, c.want) {
				t.Fatalf("Begin = %v, want a problem with %q", err, c.want)
			}
			if run, err = state.Begin(other, Restart, testTime.Add(1e9)); err != nil || run.Checkpoint.Work.Mapping != other.Work.Mapping {
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
	work := claimOf("-")
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

// An unfinished run is found by its contents under other paths, and by one of its
// paths among other files; never is the work begun again in silence.
func TestUnfinishedRunIsFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		paths []string
		want  string // the problem; "resumed" or "begun" where there is none
	}{
		"the same":          {[]string{"/a.csv", "/b.csv"}, "resumed"},
		"another folder":    {[]string{"/x/a.csv", "/x/b.csv"}, "resumed"},
		"one more":          {[]string{"/a.csv", "/b.csv", "/c.csv"}, "it read 2 files, now there are 3: c.csv is new"},
		"one less":          {[]string{"/b.csv"}, "it read 2 files, now there are 1: a.csv is missing"},
		"other work":        {[]string{"/c.csv"}, "begun"},
		"a changed content": {[]string{"/a.csv", "/changed.csv"}, "changed.csv has changed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := State{Dir: t.TempDir()}
			run, err := state.Begin(claimOf("/a.csv", "/b.csv"), Refuse, testTime)
			if err != nil {
				t.Fatal(err)
			}
			claim := claimOf(c.paths...)
			if c.paths[len(c.paths)-1] == "/changed.csv" {
				claim.Recipe.Inputs[1].Size++
			}
			meanwhile, err := state.Begin(claim, Resume, testTime.Add(1e9))
			if (c.want == "begun") == errors.Is(err, ErrLocked) {
				t.Errorf("while it runs: %v", err)
			}
			if meanwhile != nil {
				must(t, meanwhile.Finish())
				meanwhile.Close()
			}
			run.Close()
			if c.want != "begun" {
				if _, err := state.Begin(claim, Refuse, testTime.Add(2e9)); !errors.As(err, new(*UnfinishedError)) {
					t.Errorf("refused: %v", err)
				}
			}
			begun, err := state.Begin(claim, Resume, testTime.Add(3e9))
			if begun != nil {
				defer begun.Close() // or its lock would go with it
			}
			unfinished, _ := errors.AsType[*UnfinishedError](err)
			switch {
			case c.want == "resumed" && (err != nil || begun.Name != run.Name || begun.Checkpoint.Resumed != 1),
				c.want == "begun" && (errors.Is(err, ErrLocked) || unfinished != nil),
				c.want != "resumed" && c.want != "begun" && (unfinished == nil || !strings.Contains(unfinished.Problem, c.want)):
				t.Errorf("resumed: %v", err)
			}
			restarted, err := state.Begin(claim, ResumeOrRestart, testTime.Add(4e9))
			if c.want == "resumed" && !errors.Is(err, ErrLocked) || c.want != "resumed" && c.want != "begun" && err != nil {
				t.Errorf("resumed or restarted: %v", err)
			}
			if was, err := Load(run.Dir); err != nil || restarted != nil && c.want != "begun" && was.Checkpoint.Ended != Dropped {
				t.Errorf("the run of before is %q, %v", was.Checkpoint.Ended, err)
			}
		})
	}
}

// A run cannot be continued once what is known to be sent has changed, which no option
// brings back.
func TestSentDiffers(t *testing.T) {
	t.Parallel()
	state := State{Dir: t.TempDir()}
	claim := claimOf("/a.csv")
	claim.Work.LastSent = "one"
	run, err := state.Begin(claim, Refuse, testTime)
	must(t, err)
	run.Close()
	claim.Work.LastSent = "another"
	_, err = state.Begin(claim, Resume, testTime.Add(1e9))
	if unfinished, ok := errors.AsType[*UnfinishedError](err); !ok || unfinished.Kind != SentDiffers {
		t.Errorf("%v", err)
	}
}

// ResumeOrRestart leaves every state that a run can leave, and refuses events.
func TestResumeOrRestart(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		leave   func(t *testing.T, r *Run)
		resumed bool
	}{
		"nothing":             {func(*testing.T, *Run) {}, true},
		"a damaged one":       {func(t *testing.T, r *Run) { overwrite(t, filepath.Join(r.Dir, checkpointFile), "{") }, false},
		"an empty one":        {func(t *testing.T, r *Run) { overwrite(t, filepath.Join(r.Dir, checkpointFile), "") }, false},
		"none":                {func(t *testing.T, r *Run) { os.Remove(filepath.Join(r.Dir, checkpointFile)) }, false},
		"another version":     {func(t *testing.T, r *Run) { overwrite(t, filepath.Join(r.Dir, checkpointFile), `{"version": 2}`) }, false},
		"a damaged recipe":    {func(t *testing.T, r *Run) { overwrite(t, filepath.Join(r.Dir, recipeFile), "{") }, false},
		"an edited file":      {func(t *testing.T, r *Run) { rejectIn(t, r); overwrite(t, r.RejectedPath(), "edited") }, false},
		"a finished one":      {func(t *testing.T, r *Run) { must(t, r.Finish()) }, false},
		"a part of a file":    {func(t *testing.T, r *Run) { overwrite(t, r.RejectedPath(), "id,_row\ntorn") }, true},
		"a part of a save":    {func(t *testing.T, r *Run) { overwrite(t, filepath.Join(r.Dir, checkpointFile+".tmp"), "{") }, true},
		"a changed input":     {func(t *testing.T, r *Run) { c := r.Checkpoint; c.Changed = "it changed"; must(t, r.Save(c)) }, false},
		"a changed mapping":   {func(t *testing.T, r *Run) { c := r.Checkpoint; c.Work.Mapping = "n"; must(t, r.Save(c)) }, false},
		"another workspace's": {func(t *testing.T, r *Run) { c := r.Checkpoint; c.Work.Workspace = 2; must(t, r.Save(c)) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := State{Dir: t.TempDir()}
			first, err := state.Begin(claimOf("/a.csv"), ResumeOrRestart, testTime)
			must(t, err)
			c.leave(t, first)
			first.Close()
			again, err := state.Begin(claimOf("/a.csv"), ResumeOrRestart, testTime.Add(1e9))
			must(t, err)
			defer again.Close()
			if resumed := again.Name == first.Name; resumed != c.resumed {
				t.Errorf("resumed: %t", resumed)
			}
		})
	}
	events := claimOf("/a.csv")
	events.DerivedIDs = true
	if _, err := (State{Dir: t.TempDir()}).Begin(events, ResumeOrRestart, testTime); !errors.Is(err, ErrDerivedIDs) {
		t.Errorf("events: %v", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func overwrite(t *testing.T, path, text string) {
	t.Helper()
	must(t, os.WriteFile(path, []byte(text), 0o600))
}

// rejectIn writes a rejected file of a run and settles it.
func rejectIn(t *testing.T, r *Run) {
	t.Helper()
	r.rejected.buffer = []byte("id,_row\n1,1\n")
	must(t, r.rejected.Flush())
	c := r.Checkpoint
	c.RejectedFile = r.rejected.Extent()
	must(t, r.Save(c))
}
