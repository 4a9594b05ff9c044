package main

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/internal/slowtest"
)

var update = flag.Bool("update", false, "write the golden files and the outputs in the docs again")

// root is the project's folder, as the tests see it.
const root = "../.."

// fewestSamples and fewestScripts are how many there were when this was written; a
// lower count means that the tests do not find them.
const (
	fewestSamples = 7
	fewestScripts = 85
)

// Every sample is an input and a mapping of the same name. What becomes of it
// is golden: the first operations, the ledger, the rejected rows.
func TestSamples(t *testing.T) {
	if slowtest.Only() {
		t.Skip("make test has run it")
	}
	t.Parallel()
	mappings, err := filepath.Glob(root + "/samples/*.yaml")
	if err != nil || len(mappings) < fewestSamples {
		t.Fatalf("%d samples, %v", len(mappings), err)
	}
	for _, m := range mappings {
		stem := strings.TrimSuffix(m, ".yaml")
		t.Run(filepath.Base(stem), func(t *testing.T) {
			t.Parallel()
			inputs, err := filepath.Glob(stem + ".[cj]s*")
			if err != nil || len(inputs) != 1 {
				t.Fatalf("inputs of %s: %v, %v", m, inputs, err)
			}
			bad := filepath.Join(t.TempDir(), "rejected")
			args := append(sampleVerb(t, m), inputs[0], "-m", m, "--dry-run", "--rejected", bad)
			out, err := exec.CommandContext(t.Context(), "ciobulk", args...).CombinedOutput()
			if code := exitCode(t, err); code != exitRejected {
				t.Fatalf("exit code %d\n%s", code, out)
			}
			rejected, err := os.ReadFile(bad)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Base(stem), append(bytes.ReplaceAll(out, []byte(bad), []byte("REJECTED")), rejected...))
		})
	}
}

// sampleVerb is the command that a sample's mapping is for.
func sampleVerb(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	operation := regexp.MustCompile(`(?m)^operation: (\w+)`).FindSubmatch(text)
	switch {
	case operation == nil: // or by column
		return []string{"upsert"}
	case string(operation[1]) == "segment":
		return []string{"segment", "add"}
	}
	return []string{string(operation[1])}
}

func exitCode(t *testing.T, err error) int {
	t.Helper()
	if err == nil {
		return 0
	}
	exit, ok := err.(*exec.ExitError)
	if !ok {
		t.Fatal(err)
	}
	return exit.ExitCode()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name+".txt")
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: got\n%s\nwant\n%s", path, got, want)
	}
}

// The demo runs in a folder of its own, with the program under test.
func TestDemo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "samples"), os.DirFS(root+"/samples")); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "bash", filepath.Join(dir, "samples", "demo.sh")).CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("fix them in that file")) {
		t.Errorf("%v\n%s", err, out)
	}
}

// A backup has everyone and all segments, and replaces that of the same day. Old ones are
// removed, but only once the new one is complete, and nothing else in the folder is.
func TestBackup(t *testing.T) {
	t.Parallel()
	w, dir, env := segmentScene(t)
	script, err := filepath.Abs(root + "/samples/backup.sh")
	if err != nil {
		t.Fatal(err)
	}
	backUp := func(env []string) error {
		c := exec.CommandContext(t.Context(), "bash", script, "backup")
		c.Dir, c.Env = dir, env
		out, err := c.CombinedOutput()
		t.Logf("%s", out)
		return err
	}
	old, kept := filepath.Join(dir, "backup", "2020-01-02"), filepath.Join(dir, "backup", "2020-notes")
	for _, d := range []string{old, kept} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
		long := time.Now().AddDate(-1, 0, 0)
		if err := os.Chtimes(d, long, long); err != nil {
			t.Fatal(err)
		}
	}
	if backUp(append(env, "CUSTOMERIO_APP_API_KEY=wrong")) == nil {
		t.Error("a refused key is a success")
	}
	if _, err := os.Stat(old); err != nil {
		t.Errorf("the old copy is gone without a new one: %v", err)
	}
	files := func() string {
		found, err := filepath.Glob(filepath.Join(dir, "backup", "20*", "*"))
		if err != nil {
			t.Fatal(err)
		}
		for i := range found {
			found[i] = filepath.Base(found[i])
		}
		return strings.Join(found, " ")
	}
	if err := os.WriteFile(filepath.Join(dir, "one.csv"), []byte("id,n\n1,a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	runIn(t, dir, env, exitDone, "upsert", "one.csv", "--match", "id", "--quiet")
	if err := backUp(env); err != nil || files() != "people.csv.gz people.yaml segments.csv" {
		t.Errorf("without segments: %v, %s", err, files())
	}
	w.AddSegment("Odd, \"name\"\n7,manual,", true)
	w.AddSegment("Dynamic", false)
	if err := backUp(env); err != nil || files() != "people.csv.gz people.yaml segment-1.csv segments.csv" {
		t.Errorf("%v, %s", err, files())
	}
	if _, err := os.Stat(old); err == nil {
		t.Error("the old copy is still there")
	}
	if _, err := os.Stat(kept); err != nil {
		t.Error(err)
	}
}
