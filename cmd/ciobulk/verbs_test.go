package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/internal/slowtest"
	"github.com/ciobulk/ciobulk/runs"
)

const ordersMapping = `match: {id: id}
event: {name: {column: event}, timestamp: {column: at, type: timestamp}}
attributes: {n: n}
`

// The same file of events sent twice, with other requests, and again after a
// crash: each event is there once.
func TestEventsAreThereOnce(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	const rows = 100_000
	s := newScene(t, 0)
	var text strings.Builder
	text.WriteString("id,event,at,n\n")
	for i := range rows {
		fmt.Fprintf(&text, "user-%d,Order Placed,2025-01-01T00:00:00Z,%d\n", i%700, i%1000)
	}
	s.write("orders.csv", []byte(text.String()))
	s.write("orders.yaml", []byte(ordersMapping))
	send := func(args ...string) []string {
		return append([]string{"event", "orders.csv", "-m", "orders.yaml"}, args...)
	}
	check := func(when string) {
		t.Helper()
		if stats := s.service.Stats(); stats.Events != rows {
			t.Fatalf("%s: %d events, want %d", when, stats.Events, rows)
		}
	}
	first := s.finish(s.call(send()...), exitDone)
	if first.Accepted != rows || first.Triggers != 0 {
		t.Fatalf("%+v", first)
	}
	check("once")
	s.finish(s.call(send("--batch-rows", "333", "--concurrency", "5")...), exitDone)
	check("twice")
	s.killAt(s.seen()%40+5, s.call(send("--batch-rows", "500")...))
	sum := s.finish(s.call(send("--batch-rows", "700", "--resume")...), exitDone)
	if sum.Resumed != 1 || sum.Accepted != rows {
		t.Errorf("%+v", sum)
	}
	check("after a crash")
}

// Rows that say themselves what is to be done end with what one by one would
// have come to, through small requests, many lanes and faults.
func TestOperationsByRow(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	const mapping = `operation: {column: action}
match: {id: id}
attributes: {n: {column: n, type: integer}}
event: {name: {value: Did}}
`
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 1))
		want := map[string]string{} // by id: n of the person, as it was last written
		events := map[string][]string{}
		destroyed := map[string]bool{}
		var text strings.Builder
		text.WriteString("id,action,n\n")
		for n := range 1500 {
			id, action := fmt.Sprintf("p%d", r.IntN(60)), []string{"upsert", "upsert", "event", "Delete"}[r.IntN(4)]
			fmt.Fprintf(&text, "%s,%s,%d\n", id, action, n)
			switch action {
			case "upsert":
				want[id] = fmt.Sprint(n)
			case "event":
				events[id] = append(events[id], fmt.Sprintf(`{"n":%d}`, n))
			case "Delete":
				delete(want, id)
				destroyed[id] = true
			}
		}
		s := newScene(t, 0)
		s.service.SetFaults(simulator.Faults{Every429: 13, Every500: 17, CutAfter: 11})
		s.write("ops.csv", []byte(text.String()))
		s.write("ops.yaml", []byte(mapping))
		sum := s.finish(s.call("upsert", "ops.csv", "-m", "ops.yaml", "--batch-rows", "40", "--concurrency", "8",
			"--yes", "--expect", fmt.Sprint(len(destroyed))), exitDone)
		if sum.Accepted != 1500 || sum.Retries == 0 {
			t.Fatalf("%+v", sum)
		}
		got := map[string]string{}
		for _, p := range s.service.People() {
			got[p.ID] = string(p.Attributes["n"])
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("seed %d: people %v, want %v", seed, got, want)
		}
		happened := map[string][]string{}
		for _, e := range s.service.Events() {
			happened[e.Value] = append(happened[e.Value], string(e.Attributes))
		}
		if fmt.Sprint(happened) != fmt.Sprint(events) {
			t.Errorf("seed %d: other events, or in another order", seed)
		}
	}
}

