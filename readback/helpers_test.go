package readback

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
)

// free is a limiter that lets everything pass.
type free struct{}

func (free) Wait(ctx context.Context) error { return ctx.Err() }
func (free) Slow(time.Duration)             {}
func (free) Steady()                        {}

// world is a simulated workspace with a client that reads from it.
type world struct {
	t   testing.TB
	w   *simulator.Workspace
	app *customerio.App
}

func newWorld(t testing.TB, c simulator.Config) *world {
	t.Helper()
	c.AppKey, c.AppPerSecond = "app-key-that-must-not-show", 1e9
	w := simulator.New(c)
	server := httptest.NewServer(w)
	t.Cleanup(server.Close)
	app, err := customerio.NewApp(customerio.AppConfig{Key: c.AppKey, BaseURL: server.URL, Limiter: free{}})
	if err != nil {
		t.Fatal(err)
	}
	return &world{t, w, app}
}

// operate sends operations, in batches.
func (w *world) operate(operations ...string) {
	w.t.Helper()
	for len(operations) > 0 {
		n := min(len(operations), 500)
		r := httptest.NewRequest("POST", "/api/v2/batch", strings.NewReader(`{"batch":[`+strings.Join(operations[:n], ",")+`]}`))
		r.SetBasicAuth("site", "key")
		answer := httptest.NewRecorder()
		w.w.ServeHTTP(answer, r)
		if answer.Code != 200 || strings.TrimSpace(answer.Body.String()) != "{}" {
			w.t.Fatalf("%d %s", answer.Code, answer.Body)
		}
		operations = operations[n:]
	}
}

// identify is an upsert of the person with an id; attributes are JSON.
func identify(id, attributes string) string {
	return `{"type":"person","action":"identify","identifiers":{"id":"` + id + `"},"attributes":` + attributes + `}`
}

// open opens text as the rows of an import, with a mapping for a verb.
func open(t testing.TB, path, yaml string, verb mapping.Action) *importer.Import {
	t.Helper()
	in, err := rows.Open(path, rows.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(in.Close)
	m, err := mapping.Parse("test.yaml", []byte(yaml), false)
	if err == nil {
		err = m.SetVerb(verb)
	}
	if err != nil {
		t.Fatal(err)
	}
	plan, err := m.Bind(in)
	if err != nil {
		t.Fatal(err)
	}
	return &importer.Import{Sources: []importer.Source{{Input: in, Plan: plan}}, Shard: mapping.Shard{Index: 1, Count: 1}}
}

func file(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// sent returns the operations that an import would send.
func sent(t testing.TB, im *importer.Import) (all []string) {
	t.Helper()
	_, err := importer.Each(t.Context(), im, func(v *importer.Visit) error {
		all = append(all, string(v.Op))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (w *world) job(im *importer.Import) *Job {
	return &Job{Import: im, App: w.app, Note: func(text string) { w.t.Log(text) }}
}

func (w *world) do(j *Job) *Result {
	w.t.Helper()
	r, err := j.Do(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
