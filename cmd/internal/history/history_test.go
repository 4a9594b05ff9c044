package history

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/access"
	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/runs"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// said is a program, and what it says on its two streams.
type said struct {
	*call.Program
	out, err bytes.Buffer
}

func program(args ...string) *said {
	s := &said{}
	s.Program = &call.Program{Args: append([]string{"ciobulk"}, args...), Out: &call.Results{Writer: &s.out}, Err: &s.err, Env: &access.Env{Getenv: os.Getenv}}
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// killed makes a run that no process works on and that has not ended.
func killed(t *testing.T, stateDir, input string, began time.Time, words ...string) *runs.Run {
	t.Helper()
	claim := runs.Claim{Work: runs.Work{Verb: "upsert"}, Recipe: runs.Recipe{Verb: "upsert", Format: "csv", Delimiter: ",",
		Inputs: []runs.File{{Name: input, Path: "/data/" + input, Size: 7, Digest: input}}, Command: append([]string{"upsert", input}, words...)}}
	r, err := runs.State{Dir: stateDir}.Begin(claim, runs.Restart, began)
	must(t, err)
	must(t, r.Close())
	return r
}

func code(n int) *int { return &n }

// How a run ended is said in words.
func TestEnding(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status runs.Status
		code   *int
		want   string
	}{
		{runs.StatusFinished, code(0), "done"},
		{runs.StatusFinished, code(3), "done, with rejected rows"},
		{runs.StatusFinished, nil, "finished"},
		{runs.StatusUnfinished, nil, "killed"},
		{runs.StatusUnfinished, code(4), "stopped by a bound"},
		{runs.StatusUnfinished, code(130), "interrupted"},
		{runs.StatusUnfinished, code(99), "exit code 99"},
		{runs.StatusRunning, nil, "running"},
		{runs.StatusDropped, code(4), "dropped"},
		{runs.StatusDamaged, code(0), "damaged"},
	} {
		if got := ending(runs.Entry{Status: c.status, ExitCode: c.code}); got != c.want {
			t.Errorf("%s: %q, want %q", c.status, got, c.want)
		}
	}
}

