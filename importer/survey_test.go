package importer

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/runs"
)

const surveyMapping = `operation: {column: do}
match: {email: e}
attributes: {n: {column: n, type: integer}}
event: {name: {value: Did}}
where: 'n != "hidden"'
`

// surveyed opens texts as inputs and binds the mapping to them for upsert.
func surveyed(t *testing.T, yaml string, paths ...string) (sources []Source) {
	t.Helper()
	for _, path := range paths {
		src := openSource(t, path, "match: {email: e}\n")
		m, err := mapping.Parse("test.yaml", []byte(yaml), false)
		if err == nil {
			err = m.SetVerb(mapping.Upsert)
		}
		if err == nil {
			src.Plan, err = m.Bind(src.Input)
		}
		if err != nil {
			t.Fatal(err)
		}
		sources = append(sources, src)
	}
	return sources
}

// A survey counts just those who are then destroyed, whatever is skipped, limited,
// sharded, filtered or rejected, and names the first of them.
func TestSurveyCountsWhomTheRunDestroys(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 5))
			var paths []string
			total := 0
			for file := range 1 + r.IntN(3) {
				var b strings.Builder
				b.WriteString("e,do,n\n")
				for range r.IntN(120) {
					total++
					email := fmt.Sprintf("P%d@example.com", r.IntN(30))
					if r.IntN(2) == 0 {
						email = strings.ToLower(email)
					}
					do := []string{"upsert", "delete", "Suppress", "unsuppress", "event", "", "explode"}[r.IntN(7)]
					n := []string{"1", "many", "hidden", "2,surplus"}[r.IntN(4)]
					fmt.Fprintf(&b, "%s,%s,%s\n", email, do, n)
				}
				src := source(t, fmt.Sprintf("%d.csv", file), b.String(), "match: {email: e}\n")
				paths = append(paths, src.Input.Path)
			}
			shard := mapping.Shard{Index: 1, Count: 1}
			if r.IntN(2) == 0 {
				shard = mapping.Shard{Index: 1 + r.IntN(3), Count: 3}
			}
			yaml, rule := surveyMapping, []mapping.DuplicateRule{mapping.KeepDuplicates, mapping.LastDuplicate, mapping.RejectDuplicates}[r.IntN(3)]
			yaml += "duplicates: " + string(rule) + "\n"
			job := Import{Shard: shard, Concurrency: 3, BatchRows: 7}
			if r.IntN(2) == 0 {
				job.Skip, job.Limit = int64(r.IntN(50)), int64(1+r.IntN(150))
			}

			first := job
			first.Sources = surveyed(t, yaml, paths...)
			found, err := first.Survey(t.Context(), rule, t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			s := &sender{}
			job.Sources, job.Sender, job.Duplicates = surveyed(t, yaml, paths...), s, found.Duplicates
			job.Run = begin(t, t.TempDir(), runs.Refuse, job.Sources...)
			sum, err := job.Do(t.Context())
			if err != nil || sum.Ledger.Check() != nil {
				t.Fatalf("%+v, %v", sum, err)
			}
			checkSurvey(t, s, found, rule)
		})
	}
}

func checkSurvey(t *testing.T, s *sender, found *Survey, rule mapping.DuplicateRule) {
	t.Helper()
	destroyed := map[string]bool{}
	sent := map[string]int{}
	for _, op := range s.applied {
		var o struct {
			Action      string
			Identifiers struct{ Email string }
		}
		if err := json.Unmarshal([]byte(op), &o); err != nil {
			t.Fatal(err)
		}
		who := strings.ToLower(o.Identifiers.Email)
		sent[who]++
		if o.Action == "delete" || o.Action == "suppress" || o.Action == "unsuppress" {
			destroyed[who] = true
		}
	}
	if found.People != int64(len(destroyed)) {
		t.Errorf("%d people were surveyed, something was done to %d", found.People, len(destroyed))
	}
	for who, n := range sent {
		if rule != mapping.KeepDuplicates && n > 1 {
			t.Errorf("%s was sent %d times", who, n)
		}
	}
	if n := len(found.Examples); n > 5 || int64(n) > found.People || rule == mapping.KeepDuplicates && int64(n) != min(5, found.People) {
		t.Errorf("%d examples of %d people", n, found.People)
	}
	for i, e := range found.Examples {
		if slices.Contains(found.Examples[:i], e) || !destroyed[strings.ToLower(e)] {
			t.Errorf("example %q appears twice, or for no one", e)
		}
	}
}
