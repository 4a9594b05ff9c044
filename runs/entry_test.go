package runs

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
)

// begun makes a run of the claim that began some days before testTime.
func begun(t *testing.T, s State, days int, paths ...string) *Run {
	t.Helper()
	claim := claimOf(paths...)
	claim.Recipe.Inputs[0].Digest = paths[0] // other contents than those of other runs
	r, err := s.Begin(claim, Restart, testTime.AddDate(0, 0, -days))
	must(t, err)
	return r
}

// ended finishes a run, with a summary, as of some days before testTime.
func ended(t *testing.T, s State, days int, path string) *Run {
	t.Helper()
	r := begun(t, s, days, path)
	at := testTime.AddDate(0, 0, -days)
	code := &Summary{Ledger: Ledger{Rows: 3, Accepted: 2, Rejected: 1}, Verb: "upsert", Inputs: []string{path}, Run: r.Name, ExitCode: 3, StartedAt: at, FinishedAt: at}
	must(t, code.Save(r, ""))
	must(t, r.Finish())
	must(t, r.Close())
	overwrite(t, r.RejectedPath(), "id\n1\n")
	must(t, os.Chtimes(filepath.Join(r.Dir, checkpointFile), at, at))
	return r
}

// Every kind of directory is listed as what it is, the newest first.
func TestEntries(t *testing.T) {
	t.Parallel()
	s := State{Dir: t.TempDir()}
	want := map[string]Status{}
	want[ended(t, s, 1, "/done.csv").Name] = StatusFinished
	running := begun(t, s, 2, "/running.csv")
	defer running.Close()
	want[running.Name] = StatusRunning
	killed := begun(t, s, 3, "/killed.csv")
	must(t, killed.Close())
	want[killed.Name] = StatusUnfinished
	dropped := begun(t, s, 4, "/dropped.csv")
	must(t, errors.Join(dropped.Drop(), dropped.Close()))
	want[dropped.Name] = StatusDropped
	for i, text := range []string{"", "{", `{"version": 3}`, "\x00\x00"} {
		damaged := begun(t, s, 5+i, "/damaged"+string(rune('a'+i))+".csv")
		must(t, damaged.Close())
		overwrite(t, filepath.Join(damaged.Dir, checkpointFile), text)
		want[damaged.Name] = StatusDamaged
	}
	early := begun(t, s, 20, "/early.csv")
	must(t, errors.Join(early.Close(), os.Remove(filepath.Join(early.Dir, checkpointFile))))
	want[early.Name] = StatusDropped
	must(t, os.MkdirAll(filepath.Join(s.Dir, "20260101-000000.000-verify-abc"), 0o700))
	overwrite(t, filepath.Join(s.Dir, "20260101-000000.000-verify-abc", "differs.csv"), "id\n")
	want["20260101-000000.000-verify-abc"] = StatusFinished
	set := filepath.Join(s.Dir, "20260102-000000.000-export-people-01234567")
	must(t, os.MkdirAll(set, 0o700))
	overwrite(t, filepath.Join(set, "export.json.damaged"), "{")
	want[filepath.Base(set)] = StatusDropped
	for _, other := range []string{"notes", "20260101-000000.000-mine", "2026-upsert"} {
		must(t, os.MkdirAll(filepath.Join(s.Dir, other), 0o700))
	}
	must(t, os.Symlink(killed.Dir, filepath.Join(s.Dir, "20270101-000000.000-upsert-link")))

	overwrite(t, filepath.Join(s.Dir, "job-01234567.json"), "{}")
	got, others, err := List(s.Dir)
	must(t, err)
	if !slices.Equal(others, []string{"2026-upsert", "20260101-000000.000-mine", "notes"}) {
		t.Errorf("not runs: %q", others)
	}
	if !slices.IsSortedFunc(got, func(a, b Entry) int { return b.Started.Compare(a.Started) }) {
		t.Error("not the newest first")
	}
	for _, e := range got {
		if want[e.Run] != e.Status {
			t.Errorf("%s is %q, want %q", e.Run, e.Status, want[e.Run])
		}
		delete(want, e.Run)
	}
	if len(want) > 0 {
		t.Errorf("not listed: %v", want)
	}
}

// A finished run is listed with what its summary says, or without one with what its
// checkpoint says.
func TestEntryOfARunWithoutSummary(t *testing.T) {
	t.Parallel()
	s := State{Dir: t.TempDir()}
	r := begun(t, s, 1, "/a.csv")
	c := r.Checkpoint
	c.Ledger = Ledger{Rows: 7, Accepted: 6, Rejected: 1}
	must(t, errors.Join(r.Save(c), r.Finish(), r.Close()))
	e, is := ReadEntry(r.Dir)
	if !is || e.Rows != 7 || e.Accepted != 6 || e.ExitCode != nil || e.Verb != "upsert" || !slices.Equal(e.Inputs, []string{"a.csv"}) {
		t.Errorf("%+v", e)
	}
}

