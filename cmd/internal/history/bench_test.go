package history

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/runs"
)

// made makes a finished run of an upsert in a state directory, with one row in its
// rejected file where rejected is 1.
func made(t testing.TB, stateDir string, began time.Time, rejected int64, words ...string) *runs.Run {
	t.Helper()
	claim := runs.Claim{Work: runs.Work{Verb: "upsert", Workspace: 4711}, Recipe: runs.Recipe{Verb: "upsert", Format: "csv", Delimiter: ",",
		Inputs: []runs.File{{Name: "people.csv", Path: "/data/people.csv", Size: 7, Digest: "abc"}}, Command: append([]string{"upsert", "people.csv"}, words...)}}
	r, err := runs.State{Dir: stateDir}.Begin(claim, runs.Restart, began)
	if err != nil {
		t.Fatal(err)
	}
	c := r.Checkpoint
	c.Ledger = runs.Ledger{Rows: 3, Accepted: 3 - rejected, Rejected: rejected}
	s := &runs.Summary{Ledger: c.Ledger, Verb: "upsert", Inputs: []string{"people.csv"}, Workspace: 4711, Run: r.Name, StartedAt: began, FinishedAt: began}
	if rejected > 0 {
		s.ExitCode, s.RejectedFile = 3, r.RejectedPath()
		err = os.WriteFile(r.RejectedPath(), []byte("id\n1\n"), 0o600)
	}
	if err := errors.Join(err, r.Save(c), s.Save(r, ""), r.Finish(), r.Close()); err != nil {
		t.Fatal(err)
	}
	return r
}

// Ten thousand runs are listed at once, also where each has rejected rows and so a
// command that goes on with it; the figure is in docs/performance.md.
func BenchmarkList(b *testing.B) {
	for _, rejected := range []int64{0, 1} {
		b.Run(fmt.Sprintf("rejected=%d", rejected), func(b *testing.B) {
			dir, began := b.TempDir(), time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
			r := made(b, dir, began, rejected)
			for i := range 9_999 {
				at := began.Add(-time.Duration(i+1) * time.Hour).Format("20060102-150405.000")
				if err := os.CopyFS(filepath.Join(dir, at+r.Name[len(at):]), os.DirFS(r.Dir)); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				var out bytes.Buffer
				o := &listOptions{StateDir: dir, Format: "table"}
				if err := o.run(b.Context(), &call.Program{Out: &call.Results{Writer: &out}}, nil); err != nil {
					b.Fatal(err)
				}
				if n := bytes.Count(out.Bytes(), []byte("  ciobulk retry ")); n != 10_000*int(rejected) {
					b.Fatal(n)
				}
			}
		})
	}
}
