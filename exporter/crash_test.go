package exporter

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/internal/slowtest"
	"github.com/ciobulk/ciobulk/runs"
)

// child is what the test's own binary does as another process, to be killed.
type child struct {
	Query Query
	Path  string
	State string
	URL   string
}

const childVariable = "CIOBULK_EXPORTER_CHILD"

func TestMain(m *testing.M) {
	if text := os.Getenv(childVariable); text != "" {
		if err := runChild(text); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		status, _ := os.ReadFile("/proc/self/status") // with the most memory of this process
		_, _ = os.Stdout.Write(status)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func runChild(text string) error {
	var c child
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return err
	}
	out, err := NewOutput(c.Path, "")
	if err != nil {
		return err
	}
	app, err := customerio.NewApp(customerio.AppConfig{Key: appKey, BaseURL: c.URL, Limiter: free{}, Outage: 10 * time.Second})
	if err != nil {
		return err
	}
	r, err := State{Dir: c.State}.Begin(c.Query, out, runs.Resume, time.Now())
	if err != nil {
		return err
	}
	defer r.Close()
	j := &Job{Query: c.Query, Output: out, App: app, Run: r, pollFirst: time.Millisecond}
	s, err := j.Do(context.Background())
	if err != nil {
		return err
	}
	if err := s.Save(r, ""); err != nil {
		return err
	}
	return r.Finish()
}

// killed runs an export in processes that are killed at random until one ends, and
// returns how many were and the file.
func (w *world) killed(q Query, name string, most time.Duration, r *rand.Rand) (kills int, file string) {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	text, err := json.Marshal(child{q, path, filepath.Join(w.dir, "state-"+name), w.url})
	if err != nil {
		w.t.Fatal(err)
	}
	for {
		cmd := exec.Command(os.Args[0], "-test.run=^$")
		cmd.Env, cmd.Stderr = append(os.Environ(), childVariable+"="+string(text)), os.Stderr
		if err := cmd.Start(); err != nil {
			w.t.Fatal(err)
		}
		timer := time.AfterFunc(time.Duration(r.Int64N(int64(most))), func() { _ = cmd.Process.Kill() })
		err := cmd.Wait()
		timer.Stop()
		if err == nil {
			break
		}
		if cmd.ProcessState.Exited() {
			w.t.Fatalf("the export failed after %d kills: %v", kills, err)
		}
		kills++
		most += most / 10 // or it may never end
		if out, err := NewOutput(path, ""); err == nil {
			left, err := State{Dir: filepath.Join(w.dir, "state-"+name)}.unfinished(workID(q, out))
			if _, statErr := os.Stat(path); err == nil && left == nil && statErr == nil {
				break // it was killed when everything was done
			}
		}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	return kills, string(data)
}

// A killed and resumed export is byte for byte that of one that was not.
func TestKills(t *testing.T) {
	slowtest.Mark(t)
	w := newWorld(t, simulator.Config{App: simulator.AppConfig{PageShift: 3}, Faults: simulator.Faults{AppCutDownload: 20_000}})
	w.people(6000)
	id := w.segment("All", func() (ids []string) {
		for i := range 6000 {
			ids = append(ids, fmt.Sprint("person-", i))
		}
		return ids
	}()...)
	named := []string{"plan", "n", "list"}
	r := rand.New(rand.NewPCG(4, 2))
	total := 0
	for name, q := range map[string]Query{
		"people.csv": {What: People}, "people.jsonl.gz": {What: People}, "job.csv.zst": {What: People, Via: ViaJob, Attributes: named},
		"identifiers.csv": {What: People, IdentifiersOnly: true}, "segment.jsonl": {What: Segment, Segment: id},
		"activities.csv": {What: Activities, To: time.Now().Unix()},
	} {
		_, want := w.export(q, "undisturbed-"+name)
		for round := range slowtest.Times(2, 8) {
			kills, got := w.killed(q, fmt.Sprint(round, "-", name), 250*time.Millisecond, r)
			total += kills
			if got != want {
				t.Errorf("%s after %d kills: %d bytes, want %d", name, kills, len(got), len(want))
			}
		}
	}
	t.Logf("%d kills", total)
	if total < 12 {
		t.Errorf("%d kills are too few to tell", total)
	}
	equal(t, "keys that leaked", w.w.Stats().Leaked, int64(0))
}
