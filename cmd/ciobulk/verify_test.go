package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/internal/simulator"
)

// A signal ends verify while it waits for people who differ to settle.
func TestInterruptEndsVerify(t *testing.T) {
	t.Parallel()
	_, _, env := account(t, simulator.Config{})
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "people.csv"), []byte("id,plan\n1,pro\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	said := newWatcher("people.csv: comma")
	var out strings.Builder
	c := exec.CommandContext(t.Context(), "ciobulk", "verify", "people.csv", "--match", "id", "--settle", "10m")
	c.Dir, c.Env, c.Stderr, c.Stdout = dir, env, said, &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-said.seen:
	case <-time.After(time.Minute):
		t.Error("the file is not opened")
	}
	if err := c.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = c.Wait() // the code is looked at
	if code := c.ProcessState.ExitCode(); code != exitInterrupted || out.Len() > 0 {
		t.Errorf("exit code %d, printed %q", code, out.String())
	}
}

// Who is late, because reads are older than writes, counts as the same.
func TestVerifyWaitsForReads(t *testing.T) {
	t.Parallel()
	w, _, env := account(t, simulator.Config{AppLag: time.Hour})
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "people.csv"), []byte("id,plan\n1,pro\n2,free\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	go func() { // the second request shows that the first was answered
		for w.Stats().AppRequests < 2 && t.Context().Err() == nil {
			time.Sleep(10 * time.Millisecond)
		}
		w.CatchUp()
	}()
	for _, args := range []string{"upsert people.csv --match id --quiet", "verify people.csv --match id"} {
		c := exec.CommandContext(t.Context(), "ciobulk", strings.Fields(args)...)
		c.Dir, c.Env = dir, env
		out, err := c.Output()
		if err != nil {
			t.Fatalf("%s: %v, %s", args, err, out)
		}
		if strings.HasPrefix(args, "verify") && !strings.Contains(string(out), "late: 2 people differed at first") {
			t.Errorf("printed %s", out)
		}
	}
}
