package importer

import (
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// smallSources are n closed files with a row or two, and how many of them are open at
// once at most.
func smallSources(t *testing.T, n int) (all []Source, open *atomic.Int64) {
	t.Helper()
	dir := t.TempDir()
	open = new(atomic.Int64)
	for i := range n {
		path := filepath.Join(dir, fmt.Sprintf("%05d.csv", i))
		text := fmt.Sprintf("id,n\np%d,%d\n", i, 2*i)
		if i%3 == 0 {
			text += fmt.Sprintf("p%d,%d\n", i%7, 2*i+1) // a person of many files
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		source := bound(t, path, testMapping)
		source.Input.Close()
		source.Open = func() (*rows.Input, error) {
			open.Add(1)
			return rows.Open(path, rows.Options{})
		}
		all = append(all, source)
	}
	return all, open
}

// Rows of many small files fill requests as those of one file do, a person's rows stay
// in order, and the run is settled in few steps and resumed in the right file.
func TestManySmallFiles(t *testing.T) {
	t.Parallel()
	const files, batchRows = 1500, 100
	sources, opened := smallSources(t, files)
	dir := t.TempDir()
	run := begin(t, dir, runs.Refuse, sources...)
	stop := make(chan struct{})
	s := &sender{}
	s.answer = func(*customerio.Batch) ([]customerio.Rejection, error) {
		if s.stats.Requests == 5 {
			close(stop)
		}
		return nil, nil
	}
	steps := 0
	job := Import{Sources: sources, Sender: s, Run: run, Concurrency: 4, BatchRows: batchRows, Stop: stop, Progress: func(Progress) { steps++ }}
	sum, err := job.Do(t.Context())
	if err == nil || sum.Rows == 0 || sum.Rows >= 2000 {
		t.Fatalf("it was not stopped: %+v, %v", sum.Ledger, err)
	}
	run.Close()
	run = begin(t, dir, runs.Resume, sources...)
	job.Run, job.Stop = run, nil
	sum, err = job.Do(t.Context())
	if err != nil || sum.Rows != 2000 || sum.Accepted != 2000 {
		t.Fatalf("resumed: %+v, %v", sum.Ledger, err)
	}
	if most := int64(2*2000/batchRows + 10); sum.Requests > most {
		t.Errorf("%d requests, at most %d", sum.Requests, most)
	}
	if steps > 200 {
		t.Errorf("%d checkpoints for %d files", steps, files)
	}
	if n := opened.Load(); n > files+2*mostShared*64 {
		t.Errorf("files were opened %d times", n)
	}
	seen, last := map[int64]bool{}, map[int64]int64{}
	for _, op := range s.applied {
		row := n(t, op)
		if person := row / 2 % 7; row%2 == 1 && !seen[row] { // sent again after the stop, it is late
			if row < last[person] {
				t.Errorf("row %d of person %d came after row %d", row, person, last[person])
			}
			last[person] = row
		}
		seen[row] = true
	}
	if len(seen) != 2000 {
		t.Errorf("%d rows were applied, want 2000", len(seen))
	}
	if n := openIn(filepath.Dir(sources[0].Input.Path)); n > 100 {
		t.Errorf("%d files are open", n)
	}
}

// openIn returns how many files of a folder this process has open, where the system
// tells. Other tests have files of their own.
func openIn(dir string) (n int) {
	fds, _ := os.ReadDir("/proc/self/fd") // elsewhere there is none
	for _, fd := range fds {
		if path, err := os.Readlink(filepath.Join("/proc/self/fd", fd.Name())); err == nil && filepath.Dir(path) == dir {
			n++
		}
	}
	return n
}
