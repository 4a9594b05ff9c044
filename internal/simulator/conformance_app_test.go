package simulator

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAppConformance(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(New(Config{SiteID: "site", APIKey: "key", AppKey: "app"}))
	defer server.Close()
	track := suite{server.URL, basic(base64.StdEncoding, "site", "key")}
	AppConformance(t, track, suite{server.URL, "Bearer app"}, 0)
}

// TestAppConformanceLive needs a live workspace that is there for it, as
// TestConformanceLive does, and a key of its App API.
func TestAppConformanceLive(t *testing.T) {
	base := os.Getenv("CIOBULK_CONFORMANCE_APP_URL")
	if base == "" {
		t.Skip("CIOBULK_CONFORMANCE_APP_URL is not set")
	}
	pair := basic(base64.StdEncoding, os.Getenv("CIOBULK_CONFORMANCE_SITE_ID"), os.Getenv("CIOBULK_CONFORMANCE_API_KEY"))
	track := suite{os.Getenv("CIOBULK_CONFORMANCE_URL"), pair}
	AppConformance(t, track, suite{base, "Bearer " + os.Getenv("CIOBULK_CONFORMANCE_APP_KEY")}, time.Minute)
}

// AppConformance states what is documented of the App API and of manual
// segments, over plain HTTP. Reads lag writes: a fact that needs what was just
// written is asked for again until patience is over. It writes people, and a
// segment, named ciobulk-conformance.
func AppConformance(t *testing.T, track, app suite, patience time.Duration) {
	s := &appSuite{track: track, app: app, patience: patience}
	s.setUp(t)
	for _, f := range []struct {
		name string
		run  func(t *testing.T)
	}{
		{"credentials", s.credentials}, {"segments", s.segments}, {"segment calls", s.segmentCalls},
		{"membership", s.membership}, {"paging", s.paging}, {"people", s.people}, {"search", s.search},
		{"workspaces", s.workspaces}, {"exports", s.exports}, {"activities", s.activities}, {"messages", s.messages}, {"errors", s.errors},
	} {
		t.Run(f.name, f.run)
	}
}

type appSuite struct {
	track, app suite
	patience   time.Duration
	segment    int
}

// slashed is an id that a path has to encode, plussed an email that a query has to.
const (
	slashed = who + "/50%"
	plussed = who + "+app@example.com"
)

func (s *appSuite) setUp(t *testing.T) {
	t.Helper()
	status, body := s.track.call(t, "POST", batchPath, s.track.authorization, batchOf(
		identify(slashed, `"email":"`+plussed+`","plan":"conformance","n":12,"yes":true,"list":[1,"a"]`),
		on("identify", "email", who+"-2@example.com", `"attributes":{"plan":"conformance"}`)))
	if status != 200 {
		t.Fatal(status, body)
	}
	for _, g := range s.list(t) {
		if g.Name == who && g.Type == "manual" {
			s.segment = g.ID
			return
		}
	}
	var made struct{ Segment segmentEntry }
	s.ask(t, "POST", "/v1/segments", `{"segment":{"name":"`+who+`","description":"of a test"}}`, 200, &made)
	equal(t, "made", []string{made.Segment.Name, made.Segment.Description, made.Segment.Type}, []string{who, "of a test", "manual"})
	s.segment = made.Segment.ID
}

// ask wants the status, and decodes the answer into v unless that is nil.
func (s *appSuite) ask(t *testing.T, method, path, body string, want int, v any) {
	t.Helper()
	status, text := s.app.call(t, method, path, s.app.authorization, body)
	if status != want {
		t.Fatalf("%s %s: status %d, want %d: %s", method, path, status, want, text)
	}
	if v == nil {
		return
	}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		t.Fatalf("%s %s: %v: %s", method, path, err, text)
	}
}

// eventually waits for a fact that a read may show late.
func (s *appSuite) eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(s.patience); !holds(); {
		if !time.Now().Before(end) || !pause(t.Context(), time.Second) {
			t.Fatalf("%s: not within %v", what, s.patience)
		}
	}
}

func (s *appSuite) list(t *testing.T) []segmentEntry {
	t.Helper()
	var all struct{ Segments []segmentEntry }
	s.ask(t, "GET", "/v1/segments", "", 200, &all)
	return all.Segments
}

func (s *appSuite) credentials(t *testing.T) {
	for name, header := range map[string]string{"none": "", "wrong": s.app.authorization + "x", "of the Track API": s.track.authorization} {
		for _, path := range []string{"/v1/segments", "/v1/workspaces"} {
			status, _ := s.app.call(t, "GET", path, header, "")
			equal(t, path+" with credentials "+name, status, 401)
		}
	}
	status, _ := s.app.call(t, "GET", ipPath, "", "")
	equal(t, "addresses need no key", status, 200)
}

