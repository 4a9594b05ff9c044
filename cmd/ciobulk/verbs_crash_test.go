package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/internal/slowtest"
)

// eventsFile is a CSV of n events without a time.
func eventsFile(n int) []byte {
	var b strings.Builder
	b.WriteString("id,event,n\n")
	for i := range n {
		fmt.Fprintf(&b, "user-%d,Paid,%d\n", i%70, i%10)
	}
	return []byte(b.String())
}

// Ids of one run are that run's also after a crash: the events are there once, and
// once more after another run.
func TestIDsOfOneRunSurviveACrash(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	const rows = 4000
	s := newScene(t, 0)
	s.write("e.csv", eventsFile(rows))
	args := []string{"event", "e.csv", "--match", "id", "--event-ids", "run", "--batch-rows", "20", "--concurrency", "4"}
	s.killAt(60, s.call(args...))
	before := s.service.Stats()
	sum := s.finish(s.call(append(args, "--resume")...), exitDone)
	after := s.service.Stats()
	if before.Events == 0 || after.Events != rows || sum.Resumed != 1 || sum.Triggers != rows {
		t.Fatalf("%d events, then %d: %+v", before.Events, after.Events, sum)
	}
	s.finish(s.call(args...), exitDone)
	if n := s.service.Stats().Events; n != 2*rows {
		t.Errorf("%d events after another run, want %d", n, 2*rows)
	}
}

// Which rows stand for a person is the same after a crash, in any file.
func TestDuplicatesSurviveACrash(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	for _, rule := range []string{"last", "reject"} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, 0)
			s.write("people.yaml", []byte("match: {id: id}\nattributes: {n: {column: n, type: integer}}\nduplicates: "+rule+"\n"))
			r := rand.New(rand.NewPCG(7, 7))
			want, rejected := map[string]string{}, 0
			args := []string{"upsert"}
			for file := range 3 {
				var b strings.Builder
				b.WriteString("id,n\n")
				for i := range 700 {
					id, n := fmt.Sprintf("p%d", r.IntN(900)), fmt.Sprint(file*1000+i)
					if _, twice := want[id]; !twice || rule == "last" {
						want[id] = n
					} else {
						rejected++
					}
					fmt.Fprintf(&b, "%s,%s\n", id, n)
				}
				name := fmt.Sprintf("%d.csv", file)
				s.write(name, []byte(b.String()))
				args = append(args, name)
			}
			args = append(args, "-m", "people.yaml", "--batch-rows", "10", "--concurrency", "3")
			code := exitDone
			if rule == "reject" {
				code = exitRejected
			}
			for _, at := range []int64{25, 20} {
				s.killAt(at, s.call(append(args, "--resume")...))
			}
			sum := s.finish(s.call(append(args, "--resume")...), code)
			got := map[string]string{}
			for _, p := range s.service.People() {
				got[p.ID] = string(p.Attributes["n"])
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("other people than one by one")
			}
			if int(sum.Accepted) != len(want) || int(sum.Rejected) != rejected || int(sum.Duplicates) != 2100-len(want)-rejected || sum.Resumed != 2 {
				t.Errorf("%+v; %d people", sum, len(want))
			}
		})
	}
}

// A receipt of digests after two crashes: each person who was asked for once, and
// no one in clear.
func TestReceiptOfDigestsAfterCrashes(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	const rows = 1500
	s := newScene(t, rows)
	args := []string{"suppress", "people.csv", "--match", "id", "--where", `id != "user-000123"`, "--batch-rows", "10", "--concurrency", "4",
		"--yes", "--expect", fmt.Sprint(rows - 1), "--receipt-identifiers", "hash"}
	for range 2 {
		s.killAt(40, s.call(append(args, "--resume")...))
	}
	sum := s.finish(s.call(append(args, "--resume")...), exitDone)
	path := filepath.Join(s.dir, sum.ReceiptFile)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if sha256Hex(data) != sum.ReceiptSHA256 || sum.Resumed != 2 || sum.Accepted != rows-1 {
		t.Errorf("%+v", sum)
	}
	var want, got []string
	for i := range rows {
		if id := fmt.Sprintf("user-%06d", i); id != poison {
			want = append(want, fmt.Sprintf("people.csv,%d,id,%s,suppress,accepted,", i+1, sha256Hex([]byte(id))))
		}
	}
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n")[1:] {
		got = append(got, line[:strings.LastIndexByte(line, ',')+1])
	}
	if !slices.Equal(got, want) {
		t.Errorf("the receipt has %d lines, or other ones than %d people", len(got), len(want))
	}
	if stats := s.service.Stats(); stats.SuppressedIdentifiers != rows-1 {
		t.Errorf("%d identifiers are suppressed", stats.SuppressedIdentifiers)
	}
}

