package exporter

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/runs"
)

func equal[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// free is a limiter that lets everything pass.
type free struct{}

func (free) Wait(ctx context.Context) error { return ctx.Err() }
func (free) Slow(time.Duration)             {}
func (free) Steady()                        {}

// world is a simulated workspace and a directory for an export's files.
type world struct {
	t   testing.TB
	w   *simulator.Workspace
	url string
	dir string
}

const appKey = "app-key-that-must-not-show"

func newWorld(t testing.TB, c simulator.Config) *world {
	t.Helper()
	c.AppKey = appKey
	w := simulator.New(c)
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	return &world{t, w, server.URL, t.TempDir()}
}

// operate sends operations, in batches.
func (w *world) operate(operations ...string) {
	w.t.Helper()
	for len(operations) > 0 {
		n := min(len(operations), 500)
		body := `{"batch":[` + strings.Join(operations[:n], ",") + `]}`
		operations = operations[n:]
		r := httptest.NewRequest("POST", "/api/v2/batch", strings.NewReader(body))
		r.SetBasicAuth("site", "key")
		rec := httptest.NewRecorder()
		w.w.ServeHTTP(rec, r)
		if rec.Code != 200 || strings.TrimSpace(rec.Body.String()) != "{}" {
			w.t.Fatalf("%d %s", rec.Code, rec.Body)
		}
	}
}

// identify is an operation on the person with an identifier.
func identify(kind, value string, attributes map[string]any) string {
	text, err := json.Marshal(map[string]any{"type": "person", "action": "identify",
		"identifiers": map[string]string{kind: value}, "attributes": attributes})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// people makes n of them, of some of the shapes that there are.
func (w *world) people(n int) {
	w.t.Helper()
	var all []string
	for i := range n {
		a := map[string]any{"plan": fmt.Sprint("p", i%3), "n": i}
		switch i % 5 {
		case 1:
			a["ümlaut \"q\""] = "a,b\nc\r\nd \"x\""
		case 2:
			a["Plan"] = " spaces "
		case 3:
			a["list"] = []any{1, "a", nil}
		}
		kind, value := "id", fmt.Sprint("person-", i)
		switch i % 7 {
		case 3:
			kind, value = "email", fmt.Sprintf("p%d@example.com", i)
		case 5:
			kind, value = "phone", fmt.Sprintf("+1500555%04d", i)
		}
		all = append(all, identify(kind, value, a))
	}
	w.operate(all...)
}

// segment makes one of the people with these ids.
func (w *world) segment(name string, ids ...string) int64 {
	w.t.Helper()
	send := func(path string, body any, key bool) []byte {
		text, err := json.Marshal(body)
		if err != nil {
			w.t.Fatal(err)
		}
		r, _ := http.NewRequestWithContext(w.t.Context(), "POST", w.url+path, bytes.NewReader(text))
		r.SetBasicAuth("site", "key")
		if key {
			r.Header.Set("Authorization", "Bearer "+appKey)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			w.t.Fatal(err)
		}
		defer res.Body.Close()
		answer, _ := io.ReadAll(res.Body)
		if res.StatusCode != 200 {
			w.t.Fatalf("%s: %d %s", path, res.StatusCode, answer)
		}
		return answer
	}
	var made struct{ Segment struct{ ID int64 } }
	if err := json.Unmarshal(send("/v1/segments", map[string]any{"segment": map[string]string{"name": name}}, true), &made); err != nil {
		w.t.Fatal(err)
	}
	for len(ids) > 0 {
		n := min(len(ids), 1000)
		send(fmt.Sprintf("/api/v1/segments/%d/add_customers", made.Segment.ID), map[string]any{"ids": ids[:n]}, false)
		ids = ids[n:]
	}
	return made.Segment.ID
}

func (w *world) app() *customerio.App {
	w.t.Helper()
	a, err := customerio.NewApp(customerio.AppConfig{Key: appKey, BaseURL: w.url, Limiter: free{}, Outage: 5 * time.Second})
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// job begins an export to a file of a name; the test ends its run.
func (w *world) job(q Query, name string, mode runs.Mode) *Job {
	w.t.Helper()
	path := name
	if name != "-" {
		path = filepath.Join(w.dir, name)
	}
	out, err := NewOutput(path, "")
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := State{Dir: filepath.Join(w.dir, "state")}.Begin(q, out, mode, time.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	return &Job{Query: q, Output: out, App: w.app(), Run: r, Outage: 5 * time.Second, pollFirst: time.Millisecond}
}

// export does one that must go well, and returns its summary and file.
func (w *world) export(q Query, name string) (*Summary, string) {
	w.t.Helper()
	j := w.job(q, name, runs.Refuse)
	s, err := j.Do(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	if err := j.Run.Finish(); err != nil {
		w.t.Fatal(err)
	}
	if err := j.Run.Close(); err != nil {
		w.t.Fatal(err)
	}
	data, err := os.ReadFile(j.Output.Path)
	if err != nil {
		w.t.Fatal(err)
	}
	return s, string(data)
}
