package exporter

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/runs"
	"github.com/klauspost/compress/zstd"
)

func TestOutputNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path, format string
		want         string
	}{
		{"a.csv", "", "csv "}, {"A.CSV", "", "csv "}, {"a.csv.gz", "", "csv gzip"}, {"a.jsonl.zst", "", "jsonl zstd"}, {"a.ndjson", "", "jsonl "},
		{"-", "", "csv "}, {"-", "jsonl", "jsonl "}, {"a.txt", "csv.gz", "csv gzip"}, {"a.csv", "jsonl", "jsonl "}, {"a", "JSONL", "jsonl "},
		{"a.txt", "", "?"}, {"a.csv", "xlsx", "?"}, {"a", "", "?"}, {"a.gz", "", "?"},
	} {
		o, err := NewOutput(c.path, c.format)
		got := string(o.Format) + " " + o.Compression
		if err != nil {
			got = "?"
		}
		equal(t, c.path+" "+c.format, got, c.want)
	}
}

// Each form holds the same text.
func TestCompression(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Config{})
	w.people(500)
	_, want := w.export(Query{What: People}, "a.csv")
	_, zipped := w.export(Query{What: People}, "a.csv.gz")
	z, err := gzip.NewReader(strings.NewReader(zipped))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(z)
	equal(t, "gzip", []any{string(got) == want, err}, []any{true, nil})
	_, zstandard := w.export(Query{What: People}, "a.csv.zst")
	d, err := zstd.NewReader(strings.NewReader(zstandard))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	got, err = io.ReadAll(d)
	equal(t, "zstd", []any{string(got) == want, err}, []any{true, nil})
	var out bytes.Buffer
	j := w.job(Query{What: People}, "-", runs.Refuse)
	defer j.Run.Close()
	j.Output.Stdout = &out
	_, err = j.Do(t.Context())
	equal(t, "standard output", []any{out.String() == want, err}, []any{true, nil})
}

// What is there is not overwritten without being asked, and what is not a regular
// file never; no request is made for it.
func TestOutputIsThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Config{})
	w.people(3)
	refused := func(name string, overwrite bool, want OutputProblem) {
		t.Helper()
		j := w.job(Query{What: People}, name, runs.Restart)
		defer j.Run.Close()
		j.Output.Overwrite = overwrite
		before := w.w.Stats().AppRequests
		_, err := j.Do(t.Context())
		e, ok := errors.AsType[*OutputError](err)
		equal(t, name, ok && e.Problem == want, true)
		equal(t, "requests", w.w.Stats().AppRequests, before)
	}
	path := filepath.Join(w.dir, "old.csv")
	if err := errors.Join(os.WriteFile(path, []byte("old"), 0o644), os.Symlink(path, filepath.Join(w.dir, "link.csv")),
		os.Mkdir(filepath.Join(w.dir, "folder.csv"), 0o700), os.Symlink(path, filepath.Join(w.dir, "new.csv.partial"))); err != nil {
		t.Fatal(err)
	}
	refused("old.csv", false, Exists)
	refused("link.csv", true, NotRegular)
	refused("folder.csv", true, NotRegular)
	refused("new.csv", true, NotRegular)
	old, _ := os.ReadFile(path)
	equal(t, "the old file", string(old), "old")
	j := w.job(Query{What: People, IdentifiersOnly: true}, "old.csv", runs.Restart)
	defer j.Run.Close()
	j.Output.Overwrite = true
	_, err := j.Do(t.Context())
	equal(t, "error", err, nil)
	info, _ := os.Stat(path)
	equal(t, "mode", info.Mode(), os.FileMode(0o600))
}
