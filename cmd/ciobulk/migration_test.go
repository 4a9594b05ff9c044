package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/internal/simulator"
)

// The sample of a whole migration arrives, all of it, and is what a second run of it is.
func TestSampleMigration(t *testing.T) {
	t.Parallel()
	w, _, env := account(t, simulator.Config{})
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "samples", "migration"), os.DirFS(filepath.Join(root, "samples", "migration"))); err != nil {
		t.Fatal(err)
	}
	do := func(args string) {
		t.Helper()
		c := exec.CommandContext(t.Context(), "ciobulk", strings.Fields(args)...)
		c.Dir, c.Env = dir, env
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", args, err, out)
		}
	}
	do("run samples/migration/job.yaml")
	do("verify samples/migration/people.csv -m samples/migration/people.yaml")
	s := w.Stats()
	if s.People != 20 || s.Objects != 5 || s.Relations != 22 || s.Devices != 10 || s.Events != 30 || s.SuppressedIdentifiers != 3 || s.Applied != s.Operations {
		t.Errorf("%+v", s)
	}
	once := w.Fingerprint()
	do("run samples/migration/job.yaml")
	if w.Fingerprint() != once {
		t.Error("a second run is not the same")
	}
}
