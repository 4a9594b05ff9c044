package simulator

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http/httptest"
	"testing"
)

func TestRegion(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config Config
		want   string
	}{
		"default":  {Config{}, `{"url":"https://track.customer.io","region":"us","environment_id":1}`},
		"EU":       {Config{Region: "EU", WorkspaceID: 4711}, `{"url":"https://track-eu.customer.io","region":"eu","environment_id":4711}`},
		"of a URL": {Config{Region: "us", URL: "http://127.0.0.1:1"}, `{"url":"http://127.0.0.1:1","region":"us","environment_id":1}`},
	} {
		rec := ask(New(c.config), "GET", regionPath, "")
		equal(t, name, rec.Body.String(), c.want+"\n")
		equal(t, "Content-Type", rec.Header().Get("Content-Type"), "application/json")
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	std, url := base64.StdEncoding, base64.URLEncoding
	if basic(std, "s", "??>>") == basic(url, "s", "??>>") {
		t.Fatal("the alphabets do not differ for this pair")
	}
	exact := Config{SiteID: "s", APIKey: "??>>"}
	for name, c := range map[string]struct {
		config Config
		header string
		want   int
	}{
		"standard alphabet":      {exact, basic(std, "s", "??>>"), 200},
		"URL-safe alphabet":      {exact, basic(url, "s", "??>>"), 200},
		"a scheme in lower case": {exact, "basic" + basic(std, "s", "??>>")[5:], 200},
		"another password":       {exact, basic(std, "s", "??>"), 401},
		"a pair of any text":     {Config{}, basic(std, "x", "y:z"), 200},
		"an empty user":          {Config{}, basic(std, "", "y"), 401},
		"an empty password":      {Config{}, basic(std, "x", ""), 401},
		"no colon":               {Config{}, "Basic " + std.EncodeToString([]byte("x")), 401},
		"only the user given":    {Config{SiteID: "s"}, basic(std, "s", "any"), 200},
		"another user":           {Config{SiteID: "s"}, basic(std, "t", "any"), 401},
	} {
		r := httptest.NewRequest("GET", regionPath, nil)
		r.Header.Set("Authorization", c.header)
		rec := httptest.NewRecorder()
		New(c.config).ServeHTTP(rec, r)
		equal(t, name, rec.Code, c.want)
		challenge := map[int]string{401: `Basic realm="Customer.io"`}[c.want]
		equal(t, "WWW-Authenticate", rec.Header().Get("WWW-Authenticate"), challenge)
		if c.want == 401 {
			equal(t, "body", rec.Body.String(), `{"meta":{"error":"Unauthorized request"}}`+"\n")
		}
	}
}

func TestUnknownRoutes(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	rec := ask(w, "DELETE", batchPath, "")
	equal(t, "status", rec.Code, 405)
	equal(t, "Allow", rec.Header().Get("Allow"), "POST")
	equal(t, "body", rec.Body.String(), `{"meta":{"error":"method not allowed"}}`+"\n")
	rec = ask(w, "POST", "/api/v1/nothing/1", "{}")
	equal(t, "unknown", rec.Body.String(), `{"meta":{"error":"not found"}}`+"\n")
}

func TestEntity(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	equal(t, "accepted", ask(w, "POST", entityPath, " "+identify("1", `"a":1`)+"\n").Body.String(), "{}\n")
	equal(t, "attributes", attributesOf(t, w, "1"), `{"a":1}`)
	rec := ask(w, "POST", entityPath, identify("", ``))
	equal(t, "status", rec.Code, 400)
	equal(t, "without an index", rec.Body.String(), `{"errors":[{"reason":"required","field":"identifiers.id","message":"identifiers.id is required"}]}`+"\n")
	equal(t, "not JSON", ask(w, "POST", entityPath, "{").Code, 400)
	equal(t, "32,000 bytes", ask(w, "POST", entityPath, padded(identify("1", ``), 32_000)).Code, 200)
	equal(t, "one more", ask(w, "POST", entityPath, padded(identify("1", ``), 32_001)).Code, 413)
	equal(t, "batch requests", w.Stats().BatchRequests, 0)
}

// A body that ends too early is not a request: nothing of it is applied.
func TestBrokenBody(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	r := httptest.NewRequest("POST", batchPath, io.MultiReader(errorReader{}))
	r.Header.Set("Authorization", basic(base64.StdEncoding, "s", "k"))
	defer func() {
		if recover() == nil {
			t.Error("there was an answer")
		}
		equal(t, "cut", w.Stats().Cut, 1)
	}()
	w.ServeHTTP(httptest.NewRecorder(), r)
}

type errorReader struct{}

func (errorReader) Read([]byte) (int, error) { return 0, errors.New("the client went away") }