// A list with strangers into a segment by name: full requests, and the summary
// says how many ids changed nothing.
func TestSegmentByName(t *testing.T) {
	t.Parallel()
	w, dir, env := segmentScene(t)
	id := w.AddSegment("Newsletter", true)
	var people, list strings.Builder
	people.WriteString("email\n")
	for i := range 2400 {
		fmt.Fprintf(&people, "p%d@example.com\n", i)
	}
	list.WriteString(people.String())
	for i := range 100 {
		fmt.Fprintf(&list, "stranger%d@example.com\n", i)
	}
	for name, text := range map[string]string{"people.csv": people.String(), "list.csv": list.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	runIn(t, dir, env, exitDone, "upsert", "people.csv", "--match", "email", "--quiet")
	out := runIn(t, dir, env, exitDone, "segment", "add", "list.csv", "--match", "email", "--segment", "Newsletter", "--log-format", "json")
	var sum runs.Summary
	if err := json.Unmarshal(out, &sum); err != nil {
		t.Fatal(err)
	}
	segment, _ := w.Segment(id)
	if segment.Count != 2400 || sum.Requests != 3 || sum.Accepted != 2500 {
		t.Errorf("%d members, summary %+v", segment.Count, sum)
	}
	if c := sum.Segment; c == nil || *c.Before != 0 || *c.After != 2400 || *c.NoChange != 100 {
		t.Errorf("the segment's change is %+v", c)
	}
	runIn(t, dir, env, exitDone, "segment", "remove", "people.csv", "--match", "email", "--segment", "Newsletter", "--limit", "2000", "--quiet")
	if segment, _ = w.Segment(id); segment.Count != 400 {
		t.Errorf("%d members after 2000 were removed", segment.Count)
	}
}

// A receipt has each operation that was sent once, also after a crash, and its
// digest is in the summary.
func TestReceiptAfterACrash(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	const rows = 2000
	s := newScene(t, rows)
	s.finish(s.command(), exitRejected)
	args := []string{"delete", "people.csv", "--match", "id", "--batch-rows", "20", "--concurrency", "4", "--yes", "--expect", fmt.Sprint(rows)}
	s.killAt(30, s.call(args...))
	sum := s.finish(s.call(append(args, "--resume")...), exitRejected) // the scene's service refuses one id
	data, err := os.ReadFile(filepath.Join(s.dir, sum.ReceiptFile))
	if err != nil {
		t.Fatal(err)
	}
	if got := sha256Hex(data); got != sum.ReceiptSHA256 {
		t.Errorf("the receipt's SHA-256 is %s, the summary says %s", got, sum.ReceiptSHA256)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	if want := "input,row,match,identifier,operation,verdict,requested_at"; lines[0] != want {
		t.Errorf("header %s, want %s", lines[0], want)
	}
	var got []string
	refused := 0
	for i, line := range lines[1:] {
		cells := strings.Split(line, ",")
		got = append(got, cells[3])
		if cells[1] != fmt.Sprint(i+1) || cells[4] != "delete" {
			t.Fatalf("line %d is %s", i+2, line)
		}
		if cells[5] == "rejected" {
			refused++
		}
	}
	slices.Sort(got)
	if len(slices.Compact(got)) != rows || refused != 1 || s.service.Stats().People != 0 {
		t.Errorf("%d people on the receipt, %d refused, %d left", len(got), refused, s.service.Stats().People)
	}
}

// An event whose fate is unknown keeps its id when it is tried again.
func TestRetryKeepsIDs(t *testing.T) {
	t.Parallel()
	for format, file := range map[string]string{
		"csv":   "id,event,n\n1,A,1\nbad,A,2\n3,\"A \"\"quoted\"\"\",3\n",
		"jsonl": `{"id":"1","event":"A","n":1}` + "\n" + `{"id":"bad","event":"A","n":[2, 2]}` + "\n" + `{"id":"3","event":"A é","n":null}` + "\n",
	} {
		s := newScene(t, 0)
		s.service.SetFaults(simulator.Faults{Reject: "bad", Odd207: "noindex"})
		s.write("e."+format, []byte(file))
		sum := s.finish(s.call("event", "e."+format, "--match", "id"), exitRejected)
		if sum.Unknown != 3 || sum.Triggers != 3 {
			t.Fatalf("%s: %+v", format, sum)
		}
		s.service.SetFaults(simulator.Faults{})
		before := s.service.Stats().Events
		again := s.finish(s.call("retry", sum.Run, "--class", "unknown"), exitDone)
		if after := s.service.Stats(); again.Accepted != 3 || before != 2 || after.Events != 3 {
			t.Errorf("%s: %d events, then %d; %+v", format, before, after.Events, again)
		}
	}
}

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// segmentScene is a folder and a service with an App API.
func segmentScene(t *testing.T) (w *simulator.Workspace, dir string, env []string) {
	t.Helper()
	w = simulator.New(simulator.Config{SiteID: testSite, APIKey: testKey, AppKey: testAppKey})
	server := httptest.NewServer(checkContract(t, w))
	t.Cleanup(server.Close)
	return w, t.TempDir(), append(os.Environ(), "CUSTOMERIO_TRACK_URL="+server.URL, "CUSTOMERIO_APP_URL="+server.URL,
		"CUSTOMERIO_SITE_ID="+testSite, "CUSTOMERIO_API_KEY="+testKey, "CUSTOMERIO_APP_API_KEY="+testAppKey)
}

// runIn runs ciobulk in a folder and returns what it prints.
func runIn(t *testing.T, dir string, env []string, code int, args ...string) []byte {
	t.Helper()
	c := exec.CommandContext(t.Context(), "ciobulk", args...)
	c.Dir, c.Env = dir, env
	out, err := c.Output()
	if got := exitCode(t, err); got != code {
		t.Fatalf("%v: exit code %d, want %d\n%s", args, got, code, out)
	}
	return out
}

// A retry goes to the run's workspace and to no other.
func TestRetryStaysInItsWorkspace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "people.csv"), []byte("id\na\nb\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	environment := func(id int64, f simulator.Faults) (*simulator.Workspace, []string) {
		w, url := newService(t, simulator.Config{WorkspaceID: id, Faults: f})
		return w, append(os.Environ(), "CUSTOMERIO_TRACK_URL="+url, "CUSTOMERIO_SITE_ID="+testSite, "CUSTOMERIO_API_KEY="+testKey)
	}
	_, first := environment(1, simulator.Faults{Reject: "a"})
	var sum runs.Summary
	if err := json.Unmarshal(runIn(t, dir, first, exitRejected, "upsert", "people.csv", "--match", "id", "--log-format", "json"), &sum); err != nil {
		t.Fatal(err)
	}
	other, second := environment(2, simulator.Faults{})
	runIn(t, dir, second, exitCredentials, "retry", sum.Run)
	if n := other.Stats().Operations; n != 0 {
		t.Errorf("%d operations went to another workspace", n)
	}
}
