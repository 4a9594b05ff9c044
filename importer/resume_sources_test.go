package importer

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/runs"
)

// A run over several inputs, one of them compressed, is resumed in whichever it
// stopped: after any request, the rows that follow are those that had no verdict.
func TestResumeAcrossSources(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write([]byte("id,n,m\n\nq1,100,\"x\ny\"\nq2,101,\n\nq3,x,\nq4,103,\n"))
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	names := []string{"a.csv", "b.csv.gz", "c.csv", "d.csv"}
	for i, data := range [][]byte{[]byte("id,n\na1,1\n22.0,2\na3,y\n"), packed.Bytes(), []byte("id,n\n"), []byte("\ufeffid,n\r\nd1,300\r\n\r\n33.0,301\r\nd3,302")} {
		if err := os.WriteFile(filepath.Join(dir, names[i]), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	open := func() (all []Source) {
		for _, name := range names {
			all = append(all, openSource(t, filepath.Join(dir, name), testMapping))
		}
		return all
	}
	calm := begin(t, t.TempDir(), runs.Refuse, open()...)
	want, err := (&Import{Sources: open(), Sender: &sender{}, Run: calm, BatchRows: 1, Concurrency: 1}).Do(t.Context())
	if err != nil || want.Rows != 10 || want.Accepted != 8 || len(want.Notes) != 1 || !strings.HasPrefix(want.Notes[0], "2 identifiers such as 1001.0") {
		t.Fatalf("%v, %+v", err, want)
	}
	stopped := make(map[int]bool)
	for stopAt := range int(want.Requests) {
		state := t.TempDir()
		stop := make(chan struct{})
		halt := sync.OnceFunc(func() { close(stop) })
		s := &sender{}
		s.answer = func(*customerio.Batch) ([]customerio.Rejection, error) {
			if int(s.stats.Requests) > stopAt {
				halt()
			}
			return nil, nil
		}
		sources := open()
		run := begin(t, state, runs.Refuse, sources...)
		_, err := (&Import{Sources: sources, Sender: s, Run: run, BatchRows: 1, Concurrency: 1, Stop: stop}).Do(t.Context())
		if err == nil { // it was at its end
			continue
		}
		if !errors.Is(err, ErrInterrupted) {
			t.Fatalf("stopped at %d: %v", stopAt, err)
		}
		run.Close()
		s.answer = nil
		sources = open()
		run = begin(t, state, runs.Resume, sources...)
		stopped[run.Checkpoint.Position.Source] = true
		sum, err := (&Import{Sources: sources, Sender: s, Run: run, BatchRows: 1, Concurrency: 1}).Do(t.Context())
		if err != nil || sum.Ledger != want.Ledger || !slices.Equal(sum.Notes, want.Notes) || !bytes.Equal(readRejected(t, run), readRejected(t, calm)) {
			t.Errorf("stopped at %d: %v, %+v", stopAt, err, sum)
		}
		sent := make(map[string]bool)
		for _, op := range s.applied {
			sent[op] = true
		}
		if len(sent) != int(want.Accepted) {
			t.Errorf("stopped at %d: %d operations were sent, want %d", stopAt, len(sent), want.Accepted)
		}
	}
	if fmt.Sprint(stopped) == "map[0:true]" {
		t.Errorf("no run stopped after the first source: %v", stopped)
	}
}
