package customerio

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// segmentBatch is a batch of values for a segment call.
func segmentBatch(t testing.TB, c Call, values ...string) *Batch {
	t.Helper()
	b := NewBatch(c)
	for _, v := range values {
		id, err := json.Marshal(v)
		equal(t, "error", err, nil)
		b.Add(id)
	}
	return b
}

func segmentCall(t testing.TB, id int64, remove bool, match Match) Call {
	t.Helper()
	c, err := SegmentCall(id, remove, match)
	equal(t, "error", err, nil)
	return c
}

// set is a manual segment that refuses any request with a bad value in it.
type set struct {
	bad string // none if empty

	mu      sync.Mutex
	members map[string]bool
	sizes   []int    // of its requests
	paths   []string // each once
}

func (s *set) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body struct{ IDs []string }
	text, _ := io.ReadAll(r.Body)
	if err := json.Unmarshal(text, &body); err != nil || len(body.IDs) == 0 || len(body.IDs) > MaxSegmentIDs {
		say(w, 400, `{"meta":{"error":"ids: 1 to 1000 strings"}}`)
		return
	}
	s.sizes = append(s.sizes, len(body.IDs))
	if !slices.Contains(s.paths, r.URL.String()) {
		s.paths = append(s.paths, r.URL.String())
	}
	if s.bad != "" && slices.Contains(body.IDs, s.bad) {
		say(w, 400, `{"meta":{"error":"bad id"}}`)
		return
	}
	if s.members == nil {
		s.members = make(map[string]bool)
	}
	for _, id := range body.IDs {
		s.members[id] = strings.Contains(r.URL.Path, "/add_")
	}
	say(w, 200, "{}")
}

func TestSegmentCalls(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]Call{
		"/api/v1/segments/7/add_customers?id_type=id":                          {segment: 7, match: ID},
		"/api/v1/segments/7/remove_customers?id_type=email":                    {segment: 7, remove: true, match: Email},
		"/api/v1/segments/9223372036854775807/remove_customers?id_type=cio_id": {segment: 1<<63 - 1, remove: true, match: CioID},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := redirecting(0, 0, "")
				track := client(t, w, Config{})
				b := segmentBatch(t, segmentCall(t, c.segment, c.remove, c.match), `a+b@c.de`, `"quoted" & é`)
				all, err := track.Send(t.Context(), b)
				equal(t, "error", err, nil)
				equal(t, "rejections", all, nil)
				const body = `{"ids":["a+b@c.de","\"quoted\" \u0026 é"]}`
				equal(t, "requests", w.requests, []seen{{"service", "POST", want, authorization, "application/json", body}})
				equal(t, "stats", track.Stats(), Stats{Requests: 1, Bytes: int64(len(body))})
			})
		})
	}
}

func TestSegmentCallIsWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]Call{
		"phone": {segment: 7, remove: false, match: Phone}, "no match": {segment: 7, remove: false, match: ""}, "another match": {segment: 7, remove: true, match: "name"},
		"no segment": {segment: 0, remove: false, match: ID}, "below": {segment: -7, remove: false, match: ID},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := SegmentCall(c.segment, c.remove, c.match)
			equal(t, "trouble", troubleOf(t, err), Misuse)
			equal(t, "call", got, Call{})
		})
	}
}

// A batch keeps its call through resets and parts, and sizes are right for it.
func TestBatchOfASegmentCall(t *testing.T) {
	t.Parallel()
	c := segmentCall(t, 7, false, ID)
	var b struct{ Batch } // as the importer has it
	b.Batch = *NewBatch(c)
	for range 2 {
		equal(t, "size", b.Size(), len(`{"ids":[]}`))
		equal(t, "promised size", b.Grown(2, 5), len(`{"ids":["a",""]}`))
		b.Add([]byte(`"a"`))
		b.Add([]byte(`""`))
		b.Add([]byte(`"é"`))
		const want = `{"ids":["a","","é"]}`
		got, err := io.ReadAll(newBody(&b.Batch, new(access)))
		equal(t, "error", err, nil)
		equal(t, "body", string(got), want)
		equal(t, "size", b.Size(), len(want))
		equal(t, "operations", []string{string(b.Op(0)), string(b.Op(1)), string(b.Op(2))}, []string{`"a"`, `""`, `"é"`})
		part, _ := io.ReadAll(newBody(b.part(1, 3, nil), new(access)))
		equal(t, "part", string(part), `{"ids":["","é"]}`)
		equal(t, "its call", b.part(1, 3, nil).call, c)
		b.Reset()
	}
	if NewBatch(Call{}).call != new(Batch).call {
		t.Error("the zero call is not the zero batch's")
	}
}

