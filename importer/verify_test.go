package importer

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

func zipped(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(text))
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A change of what is settled is noticed wherever it is, in files of any kind, and a
// change after it is not.
func TestVerify(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	texts := []string{people(500, 500), "id,n\n", people(300, 300), people(2000, 2000)}
	names := []string{"a.csv", "b.csv", "c.csv.gz", "d.csv"}
	write := func(i int, text string) {
		if strings.HasSuffix(names[i], ".gz") {
			text = zipped(t, text)
		}
		if err := os.WriteFile(filepath.Join(dir, names[i]), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var sources []Source
	for i := range names {
		write(i, texts[i])
		sources = append(sources, openSource(t, filepath.Join(dir, names[i]), testMapping))
	}
	run := begin(t, t.TempDir(), runs.Refuse, sources...)
	job := Import{Sources: sources, Sender: &sender{}, Run: run, Concurrency: 2, BatchRows: 20, Budget: Budget{Bounded: true, Rows: 190}, Skip: 3}
	if _, err := job.Do(t.Context()); !errors.Is(err, ErrBudget) {
		t.Fatal(err)
	}
	c := run.Checkpoint
	if c.Position.Source != 3 || c.Position.Row < 50 || c.Position.Row > 1000 {
		t.Fatalf("the checkpoint is at %+v", c.Position)
	}
	open := func(i int) (*rows.Input, error) { return rows.Open(filepath.Join(dir, names[i]), rows.Options{}) }
	for name, edit := range map[string]struct {
		file    int
		at      string
		noticed bool
	}{
		"nothing":                      {0, "", false},
		"an earlier file":              {0, "p250,", true},
		"a row that was skipped":       {0, "p1,", true},
		"an earlier compressed file":   {2, "p150,", true},
		"the settled part of the last": {3, "p20,", true},
		"the rest of the last":         {3, "p1500,", false},
	} {
		write(edit.file, strings.Replace(texts[edit.file], edit.at, strings.Replace(edit.at, "p", "q", 1), 1))
		if err := Verify(c, open); (err != nil) != edit.noticed {
			t.Errorf("%s: %v", name, err)
		}
		write(edit.file, texts[edit.file])
	}
}
