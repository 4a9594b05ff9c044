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

	"github.com/ciobulk/ciobulk/internal/simulator"
)

var update = flag.Bool("update", false, "write the golden files anew")

// root is the project's folder, as the tests see it.
const root = "../.."

// Every sample is an input and a mapping of the same name. What becomes of it
// is golden: the first operations, the ledger, the rejected rows.
func TestSamples(t *testing.T) {
	t.Parallel()
	mappings, err := filepath.Glob(root + "/samples/*.yaml")
	if err != nil || len(mappings) < 2 {
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

var (
	consoleBlock = regexp.MustCompile("(?s)```console\n(.*?)```")
	yamlBlock    = regexp.MustCompile("(?s)```yaml\n(.*?)```")
	figures      = regexp.MustCompile(`[0-9.]+m?s, [0-9,]+ rows/s|[0-9]{8}-[0-9]{6}\.[0-9]{3}-[a-z0-9-]+`)
)

// What the README shows is what happens.
func TestReadme(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(root + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, url := newService(t, simulator.Config{})
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "samples"), os.DirFS(root+"/samples")); err != nil {
		t.Fatal(err)
	}
	typo := "match: {id: Customer No}\nattributes: {name: Fist Name}\n"
	if err := os.WriteFile(filepath.Join(dir, "typo.yaml"), []byte(typo), 0o600); err != nil {
		t.Fatal(err)
	}
	blocks := consoleBlock.FindAllSubmatch(text, -1)
	if len(blocks) < 2 {
		t.Fatalf("%d console blocks", len(blocks))
	}
	for _, b := range blocks {
		command, want, _ := strings.Cut(string(b[1]), "\n")
		c := exec.CommandContext(t.Context(), "bash", "-c", strings.TrimPrefix(command, "$ "))
		c.Dir = dir
		c.Env = append(os.Environ(), "CUSTOMERIO_TRACK_URL="+url, "CUSTOMERIO_SITE_ID="+testSite, "CUSTOMERIO_API_KEY="+testKey)
		var stdout, stderr bytes.Buffer
		c.Stdout, c.Stderr = &stdout, &stderr
		_ = c.Run() // what it prints is looked at
		got := stdout.String()
		if got == "" {
			got = stderr.String()
		}
		if figures.ReplaceAllString(got, "#") != figures.ReplaceAllString(want, "#") {
			t.Errorf("%s\nprints\n%s\nthe README says\n%s", command, got, want)
		}
	}
}

// The mapping that the README explains is the sample's.
func TestReadmeMapping(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(root + "/README.md")
	if err != nil {
		t.Fatal(err)
	}
	sample, err := os.ReadFile(root + "/samples/people.yaml")
	if err != nil {
		t.Fatal(err)
	}
	block := yamlBlock.FindSubmatch(text)
	if block == nil {
		t.Fatal("no mapping in the README")
	}
	if got, want := statements(block[1]), statements(sample); got != want {
		t.Errorf("the README has\n%s\nthe sample\n%s", got, want)
	}
}

// statements drops comments and blank lines.
func statements(yaml []byte) string {
	comment := regexp.MustCompile(`(?m)(^|\s+)#.*$`)
	blank := regexp.MustCompile(`\n\s*\n+`)
	return strings.TrimSpace(blank.ReplaceAllString(comment.ReplaceAllString(string(yaml), ""), "\n"))
}
