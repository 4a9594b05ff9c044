package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/internal/simulator"
)

// scene is a folder with a file of people, a mapping, and a service that does
// something at the nth batch request.
type scene struct {
	testing.TB
	dir     string
	service *simulator.Workspace
	url     string
	seen    atomic.Int64 // batch requests
	at      atomic.Int64 // the request at which then is called, before it is answered
	then    func()
}

const sceneMapping = `match: {id: id}
attributes:
  name: name
  age: {column: age, type: integer}
`

// poison is an identifier that the scene's service refuses with a whole request.
const poison = "user-000123"

func newScene(t testing.TB, rows int) *scene {
	s := &scene{TB: t, dir: t.TempDir()}
	s.reset()
	s.write("people.csv", peopleCSV(rows))
	s.write("people.yaml", []byte(sceneMapping))
	server := httptest.NewServer(checkContract(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && s.seen.Add(1) == s.at.Load() {
			s.then()
		}
		s.service.ServeHTTP(w, r)
	})))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// reset empties the service.
func (s *scene) reset() {
	s.service = simulator.New(simulator.Config{SiteID: testSite, APIKey: testKey, Faults: simulator.Faults{RefuseWhole: poison}})
	s.seen.Store(0)
	s.at.Store(0)
}

func (s *scene) write(name string, data []byte) {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), data, 0o600); err != nil {
		s.Fatal(err)
	}
}

// command is a call of ciobulk on the scene, with small blocks.
func (s *scene) command(args ...string) *exec.Cmd {
	args = append([]string{"upsert", "people.csv", "-m", "people.yaml", "--rate", "1000",
		"--concurrency", "4", "--batch-rows", "20", "--log-format", "json"}, args...)
	c := exec.CommandContext(s.Context(), "ciobulk", args...)
	c.Dir = s.dir
	c.Env = append(os.Environ(), "CUSTOMERIO_TRACK_URL="+s.url, "CUSTOMERIO_SITE_ID="+testSite, "CUSTOMERIO_API_KEY="+testKey)
	c.Stdout, c.Stderr = new(bytes.Buffer), new(bytes.Buffer)
	return c
}

// start starts c and returns when the service has its nth batch request.
func (s *scene) start(c *exec.Cmd, n int64) {
	s.Helper()
	arrived := make(chan struct{})
	s.then = func() { close(arrived) }
	s.at.Store(n)
	if err := c.Start(); err != nil {
		s.Fatal(err)
	}
	s.wait(arrived, c)
}

// wait waits for what a test cannot go on without.
func (s *scene) wait(c <-chan struct{}, process *exec.Cmd) {
	s.Helper()
	timer := time.NewTimer(30 * time.Second)
	defer timer.Stop()
	select {
	case <-c:
	case <-timer.C:
		_ = process.Process.Kill() // it may have ended
		s.Fatalf("nothing happened for 30 s: %s%s", process.Stdout, process.Stderr)
	}
}

// finish runs c to its end and checks the exit code.
func (s *scene) finish(c *exec.Cmd, code int) (summary importer.Summary) {
	s.Helper()
	_ = c.Run() // the code is looked at
	if got := c.ProcessState.ExitCode(); got != code {
		s.Fatalf("exit code %d, want %d\n%s%s", got, code, c.Stdout, c.Stderr)
	}
	if out := c.Stdout.(*bytes.Buffer).Bytes(); len(out) > 0 {
		if err := json.Unmarshal(out, &summary); err != nil {
			s.Fatalf("%v in %s", err, out)
		}
	}
	return summary
}

// rejected returns the newest run's rejected file.
func (s *scene) rejected() []byte {
	s.Helper()
	files, err := filepath.Glob(filepath.Join(s.dir, ".ciobulk", "*", "rejected.csv"))
	if err != nil || len(files) == 0 {
		s.Fatalf("no rejected file: %v", err)
	}
	data, err := os.ReadFile(files[len(files)-1])
	if err != nil {
		s.Fatal(err)
	}
	return data
}

// watcher keeps what a process says and tells when it has said a phrase.
type watcher struct {
	said   bytes.Buffer // not embedded: its ReadFrom would go past Write
	phrase string
	seen   chan struct{}
}

func newWatcher(phrase string) *watcher { return &watcher{phrase: phrase, seen: make(chan struct{})} }

func (w *watcher) Write(p []byte) (int, error) {
	before := bytes.Contains(w.said.Bytes(), []byte(w.phrase))
	n, err := w.said.Write(p)
	if !before && bytes.Contains(w.said.Bytes(), []byte(w.phrase)) {
		close(w.seen)
	}
	return n, err
}
