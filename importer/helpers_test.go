package importer

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// sender is a service in memory that answers as a test wants it to.
type sender struct {
	mu      sync.Mutex
	applied []string                                                  // operations that were accepted, in the order of their coming
	stats   customerio.Stats                                          // guarded by mu
	answer  func(b *customerio.Batch) ([]customerio.Rejection, error) // nil: all is accepted
}

func (s *sender) Send(_ context.Context, b *customerio.Batch) ([]customerio.Rejection, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stats.Requests++
	var rejections []customerio.Rejection
	if s.answer != nil {
		var err error
		if rejections, err = s.answer(b); err != nil {
			return nil, err
		}
	}
	bad := make(map[int]bool)
	for _, r := range rejections {
		bad[r.Index] = true
	}
	for i := range b.Len() {
		s.stats.Bytes += int64(len(b.Op(i)))
		if !bad[i] {
			s.applied = append(s.applied, string(b.Op(i)))
		}
	}
	return rejections, nil
}

func (s *sender) Stats() customerio.Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stats
}

// source opens text as an input and binds the mapping to it.
func source(t testing.TB, name, text, yaml string) Source {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return openSource(t, path, yaml)
}

// openSource opens a file until the test ends and binds the mapping to it.
func openSource(t testing.TB, path, yaml string) Source {
	t.Helper()
	src := bound(t, path, yaml)
	t.Cleanup(src.Input.Close)
	return src
}

// bound opens a file and binds the mapping to it.
func bound(t testing.TB, path, yaml string) Source {
	t.Helper()
	in, err := rows.Open(path, rows.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := mapping.Parse("test.yaml", []byte(yaml), false)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := m.Bind(in)
	if err != nil {
		t.Fatal(err)
	}
	return Source{Input: in, Plan: plan}
}

const testMapping = `match: {id: id}
attributes:
  n: {column: n, type: integer}
where: 'n != "hidden"'
`

// people is a CSV of n rows: of each ten one is not a number, one is hidden and
// one is broken; ids repeat after `distinct` rows.
func people(n, distinct int) string {
	var b strings.Builder
	b.WriteString("id,n\n")
	for i := range n {
		value := fmt.Sprint(i)
		switch i % 10 {
		case 3:
			value = "many"
		case 5:
			value = "hidden"
		case 7:
			value = fmt.Sprintf("%d,surplus", i)
		}
		fmt.Fprintf(&b, "p%d,%s\n", i%distinct, value)
	}
	return b.String()
}

// begin makes a run for the sources.
func begin(t testing.TB, dir string, mode runs.Mode, sources ...Source) *runs.Run {
	t.Helper()
	run, err := runs.State{Dir: dir}.Begin(claimOf(sources), mode, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { run.Close() })
	return run
}

func claimOf(sources []Source) runs.Claim {
	c := runs.Claim{Work: runs.Work{Verb: "upsert", Mapping: "m", Workspace: 1}, Recipe: runs.Recipe{Verb: "upsert", Format: sources[0].Input.Format}}
	if c.Recipe.Format == rows.CSV {
		c.Recipe.Delimiter = string(sources[0].Input.Delimiter)
	}
	for _, s := range sources {
		c.Recipe.Inputs = append(c.Recipe.Inputs, runs.File{Name: s.Input.Name, Path: s.Input.Path, Size: s.Input.Size, Digest: s.Input.Digest})
	}
	return c
}

// folders are those of inputs in a rejected file.
var folders = regexp.MustCompile(`,/[^,]*/`)

// readRejected returns the run's rejected file, with the inputs' names alone.
func readRejected(t testing.TB, run *runs.Run) []byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(run.Dir, "rejected.*"))
	if err != nil || len(files) > 1 {
		t.Fatalf("%v %v", files, err)
	}
	if len(files) == 0 {
		return nil
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return folders.ReplaceAll(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), []byte(","))
}
