package exporter

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/runs"
)

// lines reads CSV as objects by the header's names.
func lines(t *testing.T, file string) (columns []string, all []map[string]string) {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records[1:] {
		m := make(map[string]string)
		for i, name := range records[0] {
			m[name] = r[i]
		}
		all = append(all, m)
	}
	return records[0], all
}

// Everyone is there with all of their attributes, whatever identifiers they have;
// columns that appear late are there for all, and those that differ by case stay
// apart.
func TestPeopleByPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Config{})
	w.people(2345)
	w.operate(identify("id", "last", map[string]any{"aaa": "late"}))
	s, file := w.export(Query{What: People}, "people.csv")
	columns, all := lines(t, file)
	equal(t, "columns", columns, []string{"id", "email", "cio_id", "Plan", "aaa", "list", "n", "phone", "plan", "ümlaut \"q\""})
	equal(t, "people", len(all), 2346)
	equal(t, "only an email", []string{all[3]["id"], all[3]["email"], all[3]["n"], all[3]["list"]}, []string{"", "p3@example.com", "3", `[1,"a",null]`})
	equal(t, "only a phone", []string{all[5]["id"], all[5]["email"], all[5]["phone"]}, []string{"", "", "+15005550005"})
	equal(t, "case", []string{all[2]["Plan"], all[2]["plan"]}, []string{" spaces ", "p2"})
	equal(t, "late", all[2345]["aaa"], "late")
	equal(t, "summary", []any{s.Exported, *s.Counted, s.Twice, s.Gone, s.Short, s.Via}, []any{int64(2346), int64(2346), int64(0), int64(0), false, ViaPages})
	equal(t, "requests", s.Requests, int64(3+24))
	info, err := os.Stat(filepath.Join(w.dir, "people.csv"))
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	left, _ := filepath.Glob(filepath.Join(w.dir, "*.partial"))
	spools, _ := filepath.Glob(filepath.Join(w.dir, "state", "*", "spool-*"))
	equal(t, "left over", len(left)+len(spools), 0)
}

// JSONL keeps what is not there apart from what is empty.
func TestPeopleAsJSONL(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Config{})
	w.operate(identify("id", "1", map[string]any{"a": "x", "b": map[string]any{"c": 1}}), identify("id", "2", nil))
	_, file := w.export(Query{What: People}, "people.jsonl")
	equal(t, "file", file, `{"id":"1","cio_id":"a3000000","a":"x","b":"{\"c\":1}"}`+"\n"+`{"id":"2","cio_id":"a3000001"}`+"\n")
}

// The attributes that are named are the columns, in their order.
func TestNamedAttributes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Config{})
	w.people(3)
	for _, via := range []Via{ViaPages, ViaJob} {
		_, file := w.export(Query{What: People, Attributes: []string{"plan", "nothing", "n"}, Via: via}, string(via)+".csv")
		equal(t, string(via), file, "id,email,cio_id,plan,nothing,n\nperson-0,,a3000000,p0,,0\nperson-1,,a3000001,p1,,1\nperson-2,,a3000002,p2,,2\n")
	}
}

// Pages and a job give the same file.
func TestPeopleByJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Config{App: simulator.AppConfig{ExportPolls: 3, LinkMember: "link"}, Faults: simulator.Faults{AppCutDownload: 5000}})
	w.people(1500)
	attributes := []string{"plan", "n", "Plan", "ümlaut \"q\"", "list", "phone"}
	_, pages := w.export(Query{What: People, Attributes: attributes, Via: ViaPages}, "pages.csv")
	s, job := w.export(Query{What: People, Attributes: attributes, Via: ViaJob}, "job.csv")
	equal(t, "files", job == pages, true)
	equal(t, "summary", []any{s.Exported, *s.Counted, s.Short}, []any{int64(1500), int64(1500), false})
	equal(t, "keys that leaked", w.w.Stats().Leaked, int64(0))
	_, ids := w.export(Query{What: People, IdentifiersOnly: true, Via: ViaJob}, "ids.csv")
	_, same := w.export(Query{What: People, IdentifiersOnly: true}, "ids2.csv")
	equal(t, "identifiers", ids == same, true)
}

