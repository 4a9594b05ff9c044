package importer

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/slowtest"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// counted counts what is read.
type counted struct {
	io.Reader
	n *atomic.Int64
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// streamed is an input of rows of these sizes, each a person of its own. Those that
// are too large to be sent are rejected.
func streamed(t *testing.T, sizes []int, read *atomic.Int64) Source {
	t.Helper()
	parts := []io.Reader{strings.NewReader("id,n\n")}
	for i, size := range sizes {
		parts = append(parts, strings.NewReader(fmt.Sprintf("%d,", i)), bytes.NewReader(long[:size]), strings.NewReader("\n"))
	}
	in, err := rows.Open("-", rows.Options{Stdin: counted{io.MultiReader(parts...), read}, Format: rows.CSV, Delimiter: ','})
	if err != nil {
		t.Fatal(err)
	}
	m, err := mapping.FromMatch("id")
	if err != nil {
		t.Fatal(err)
	}
	plan, err := m.Bind(in)
	if err != nil {
		t.Fatal(err)
	}
	return Source{Input: in, Plan: plan}
}

var long = bytes.Repeat([]byte("x"), 15<<20)

// While an answer is waited for, the reader goes ahead by the bytes of some blocks,
// however long the records are; and it goes on.
func TestLongRecordsAreNotReadFarAhead(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var read atomic.Int64
		sizes := make([]int, 60)
		for i := 1; i < len(sizes); i++ {
			sizes[i] = len(long)
		}
		held := make(chan struct{})
		s := &sender{answer: func(*customerio.Batch) ([]customerio.Rejection, error) { <-held; return nil, nil }}
		job := Import{Sources: []Source{streamed(t, sizes, &read)}, Sender: s, BatchRows: 1}
		ended := make(chan *runs.Summary)
		go func() {
			sum, err := job.Do(t.Context())
			if err != nil {
				t.Error(err)
			}
			ended <- sum
		}()
		synctest.Wait()
		ahead := read.Load()
		t.Logf("%d MiB of %d were read ahead", ahead>>20, len(sizes)*15)
		if ahead > 7*int64(len(long)) {
			t.Errorf("%d bytes were read ahead", ahead)
		}
		close(held)
		if sum := <-ended; sum.Accepted != 1 || sum.Rejected != int64(len(sizes)-1) {
			t.Errorf("%+v", sum.Ledger)
		}
	})
}

// However long and short records follow each other, over however many lanes, a run
// comes to its end: nothing waits for what waits for it.
func TestLongRecordsAmongShortOnes(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	for seed := range uint64(12) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 3))
			var sizes []int
			for total := 0; total < 24<<20; {
				size := 1 + r.IntN(100)
				switch r.IntN(12) {
				case 0:
					size = r.IntN(8 * blockBytes)
				case 1:
					size = 900
				case 2:
					size = r.IntN(20 * blockBytes)
				}
				sizes = append(sizes, size)
				total += size
			}
			var read atomic.Int64
			job := Import{Sources: []Source{streamed(t, sizes, &read)}, Sender: &sender{}, Concurrency: 1 + r.IntN(40), BatchRows: 1 + r.IntN(50)}
			sum, err := job.Do(t.Context())
			if err != nil || sum.Rows != int64(len(sizes)) || sum.Check() != nil {
				t.Errorf("seed %d: %v, %+v of %d", seed, err, sum.Ledger, len(sizes))
			}
		})
	}
}
