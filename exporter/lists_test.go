package exporter

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/runs"
)

func event(id, name string) string {
	return fmt.Sprintf(`{"type":"person","action":"event","identifiers":{"id":%q},"name":%q,"attributes":{"a":[1,"x"]}}`, id, name)
}

func TestActivities(t *testing.T) {
	t.Parallel()
	for _, oldest := range []bool{false, true} {
		w := newWorld(t, simulator.Config{App: simulator.AppConfig{OldestFirst: oldest}})
		w.operate(identify("id", "1", map[string]any{"email": "a@example.com"}))
		for i := range 250 {
			w.operate(event("1", fmt.Sprint("e", i)))
		}
		s, file := w.export(Query{What: Activities, Type: "event"}, "events.csv")
		columns, all := lines(t, file)
		equal(t, "columns", columns, activityColumns)
		equal(t, "events", []any{len(all), s.Exported, s.Requests}, []any{250, int64(250), int64(3)})
		equal(t, "person", []string{all[0]["customer_id"], all[0]["customer_email"], all[0]["customer_cio_id"], all[0]["data"]},
			[]string{"1", "a@example.com", "a3000000", `{"a":[1,"x"]}`})
		s, _ = w.export(Query{What: Activities, Type: "none"}, "none.csv")
		equal(t, "a list may be empty", []any{s.Exported, s.Short}, []any{int64(0), false})
		s, _ = w.export(Query{What: Activities, From: 1, To: 2}, "old.csv")
		equal(t, "before there was one", s.Exported, int64(0))
	}
}

// Each export since the last one has what is new, once.
func TestActivitiesSinceTheLast(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Config{})
	w.operate(identify("id", "1", nil))
	q := Query{What: Activities, Type: "event", Since: true, Workspace: "w1"}
	var names []string
	for i := range 4 {
		for k := range 30 * i {
			w.operate(event("1", fmt.Sprintf("e%d-%d", i, k)))
		}
		j := w.job(q, fmt.Sprintf("%d.csv", i), runs.Refuse)
		j.Run.Checkpoint.StartedAt = time.Now().Add(time.Second)
		s, err := j.Do(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Run.Finish(); err != nil {
			t.Fatal(err)
		}
		j.Run.Close()
		equal(t, fmt.Sprint("exported ", i), s.Exported, int64(30*i))
		data, _ := os.ReadFile(j.Output.Path)
		_, all := lines(t, string(data))
		for _, a := range all {
			names = append(names, a["name"])
		}
	}
	slices.Sort(names)
	equal(t, "events, once each", []int{len(names), len(slices.Compact(names))}, []int{180, 180})
	other := q
	other.Workspace = "w2"
	s, _ := w.export(other, "other.csv")
	equal(t, "another workspace has its own", s.Exported, int64(180))
}

// A mark that cannot be read is an error: without it, activities would come twice.
func TestDamagedMark(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Config{})
	j := w.job(Query{What: Activities, Since: true}, "a.csv", runs.Refuse)
	defer j.Run.Close()
	path := marks{newExport(j)}.path()
	for _, text := range []string{"", "{", `{"version":1,"workspace":"other"}`, `{"version":9}`} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := j.Do(t.Context()); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestSegmentsList(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Config{})
	w.segment("News")
	w.segment("Été, \"x\"")
	s, file := w.export(Query{What: Segments}, "segments.csv")
	equal(t, "file", file, "id,name,type,state,description\n1,News,manual,finished,\n2,\"Été, \"\"x\"\"\",manual,finished,\n")
	equal(t, "exported", s.Exported, int64(2))
	_, file = w.export(Query{What: Segments}, "segments.jsonl")
	equal(t, "JSONL", strings.HasPrefix(file, `{"id":1,"name":"News","type":"manual","state":"finished","description":""}`+"\n"), true)
}

// A range of more than a year comes whole, each delivery once, though months meet
// in a second that both have.
func TestDeliveries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Config{})
	from := time.Date(2024, 11, 15, 0, 0, 0, 0, time.UTC)
	for i := range 24 {
		for k, at := range []time.Time{from.AddDate(0, i, 3), time.Date(2024, time.Month(12+i), 1, 0, 0, 0, 0, time.UTC)} {
			w.w.AddMessages(simulator.Message{ID: fmt.Sprintf("m%d-%d", i, k), Campaign: 7, CustomerID: "1", Created: at.Unix()})
		}
	}
	q := Query{What: Deliveries, Campaign: 7, From: from.Unix(), To: from.AddDate(2, 0, 0).Unix()}
	s, file := w.export(q, "deliveries.csv")
	_, all := lines(t, file)
	equal(t, "deliveries", []any{len(all), s.Exported, s.Short}, []any{48, int64(48), false})
	equal(t, "those that two months have", s.Twice, int64(24))
	q.Metric = "opened"
	s, _ = w.export(q, "none.csv")
	equal(t, "none", []any{s.Exported, *s.Counted, s.Short}, []any{int64(0), int64(0), false})
}

func TestMonths(t *testing.T) {
	t.Parallel()
	at := func(text string) int64 {
		v, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return v.Unix()
	}
	from, to := at("2025-12-31T23:59:59Z"), at("2026-02-03T00:00:00Z")
	equal(t, "months", months(from, to), []month{
		{from, at("2026-01-01T00:00:00Z")}, {at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z")}, {at("2026-02-01T00:00:00Z"), to},
	})
	equal(t, "none", len(months(to, from)), 0)
}

// Resume continues, Refuse says that there is one, Restart drops it, and another
// query to the same file is not the same work.
func TestBegin(t *testing.T) {
	t.Parallel()
	s := State{Dir: t.TempDir()}
	out, err := NewOutput(filepath.Join(t.TempDir(), "a.csv"), "")
	if err != nil {
		t.Fatal(err)
	}
	begin := func(q Query, mode runs.Mode) (string, error) {
		r, err := s.Begin(q, out, mode, time.Now())
		if err != nil {
			return "", err
		}
		return r.Name, r.Close()
	}
	q := Query{What: People}
	first, err := begin(q, runs.Resume)
	equal(t, "begun", err, nil)
	again, err := begin(q, runs.Resume)
	equal(t, "resumed", []any{again, err}, []any{first, nil})
	_, err = begin(q, runs.Refuse)
	if _, ok := err.(*runs.UnfinishedError); !ok || !strings.Contains(err.Error(), first) {
		t.Errorf("refused: %v", err)
	}
	_, err = begin(Query{What: People, Attributes: []string{"a"}}, runs.Resume)
	if e, ok := err.(*runs.UnfinishedError); !ok || e.Problem == "" {
		t.Errorf("another query: %v", err)
	}
	time.Sleep(2 * time.Millisecond) // a name is a time
	second, err := begin(q, runs.Restart)
	equal(t, "restarted", []any{second != first, err}, []any{true, nil})
	if err := os.WriteFile(filepath.Join(s.Dir, second, checkpointFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := begin(q, runs.Resume); err == nil {
		t.Error("a damaged checkpoint was used")
	}
	time.Sleep(2 * time.Millisecond)
	if _, err := begin(q, runs.Restart); err != nil {
		t.Errorf("a damaged one, restarted: %v", err)
	}
	r, err := s.Begin(q, out, runs.Resume, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := begin(q, runs.Resume); err != runs.ErrLocked {
		t.Errorf("locked: %v", err)
	}
}
