package simulator

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestSegments(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	accept(t, w, identify("1", `"email":"A@example.com"`), identify("2", ``), on("identify", "email", "c@example.com"), identify("4", ``))
	news := w.AddSegment("News", true)
	equal(t, "ids are counted", []int{news, w.AddSegment("Active", false)}, []int{1, 2})

	equal(t, "answer", enrol(w, "add", news, "", "2", "1", "nobody", "c@example.com", "2").Body.String(), "{}\n")
	equal(t, "in the order of cio_id", membersOf(t, w, news), []string{"1", "2"})
	enrol(w, "add", news, "?id_type=email", "a@EXAMPLE.com", "c@example.com", "4")
	equal(t, "by email", membersOf(t, w, news), []string{"1", "2", "c@example.com"})
	enrol(w, "add", news, "?id_type=cio_id", "a3000003", "cio_a3000000", "A3000000")
	equal(t, "by a bare cio_id", membersOf(t, w, news), []string{"1", "2", "c@example.com", "4"})
	enrol(w, "remove", news, "?id_type=id", "1", "nobody")
	enrol(w, "remove", news, "?id_type=email", "c@example.com", "c@example.com")
	equal(t, "removed", membersOf(t, w, news), []string{"2", "4"})
	equal(t, "listed", w.Segments(), []Segment{{ID: 1, Name: "News", Type: "manual", Count: 2}, {ID: 2, Name: "Active", Type: "dynamic"}})
	for _, id := range []int{-1, 0, 3} {
		if _, ok := w.Segment(id); ok {
			t.Errorf("there is a segment %d", id)
		}
	}
}

// A person who is deleted or suppressed leaves the segments, and does not return.
func TestSegmentsLoseTheDeleted(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	accept(t, w, identify("1", ``), identify("2", ``), identify("3", ``))
	one, two := w.AddSegment("one", true), w.AddSegment("two", true)
	enrol(w, "add", one, "", "1", "2", "3")
	enrol(w, "add", two, "", "1", "3")
	accept(t, w, on("delete", "id", "1"), on("suppress", "id", "2"), on("unsuppress", "id", "2"), identify("1", ``), identify("2", ``))
	equal(t, "one", membersOf(t, w, one), []string{"3"})
	equal(t, "two", membersOf(t, w, two), []string{"3"})
}

func TestRemoveNeedsID(t *testing.T) {
	t.Parallel()
	for _, needs := range []bool{false, true} {
		w := New(Config{RemoveNeedsID: needs})
		accept(t, w, on("identify", "email", "a@example.com"))
		w.AddSegment("s", true)
		enrol(w, "add", 1, "?id_type=email", "a@example.com")
		equal(t, "answer", enrol(w, "remove", 1, "?id_type=email", "a@example.com").Code, 200)
		equal(t, fmt.Sprint("stays: ", needs), len(membersOf(t, w, 1)) == 1, needs)
	}
}