func TestFailedJob(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Config{Faults: simulator.Faults{AppFailExports: true}})
	w.people(3)
	j := w.job(Query{What: People, Via: ViaJob}, "people.csv", runs.Refuse)
	defer j.Run.Close()
	s, err := j.Do(t.Context())
	if e, ok := errors.AsType[*customerio.Error](err); !ok || e.Trouble != customerio.Refused || !strings.Contains(s.Error, "failed") {
		t.Errorf("%v, %q", err, s.Error)
	}
	if _, err := os.Stat(j.Output.Path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file: %v", err)
	}
}

// People who move between pages are in the file once, and those who are lost are
// missed.
func TestMovingPages(t *testing.T) {
	t.Parallel()
	for shift, want := range map[int]Summary{0: {Exported: 3500}, 7: {Exported: 3500, Twice: 21}, -7: {Exported: 3479, Short: true}, -1: {Exported: 3497}} {
		w := newWorld(t, simulator.Config{App: simulator.AppConfig{PageShift: shift}})
		w.people(3500)
		s, file := w.export(Query{What: People, IdentifiersOnly: true}, "people.csv")
		_, all := lines(t, file)
		seen := make(map[string]bool)
		for _, p := range all {
			seen[p["cio_id"]] = true
		}
		equal(t, fmt.Sprint("lines of shift ", shift), len(all), len(seen))
		equal(t, fmt.Sprint("summary of shift ", shift), Summary{Exported: s.Exported, Twice: s.Twice, Short: s.Short}, want)
	}
}

func TestSegmentMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Config{App: simulator.AppConfig{NullLists: true}, PageEnd: simulator.EndPage})
	w.people(100)
	id := w.segment("News", "person-0", "person-2", "person-14")
	_, file := w.export(Query{What: Segment, Segment: id}, "segment.csv")
	equal(t, "members", file, "id,email,cio_id\nperson-0,,a3000000\nperson-2,,a3000002\nperson-14,,a300000e\n")
	s, file := w.export(Query{What: People, Segment: id, Attributes: []string{"plan"}}, "people.csv")
	equal(t, "people", file, "id,email,cio_id,plan\nperson-0,,a3000000,p0\nperson-2,,a3000002,p2\nperson-14,,a300000e,p2\n")
	equal(t, "counted", *s.Counted, int64(3))
	both := Query{What: People, Segment: id, Filter: json.RawMessage(`{"attribute":{"field":"plan","operator":"eq","value":"p2"}}`), IdentifiersOnly: true}
	s, file = w.export(both, "both.csv")
	equal(t, "both", file, "id,email,cio_id\nperson-2,,a3000002\nperson-14,,a300000e\n")
	equal(t, "not counted", s.Counted == nil && !s.Short, true)
	empty := w.segment("Empty")
	s, file = w.export(Query{What: Segment, Segment: empty}, "empty.csv")
	equal(t, "no one", []any{file, s.Short}, []any{"id,email,cio_id\n", false})
	none := Query{What: People, Filter: json.RawMessage(`{"attribute":{"field":"plan","operator":"eq","value":"none"}}`)}
	s, _ = w.export(none, "none.csv")
	equal(t, "no rows without a count", s.Short, true)
}

// An unsubscribed person is never exported without the word that says so.
func TestUnsubscribed(t *testing.T) {
	t.Parallel()
	e := peoplePages{&export{Job: &Job{Query: Query{What: People}}}}
	r := e.personRecord(&customerio.Person{PersonRef: customerio.PersonRef{CioID: "a1"}, Attributes: map[string]string{"id": "7", "email": "a@example.com"}, Unsubscribed: true})
	equal(t, "fields", []string{string(r.get("id")), string(r.get("email")), string(r.get("unsubscribed"))}, []string{"7", "a@example.com", "true"})
}

// The key's scope may leave out the count, and then nothing is compared.
func TestScopedKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Config{App: simulator.AppConfig{Denied: []string{"/v1/workspaces"}}})
	w.people(3)
	s, _ := w.export(Query{What: People}, "people.csv")
	equal(t, "summary", []any{s.Exported, s.Counted == nil, s.Short}, []any{int64(3), true, false})
	w = newWorld(t, simulator.Config{App: simulator.AppConfig{Denied: []string{"/v1/customers"}}})
	j := w.job(Query{What: People}, "people.csv", runs.Refuse)
	defer j.Run.Close()
	_, err := j.Do(t.Context())
	e, ok := errors.AsType[*customerio.Error](err)
	equal(t, "out of scope", ok && e.Problem == customerio.OutOfScope, true)
}
