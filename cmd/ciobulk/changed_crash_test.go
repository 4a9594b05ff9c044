package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/internal/slowtest"
)

// crowdOf makes a file in which some people have several rows, and returns what the last
// row of each says.
func crowdOf(values map[int]int, r *rand.Rand) (file string, last map[string]string) {
	var b strings.Builder
	b.WriteString("id,n\n")
	last = make(map[string]string)
	for _, i := range r.Perm(len(values)) {
		id := fmt.Sprintf("p%d", i)
		for n := values[i]; n >= 0; n -= 5 { // the same rows for the same value
			fmt.Fprintf(&b, "%s,v%d\n", id, n)
			last[id] = fmt.Sprintf("v%d", n)
		}
	}
	return b.String(), last
}

// Whatever was killed, resumed or dropped before: after one run that ends, each person of
// the file is as the file says, and another run sends nothing. Files repeat, so that a
// person may be again what an unfinished run was about to change.
func TestOnlyChangedSurvivesCrashes(t *testing.T) {
	t.Parallel()
	for seed := range uint64(slowtest.Times(2, 50)) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 1))
			s := newScene(t, 0)
			first := make(map[int]int)
			for i := range 150 {
				first[i] = r.IntN(12)
			}
			second := maps.Clone(first)
			for i := range second {
				if r.IntN(3) > 0 {
					second[i] = (second[i] + 1) % 12
				}
			}
			args := []string{"upsert", "people.csv", "--match", "id", "--only-changed", "--batch-rows", "3", "--concurrency", "3"}
			for round := range 5 {
				values := []map[int]int{first, second}[round%2]
				file, last := crowdOf(values, r)
				s.write("people.csv", []byte(file))
				again := append(slices.Clone(args), []string{"--restart", "--resume-or-restart"}[r.IntN(2)])
				if round > 0 {
					s.killAt(1+r.Int64N(10), s.call(again...))
				}
				if round > 0 && r.IntN(2) == 0 {
					continue // another file comes before the run could be resumed
				}
				s.finish(s.call(append(slices.Clone(args), "--resume-or-restart")...), exitDone)
				for id, want := range last {
					p, found := s.service.Person("id", id)
					if got := string(p.Attributes["n"]); !found || got != fmt.Sprintf("%q", want) {
						t.Fatalf("round %d: %s is %s, want %s", round, id, got, want)
					}
				}
				before := s.seen()
				if sum := s.finish(s.call(args...), exitDone); sum.Unchanged != sum.Rows || s.seen() != before {
					t.Fatalf("round %d: run once more, it sent %d rows", round, sum.Accepted)
				}
			}
		})
	}
}

// Killed at any request, between the people who join and those who leave or in the middle
// of either, and resumed: the segment is the file, without a second consent.
func TestSegmentSyncSurvivesCrashes(t *testing.T) {
	t.Parallel()
	ids := func(from, to int) []byte {
		b := []byte("id\n")
		for i := from; i < to; i++ {
			b = fmt.Appendf(b, "member-%d\n", i)
		}
		return b
	}
	for _, at := range []int64{1, 4, 8, 9} { // 8 requests of people who join, and one of those who leave
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			s := newScene(t, 0)
			id := s.service.AddSegment("Newsletter", true)
			s.write("people.csv", ids(0, 1200))
			s.finish(s.call("upsert", "people.csv", "--match", "id"), exitDone)
			s.write("people.csv", ids(0, 600))
			s.finish(s.call("segment", "add", "people.csv", "--match", "id", "--segment", fmt.Sprint(id)), exitDone)
			s.write("people.csv", ids(400, 1200))
			sync := func(more ...string) *exec.Cmd {
				c := s.call(append([]string{"segment", "sync", "people.csv", "--match", "id", "--segment", "Newsletter", "--batch-rows", "75", "--concurrency", "1"}, more...)...)
				c.Env = append(c.Env, "CUSTOMERIO_APP_URL="+s.url, "CUSTOMERIO_APP_API_KEY=app-key-of-the-test")
				return c
			}
			s.killAt(at, sync("--yes", "--expect-remove", "400"))
			s.finish(sync("--resume", "--yes", "--expect-remove", "400"), exitDone)
			segment, _ := s.service.Segment(id)
			for _, p := range segment.Members {
				var n int
				if _, err := fmt.Sscanf(p.ID, "member-%d", &n); err != nil || n < 400 {
					t.Errorf("%s is still a member", p.ID)
				}
			}
			before := s.seen()
			if sum := s.finish(sync(), exitDone); segment.Count != 800 || sum.Unchanged != 800 || s.seen() != before {
				t.Errorf("%d members; run once more, it sent %d requests", segment.Count, s.seen()-before)
			}
		})
	}
}
