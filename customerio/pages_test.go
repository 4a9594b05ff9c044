package customerio

import (
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// collect is all people until the first error.
func collect(people iter.Seq2[PersonRef, error]) (all []PersonRef, _ error) {
	for p, err := range people {
		if err != nil {
			return all, err
		}
		all = append(all, p)
	}
	return all, nil
}

// scroll answers with one page after the other, and notes what it was asked.
type scroll struct {
	script
	asked []string
}

func newScroll(sheets ...string) *scroll {
	s := new(scroll)
	s.answer = func(n int, w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.asked = append(s.asked, strings.TrimSpace(r.Method+" "+r.RequestURI+" "+string(body)))
		if n >= len(sheets) {
			say(w, 400, "there is no such page")
			return
		}
		say(w, 200, sheets[n])
	}
	return s
}

func TestPagesEnd(t *testing.T) {
	t.Parallel()
	const first = `{"identifiers":[{"id":"1","email":null,"cio_id":"c1"},{"id":2,"email":"a@b.de","cio_id":3}],"ids":["1","2"],"next":"M+T/x=&"}`
	for name, last := range map[string]string{
		"next is absent":   `{"identifiers":[{"cio_id":"c3"}],"ids":[""]}`,
		"next is null":     `{"identifiers":[{"cio_id":"c3"}],"ids":[""],"next":null}`,
		"next is empty":    `{"identifiers":[{"cio_id":"c3"}],"ids":[""],"next":""}`,
		"a page is empty":  `{"identifiers":[],"ids":[],"next":"more"}`,
		"a page is null":   `{"identifiers":null,"next":"more"}`,
		"nothing is there": `{}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				want := []PersonRef{{ID: "1", CioID: "c1"}, {"2", "a@b.de", "3"}}
				if strings.Contains(last, "c3") {
					want = append(want, PersonRef{CioID: "c3"})
				}
				s := newScroll(first, last, first, last)
				a := appClient(t, s, AppConfig{})
				got, err := collect(a.People(t.Context(), json.RawMessage(`{"segment": {"id":7}}`), 2))
				equal(t, "error", err, nil)
				equal(t, "people", got, want)
				got, err = collect(a.Members(t.Context(), 7))
				equal(t, "error", err, nil)
				equal(t, "members", got, want)
				equal(t, "asked", s.asked, []string{
					`POST /v1/customers?limit=2 {"filter":{"segment":{"id":7}}}`,
					`POST /v1/customers?start=M%2BT%2Fx%3D%26&limit=2 {"filter":{"segment":{"id":7}}}`,
					`GET /v1/segments/7/membership?limit=30000`,
					`GET /v1/segments/7/membership?start=M%2BT%2Fx%3D%26&limit=30000`,
				})
			})
		})
	}
}

func TestPeopleQuestions(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int]string{0: "1000", -1: "1000", 1: "1", 1000: "1000", 1001: "1000"} {
		synctest.Test(t, func(t *testing.T) {
			s := newScroll(`{}`)
			_, err := collect(appClient(t, s, AppConfig{}).People(t.Context(), nil, limit))
			equal(t, "error", err, nil)
			equal(t, "asked", s.asked, []string{`POST /v1/customers?limit=` + want + ` {"filter":` + everyone + `}`})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		s := newScroll()
		_, err := collect(appClient(t, s, AppConfig{}).People(t.Context(), json.RawMessage(`{"and":[`), 0))
		equal(t, "trouble", troubleOf(t, err), Misuse)
		equal(t, "requests", s.count(), 0)
	})
}

// An answer that would end the sequence early, or never, is an error.
func TestPagesFail(t *testing.T) {
	t.Parallel()
	const person = `"identifiers":[{"id":"1"}]`
	for name, sheets := range map[string][]string{
		"ids alone":      {`{` + person + `,"next":"2"}`, `{"ids":["1"]}`},
		"no people":      {`{` + person + `,"next":"2"}`, `{"identifiers":["1"]}`},
		"a list":         {`{` + person + `,"next":"2"}`, `[]`},
		"nothing":        {`{` + person + `,"next":"2"}`, ``},
		"it is refused":  {`{` + person + `,"next":"2"}`},
		"the same again": {`{` + person + `,"next":"2"}`, `{` + person + `,"next":"2"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				got, err := collect(appClient(t, newScroll(sheets...), AppConfig{}).People(t.Context(), nil, 0))
				equal(t, "trouble", troubleOf(t, err), Refused)
				equal(t, "people", got, []PersonRef{{ID: "1"}})
			})
		})
	}
}

// A caller that has seen enough asks for no more, and may begin again.
func TestPagesStop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScroll(`{"identifiers":[{"id":"1"},{"id":"2"}],"next":"2"}`, `{"identifiers":[{"id":"1"}],"next":"2"}`)
		people := appClient(t, s, AppConfig{}).People(t.Context(), nil, 0)
		for range 2 {
			for p, err := range people {
				equal(t, "error", err, nil)
				equal(t, "person", p, PersonRef{ID: "1"})
				break
			}
		}
		equal(t, "requests", s.count(), 2)
		equal(t, "the second", s.asked[1], s.asked[0])
	})
}

// A page that does not come at first is asked for again, and only that.
func TestPagesRetry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{answer: func(n int, w http.ResponseWriter, r *http.Request) {
			switch n {
			case 0:
				say(w, 200, `{"identifiers":[{"id":"1"}],"next":"2"}`)
			case 1:
				say(w, 429, "", "Retry-After", "5")
			default:
				equal(t, "start", r.URL.Query().Get("start"), "2")
				say(w, 200, `{"identifiers":[{"id":"2"}],"next":""}`)
			}
		}}
		got, err := collect(appClient(t, s, AppConfig{}).Members(t.Context(), 7))
		equal(t, "error", err, nil)
		equal(t, "members", got, []PersonRef{{ID: "1"}, {ID: "2"}})
		equal(t, "the last pause", s.gaps()[1], 5*time.Second)
	})
}
