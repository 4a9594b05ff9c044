package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/runs"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// scene is a folder with a file of people, a mapping, and a service that can be
// stopped at its nth batch request.
type scene struct {
	testing.TB
	dir string
	url string

	mu       sync.Mutex // guards what follows, which the service's handlers read
	service  *simulator.Workspace
	requests int64         // of batches, since reset
	stopAt   int64         // the request that waits for release, before it is answered
	reached  chan struct{} // closed when it arrives
	release  chan struct{}
	instead  func(n int64, w http.ResponseWriter) bool // see answerBy
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
	server := httptest.NewServer(checkContract(t, s))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// ServeHTTP is the service, with a stop at one request.
func (s *scene) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	service, release, instead := s.service, s.release, s.instead
	stop, n := false, int64(0)
	if r.Method == http.MethodPost {
		s.requests++
		n = s.requests
		if stop = s.requests == s.stopAt; stop {
			close(s.reached)
		}
	}
	s.mu.Unlock()
	if stop {
		<-release
	}
	if n > 0 && instead != nil && instead(n, w) {
		return
	}
	service.ServeHTTP(w, r)
}

// answerBy lets instead answer the nth batch request, unless it returns false or
// is nil.
func (s *scene) answerBy(instead func(n int64, w http.ResponseWriter) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.instead = instead
}

// reset empties the service.
func (s *scene) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.service = simulator.New(simulator.Config{SiteID: testSite, APIKey: testKey, KeepLog: true, Faults: simulator.Faults{RefuseWhole: poison}})
	s.requests, s.stopAt = 0, 0
}

// sentAgain returns how many people the service was told of more than once, of
// files that name each once.
func (s *scene) sentAgain() (n int64) {
	times := make(map[string]int)
	for _, entry := range s.service.Log() {
		if times[entry.Value]++; times[entry.Value] == 2 {
			n++
		}
	}
	return n
}

// seen returns how many batch requests came since reset.
func (s *scene) seen() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// startUntil starts c and returns when its nth batch request from now on has
// arrived, which is answered after release. It fails as soon as c ends before that.
func (s *scene) startUntil(n int64, c *exec.Cmd) (release func()) {
	s.Helper()
	s.mu.Lock()
	s.stopAt = s.requests + n
	s.reached, s.release = make(chan struct{}), make(chan struct{})
	reached, waiting := s.reached, s.release
	s.mu.Unlock()
	ended, either := s.start(c), make(chan struct{})
	go func() { // ends with c at the latest
		defer close(either)
		select {
		case <-reached:
		case <-ended:
		}
	}()
	s.wait(either, c)
	select {
	case <-reached:
	default:
		_ = c.Wait() // how it ended is told
		s.Fatalf("it ended before request %d: %v\n%s%s", n, c.ProcessState, c.Stdout, c.Stderr)
	}
	return func() { close(waiting) }
}

// start starts c and returns what is closed when it has ended, before anyone waits for
// it: then no one has the other end of a pipe any more.
func (s *scene) start(c *exec.Cmd) (ended <-chan struct{}) {
	s.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		s.Fatal(err)
	}
	c.ExtraFiles = append(c.ExtraFiles, w)
	err = c.Start()
	_ = w.Close() // it is the process's
	if err != nil {
		_ = r.Close()
		s.Fatal(err)
	}
	done := make(chan struct{})
	go func() { // ends with c
		defer close(done)
		defer r.Close()
		_, _ = r.Read(make([]byte, 1)) // nothing is written
	}()
	return done
}

// killAt kills c at its nth batch request from now on.
func (s *scene) killAt(n int64, c *exec.Cmd) {
	s.Helper()
	release := s.startUntil(n, c)
	if err := c.Process.Kill(); err != nil {
		s.Fatal(err)
	}
	_ = c.Wait() // killed
	release()
	if state := c.ProcessState.Sys().(syscall.WaitStatus); !state.Signaled() {
		s.Fatalf("it was not killed at request %d: %v", n, c.ProcessState)
	}
}

func (s *scene) write(name string, data []byte) {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), data, 0o600); err != nil {
		s.Fatal(err)
	}
}

// command is a call of ciobulk on the scene, with small blocks.
func (s *scene) command(args ...string) *exec.Cmd {
	return s.call(append([]string{"upsert", "people.csv", "-m", "people.yaml", "--concurrency", "4", "--batch-rows", "20"}, args...)...)
}

// wait waits for what a test cannot go on without.
func (s *scene) wait(c <-chan struct{}, process *exec.Cmd) {
	s.Helper()
	timer := time.NewTimer(2 * time.Minute)
	defer timer.Stop()
	select {
	case <-c:
	case <-timer.C:
		_ = process.Process.Kill() // it may have ended
		s.Fatalf("nothing happened for two minutes: %s%s", process.Stdout, process.Stderr)
	}
}

// finish runs c, which may have been started, to its end and checks the exit code.
func (s *scene) finish(c *exec.Cmd, code int) (summary runs.Summary) {
	s.Helper()
	if c.Process == nil {
		if err := c.Start(); err != nil {
			s.Fatal(err)
		}
	}
	_ = c.Wait() // the code is looked at
	if got := c.ProcessState.ExitCode(); got != code {
		s.Fatalf("exit code %d, want %d\n%s%s", got, code, c.Stdout, c.Stderr)
	}
	if out := c.Stdout.(*bytes.Buffer).Bytes(); len(out) > 0 {
		if err := json.Unmarshal(out, &summary); err != nil {
			s.Fatalf("%v in %s", err, out)
		}
		if err := validSummary(out); err != nil {
			s.Fatalf("%v in %s", err, out)
		}
	}
	return summary
}

// summarySchema is what `ciobulk schema --summary` prints.
var summarySchema = sync.OnceValue(func() *jsonschema.Schema {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(runs.SummarySchema()))
	c := jsonschema.NewCompiler()
	if err == nil {
		err = c.AddResource("summary.schema.json", document)
	}
	if err != nil {
		panic(err)
	}
	return c.MustCompile("summary.schema.json")
})

// validSummary holds a summary to its schema.
func validSummary(text []byte) error {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return summarySchema().Validate(value)
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

// call is a call of ciobulk on the scene.
func (s *scene) call(args ...string) *exec.Cmd {
	c := exec.CommandContext(s.Context(), "ciobulk", append(args, "--rate", "1000", "--log-format", "json")...)
	c.Dir = s.dir
	c.Env = append(os.Environ(), "CUSTOMERIO_TRACK_URL="+s.url, "CUSTOMERIO_SITE_ID="+testSite, "CUSTOMERIO_API_KEY="+testKey)
	c.Stdout, c.Stderr = new(bytes.Buffer), new(bytes.Buffer)
	return c
}