func TestSegmentRequestsRefused(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	w.AddSegment("manual", true)
	w.AddSegment("dynamic", false)
	accept(t, w, identify("1", ``))
	for name, c := range map[string]struct {
		path, body string
		status     int
		message    string
	}{
		"no such segment": {enrolPath(3, "add"), idsOf("1"), 404, "segment not found"},
		"no number":       {"/api/v1/segments/x/remove_customers", idsOf("1"), 404, "segment not found"},
		"data-driven":     {enrolPath(2, "add"), idsOf("1"), 400, "the segment is data-driven: people cannot be added or removed"},
		"phone":           {enrolPath(1, "add") + "?id_type=phone", idsOf("1"), 400, `id_type \"phone\" is none of id, email and cio_id`},
		"an empty type":   {enrolPath(1, "remove") + "?id_type=", idsOf("1"), 400, `id_type \"\" is none of id, email and cio_id`},
		"not JSON":        {enrolPath(1, "add"), `{"ids":["1"]`, 400, "the request body is not valid JSON"},
		"not an object":   {enrolPath(1, "add"), `["1"]`, 400, "ids must be an array"},
		"not an array":    {enrolPath(1, "add"), `{"ids":"1"}`, 400, "ids must be an array"},
		"a number":        {enrolPath(1, "add"), `{"ids":["1",2]}`, 400, "ids must hold strings that are not empty"},
		"an empty one":    {enrolPath(1, "add"), `{"ids":["1",""]}`, 400, "ids must hold strings that are not empty"},
		"none":            {enrolPath(1, "add"), `{"ids":[]}`, 400, "ids must hold 1 to 1000 strings"},
		"too many":        {enrolPath(1, "remove"), idsOf(strings.Fields(repeat("x ", 1001))...), 400, "ids must hold 1 to 1000 strings"},
		"too large":       {enrolPath(1, "add"), padded(idsOf("1"), 500_001), 413, "request body too large"},
	} {
		rec := ask(w, "POST", c.path, c.body)
		equal(t, name, rec.Code, c.status)
		equal(t, name, rec.Body.String(), `{"meta":{"error":"`+c.message+`"}}`+"\n")
	}
	equal(t, "no one was added", membersOf(t, w, 1), nil)
	equal(t, "credentials", askApp(w, "POST", enrolPath(1, "add"), idsOf("1")).Code, 401)
	equal(t, "method", ask(w, "GET", enrolPath(1, "add"), "").Code, 405)
}

func TestSegmentFaults(t *testing.T) {
	t.Parallel()
	w := New(Config{Faults: Faults{Every429: 3, Every500: 4, RefuseWhole: "poison", TooLargeAbove: 2, RetryAfter: "7"}})
	w.AddSegment("s", true)
	accept(t, w, identify("1", ``))
	send := func(ids ...string) *httptest.ResponseRecorder { return enrol(w, "add", 1, "", ids...) }
	equal(t, "refused whole", send("1", "poison").Code, 400)
	limited := send("1")
	equal(t, "the third of batch and segment requests", []any{limited.Code, limited.Header().Get("Retry-After")}, []any{429, "7"})
	equal(t, "the fourth", send("1").Code, 500)
	equal(t, "too large", send("1", "2", "3").Code, 413)
	equal(t, "the sixth", statuses(w, 1), []int{429})
	equal(t, "no one was added", membersOf(t, w, 1), nil)
	equal(t, "none counted", w.Stats().SegmentIDs, 0)
	w.SetDown(true)
	equal(t, "down", send("1").Code, 503)
	w.SetFaults(Faults{CutAfter: 1})
	server := httptest.NewServer(w)
	defer server.Close()
	r := httptest.NewRequest("POST", server.URL+enrolPath(1, "add"), strings.NewReader(idsOf("1")))
	r.SetBasicAuth("site", "key")
	r.RequestURI = ""
	if _, err := server.Client().Do(r); err == nil {
		t.Error("there was an answer")
	}
	equal(t, "applied and cut", membersOf(t, w, 1), []string{"1"})
}

func TestSegmentStatsAndLog(t *testing.T) {
	t.Parallel()
	w := New(Config{KeepLog: true})
	accept(t, w, identify("1", ``))
	w.AddSegment("s", true)
	enrol(w, "add", 1, "", "1", "2")
	enrol(w, "remove", 1, "?id_type=email", "1")
	enrol(w, "add", 2, "", "1")
	s := w.Stats()
	equal(t, "requests", []int64{s.Requests, s.BatchRequests, s.SegmentRequests, s.AppRequests}, []int64{4, 1, 3, 0})
	equal(t, "operations", []int64{s.Operations, s.Applied, s.Nobody, s.SegmentIDs}, []int64{4, 2, 2, 3})
	equal(t, "most", s.MostOperations, 2)
	var log []string
	for _, a := range w.Log()[1:] {
		log = append(log, fmt.Sprint(a.Sequence, a.Action, a.Segment, a.Kind, a.Value, a.Outcome))
	}
	equal(t, "log", log, []string{
		fmt.Sprint(2, "add_customers", 1, "id", "1", "applied"), fmt.Sprint(3, "add_customers", 1, "id", "2", "nobody"),
		fmt.Sprint(4, "remove_customers", 1, "email", "1", "nobody"),
	})
}

