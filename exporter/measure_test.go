package exporter

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/internal/slowtest"
)

// TestMemory measures an export in a process of its own: with attributes, and of
// identifiers alone. CIOBULK_EXPORT_PEOPLE sets another number of people.
func TestMemory(t *testing.T) {
	slowtest.Mark(t)
	n := 100_000
	if text := os.Getenv("CIOBULK_EXPORT_PEOPLE"); text != "" {
		n, _ = strconv.Atoi(text)
	}
	w := newWorld(t, simulator.Config{})
	batch := make([]string, 0, 5000)
	attributes := map[string]any{"first_name": "Ann", "last_name": "Example", "plan": "premium", "age": 42, "balance": 1.25, "active": true, "city": "Köln", "country": "DE", "signed_up": 1_700_000_000, "source": "import"}
	if n > 1_000_000 {
		attributes = nil // the workspace's memory
	}
	for i := range n {
		if batch = append(batch, identify("id", fmt.Sprint("person-", i), attributes)); len(batch) == cap(batch) || i == n-1 {
			w.operate(batch...)
			batch = batch[:0]
		}
	}
	for name, q := range map[string]Query{"identifiers": {What: People, IdentifiersOnly: true}, "attributes": {What: People, Via: ViaPages}} {
		if attributes == nil && name == "attributes" {
			continue
		}
		rss, took, s := w.measured(q, name+".csv")
		t.Logf("%s of %d people: %d MB at most, %d requests, %v, %d columns", name, n, rss>>10, s.Requests, took.Round(time.Millisecond), s.Columns)
		if s.Exported != int64(n) || rss == 0 || rss > 60<<10 {
			t.Errorf("%d exported, %d kB", s.Exported, rss)
		}
	}
}

// measured exports in another process, and returns the most memory that it had,
// in kB.
func (w *world) measured(q Query, name string) (rss int64, took time.Duration, s Summary) {
	w.t.Helper()
	state := filepath.Join(w.dir, "state-"+name)
	text, err := json.Marshal(child{q, filepath.Join(w.dir, name), state, w.url})
	if err != nil {
		w.t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env, cmd.Stderr = append(os.Environ(), childVariable+"="+string(text)), os.Stderr
	began := time.Now()
	out, err := cmd.Output()
	if err != nil {
		w.t.Fatal(err)
	}
	took = time.Since(began)
	found, _ := filepath.Glob(filepath.Join(state, "*", "summary.json"))
	data, err := os.ReadFile(strings.Join(found, ""))
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		fmt.Sscanf(line, "VmHWM: %d kB", &rss)
	}
	return rss, took, s
}