// Runs go by their age and by how many are newer; those that are unfinished, damaged or
// locked stay, and so does what no run has written.
func TestPrune(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		p              Prune
		runs, personal []string // what is gone, by the days before testTime
	}{
		"age":                  {Prune{OlderThan: 9 * day, Keep: -1, Personal: -1}, []string{"10", "40"}, nil},
		"age, dry":             {Prune{OlderThan: 9 * day, Keep: -1, Personal: -1, DryRun: true}, []string{"10", "40"}, nil},
		"number":               {Prune{OlderThan: -1, Keep: 5, Personal: -1}, []string{"10", "40"}, nil},
		"age, but some newest": {Prune{OlderThan: 0, Keep: 6, Personal: -1}, []string{"40"}, nil},
		"people's data":        {Prune{OlderThan: 30 * day, Keep: -1, Personal: 2 * day}, []string{"40"}, []string{"3", "10"}},
		"nothing":              {Prune{OlderThan: 50 * day, Keep: -1, Personal: 50 * day}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := State{Dir: t.TempDir()}
			all := map[string]*Run{"1": ended(t, s, 1, "/1.csv"), "3": ended(t, s, 3, "/3.csv"), "10": ended(t, s, 10, "/10.csv"), "40": ended(t, s, 40, "/40.csv")}
			killed := begun(t, s, 5, "/killed.csv")
			must(t, killed.Close())
			busy := ended(t, s, 6, "/busy.csv") // whose work runs again
			again := begun(t, s, 0, "/busy.csv")
			defer again.Close()

			done, err := c.p.Do(s.Dir, testTime)
			must(t, err)
			for days, r := range all {
				_, err := os.Stat(r.Dir)
				_, personal := os.Stat(r.RejectedPath())
				gone, cleared := slices.Contains(c.runs, days), slices.Contains(c.personal, days)
				if slices.Contains(done.Runs, r.Name) != gone || slices.Contains(done.Personal, r.Name) != cleared {
					t.Errorf("the run of %s days before: %+v", days, done)
				}
				if (err != nil) != (gone && !c.p.DryRun) || (personal != nil) != ((gone || cleared) && !c.p.DryRun) {
					t.Errorf("the run of %s days before: %v, its rejected file: %v", days, err, personal)
				}
			}
			for _, r := range []*Run{killed, busy, again} {
				if _, err := os.Stat(filepath.Join(r.Dir, checkpointFile)); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// What no run writes is never removed, and neither is what a link points to.
func TestPruneLeavesWhatIsNotARuns(t *testing.T) {
	t.Parallel()
	s := State{Dir: t.TempDir()}
	r := ended(t, s, 40, "/a.csv")
	mine, outside := filepath.Join(r.Dir, "fixed by hand.csv"), filepath.Join(t.TempDir(), "outside.csv")
	overwrite(t, mine, "id\n1\n")
	overwrite(t, outside, "id\n2\n")
	must(t, os.Symlink(outside, filepath.Join(r.Dir, "differs.csv")))
	done, err := Prune{OlderThan: 0, Keep: -1, Personal: -1}.Do(s.Dir, testTime)
	must(t, err)
	for _, path := range []string{mine, outside, filepath.Join(r.Dir, "differs.csv")} {
		if _, err := os.Lstat(path); err != nil {
			t.Error(err)
		}
	}
	if len(done.Runs) != 0 || len(done.Left) != 1 {
		t.Errorf("%+v", done)
	}
}

// Ten thousand runs are listed at once; the figure is in docs/performance.md.
func BenchmarkEntries(b *testing.B) {
	s := State{Dir: b.TempDir()}
	r, err := s.Begin(claimOf("/people.csv"), Restart, testTime)
	if err != nil {
		b.Fatal(err)
	}
	summary := &Summary{Ledger: Ledger{Rows: 3, Accepted: 3}, Verb: "upsert", Inputs: []string{"/people.csv"}, Run: r.Name, StartedAt: testTime, FinishedAt: testTime}
	if err := errors.Join(summary.Save(r, ""), r.Finish(), r.Close()); err != nil {
		b.Fatal(err)
	}
	for i := range 9_999 {
		dir := filepath.Join(s.Dir, testTime.Add(-time.Duration(i+1)*time.Hour).Format(nameTime)+r.Name[len(nameTime):])
		if err := os.CopyFS(dir, os.DirFS(r.Dir)); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		all, err := Entries(s.Dir)
		if err != nil || len(all) != 10_000 {
			b.Fatal(len(all), err)
		}
		if _, err := json.Marshal(all); err != nil {
			b.Fatal(err)
		}
	}
}

// When the files with people's data go, the condition goes too: it may name people.
func TestPrunePersonalForgetsTheCondition(t *testing.T) {
	t.Parallel()
	s := State{Dir: t.TempDir()}
	claim := claimOf("/people.csv")
	claim.Recipe.Where = "email == 'ada@example.com'"
	claim.Recipe.Command = []string{"upsert", "/people.csv", "--where=" + claim.Recipe.Where}
	claim.Mapping = []byte("match: email\nwhere: email == 'ada@example.com'\n")
	r, err := s.Begin(claim, Restart, testTime.AddDate(0, 0, -9))
	must(t, err)
	must(t, errors.Join(r.Finish(), r.Close()))
	_, err = Prune{OlderThan: -1, Keep: -1, Personal: 0}.Do(s.Dir, time.Now().Add(time.Hour))
	must(t, err)
	files, err := os.ReadDir(r.Dir)
	must(t, err)
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(r.Dir, f.Name()))
		must(t, err)
		if strings.Contains(string(data), "ada@") {
			t.Errorf("%s has %s", f.Name(), data)
		}
	}
	e, is := ReadEntry(r.Dir)
	if !is || e.Status != StatusFinished || !slices.Equal(e.Command(), []string{"upsert", "/people.csv", "--where=…"}) {
		t.Errorf("%v %s %q", is, e.Status, e.Command())
	}
}

// What a run is when its lock is held decides, not what it was when the runs were
// listed: meanwhile, it may have begun, or be one that can be continued, or have ended
// only now.
func TestPruneLooksAgainUnderTheLock(t *testing.T) {
	t.Parallel()
	s := State{Dir: t.TempDir()}
	early := begun(t, s, 40, "/early.csv") // only its job.json is there when the runs are listed
	checkpoint, later := filepath.Join(early.Dir, checkpointFile), filepath.Join(t.TempDir(), "later")
	must(t, errors.Join(early.Close(), os.Rename(checkpoint, later)))
	again := ended(t, s, 30, "/again.csv") // it ends once more
	gone := ended(t, s, 20, "/gone.csv")   // another process removes it
	entries, err := Entries(s.Dir)
	must(t, err)
	must(t, errors.Join(os.Rename(later, checkpoint), os.RemoveAll(gone.Dir)))
	summary := &Summary{Verb: "upsert", Run: again.Name, StartedAt: testTime, FinishedAt: testTime}
	must(t, errors.Join(summary.Save(again, ""), os.Chtimes(filepath.Join(again.Dir, checkpointFile), testTime, testTime)))

	done, err := Prune{OlderThan: time.Hour, Keep: -1, Personal: time.Hour}.all(entries, testTime)
	must(t, err)
	if len(done.Runs)+len(done.Personal) != 0 || done.Kept != 2 {
		t.Errorf("%+v", done)
	}
	for _, path := range []string{checkpoint, filepath.Join(early.Dir, recipeFile), again.RejectedPath()} {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

// What goes on with a run is read of its record, and of no file beside it.
func TestEntryCommandAndRejectedFile(t *testing.T) {
	t.Parallel()
	s := State{Dir: t.TempDir()}
	claim := claimOf("/people.csv")
	claim.Recipe.Command = []string{"upsert", "/people.csv", "--simulate", "--where=a<\"b\""}
	r, err := s.Begin(claim, Restart, testTime)
	must(t, errors.Join(err, r.Finish(), r.Close()))
	e, _ := ReadEntry(r.Dir)
	if !slices.Equal(e.Command(), claim.Recipe.Command) || !e.CommandHas("--simulate") || e.CommandHas("--sim") || e.CommandHas("people.csv") {
		t.Errorf("%q", e.Command())
	}
	for file, is := range map[string]bool{"rejected.csv": true, "rejected.jsonl": true, "rejected.txt": false, "notes.csv": false} {
		path := filepath.Join(r.Dir, file)
		overwrite(t, path, "")
		if e.HasRejected() != is {
			t.Errorf("with %s: %v", file, !is)
		}
		must(t, os.Remove(path))
	}
	for _, damaged := range []string{"", "{", `{"command": ["--simulate"`, `{"command": "--simulate"}`} {
		overwrite(t, filepath.Join(r.Dir, recipeFile), damaged)
		if len(e.Command()) > 0 || e.CommandHas("--simulate") {
			t.Errorf("of %q, the command is %q", damaged, e.Command())
		}
	}
}

// Files are read whole, whatever size they were said to have.
func TestReadFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a")
	for _, size := range []int{0, 1, 3, 5000, 100_000} {
		text := strings.Repeat("x", size)
		overwrite(t, path, text)
		for _, said := range []int{0, 1, size / 2, size - 1, size, size + 1, 2 * size} {
			if data, err := readFile(path, int64(max(said, 0))); string(data) != text || err != nil {
				t.Errorf("%d bytes, said to be %d: %d, %v", size, said, len(data), err)
			}
		}
	}
	if _, err := readFile(path+"x", 1); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// The filter of an export, which may name people, goes as the condition does; the rest of
// its record stays.
func TestPrunePersonalForgetsTheFilter(t *testing.T) {
	t.Parallel()
	filter := `{"attribute":{"field":"email","operator":"eq","value":"ada@example.com"}}`
	for name, c := range map[string]struct {
		query, parts string
		command      []string
		want         []string
		had          bool
	}{
		"pages":     {`{"what": "people", "filter": ` + filter + `, "segment": 7}`, "", []string{"export", "people", "--filter", filter}, []string{"export", "people", "--filter", "…"}, true},
		"job":       {`{"what": "people", "filter": ` + filter + `}`, `"parts": [{"kind": 1, "order": {"filters": ` + filter + `, "attributes": ["plan"]}, "id": 12345678901234567}],`, []string{"export", "people", "--filter=" + filter}, []string{"export", "people", "--filter=…"}, true},
		"from file": {`{"what": "people", "filter": ` + filter + `}`, "", []string{"export", "people", "--filter", "@pro.json"}, []string{"export", "people", "--filter", "@pro.json"}, true},
		"none":      {`{"what": "people"}`, "", []string{"export", "people"}, []string{"export", "people"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := State{Dir: t.TempDir()}
			dir := filepath.Join(s.Dir, "20261001-000000.000-export-people-01234567")
			must(t, os.MkdirAll(dir, 0o700))
			words, err := json.Marshal(c.command)
			must(t, err)
			var text bytes.Buffer
			must(t, json.Indent(&text, []byte(`{"version": 1, "query": `+c.query+`, "output": {"path": "/people.csv", "format": "csv"}, `+c.parts+` "command": `+string(words)+`, "requests": 5, "ended": "finished"}`), "", "  "))
			overwrite(t, filepath.Join(dir, ExportFile), text.String())
			p := Prune{OlderThan: -1, Keep: -1, Personal: 0, DryRun: true}
			rehearsed, err := p.Do(s.Dir, time.Now().Add(time.Hour))
			must(t, err)
			data, err := os.ReadFile(filepath.Join(dir, ExportFile))
			must(t, err)
			if len(rehearsed.Personal) == 1 != c.had || string(data) != text.String() {
				t.Errorf("rehearsed: %+v, %s", rehearsed, data)
			}
			p.DryRun = false
			done, err := p.Do(s.Dir, time.Now().Add(time.Hour))
			must(t, err)
			again, err := p.Do(s.Dir, time.Now().Add(time.Hour))
			must(t, err)
			if len(done.Personal) == 1 != c.had || len(again.Personal) != 0 {
				t.Errorf("%+v, then %+v", done, again)
			}
			data, err = os.ReadFile(filepath.Join(dir, ExportFile))
			must(t, err)
			e, is := ReadEntry(dir)
			if !is || e.Status != StatusFinished || e.Verb != "export people" || !slices.Equal(e.Inputs, []string{"/people.csv"}) || !slices.Equal(e.Command(), c.want) {
				t.Errorf("%+v %q", e, e.Command())
			}
			for _, lost := range []string{`"requests": 5`, `"version": 1`} {
				if !strings.Contains(string(data), lost) {
					t.Errorf("%s is lost in %s", lost, data)
				}
			}
			if strings.Contains(string(data), "ada@") || strings.Contains(text.String(), "12345678901234567") != strings.Contains(string(data), "12345678901234567") {
				t.Errorf("%s", data)
			}
		})
	}
}

// Of what verify found nothing is left without people's data, and so the directory goes,
// unless someone has put a file there.
func TestPrunePersonalRemovesWhatVerifyFound(t *testing.T) {
	t.Parallel()
	s := State{Dir: t.TempDir()}
	gone, kept := filepath.Join(s.Dir, "20260101-000000.000-verify-abc"), filepath.Join(s.Dir, "20260101-000001.000-verify-abd")
	for _, dir := range []string{gone, kept} {
		must(t, os.MkdirAll(dir, 0o700))
		overwrite(t, filepath.Join(dir, "differs.jsonl"), "{}\n")
	}
	overwrite(t, filepath.Join(kept, "mine.txt"), "")
	done, err := Prune{OlderThan: -1, Keep: -1, Personal: 0}.Do(s.Dir, testTime)
	must(t, err)
	if !slices.Equal(done.Runs, []string{filepath.Base(gone)}) || len(done.Left) != 1 || done.Kept != 1 {
		t.Errorf("%+v", done)
	}
	left, err := os.ReadDir(s.Dir)
	must(t, err)
	if files, _ := os.ReadDir(kept); len(left) != 1 || len(files) != 1 {
		t.Errorf("%v %v", left, files)
	}
}
