package main

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/ciobulk/ciobulk/internal/slowtest"
)

var crashRuns = flag.Int("crash-runs", 4, "how often TestCrash kills and resumes")

// A crash costs seconds: killed at any request and resumed, a run ends with the
// workspace, the ledger and the rejected file of an undisturbed run.
func TestCrash(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	const rows, window = 4000, 16 * 4 * 20
	s := newScene(t, rows)
	calm := s.finish(s.command(), exitRejected)
	people, rejected, requests := s.service.Fingerprint(), s.rejected(), s.seen()
	if calm.Rows != rows || calm.Accepted != rows*9/10-1 || calm.Rejected != rows/10+1 {
		t.Fatalf("the undisturbed run: %+v", calm.Ledger)
	}
	for run := range *crashRuns {
		if err := os.RemoveAll(filepath.Join(s.dir, ".ciobulk")); err != nil {
			t.Fatal(err)
		}
		s.reset()
		at := 1 + rand.Int64N(requests)
		s.killAt(at, s.command())
		sum := s.finish(s.command("--resume"), exitRejected)
		if sum.Ledger != calm.Ledger || sum.Resumed != 1 {
			t.Errorf("run %d, killed at %d: %+v, resumed %d", run, at, sum.Ledger, sum.Resumed)
		}
		if got := s.rejected(); !bytes.Equal(got, rejected) {
			t.Errorf("run %d, killed at %d: another rejected file:\n%s", run, at, got)
		}
		if s.service.Fingerprint() != people {
			t.Errorf("run %d, killed at %d: other people", run, at)
		}
		resent := s.sentAgain()
		if resent > sum.Resent || sum.Resent > window {
			t.Errorf("run %d, killed at %d: %d rows sent again, %d were reported, the window is %d", run, at, resent, sum.Resent, window)
		}
		t.Logf("run %d: killed at request %d of %d, %d rows sent again, %d at most by the summary", run, at, requests, resent, sum.Resent)
	}
}

// Several crashes of one run, resumed with other batch sizes and lanes.
func TestCrashAgainAndAgain(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	s := newScene(t, 4000)
	calm := s.finish(s.command(), exitRejected)
	people, rejected := s.service.Fingerprint(), s.rejected()
	if err := os.RemoveAll(filepath.Join(s.dir, ".ciobulk")); err != nil {
		t.Fatal(err)
	}
	s.reset()
	for _, args := range [][]string{nil, {"--resume", "--batch-rows", "7"}, {"--resume", "--concurrency", "2"}} {
		s.killAt(40, s.command(args...))
	}
	sum := s.finish(s.command("--resume", "--batch-rows", "33"), exitRejected)
	if sum.Ledger != calm.Ledger || sum.Resumed != 3 {
		t.Errorf("%+v, resumed %d times", sum.Ledger, sum.Resumed)
	}
	if !bytes.Equal(s.rejected(), rejected) || s.service.Fingerprint() != people {
		t.Error("the end is not that of an undisturbed run")
	}
}