// Every operation that a row may ask for, of people by emails in any case, comes
// to the same workspace as it does one by one: through small requests, many lanes
// and faults. Through crashes and lost answers, too, but for unsuppress: rows that
// were ignored before it are not when they are sent again after it.
func TestAllOperationsByRow(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	const mapping = `operation: {column: Action}
match: {email: E-mail}
event: {name: {expr: '"Did " + n'}, timestamp: {column: at}}
page: {url: {expr: '"https://example.com/" + n'}}
attributes: {n: n}
`
	for seed := range uint64(4) {
		crash := seed%2 == 1
		t.Run(fmt.Sprintf("%d/crash=%t", seed, crash), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 2))
			const rows = 1200
			var b strings.Builder
			b.WriteString("E-mail,Action,n,at\n")
			doomed := map[string]bool{}
			for n := range rows {
				email := fmt.Sprintf("p%d@example.com", r.IntN(40))
				action := []string{"upsert", "upsert", " Event", "PAGE", "delete", "suppress", "unsuppress"}[r.IntN(7)]
				switch {
				case crash && action == "unsuppress", crash && action == "suppress" && n < rows/2:
					action = "upsert"
				case !crash && n%7 > 3 && action == "suppress":
					action = "unsuppress"
				}
				if action == "delete" || action == "suppress" || action == "unsuppress" {
					doomed[email] = true
				}
				if r.IntN(2) == 0 {
					email = strings.ToUpper(email)
				}
				fmt.Fprintf(&b, "%s,%s,%d,\n", email, action, n)
			}
			run := func() *scene {
				s := newScene(t, 0)
				s.write("ops.csv", []byte(b.String()))
				s.write("ops.yaml", []byte(mapping))
				return s
			}
			args := []string{"upsert", "ops.csv", "-m", "ops.yaml", "--yes", "--expect", fmt.Sprint(len(doomed))}
			one := run()
			one.finish(one.call(append(args, "--batch-rows", "1", "--concurrency", "1")...), exitDone)
			many := run()
			many.service.SetFaults(simulator.Faults{Every429: 7, Every500: 11, CutBefore: 17})
			if crash {
				many.service.SetFaults(simulator.Faults{Every429: 7, Every500: 11, CutBefore: 17, CutAfter: 13})
				many.killAt(20, many.call(append(args, "--batch-rows", "15", "--concurrency", "8")...))
			}
			sum := many.finish(many.call(append(args, "--batch-rows", "30", "--concurrency", "8", "--resume")...), exitDone)
			if sum.Accepted != rows || sum.Retries == 0 || crash != (sum.Resumed == 1) {
				t.Fatalf("%+v", sum)
			}
			if got, want := happenings(many.service), happenings(one.service); fmt.Sprint(got) != fmt.Sprint(want) {
				for who := range want {
					if !slices.Equal(got[who], want[who]) {
						t.Errorf("events of %s are\n%q\nwant\n%q", who, got[who], want[who])
					}
				}
			}
			if got, want := whoIsThere(many.service), whoIsThere(one.service); got != want {
				t.Errorf("people are\n%s\nwant\n%s", got, want)
			}
			if a, b := many.service.Stats(), one.service.Stats(); a.SuppressedIdentifiers != b.SuppressedIdentifiers {
				t.Errorf("%d identifiers suppressed, want %d", a.SuppressedIdentifiers, b.SuppressedIdentifiers)
			}
		})
	}
}

// happenings are the events by person, in their order.
func happenings(w *simulator.Workspace) map[string][]string {
	all := map[string][]string{}
	for _, e := range w.Events() {
		who := strings.ToLower(e.Value)
		all[who] = append(all[who], e.Action+" "+e.Name+" "+e.ID)
	}
	return all
}

func whoIsThere(w *simulator.Workspace) string {
	var all []string
	for _, p := range w.People() {
		all = append(all, fmt.Sprintf("%s %s", strings.ToLower(p.Email), p.Attributes["n"]))
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// A list goes into a segment once, whatever crashes and is refused on the way, and
// a run that was resumed claims no figures about it.
func TestSegmentAfterACrash(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	const rows = 900
	s := newScene(t, rows)
	s.finish(s.call("upsert", "people.csv", "--match", "id", "--where", `id != "user-000123"`), exitDone)
	id := s.service.AddSegment("Newsletter", true)
	s.service.SetFaults(simulator.Faults{Every429: 7, Every500: 11, CutAfter: 13, RefuseWhole: "user-000500"})
	args := []string{"segment", "add", "people.csv", "--match", "id", "--segment", fmt.Sprint(id), "--batch-rows", "10", "--concurrency", "4"}
	s.killAt(20, s.call(args...))
	sum := s.finish(s.call(append(args, "--resume")...), exitRejected)
	segment, _ := s.service.Segment(id)
	if sum.Accepted != rows-1 || sum.Rejected != 1 || segment.Count != rows-2 { // a stranger, and one who is refused
		t.Errorf("%d members: %+v", segment.Count, sum)
	}
	if c := sum.Segment; c == nil || c.NoChange != nil || c.ID != int64(id) {
		t.Errorf("the segment's change is %+v", c)
	}
	if !strings.Contains(string(s.rejected()), "\nuser-000500,") {
		t.Errorf("rejected: %s", s.rejected())
	}
}