// The command that goes on with a run resumes one that has not ended, and retries one
// with rejected rows whose file is still there. Otherwise, there is nothing to do.
func TestNext(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		make     func(t *testing.T, dir string) *runs.Run
		stateDir string // as it is named; empty: the usual one
		want     string // RUN is the name of the run
	}{
		"done":                      {func(t *testing.T, dir string) *runs.Run { return made(t, dir, noon, 0) }, "", ""},
		"rejected rows":             {func(t *testing.T, dir string) *runs.Run { return made(t, dir, noon, 1) }, "", "ciobulk retry RUN"},
		"rejected rows elsewhere":   {func(t *testing.T, dir string) *runs.Run { return made(t, dir, noon, 1) }, "my runs", "ciobulk retry RUN --state-dir 'my runs'"},
		"rejected rows, of a trial": {func(t *testing.T, dir string) *runs.Run { return made(t, dir, noon, 1, "--simulate") }, "", "ciobulk retry RUN --simulate"},
		"a word that has the flag":  {func(t *testing.T, dir string) *runs.Run { return made(t, dir, noon, 1, "--where=--simulate") }, "", "ciobulk retry RUN"},
		"rejected rows that are gone": {func(t *testing.T, dir string) *runs.Run {
			r := made(t, dir, noon, 1)
			must(t, os.Remove(r.RejectedPath()))
			return r
		}, "", ""},
		"killed":                     {func(t *testing.T, dir string) *runs.Run { return killed(t, dir, "a b.csv", noon, "--quiet") }, "", "ciobulk upsert 'a b.csv' --quiet --resume"},
		"killed, and restarted then": {func(t *testing.T, dir string) *runs.Run { return killed(t, dir, "a.csv", noon, "--restart") }, "", "ciobulk upsert a.csv --resume"},
		"dropped": {func(t *testing.T, dir string) *runs.Run {
			r := killed(t, dir, "a.csv", noon)
			must(t, r.Drop())
			return r
		}, "", ""},
		"damaged": {func(t *testing.T, dir string) *runs.Run {
			r := killed(t, dir, "a.csv", noon)
			must(t, os.WriteFile(filepath.Join(r.Dir, "checkpoint.json"), []byte("{"), 0o600))
			return r
		}, "", ""},
		"killed, without a record of its command": {func(t *testing.T, dir string) *runs.Run {
			r := killed(t, dir, "a.csv", noon)
			must(t, os.Remove(filepath.Join(r.Dir, "job.json")))
			return r
		}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := c.make(t, t.TempDir())
			e, is := runs.ReadEntry(r.Dir)
			stateDir := c.stateDir
			if stateDir == "" {
				stateDir = call.DefaultStateDir
			}
			if got, want := next(e, stateDir), strings.ReplaceAll(c.want, "RUN", r.Name); !is || got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}

// A run is found by its directory, its name, or the end of its name, and only if that is
// of one run.
func TestFind(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := made(t, dir, noon, 0)
	id := first.Name[strings.LastIndex(first.Name, "-")+1:]
	other := killed(t, dir, "other.csv", noon.Add(time.Hour))
	must(t, os.MkdirAll(filepath.Join(dir, "20261126-130000.000-upsert-none-"+id[:7]+"x"), 0o700))
	for _, c := range []struct{ name, want, problem string }{
		{first.Dir, first.Dir, ""},
		{first.Name, first.Dir, ""},
		{id, first.Dir, ""},
		{"people-" + id, first.Dir, ""},
		{other.Name, other.Dir, ""},
		{id[1:], "", "there is no run"},
		{"none-" + id[:7] + "x", "", "there is no run"},
		{"nothing", "", "there is no run"},
	} {
		got, err := Find(dir, c.name)
		if got != c.want || (err == nil) != (c.problem == "") || err != nil && !strings.Contains(err.Error(), c.problem) {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
	second := made(t, dir, noon.Add(2*time.Hour), 0)
	if _, err := Find(dir, id); err == nil || !strings.Contains(err.Error(), "2 runs in") || !strings.Contains(err.Error(), second.Name) {
		t.Error(err)
	}
	if _, err := Find(filepath.Join(dir, "nowhere"), id); exitCode(err) != exit.Misuse {
		t.Error(err)
	}
}

func exitCode(err error) int {
	n, _ := exit.Classify(err)
	return n
}

// The last run is the newest of rows that has ended: none that was killed, and no export.
func TestLast(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := Last(dir); exitCode(err) != exit.Misuse {
		t.Error(err)
	}
	made(t, dir, noon, 0)
	want := made(t, dir, noon.Add(time.Hour), 1)
	killed(t, dir, "other.csv", noon.Add(2*time.Hour))
	export := filepath.Join(dir, "20261126-150000.000-export-people-01234567")
	must(t, os.MkdirAll(export, 0o700))
	must(t, os.WriteFile(filepath.Join(export, runs.ExportFile), []byte("{\n  \"ended\": \"finished\"\n}\n"), 0o600))
	verified := filepath.Join(dir, "20261126-160000.000-verify-abcdefgh")
	must(t, os.MkdirAll(verified, 0o700))
	must(t, os.WriteFile(filepath.Join(verified, "differs.csv"), nil, 0o600))
	if got, err := Last(dir); got != want.Dir || err != nil {
		t.Errorf("%s, %v", got, err)
	}
}

// Each option of a list takes its part of the runs, in each format.
func TestListOptions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	done, rejected, stopped := made(t, dir, noon, 0), made(t, dir, noon.Add(time.Hour), 1), killed(t, dir, "other.csv", noon.Add(2*time.Hour))
	for name, c := range map[string]struct {
		o    listOptions
		want []string
	}{
		"all":           {listOptions{}, []string{stopped.Name, rejected.Name, done.Name}},
		"failed":        {listOptions{Failed: true}, []string{stopped.Name, rejected.Name}},
		"newest":        {listOptions{Limit: 2}, []string{stopped.Name, rejected.Name}},
		"more":          {listOptions{Limit: 5}, []string{stopped.Name, rejected.Name, done.Name}},
		"newest failed": {listOptions{Failed: true, Limit: 1}, []string{stopped.Name}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, format := range []string{"json", "csv", "table"} {
				p, o, got := program(), c.o, []string(nil)
				o.StateDir, o.Format = dir, format
				must(t, o.run(t.Context(), p.Program, nil))
				switch format {
				case "json":
					var all []struct{ Run, Ending, Next string }
					must(t, json.Unmarshal(p.out.Bytes(), &all))
					for _, r := range all {
						got = append(got, r.Run)
					}
				case "csv":
					lines, err := csv.NewReader(&p.out).ReadAll()
					must(t, err)
					for _, line := range lines[1:] {
						got = append(got, line[0])
					}
				case "table":
					for line := range strings.Lines(p.out.String()) {
						if run, _, _ := strings.Cut(strings.TrimSpace(line), "  "); strings.HasPrefix(line, "  20") {
							got = append(got, run)
						}
					}
				}
				if !slices.Equal(got, c.want) || p.err.Len() > 0 {
					t.Errorf("%s: %q, want %q; %s", format, got, c.want, p.err.String())
				}
			}
		})
	}
}

// What prune keeps, removes and says follows from its options.
func TestPruneOptions(t *testing.T) {
	t.Parallel()
	const hour = time.Hour
	none := runs.Prune{OlderThan: -1, Keep: -1, Personal: -1}
	with := func(change func(*runs.Prune)) runs.Prune { p := none; change(&p); return p }
	for name, c := range map[string]struct {
		p     runs.Prune
		args  []string
		kept  int // of an old run, an old one with rejected rows, and a killed one
		says  string
		wrong bool
	}{
		"nothing given":     {p: none, kept: 3, wrong: true},
		"a run":             {p: with(func(p *runs.Prune) { p.Keep = 0 }), args: []string{"x"}, kept: 3, wrong: true},
		"old":               {p: with(func(p *runs.Prune) { p.OlderThan = hour }), kept: 1, says: "removed 2 runs ("},
		"old, rehearsed":    {p: with(func(p *runs.Prune) { p.OlderThan, p.DryRun = hour, true }), kept: 3, says: "would remove 2 runs ("},
		"not old":           {p: with(func(p *runs.Prune) { p.OlderThan = 1e6 * hour }), kept: 3, says: "removed 0 runs (0 files, 0 bytes); 3 runs kept\n"},
		"all but two":       {p: with(func(p *runs.Prune) { p.Keep = 2 }), kept: 2, says: "removed 1 run ("},
		"all":               {p: with(func(p *runs.Prune) { p.Keep = 0 }), kept: 1, says: "1 run kept\n"},
		"people's data":     {p: with(func(p *runs.Prune) { p.Personal = hour }), kept: 3, says: "removed 0 runs, and the people's data of 1 more (1 file, 5 bytes); 3 runs kept\n"},
		"old but the two":   {p: with(func(p *runs.Prune) { p.OlderThan, p.Keep = hour, 2 }), kept: 2, says: "removed 1 run ("},
		"data, of the kept": {p: with(func(p *runs.Prune) { p.OlderThan, p.Keep, p.Personal = hour, 2, hour }), kept: 2, says: "removed 1 run, and the people's data of 1 more ("},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, p := t.TempDir(), program()
			made(t, dir, noon.AddDate(-2, 0, 0), 0)
			made(t, dir, noon.AddDate(-1, 0, 0), 1)
			stopped := killed(t, dir, "other.csv", noon)
			o := &pruneOptions{StateDir: dir, Format: "table", Prune: c.p}
			err := o.run(t.Context(), p.Program, c.args)
			if (err != nil) != c.wrong || err != nil && exitCode(err) != exit.Misuse || !strings.Contains(p.out.String(), c.says) {
				t.Errorf("%v, %q", err, p.out.String())
			}
			left, err := runs.Entries(dir)
			must(t, err)
			if len(left) != c.kept || left[0].Run != stopped.Name {
				t.Errorf("%d are left, want %d", len(left), c.kept)
			}
		})
	}
}