func (s *appSuite) segments(t *testing.T) {
	at := slices.IndexFunc(s.list(t), func(g segmentEntry) bool { return g.ID == s.segment })
	equal(t, "is listed", at >= 0, true)
	var one struct{ Segment segmentEntry }
	s.ask(t, "GET", s.path(""), "", 200, &one)
	equal(t, "name and type", []string{one.Segment.Name, one.Segment.Type}, []string{who, "manual"})
	s.ask(t, "POST", "/v1/segments", `{"segment":{"name":""}}`, 422, nil)
}

func (s *appSuite) path(more string) string { return fmt.Sprintf("/v1/segments/%d%s", s.segment, more) }

// segmentCalls are those of the Track API.
func (s *appSuite) segmentCalls(t *testing.T) {
	thousand := strings.Fields(repeat(who+"-nobody ", 1001))
	for name, c := range map[string]struct {
		query, body string
		status      int
	}{
		"ids": {"", idsOf(who + "-nobody"), 200}, "id_type id": {"?id_type=id", idsOf(who + "-nobody"), 200},
		"id_type email": {"?id_type=email", idsOf(who + "-nobody@example.com"), 200}, "id_type cio_id": {"?id_type=cio_id", idsOf("ffffffffffff"), 200},
		"of another type": {"?id_type=email", idsOf(who), 200}, "1000 ids": {"", idsOf(thousand[:1000]...), 200},
		"1001 ids": {"", idsOf(thousand...), 400}, "no ids": {"", idsOf(), 400}, "no array": {"", `{}`, 400}, "numbers": {"", `{"ids":[1]}`, 400},
		"phone": {"?id_type=phone", idsOf("+15005550006"), 400}, "not JSON": {"", `ids`, 400},
	} {
		for _, action := range []string{"add", "remove"} {
			status, body := s.track.call(t, "POST", enrolPath(s.segment, action)+c.query, s.track.authorization, c.body)
			equal(t, action+" "+name, status, c.status)
			if status == 200 {
				equal(t, action+" "+name, strings.TrimSpace(body), "{}")
			}
		}
	}
	status, _ := s.track.call(t, "POST", enrolPath(s.segment, "add"), s.app.authorization, idsOf(who))
	equal(t, "the App key", status, 401)
	status, _ = s.track.call(t, "POST", enrolPath(1<<30, "add"), s.track.authorization, idsOf(who))
	equal(t, "no such segment", status, 404)
}

// enrol changes the segment by the Track API and waits for the count.
func (s *appSuite) enrol(t *testing.T, action string, count int) {
	t.Helper()
	for query, value := range map[string]string{"?id_type=id": slashed, "?id_type=email": who + "-2@example.com"} {
		status, body := s.track.call(t, "POST", enrolPath(s.segment, action)+query, s.track.authorization, idsOf(value, who+"-nobody"))
		if status != 200 {
			t.Fatal(status, body)
		}
	}
	s.eventually(t, "count", func() bool {
		var answer struct{ Count int }
		s.ask(t, "GET", s.path("/customer_count"), "", 200, &answer)
		return answer.Count == count
	})
}

func (s *appSuite) membership(t *testing.T) {
	s.enrol(t, "add", 2)
	s.enrol(t, "add", 2) // twice is once
	var of struct{ Segments []segmentEntry }
	s.ask(t, "GET", "/v1/customers/"+url.PathEscape(slashed)+"/segments", "", 200, &of)
	equal(t, "is among the person's", slices.ContainsFunc(of.Segments, func(g segmentEntry) bool { return g.ID == s.segment }), true)
	s.enrol(t, "remove", 0)
	s.enrol(t, "add", 2)
}

func (s *appSuite) workspaces(t *testing.T) {
	var at region
	_, body := s.track.call(t, "GET", regionPath, s.track.authorization, "")
	if err := json.Unmarshal([]byte(body), &at); err != nil {
		t.Fatal(err)
	}
	var all struct{ Workspaces []workspaceEntry }
	s.ask(t, "GET", "/v1/workspaces", "", 200, &all)
	is := func(e workspaceEntry) bool { return e.ID == at.ID && e.Name != "" }
	equal(t, "the Track API's workspace is among them", slices.ContainsFunc(all.Workspaces, is), true)
}

func (s *appSuite) errors(t *testing.T) {
	nobody := "/v1/customers/" + who + "-nobody"
	for _, path := range []string{nobody + "/attributes", nobody + "/segments", "/v1/segments/1073741824", "/v1/segments/1073741824/customer_count"} {
		var answer appErrors
		s.ask(t, "GET", path, "", 404, &answer)
		equal(t, path, len(answer.Errors) > 0 && answer.Errors[0].Status == "404", true)
	}
}
