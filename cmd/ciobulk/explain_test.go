package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

// What is told of the sample's rows after a run: every kind of conversion, a row
// that is rejected, one that is filtered, and one that has too many cells.
func TestExplainSample(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "samples"), os.DirFS(root+"/samples")); err != nil {
		t.Fatal(err)
	}
	call := func(want int, args ...string) []byte {
		c := exec.CommandContext(t.Context(), "ciobulk", append(args, "samples/people.csv", "-m", "samples/people.yaml")...)
		c.Dir = dir
		out, err := c.Output()
		if code := exitCode(t, err); code != want {
			t.Fatalf("%v: exit code %d\n%s", args, code, out)
		}
		return out
	}
	call(exitRejected, "upsert", "--simulate")
	out := call(exitDone, "explain", "--row", "1-3,5,7,10")
	golden(t, "explain", regexp.MustCompile(varying[0].pattern).ReplaceAll(out, []byte("#")))
}
