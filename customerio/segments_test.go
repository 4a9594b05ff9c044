package customerio

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestSegments(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const one = `{"id":7,"name":"N","description":"D","state":"finished","progress":null,"type":"manual","tags":null}`
		want := Segment{7, "N", "D", "manual", "finished"}
		a := appClient(t, &script{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
			switch r.Method + " " + r.URL.String() {
			case "GET /v1/segments":
				say(w, 200, `{"segments":[`+one+`,{"id":8,"type":"dynamic"}]}`)
			case "GET /v1/segments/7":
				say(w, 200, `{"segment":`+one+`}`)
			case "GET /v1/segments/7/customer_count":
				say(w, 200, `{"segment_id":7,"count":12345678901}`)
			case "GET /v1/workspaces":
				say(w, 200, `{"workspaces":[{"id":3,"name":"W","people":10,"messages_sent":5}]}`)
			default:
				say(w, 404, "")
			}
		}}, AppConfig{})
		all, err := a.Segments(t.Context())
		equal(t, "error", err, nil)
		equal(t, "segments", all, []Segment{want, {ID: 8, Type: "dynamic"}})
		s, err := a.Segment(t.Context(), 7)
		equal(t, "error", err, nil)
		equal(t, "segment", s, want)
		n, err := a.SegmentCount(t.Context(), 7)
		equal(t, "error", err, nil)
		equal(t, "count", n, 12345678901)
		w, err := a.Workspaces(t.Context())
		equal(t, "error", err, nil)
		equal(t, "workspaces", w, []Workspace{{3, "W", 10}})
		_, err = a.Segment(t.Context(), 8)
		equal(t, "trouble", troubleOf(t, err), NotFound)
		equal(t, "error", err.Error(), "there is no segment 8 in this workspace")
	})
}

// No segments are an answer, and an answer about something else is none.
func TestNoSegments(t *testing.T) {
	t.Parallel()
	for body, ok := range map[string]bool{
		`{"segments":[]}`: true, `{"segments":null}`: true,
		`{}`: false, `[]`: false, `null`: false, ``: false, `{"segments":{}}`: false, `{"segments":[{"id":"x"}]}`: false, `{"segment":[]}`: false,
	} {
		synctest.Test(t, func(t *testing.T) {
			all, err := appClient(t, always(200, body), AppConfig{}).Segments(t.Context())
			equal(t, body, err == nil && len(all) == 0, ok)
		})
	}
}

// lossy is a workspace whose answers to a new segment go wrong in its way.
type lossy struct {
	script
	wrong   func(n int, w http.ResponseWriter, create func())
	creates int

	names    sync.Mutex
	segments []string // their names; an id is 1 + the index
}

func (l *lossy) create() {
	l.names.Lock()
	defer l.names.Unlock()
	l.segments = append(l.segments, "Newsletter")
}

// list is the segments as the service writes them.
func (l *lossy) list() string {
	l.names.Lock()
	defer l.names.Unlock()
	var all []string
	for i, name := range l.segments {
		all = append(all, fmt.Sprintf(`{"id":%d,"name":%q,"type":"manual"}`, i+1, name))
	}
	return `{"segments":[` + strings.Join(all, ",") + `]}`
}

func newLossy(wrong func(n int, w http.ResponseWriter, create func())) *lossy {
	l := &lossy{segments: []string{"Newsletter"}, wrong: wrong}
	l.answer = func(_ int, w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			say(w, 200, l.list())
			return
		}
		io.Copy(io.Discard, r.Body)
		l.creates++
		l.wrong(l.creates, w, l.create)
	}
	return l
}

const made = `{"segment":{"id":2,"name":"Newsletter","type":"manual"}}`

// losses are the ways in which a segment is made, and the requests that takes.
var losses = map[string]struct {
	wrong   func(n int, w http.ResponseWriter, create func())
	creates int
}{
	"at once":                        {func(n int, w http.ResponseWriter, create func()) { create(); say(w, 200, made) }, 1},
	"its answer is lost":             {func(n int, w http.ResponseWriter, create func()) { create(); panic(http.ErrAbortHandler) }, 1},
	"it is made and a 502":           {func(n int, w http.ResponseWriter, create func()) { create(); say(w, 502, page) }, 1},
	"it is made and a 200 by others": {func(n int, w http.ResponseWriter, create func()) { create(); say(w, 200, page) }, 1},
	"it is made too late": {func(n int, w http.ResponseWriter, create func()) {
		time.AfterFunc(2*time.Second, create)
		say(w, 504, "")
	}, 1},
	"it was not made": {func(n int, w http.ResponseWriter, create func()) {
		if n < 3 {
			say(w, 500, "")
			return
		}
		create()
		say(w, 200, made)
	}, 3},
	"too many requests": {func(n int, w http.ResponseWriter, create func()) {
		if n < 3 {
			say(w, 429, "", "Retry-After", "1")
			return
		}
		create()
		say(w, 200, made)
	}, 3},
}

func TestCreateSegment(t *testing.T) {
	t.Parallel()
	for name, c := range losses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLossy(c.wrong)
				s, err := appClient(t, l, AppConfig{}).CreateSegment(t.Context(), "Newsletter", "")
				equal(t, "error", err, nil)
				equal(t, "segment", s, Segment{ID: 2, Name: "Newsletter", Type: "manual"})
				equal(t, "creates", l.creates, c.creates)
				equal(t, "segments", l.segments, []string{"Newsletter", "Newsletter"})
			})
		})
	}
}

func TestCreateSegmentSays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := appClient(t, &script{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				say(w, 200, `{"segments":[]}`)
				return
			}
			body, _ := io.ReadAll(r.Body)
			equal(t, "body", string(body), `{"segment":{"name":"a \"b\" é","description":"d"}}`)
			equal(t, "kind", r.Header.Get("Content-Type"), "application/json")
			say(w, 503, "")
		}}, AppConfig{Outage: time.Minute})
		_, err := a.CreateSegment(t.Context(), `a "b" é`, "d")
		equal(t, "trouble", troubleOf(t, err), Unavailable)
		e, _ := errors.AsType[*Error](err)
		equal(t, "hint", strings.Contains(e.Hint, "it may have been made"), true)
		_, err = a.CreateSegment(t.Context(), " ", "d")
		equal(t, "trouble", troubleOf(t, err), Misuse)
	})
}