func TestSegmentsCountOnly(t *testing.T) {
	t.Parallel()
	w := New(Config{CountOnly: true, KeepLog: true})
	equal(t, "no segment is needed", enrol(w, "add", 7, "", "1", "2", "3").Body.String(), "{}\n")
	equal(t, "escaped", enrol(w, "remove", 7, "", `a"b`, "2").Code, 200)
	equal(t, "spaced", ask(w, "POST", enrolPath(7, "add"), ` { "ids" : [ "1" ] }`).Code, 200)
	equal(t, "too many", enrol(w, "add", 7, "", strings.Fields(repeat("x ", 1001))...).Code, 400)
	equal(t, "none", enrol(w, "add", 7, "").Code, 400)
	s := w.Stats()
	equal(t, "operations", []int64{s.Operations, s.Applied, s.SegmentIDs, s.Nobody}, []int64{6, 6, 6, 0})
	equal(t, "log", len(w.Log()), 0)
	w.SetFaults(Faults{Every503: 2, TooLargeAbove: 2})
	equal(t, "faults", []int{enrol(w, "add", 7, "", "1", "2", "3").Code, enrol(w, "add", 7, "", "1").Code}, []int{413, 503})
}

func TestFingerprintOfSegments(t *testing.T) {
	t.Parallel()
	people := []string{identify("1", ``), identify("2", ``)}
	build := func(reversed bool, steps func(w *Workspace)) string {
		w := New(Config{})
		first, second := people[0], people[1]
		if reversed {
			first, second = second, first
		}
		accept(t, w, first, second)
		steps(w)
		return w.Fingerprint()
	}
	none := func(*Workspace) {}
	named := func(name string, manual bool, ids ...string) func(*Workspace) {
		return func(w *Workspace) {
			id := w.AddSegment(name, manual)
			if len(ids) > 0 {
				enrol(w, "add", id, "", ids...)
			}
		}
	}
	both := func(a, b func(*Workspace)) func(*Workspace) { return func(w *Workspace) { a(w); b(w) } }
	a, b := named("a", true, "1"), named("b", true, "2", "1")
	equal(t, "order of people and segments", build(true, both(b, a)), build(false, both(a, b)))
	left := both(named("a", true, "1", "2"), func(w *Workspace) { enrol(w, "remove", 1, "", "2") })
	equal(t, "who has left leaves no trace", build(false, left), build(false, a))
	seen := map[string]string{}
	for name, steps := range map[string]func(*Workspace){
		"none": none, "one": a, "another member": named("a", true, "2"), "another name": named("b", true, "1"),
		"empty": named("a", true), "dynamic": named("a", false), "two members": named("a", true, "1", "2"),
		"namesakes": both(named("a", true, "1"), named("a", true, "2")), "namesakes, one empty": both(named("a", true, "1", "2"), named("a", true)),
	} {
		f := build(false, steps)
		if other := seen[f]; other != "" {
			t.Errorf("%s and %s look alike", name, other)
		}
		seen[f] = name
	}
}

// The fingerprint of a workspace without segments has not changed since segments were
// added: other tests have recorded it.
func TestFingerprintWithoutSegments(t *testing.T) {
	t.Parallel()
	equal(t, "fingerprint", fingerprintOf(t, identify("1", `"a":1`), on("suppress", "id", "2"), event("1", ulidOf(1))),
		"4f6756be9cd8038361f48d3129037d00b26978da492e2b0e8b920e030e9dba28")
	equal(t, "of nothing", New(Config{}).Fingerprint(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
}
