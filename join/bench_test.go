package join

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var benchRows = flag.Int("bench-rows", 1_000_000, "rows of the benchmarks")

// BenchmarkCompare compares rows of distinct people with the state of an earlier run of which
// one in a hundred has changed, and writes the next one.
func BenchmarkCompare(b *testing.B) {
	n := *benchRows
	entries := func(seed uint64, do func(Entry)) {
		r := rand.New(rand.NewPCG(1, 2))
		for i := range n {
			e := Entry{r.Uint64(), r.Uint64()}
			if i%100 == 0 {
				e.Value += seed
			}
			do(e)
		}
	}
	fill := func(seed uint64) *Sequence {
		s := NewSequence(b.TempDir())
		entries(seed, func(e Entry) {
			if err := s.Add(e); err != nil {
				b.Fatal(err)
			}
		})
		return s
	}
	old := filepath.Join(b.TempDir(), "state")
	first := fill(0)
	size := write(b, old, func(w *StateWriter) error { return Update(first, nil, Terms{}, noRow, w) })
	first.Close()
	for b.Loop() {
		s, changed := fill(1), NewSequence(b.TempDir())
		differ, _, err := Compare(s, openFile(b, old), Terms{Differ: changed})
		if err != nil || differ.Count() != int64(n+99)/100 {
			b.Fatal(differ.Count(), err)
		}
		s.Close()
		write(b, filepath.Join(b.TempDir(), "new"), func(w *StateWriter) error { return Update(changed, openFile(b, old), Terms{}, noRow, w) })
		changed.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/row")
	b.ReportMetric(float64(size)/float64(n), "B/person")
	b.ReportMetric(float64(peak(b))/(1<<20), "peak-MiB")
}

// write writes a state to a file, and returns its size.
func write(b *testing.B, path string, do func(*StateWriter) error) int64 {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	to := bufio.NewWriterSize(f, 64<<10)
	w, err := NewStateWriter(to, Header{})
	if err == nil {
		err = do(w)
	}
	if err == nil {
		err = w.Finish()
	}
	if err == nil {
		err = to.Flush()
	}
	info, statErr := f.Stat()
	if err = errors.Join(err, statErr); err != nil {
		b.Fatal(err)
	}
	return info.Size()
}

func openFile(b *testing.B, path string) *StateReader {
	b.Helper()
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.Close() })
	r, err := NewStateReader(bufio.NewReaderSize(f, 64<<10))
	if err != nil {
		b.Fatal(err)
	}
	return r
}

// peak returns the most memory that the process has had, in bytes.
func peak(b *testing.B) int64 {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0 // elsewhere than on Linux
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	var kB int64
	_, _ = fmt.Sscan(after, &kB)
	return kB << 10
}
