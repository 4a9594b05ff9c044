package simulator

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	w := New(Config{SiteID: "site", APIKey: "a:key?>"})
	server := httptest.NewServer(w)
	defer server.Close()
	Conformance(t, server.URL, "site", "a:key?>")
}

// TestConformanceLive runs the suite against a real workspace that is there
// for it: it writes people named ciobulk-conformance. The variables are not
// those of the program, so that no one's credentials are used by accident.
func TestConformanceLive(t *testing.T) {
	base := os.Getenv("CIOBULK_CONFORMANCE_URL")
	if base == "" {
		t.Skip("CIOBULK_CONFORMANCE_URL is not set")
	}
	Conformance(t, base, os.Getenv("CIOBULK_CONFORMANCE_SITE_ID"), os.Getenv("CIOBULK_CONFORMANCE_API_KEY"))
}

// Conformance states what the Track API documents about its answers, a subtest
// for each fact, over plain HTTP: of the simulator, or of the real service. It
// does not look at messages, whose wording is free.
func Conformance(t *testing.T, baseURL, user, pass string) {
	s := suite{baseURL, basic(base64.StdEncoding, user, pass)}
	t.Run("region", func(t *testing.T) { s.region(t, user, pass) })
	t.Run("routes", s.unknown)
	for _, facts := range [][]fact{
		requestFacts(), identifierFacts(), entityFacts(), attributeFacts(), eventFacts(), kindFacts(),
	} {
		for _, f := range facts {
			t.Run(f.name, func(t *testing.T) { s.check(t, f) })
		}
	}
}

// A fact is a body and what the documentation says the answer is.
type fact struct {
	name   string
	body   string
	status int
	errors []verdictEntry
}

// A verdictEntry is what a client may rely on in an error.
type verdictEntry struct {
	Index  *int   `json:"batch_index"`
	Reason string `json:"reason"`
	Field  string `json:"field"`
}

func (e verdictEntry) String() string {
	if e.Index == nil {
		return fmt.Sprintf("whole request: %s %s", e.Reason, e.Field)
	}
	return fmt.Sprintf("%d: %s %s", *e.Index, e.Reason, e.Field)
}

type suite struct{ base, authorization string }

func (s suite) call(t *testing.T, method, path, authorization, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	r.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

func (s suite) check(t *testing.T, f fact) {
	status, body := s.call(t, "POST", batchPath, s.authorization, f.body)
	if status != f.status {
		t.Fatalf("status %d, want %d: %s", status, f.status, body)
	}
	if status == 413 {
		return // the body is free
	}
	if status == 200 && strings.TrimSpace(body) != "{}" {
		t.Fatalf("a 200 says %s, want {}", body)
	}
	var answer struct {
		Errors []verdictEntry `json:"errors"`
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	equal(t, "errors", fmt.Sprint(answer.Errors), fmt.Sprint(f.errors))
}

func (s suite) region(t *testing.T, user, pass string) {
	status, body := s.call(t, "GET", regionPath, s.authorization, "")
	var at region
	if err := json.Unmarshal([]byte(body), &at); err != nil || status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	hosts := map[string]string{"us": "https://track.customer.io", "eu": "https://track-eu.customer.io"}
	equal(t, "url", at.URL, hosts[at.Region])
	equal(t, "has an id", at.ID > 0, true)
	for name, header := range map[string]string{
		"none": "", "bearer": "Bearer " + pass, "not base64": "Basic %%%",
		"wrong password": basic(base64.StdEncoding, user, pass+"x"),
		"wrong user":     basic(base64.StdEncoding, user+"x", pass),
	} {
		status, _ := s.call(t, "GET", regionPath, header, "")
		equal(t, "status with credentials "+name, status, 401)
		status, _ = s.call(t, "POST", batchPath, header, batchOf())
		equal(t, "status of a batch with credentials "+name, status, 401)
	}
	status, _ = s.call(t, "GET", regionPath, basic(base64.URLEncoding, user, pass), "")
	equal(t, "status with URL-safe base64", status, 200)
}

func (s suite) unknown(t *testing.T) {
	status, _ := s.call(t, "POST", "/api/v2/nothing", s.authorization, "{}")
	equal(t, "unknown path", status, 404)
	status, _ = s.call(t, "GET", batchPath, s.authorization, "")
	equal(t, "wrong method", status, 405)
}
