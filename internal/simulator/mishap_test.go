package simulator

import (
	"compress/gzip"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Poison is met by the requests that hold its text, and by no others.
func TestPoison(t *testing.T) {
	t.Parallel()
	for mishap, c := range map[Mishap]struct {
		status int
		body   string
		err    error
		people int // who are known after it
	}{
		"500":             {500, `{"meta":{"error":"internal server error"}}` + "\n", nil, 1},
		"409":             {409, `{"meta":{"error":"conflict"}}` + "\n", nil, 1},
		"403 page":        {403, "<html><body><h1>403 Forbidden</h1></body></html>\n", nil, 1},
		"200 page":        {200, "<html><body><h1>200 OK</h1></body></html>\n", nil, 1},
		`200 "closed"`:    {200, `"closed"`, nil, 1},
		`202 {"error":1}`: {202, `{"error":1}`, nil, 1},
		"cut":             {0, "", syscall.ECONNRESET, 1},
		"cut after":       {0, "", io.EOF, 2},
		"short":           {200, "", io.ErrUnexpectedEOF, 1},
	} {
		t.Run(string(mishap), func(t *testing.T) {
			t.Parallel()
			w := New(Config{Faults: Faults{Poison: Poison{`"id":"u7"`: mishap}}})
			server := httptest.NewServer(w)
			defer server.Close()
			status, answer, err := post(t, server.Client(), server.URL, batchOf(identify("7", ``)))
			equal(t, "another", []any{status, answer, err}, []any{200, "{}\n", nil})
			status, answer, err = post(t, server.Client(), server.URL, batchOf(identify("u7", ``)))
			equal(t, "status and answer", []any{status, answer}, []any{c.status, c.body})
			if !errors.Is(err, c.err) {
				t.Errorf("error %v, want %v", err, c.err)
			}
			equal(t, "people", len(w.People()), c.people)
		})
	}
}

func TestPoisonHangs(t *testing.T) {
	t.Parallel()
	w := New(Config{Faults: Faults{Poison: Poison{"u7": "hang"}}})
	server := httptest.NewServer(w)
	defer server.Close()
	client := &http.Client{Timeout: 50 * time.Millisecond}
	if _, _, err := post(t, client, server.URL, batchOf(identify("u7", ``))); err == nil {
		t.Error("it has an answer")
	}
}

func TestBlanket(t *testing.T) {
	t.Parallel()
	w := New(Config{Faults: Faults{Blanket: "413"}})
	equal(t, "statuses", statuses(w, 3), []int{413, 413, 413})
	equal(t, "the region is spared", ask(w, "GET", regionPath, "").Code, 200)
	equal(t, "people", len(w.People()), 0)
}

func TestDoubtful(t *testing.T) {
	t.Parallel()
	w := New(Config{Faults: Faults{Doubtful: "[]", DoubtfulEvery: 2}})
	accept(t, w, identify("1", ``))
	rec := sendBatch(w, identify("2", ``))
	equal(t, "answer", []any{rec.Code, rec.Body.String()}, []any{200, "[]"})
	equal(t, "people", len(w.People()), 1)
	w.SetFaults(Faults{Doubtful: "null"})
	equal(t, "every one", sendBatch(w, identify("2", ``)).Body.String(), "null")
}

func TestGzip(t *testing.T) {
	t.Parallel()
	w := New(Config{Faults: Faults{Gzip: true}})
	rec := sendBatch(w, identify("1", ``))
	equal(t, "encoding", rec.Header().Get("Content-Encoding"), "gzip")
	r, err := gzip.NewReader(rec.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r)
	equal(t, "body", []any{string(body), err}, []any{"{}\n", nil})
}

// What a client that verifies says of each certificate.
func TestTLSFaults(t *testing.T) {
	t.Parallel()
	is := func(target any) func(error) bool { return func(err error) bool { return errors.As(err, target) } }
	for kind, c := range map[TLS]func(error) bool{
		TLSSelfSigned: is(new(x509.UnknownAuthorityError)),
		TLSWrongHost:  is(new(x509.HostnameError)),
		TLSExpired: func(err error) bool {
			invalid, ok := errors.AsType[x509.CertificateInvalidError](err)
			return ok && invalid.Reason == x509.Expired
		},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			base, _, err := Serve(t.Context(), "127.0.0.1:0", New(Config{Faults: Faults{TLS: kind}}))
			if err != nil || !strings.HasPrefix(base, "https://") {
				t.Fatal(base, err)
			}
			if _, err := http.Get(base); !c(err) {
				t.Errorf("error %v", err)
			}
			trusting := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
			defer trusting.CloseIdleConnections()
			status, _, err := post(t, trusting, base, batchOf(identify("1", ``)))
			equal(t, "without looking", []any{status, err}, []any{200, nil})
		})
	}
}

// The documented answers are the same with compression.
func TestConformanceWithGzip(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(New(Config{SiteID: "site", APIKey: "key", Faults: Faults{Gzip: true}}))
	defer server.Close()
	Conformance(t, server.URL, "site", "key")
}

func TestMishapsAsJSON(t *testing.T) {
	t.Parallel()
	var f Faults
	text := `{"poison":{"a@b.de":"502 page","x":404},"blanket":"400 no","doubtful":"null","doubtful_every":3,"gzip":true,"tls":"expired"}`
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		t.Fatal(err)
	}
	want := Faults{Poison: Poison{"a@b.de": "502 page", "x": "404"}, Blanket: "400 no", Doubtful: "null", DoubtfulEvery: 3, Gzip: true, TLS: TLSExpired}
	equal(t, "faults", f, want)
	for _, bad := range []string{`{"poison":{"a":"slow"}}`, `{"blanket":"99"}`, `{"blanket":"page"}`, `{"poison":"a"}`, `{"tls":"old"}`, `{"blanket":[]}`} {
		if err := json.Unmarshal([]byte(bad), &f); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}
