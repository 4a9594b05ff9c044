package importer

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/slowtest"
	"github.com/ciobulk/ciobulk/join"
	"github.com/ciobulk/ciobulk/runs"
)

// workspace applies upserts of one attribute, and refuses some values.
type workspace struct {
	sender
	people map[string]int64
}

func newWorkspace(t *testing.T, people map[string]int64) *workspace {
	w := &workspace{people: maps.Clone(people)}
	w.answer = func(b *customerio.Batch) (bad []customerio.Rejection, err error) {
		for i := range b.Len() {
			op := string(b.Op(i))
			person, _, _ := strings.Cut(op, `"attributes"`)
			if value := n(t, op); value%9 == 0 {
				bad = append(bad, customerio.Rejection{Index: i, Reason: "invalid"})
			} else {
				w.people[person] = value
			}
		}
		return bad, nil
	}
	return w
}

// randomFile has several rows of some people, some that do not convert, and people who come
// and go.
func randomFile(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("id,n\n")
	for range 1 + r.IntN(40) {
		value := fmt.Sprint(1 + r.IntN(30))
		if r.IntN(12) == 0 {
			value = "many"
		}
		fmt.Fprintf(&b, "p%d,%s\n", r.IntN(25), value)
	}
	return b.String()
}

// Whatever came before: sending only what changed leaves the workspace as sending all does.
func TestOnlyChangedEqualsAll(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(11, 12))
	rounds, spared := 0, int64(0)
	for range slowtest.Times(12, 500) {
		files := []string{randomFile(r), randomFile(r), ""}
		lines := strings.SplitAfter(strings.TrimPrefix(files[1], "id,n\n"), "\n")
		r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		files[2] = "id,n\n" + strings.Join(lines, "") // the same rows in another order
		all, some := map[string]int64{}, map[string]int64{}
		var state []byte
		for _, file := range append(files, files[0]) {
			full := newWorkspace(t, all)
			sent(t, full, file, nil)
			part := newWorkspace(t, some)
			var skipped int64
			state, skipped = sentChanged(t, part, file, state)
			if all, some = full.people, part.people; !maps.Equal(all, some) {
				t.Fatalf("%d rows were not sent of\n%s\nwith all: %v\n  without: %v", skipped, file, all, some)
			}
			rounds, spared = rounds+1, spared+skipped
		}
	}
	if t.Logf("%d files, %d rows of them were not sent", rounds, spared); spared < int64(rounds) {
		t.Error("nearly all was sent again")
	}
}

// sent sends a file, of which changed says what differs.
func sent(t *testing.T, to *workspace, file string, changed *Changes) (*runs.Run, *runs.Summary, []Source) {
	t.Helper()
	sources := []Source{source(t, "a.csv", file, "match: {id: id}\nattributes: {n: {column: n, type: integer}}\n")}
	run := begin(t, t.TempDir(), runs.Refuse, sources...)
	im := Import{Sources: sources, Sender: to, Run: run, Concurrency: 3, BatchRows: 4, Changed: changed}
	sum, err := im.Do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return run, sum, sources
}

// sentChanged sends what of a file differs from a state, and returns the next state and
// how many rows were not sent.
func sentChanged(t *testing.T, to *workspace, file string, state []byte) (next []byte, skipped int64) {
	t.Helper()
	first := Import{Sources: []Source{source(t, "a.csv", file, "match: {id: id}\nattributes: {n: {column: n, type: integer}}\n")}}
	old := func() *join.StateReader {
		if state == nil {
			return nil
		}
		s, err := join.NewStateReader(bytes.NewReader(state))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	changed, err := ReadChanges(t.Context(), &first, join.Secret{1}, t.TempDir())
	if err == nil {
		defer changed.Close()
		err = changed.Compare(old(), join.Terms{})
	}
	if err != nil {
		t.Fatal(err)
	}
	run, sum, sources := sent(t, to, file, changed)
	var out bytes.Buffer
	w, err := join.NewStateWriter(&out, join.Header{})
	if err == nil {
		err = changed.Update(old(), join.Terms{}, sources, run, w)
	}
	if err == nil {
		err = w.Finish()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), sum.Unchanged
}
