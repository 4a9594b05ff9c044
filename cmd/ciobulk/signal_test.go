package main

import (
	"bytes"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/internal/simulator"
)

// The first signal drains and saves, and the resumed run is exact.
func TestInterruptDrains(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		s := newScene(t, 4000)
		calm := s.finish(s.command(), exitRejected)
		people, rejected := s.service.Fingerprint(), s.rejected()
		s.reset()
		c := s.command("--restart")
		release := s.startUntil(60, c)
		if err := c.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		release()
		sum := s.finish(c, exitInterrupted)
		if sum.Rows == 0 || sum.Rows == 4000 || sum.ExitCode != exitInterrupted {
			t.Errorf("%v: %+v", signal, sum)
		}
		if sum.Requests != s.seen() {
			t.Errorf("%v: %d requests were counted, %d arrived", signal, sum.Requests, s.seen())
		}
		if sum = s.finish(s.command("--resume"), exitRejected); sum.Ledger != calm.Ledger {
			t.Errorf("%v: %+v", signal, sum.Ledger)
		}
		if !bytes.Equal(s.rejected(), rejected) || s.service.Fingerprint() != people {
			t.Errorf("%v: the end is not that of an undisturbed run", signal)
		}
	}
}

// The second signal stops at once, whatever hangs.
func TestSecondInterruptStops(t *testing.T) {
	t.Parallel()
	s := newScene(t, 400)
	s.service.SetFaults(simulator.Faults{HangEvery: 1, Hang: time.Hour})
	c := s.command()
	said := newWatcher("press Ctrl-C again")
	c.Stderr = said
	defer s.startUntil(1, c)()
	signalled := time.Now()
	for range 2 {
		if err := c.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		s.wait(said.seen, c) // the first was taken; two at once would be one
	}
	_ = c.Wait() // the code is looked at
	if code := c.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit code %d\n%s", code, c.Stderr)
	}
	if took := time.Since(signalled); took > 9*time.Second { // draining takes ten
		t.Errorf("it stopped after %v", took)
	}
	if !bytes.Contains(c.Stdout.(*bytes.Buffer).Bytes(), []byte(`"exit_code":130`)) {
		t.Errorf("no summary: %s", c.Stdout)
	}
}

// A second run of the same work is refused while the first one runs; a killed
// one leaves no lock.
func TestLock(t *testing.T) {
	t.Parallel()
	s := newScene(t, 400)
	s.service.SetFaults(simulator.Faults{HangEvery: 1, Hang: time.Hour})
	first := s.command()
	release := s.startUntil(1, first)
	s.finish(s.command("--resume"), exitLocked)
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait() // killed
	release()
	s.service.SetFaults(simulator.Faults{})
	s.finish(s.command(), exitUsage)
	if sum := s.finish(s.command("--resume"), exitRejected); sum.Rows != 400 {
		t.Errorf("%+v", sum.Ledger)
	}
}

// A reader that goes away does not stop a run: with standard output and
// standard error closed in the middle, the run goes on to its end.
func TestClosedPipes(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		s := newScene(t, 4000)
		s.finish(s.command(), exitRejected)
		people, rejected := s.service.Fingerprint(), s.rejected()
		s.reset()
		c := s.command("--restart", "--log-format", format)
		read, write, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		c.Stdout, c.Stderr = write, write
		release := s.startUntil(60, c)
		read.Close()
		write.Close()
		release()
		_ = c.Wait() // the code is looked at
		if code := c.ProcessState.ExitCode(); code != exitRejected {
			t.Errorf("%s: exit code %d: %v", format, code, c.ProcessState)
		}
		if !bytes.Equal(s.rejected(), rejected) || s.service.Fingerprint() != people {
			t.Errorf("%s: the end is not that of an undisturbed run", format)
		}
	}
}
