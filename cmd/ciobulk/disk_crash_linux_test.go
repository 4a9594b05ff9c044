package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/internal/slowtest"
	"github.com/ciobulk/ciobulk/runs"
)

// A crash costs seconds, also in the middle of a write: at any change that a run
// makes to its records the program is killed, before it, half-way or after it, or
// the disk is full from there on; and resumed, with other sizes, it ends with the
// workspace, the ledger, the rejected file and the receipt of an undisturbed run.
// The folder with the records is a file system of the test's. With -crash-runs
// of at least as many changes as there are, each of them has its turn.
func TestCrashAtChangesOfTheDisk(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	for name, args := range map[string][]string{
		"upsert": {"upsert", "people.csv", "-m", "people.yaml"},
		"delete": {"delete", "people.csv", "--match", "id", "--yes", "--expect", "400"},
		"event":  {"event", "people.csv", "-m", "event.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testDiskCrashes(t, append(args, "--rejected", "bad.csv"))
		})
	}
}

const crashEvent = `match: {id: id}
event: {name: {value: Seen}}
attributes: {age: {column: age, type: integer}}
`

func testDiskCrashes(t *testing.T, args []string) {
	s := newScene(t, 400)
	s.write("event.yaml", []byte(crashEvent))
	state := filepath.Join(s.dir, ".ciobulk")
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	disk := mountFaultyDisk(t, state)
	with := func(more ...string) *exec.Cmd { return s.call(slices.Concat(args, more)...) }
	sizes := []string{"--batch-rows", "5", "--concurrency", "2"}
	s.service.SetFaults(diskFaults)
	calm := s.finish(with(sizes...), exitRejected)
	changes, want := disk.count(), s.left(disk)
	t.Logf("an undisturbed run makes %d changes: %v", changes, disk.made())

	order, resent := rand.Perm(int(changes)), int64(0)
	order = order[:min(len(order), *crashRuns)]
	for i, n := range order {
		what := mischief(i+rand.IntN(2)) % mischiefs
		where := fmt.Sprintf("%v change %d", what, n+1)
		s.empty(disk)
		s.service.SetFaults(diskFaults)
		s.breakAt(disk, with(sizes...), int64(n+1), what)
		again := [][]string{sizes, {"--batch-rows", "7", "--concurrency", "3"}, {"--batch-rows", "50", "--concurrency", "1"}}[i%3]
		if i%2 == 1 && !s.finished(disk) {
			s.breakAt(disk, with(append(again, "--resume")...), 1+rand.Int64N(20), mischief(rand.IntN(int(mischiefs))))
		}
		sum := calm
		if !s.finished(disk) {
			sum = s.finish(with(append(again, "--resume")...), exitRejected)
		}
		if got := s.left(disk); got != want || sum.Ledger != calm.Ledger {
			t.Errorf("%s: %+v\n%s\nwant %+v\n%s", where, sum.Ledger, got, calm.Ledger, want)
		}
		twice := s.sentAgain()
		if twice > sum.Resent || sum.Resent > 64*2+64*5 {
			t.Errorf("%s: %d rows were sent again, %d were reported", where, twice, sum.Resent)
		}
		resent += twice
	}
	t.Logf("broken at %d of its %d changes and resumed; %d rows were sent again in all", len(order), changes, resent)
}

// diskFaults keep a run busy for long enough to settle some times.
var diskFaults = simulator.Faults{RefuseWhole: poison, Latency: 3 * time.Millisecond}

// empty forgets what the runs before left.
func (s *scene) empty(disk *faultyDisk) {
	s.Helper()
	entries, err := os.ReadDir(disk.backing)
	if err != nil {
		s.Fatal(err)
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(s.dir, ".ciobulk", e.Name())); err != nil {
			s.Fatal(err)
		}
	}
	os.Remove(filepath.Join(s.dir, "bad.csv"))
	s.reset()
}

// breakAt runs c until the disk's nth change, at which that goes wrong, and repairs
// the disk when c has ended. A run may have fewer changes than another.
func (s *scene) breakAt(disk *faultyDisk, c *exec.Cmd, n int64, what mischief) {
	s.Helper()
	started := make(chan struct{})
	disk.arm(n, what, func() {
		<-started
		_ = c.Process.Kill() // it waits for the disk, and cannot have ended
	})
	if err := c.Start(); err != nil {
		s.Fatal(err)
	}
	close(started)
	_ = c.Wait() // the exit code is looked at
	code, came := c.ProcessState.ExitCode(), disk.count() >= n
	if disk.arm(0, 0, nil); came && what == diskFull && code != exitBroken && code != exitUsage ||
		came && what != diskFull && code != -1 || !came && code != exitRejected {
		s.Errorf("%v change %d (of which it came: %t): exit code %d\n%s", what, n, came, code, c.Stderr)
	}
}

// newest returns the folder of the last run, as the backing folder has it.
func (s *scene) newest(disk *faultyDisk) string {
	s.Helper()
	runs, err := filepath.Glob(filepath.Join(disk.backing, "2*"))
	if err != nil {
		s.Fatal(err)
	}
	if len(runs) == 0 {
		return ""
	}
	return runs[len(runs)-1]
}

// finished reports whether the last run is on record as done.
func (s *scene) finished(disk *faultyDisk) bool {
	run, err := runs.Load(s.newest(disk))
	return err == nil && run.Finished()
}

// times are those of a receipt's lines, which no two runs have in common.
var times = regexp.MustCompile(`,20[0-9-]+T[0-9:.]+Z\n`)

// left is what a run leaves on the disk that any other run must leave, too.
func (s *scene) left(disk *faultyDisk) string {
	s.Helper()
	text := fmt.Sprintf("%s, %d events\n", s.service.Fingerprint(), s.service.Stats().Events)
	for _, path := range []string{filepath.Join(s.newest(disk), "rejected.csv"), filepath.Join(s.newest(disk), "receipt.csv"), filepath.Join(s.dir, "bad.csv")} {
		data, err := os.ReadFile(path)
		if err != nil && !os.IsNotExist(err) {
			s.Fatal(err)
		}
		text += fmt.Sprintf("%s:\n%s", filepath.Base(path), times.ReplaceAll(data, []byte(",TIME\n")))
	}
	return text
}