// A request that is refused because of one value is split until it is alone.
func TestSegmentBatchesAreSplit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &set{bad: "id5"}
		var values []string
		for i := range MaxSegmentIDs {
			values = append(values, fmt.Sprint("id", i))
		}
		all, err := client(t, s, Config{}).Send(t.Context(), segmentBatch(t, segmentCall(t, 7, false, ID), values...))
		equal(t, "error", err, nil)
		equal(t, "rejections", short(all), `5 invalid "" "bad id"`)
		equal(t, "members", len(s.members), MaxSegmentIDs-1)
		equal(t, "paths", s.paths, []string{"/api/v1/segments/7/add_customers?id_type=id"})
		if len(s.sizes) > 2*10+1 {
			t.Errorf("%d requests", len(s.sizes))
		}
	})
}

// More than the service takes at once also arrives.
func TestSegmentBatchIsTooLarge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := new(set)
		all, err := client(t, s, Config{}).Send(t.Context(), segmentBatch(t, segmentCall(t, 7, true, ID), make([]string, MaxSegmentIDs+1)...))
		equal(t, "error", err, nil)
		equal(t, "rejections", all, nil)
		equal(t, "requests", s.sizes, []int{500, 501})
		equal(t, "member", s.members, map[string]bool{"": false})
	})
}

func TestSegmentIsMissing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := always(404, `{"meta":{"error":"not found"}}`)
		_, err := client(t, s, Config{}).Send(t.Context(), segmentBatch(t, segmentCall(t, 7, false, ID), "a", "b"))
		equal(t, "trouble", troubleOf(t, err), Misuse)
		equal(t, "error", err.Error(), "there is no segment 7 in this workspace")
		e, _ := errors.AsType[*Error](err)
		equal(t, "status", e.Status, 404)
		equal(t, "hint", e.Hint != "", true)
		equal(t, "requests", s.count(), 1)
	})
}

// Errors in an answer are in doubt here as they are for other batches.
func TestSegmentOddAnswers(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"errors":[]}`:                  "",
		`{"errors":["no"]}`:              "0? " + doubt + "; 1? " + doubt,
		`{"errors":[{"batch_index":1}]}`: `1 invalid "" ""`,
	} {
		synctest.Test(t, func(t *testing.T) {
			all, err := client(t, always(200, body), Config{}).Send(t.Context(), segmentBatch(t, segmentCall(t, 7, false, ID), "a", "b"))
			equal(t, "error", err, nil)
			equal(t, "rejections", short(all), want)
		})
	}
}

// The type of the ids survives retries, and redirects that leave it out; a redirect
// that names another type is followed.
func TestSegmentQuerySurvives(t *testing.T) {
	t.Parallel()
	const query = "id_type=email"
	for location, want := range map[string]string{
		"https://track-eu.customer.io/api/v1/segments/7/add_customers?id_type=email": query,
		"https://track-eu.customer.io/api/v1/segments/7/add_customers":               query,
		"/other":             query,
		"/other?id_type=id":  "id_type=id",
		"?id_type=cio_id&x=": "id_type=cio_id&x=",
	} {
		t.Run(location, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var queries []string
				s := &script{answer: func(n int, w http.ResponseWriter, r *http.Request) {
					queries = append(queries, r.URL.RawQuery)
					switch n {
					case 0:
						say(w, 429, "", "Retry-After", "7")
					case 1:
						say(w, 307, "", "Location", location)
					default:
						say(w, 200, "{}")
					}
				}}
				n, begun := new(network), time.Now()
				n.serve(t, "track.customer.io:443", s)
				n.serve(t, "track-eu.customer.io:443", s)
				track := n.track(t, Config{})
				_, err := track.Send(t.Context(), segmentBatch(t, segmentCall(t, 7, false, Email), "a@b.de"))
				equal(t, "error", err, nil)
				equal(t, "queries", queries, []string{query, query, want})
				equal(t, "took", time.Since(begun), 7*time.Second)
				equal(t, "stats", track.Stats(), Stats{Requests: 3, Retries: 1, Bytes: 3 * int64(len(`{"ids":["a@b.de"]}`)), Throttled: 1})
			})
		})
	}
}
