package importer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/runs"
)

// discard is a service that accepts all at once.
type discard struct{}

func (discard) Send(context.Context, *customerio.Batch) ([]customerio.Rejection, error) {
	return nil, nil
}
func (discard) Stats() customerio.Stats { return customerio.Stats{} }

const typedMapping = `match: {id: id}
attributes:
  name: name
  n: {column: n, type: number}
  active: {column: active, type: boolean}
  at: {column: at, type: timestamp, layout: unix}
`

// typedPeople is n rows with text, a number, a boolean and a timestamp.
func typedPeople(format string, n int) string {
	var b strings.Builder
	line := "%d,Person number %d,%d.25,%t,%d\n"
	if format == "jsonl" {
		line = `{"id":"%d","name":"Person number %d","n":%d.25,"active":%t,"at":%d}` + "\n"
	} else {
		b.WriteString("id,name,n,active,at\n")
	}
	for i := range n {
		fmt.Fprintf(&b, line, i, i, i, i%2 == 0, 1_700_000_000+i)
	}
	return b.String()
}

// runAll runs the source to a service that takes no time, with everything else on.
func runAll(tb testing.TB, src Source, rows int) {
	tb.Helper()
	run := begin(tb, tb.TempDir(), runs.Refuse, src)
	sum, err := (&Import{Sources: []Source{src}, Sender: discard{}, Run: run}).Do(tb.Context())
	if err != nil || sum.Accepted != int64(rows) {
		tb.Fatalf("%+v, %v", sum, err)
	}
	run.Close()
}

// BenchmarkRun is everything but the network: reading, mapping, packing, settling.
func BenchmarkRun(b *testing.B) {
	const rows = 200_000
	for _, format := range []string{"csv", "jsonl"} {
		b.Run(format, func(b *testing.B) {
			path := source(b, "people."+format, typedPeople(format, rows), typedMapping).Input.Path
			b.ReportAllocs()
			for b.Loop() {
				runAll(b, openSource(b, path, typedMapping), rows)
			}
			b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkDispatch puts operations into their lanes' requests, which are full
// now and then.
func BenchmarkDispatch(b *testing.B) {
	const rows, size = 4000, 290
	m := mapped{ops: make([]byte, rows*size)}
	for i := range uint32(rows) {
		m.items = append(m.items, item{hash: rand.Uint64(), start: i * size, end: (i + 1) * size, record: i})
	}
	job := &Import{}
	job.defaults()
	f := &flow{Import: job, batches: newPool(job.requests(), job.newBatch)}
	d := &dispatcher{flow: f, lanes: make([]lane, job.Concurrency), limits: limits{job.BatchRows, customerio.MaxBatch}}
	block := newBlock()
	b.SetBytes(rows * size)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		if n%2 == 1 { // half full
			for i := range d.lanes {
				d.lanes[i].pending.reset()
			}
			d.taken = 0
		}
		if _, err := d.take(b.Context(), block, m); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds(), "rows/s")
}

// TestAllocationsOfARun holds whole runs to at most one allocation in ten rows,
// beyond what any run allocates. It must run alone.
func TestAllocationsOfARun(t *testing.T) {
	for _, format := range []string{"csv", "jsonl"} {
		mallocs := func(rows int) uint64 {
			path := source(t, "people."+format, typedPeople(format, rows), typedMapping).Input.Path
			var before, after runtime.MemStats
			src := openSource(t, path, typedMapping)
			runtime.ReadMemStats(&before)
			runAll(t, src, rows)
			runtime.ReadMemStats(&after)
			return after.Mallocs - before.Mallocs
		}
		short, long := mallocs(100_000), mallocs(300_000)
		perRow := (float64(long) - float64(short)) / 200_000
		t.Logf("%s: %.4f allocations a row", format, perRow)
		if perRow > 0.1 {
			t.Errorf("%s: %.2f allocations a row", format, perRow)
		}
	}
}