// The page of a command that was refused never has the condition, and replaces only a
// report.
func TestReportRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	where := `email == "ada@example.com"`
	refused := Refused{Verb: "upsert", Version: "v1", Where: where, Err: exit.Usage("cannot use "+where+"\n 1 | ada@example.com", "not "+where)}
	path := filepath.Join(dir, "run.html")
	p := program("upsert", "people.csv", "--where", where)
	for range 2 { // the second replaces the first
		ReportRefused(p.Program, path, refused)
	}
	text, err := os.ReadFile(path)
	must(t, err)
	if page := string(text); strings.Contains(page, "ada@") || !strings.Contains(page, "cannot use …<") || !strings.Contains(page, "--where …</code>") || p.err.Len() > 0 {
		t.Errorf("%s %s", page, p.err.String())
	}
	must(t, os.WriteFile(path, []byte("id\n1\n"), 0o600))
	ReportRefused(p.Program, path, refused)
	if text, err := os.ReadFile(path); string(text) != "id\n1\n" || err != nil || !strings.Contains(p.err.String(), "no report was written: "+path+" is there already") {
		t.Errorf("%s %v %s", text, err, p.err.String())
	}
	if err := os.Symlink(path, filepath.Join(dir, "link.html")); err == nil {
		ReportRefused(p.Program, filepath.Join(dir, "link.html"), Refused{Err: errors.New("x")})
		if !strings.Contains(p.err.String(), "is a symbolic link") {
			t.Error(p.err.String())
		}
	}
}
