package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/ciobulk/ciobulk/cmd/internal/cli"
	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/internal/slowtest"
)

// What must not show: credentials, which no URL, no JSON and no host bears as they
// are, and people.
const (
	seededSite = "s1te-5eed"
	seededKey  = `Tr4ck+/5eed&"=`
	seededApp  = "4pp+/5eed&<>"
)

var seededPeople = []string{"zq-ada@5eed.example", "Zqlovelace", "zq-grace@5eed.example", "Zqhopper", "zq-broken@5eed.example"}

const seededCSV = `email,name,age
zq-ada@5eed.example,Zqlovelace,36
zq-grace@5eed.example,Zqhopper,n/a Zqhopper
zq-broken@5eed.example,Zqbroken
zq-grace@5eed.example,"Zqhopper"x,1
zq-ada@5eed.example,Zqlovelace,37
`

// seededForms are the spellings in which the credentials might show.
func seededForms() (all []string) {
	for _, secret := range []string{seededKey, seededApp, seededSite + ":" + seededKey} {
		quoted, _ := json.Marshal(secret)
		all = append(all, secret, strings.ToLower(secret), url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`),
			base64.RawStdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)), fmt.Sprintf("%x", secret))
	}
	return all
}

// vault is a scene whose service knows the seeded credentials, looks for them where
// they do not belong, and says them back where it is told to.
type vault struct {
	*scene
	tmp string

	secretive sync.Mutex
	misplaced []string // credentials in URLs, bodies and headers
	hostile   func(w http.ResponseWriter, r *http.Request, key string) bool
}

func newVault(t *testing.T) *vault {
	v := &vault{scene: newScene(t, 0)}
	v.tmp = filepath.Join(v.dir, "tmp")
	if err := os.Mkdir(v.tmp, 0o700); err != nil {
		t.Fatal(err)
	}
	v.write("people.csv", []byte(seededCSV))
	v.write("people.yaml", []byte("match: {email: email}\nattributes:\n  name: name\n  age: {column: age, type: integer}\n"))
	v.service = simulator.New(simulator.Config{SiteID: seededSite, APIKey: seededKey, AppKey: seededApp})
	v.service.AddSegment("Spring", true)
	server := httptest.NewServer(v)
	t.Cleanup(server.Close)
	v.url = server.URL
	return v
}

// answerBy lets hostile answer, or the service if that is nil.
func (v *vault) answerBy(hostile func(w http.ResponseWriter, r *http.Request, key string) bool) {
	v.secretive.Lock()
	defer v.secretive.Unlock()
	v.hostile = hostile
}

func (v *vault) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	authorization := r.Header.Get("Authorization")
	r.Header.Del("Authorization")
	v.secretive.Lock()
	for _, form := range seededForms() {
		if text := fmt.Sprint(r.URL, r.Host, r.Header, string(body)); strings.Contains(text, form) {
			v.misplaced = append(v.misplaced, text)
		}
	}
	hostile := v.hostile
	v.secretive.Unlock()
	r.Header.Set("Authorization", authorization)
	_, key, _ := r.BasicAuth()
	if hostile != nil && hostile(w, r, authorization+" "+key+" "+url.QueryEscape(key)) {
		return
	}
	v.scene.ServeHTTP(w, r)
}

// echo answers batches, and what is asked of the App API, with a status and a body
// in which %s, as JSON, is the credentials.
func echo(status int, shape string) func(w http.ResponseWriter, r *http.Request, key string) bool {
	return func(w http.ResponseWriter, r *http.Request, key string) bool {
		if r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/api/v1/accounts") {
			return false
		}
		quoted, _ := json.Marshal(key)
		w.Header().Set("Location", "http://"+url.QueryEscape(key)+".example/"+url.PathEscape(key))
		w.Header().Set("X-Echo", key)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, strings.ReplaceAll(shape, "%s", strings.Trim(string(quoted), `"`)))
		return true
	}
}

// secretly is a call with the seeded credentials, under a mask of file modes.
func (v *vault) secretly(mask string, args ...string) *exec.Cmd {
	path, err := exec.LookPath("ciobulk")
	if err != nil {
		v.Fatal(err)
	}
	if args[0] == "panicking" {
		if path, err = exec.LookPath("ciobulk-panicking"); err != nil {
			v.Fatal(err)
		}
		args = args[1:]
	}
	c := exec.CommandContext(v.Context(), "bash", append([]string{"-c", "umask " + mask + `; exec -a "$(basename "$0")" "$0" "$@"`, path}, args...)...)
	c.Dir = v.dir
	c.Env = append(os.Environ(), "CUSTOMERIO_TRACK_URL="+v.url, "CUSTOMERIO_APP_URL="+v.url, "CUSTOMERIO_SITE_ID="+seededSite,
		"CUSTOMERIO_API_KEY="+seededKey, "CUSTOMERIO_APP_API_KEY="+seededApp, "TMPDIR="+v.tmp, "GOTRACEBACK=all")
	c.Stdout, c.Stderr = new(bytes.Buffer), new(bytes.Buffer)
	return c
}

// situation is a call and what may come of it.
type situation struct {
	name    string
	args    []string
	stdin   string
	hostile func(w http.ResponseWriter, r *http.Request, key string) bool
	codes   []int
	says    string   // in its output, so that it came to what it was to come to
	people  bool     // its output shows people, as its user asked
	env     []string // over the credentials
	mapping string
	end     func(v *vault, c *exec.Cmd) // of a process that is held at its first request
}

func situations() (all []situation) {
	upsert := []string{"upsert", "people.csv", "-m", "people.yaml"}
	with := func(args ...string) []string { return append(slices.Clone(upsert), args...) }
	for i, flags := range [][]string{nil, {"--log-format", "json"}, {"--quiet"}, {"--no-progress", "--rejected", "bad.csv", "--summary", "sum.json"}} {
		all = append(all, situation{name: "success " + fmt.Sprint(flags), args: with(flags...), codes: []int{3}})
		for _, shape := range []string{"%s", `{"meta":{"error":"%s"}}`, `{"errors":[{"batch_index":0,"reason":"%s","field":"%s","message":"%s"}]}`, `{"errors":"%s"}`, "<html>%s"} {
			for j, status := range []int{200, 207, 301, 307, 400, 401, 404, 413, 418, 429, 500} {
				if i > 1 && status != 207 && j%3 != i%3 {
					continue
				}
				all = append(all, situation{name: fmt.Sprint("echo ", status, shape, flags), args: with(append(flags, "--outage", "1ms")...),
					hostile: echo(status, shape), codes: []int{1, 3, 5, 6}})
			}
		}
	}
	nowhere := []string{"CUSTOMERIO_TRACK_URL=http://127.0.0.1:1"}
	all = append(all,
		situation{name: "wrong key", args: upsert, env: []string{"CUSTOMERIO_SITE_ID=other"}, codes: []int{6}, says: "401"},
		situation{name: "no service", args: with("--outage", "1ms"), env: nowhere, codes: []int{5}, says: "refused"},
		situation{name: "key in the base URL", args: upsert, env: []string{"CUSTOMERIO_TRACK_URL=http://x:" + url.QueryEscape(seededKey) + "@h"}, codes: []int{2}, says: "not a base URL"},
		situation{name: "broken mapping", args: upsert, mapping: "match: {email: emial}\nattributes: {name: [}\n", codes: []int{2}, says: "people.yaml"},
		situation{name: "missing column", args: upsert, mapping: "match: {email: emial}\n", codes: []int{2}, says: "did you mean"},
		situation{name: "dry run", args: with("--dry-run"), codes: []int{3}, says: "first requests", people: true},
		situation{name: "dry run, JSON", args: with("--dry-run", "--log-format", "json"), codes: []int{3}},
		situation{name: "budget", args: with("--max-errors", "0"), codes: []int{4}},
		situation{name: "shard", args: with("--shard", "1/2"), codes: []int{0, 3}},
		situation{name: "duplicates", args: upsert, mapping: "match: {email: email}\nduplicates: reject\n", codes: []int{3}},
		situation{name: "other workspace", args: with("--workspace", "9"), codes: []int{6}},
		situation{name: "standard input", args: []string{"upsert", "-", "--match", "email"}, stdin: seededCSV, codes: []int{3}},
		situation{name: "an open quote", args: []string{"upsert", "-", "--match", "email"}, stdin: seededCSV + `"Zqhopper`, codes: []int{2}, says: "never closed"},
		situation{name: "no consent", args: []string{"delete", "people.csv", "--match", "email"}, codes: []int{2}, says: "--yes --expect"},
		situation{name: "delete, spooled", args: []string{"delete", "-", "--match", "email", "--yes", "--expect", "2", "--max-delete", "90%"}, stdin: seededCSV, codes: []int{2}},
		situation{name: "delete", args: []string{"delete", "people.csv", "--match", "email", "--yes", "--expect", "2"}, codes: []int{3}, says: "receipt"},
		situation{name: "suppress", args: []string{"suppress", "people.csv", "--match", "email", "--yes", "--expect", "2", "--receipt-identifiers", "hash"}, codes: []int{3}, says: "receipt"},
		situation{name: "event", args: []string{"event", "people.csv", "-m", "people.yaml"}, mapping: "match: {email: email}\nevent: {name: {value: x}}\n", codes: []int{3}},
		situation{name: "segment", args: []string{"segment", "add", "people.csv", "--match", "email", "--segment", "Spring"}, codes: []int{0, 3}},
		situation{name: "segment list", args: []string{"segment", "list"}, codes: []int{0}, says: "Spring"},
		situation{name: "segment list, echoed", args: []string{"segment", "list", "--outage", "1ms"}, hostile: echo(400, `{"errors":[{"detail":"%s"}]}`), codes: []int{1, 2}, says: "[key]"},
		situation{name: "segment list, no JSON", args: []string{"segment", "list", "--outage", "1ms"}, hostile: echo(404, `%s`), codes: []int{1, 2, 5}},
		situation{name: "check", args: []string{"check"}, codes: []int{0}, says: "workspace 1"},
		situation{name: "check, refused", args: []string{"check"}, env: []string{"CUSTOMERIO_APP_API_KEY=x"}, codes: []int{6}},
		situation{name: "get", args: []string{"get", "zq-nobody@5eed.example", "--match", "email"}, codes: []int{3}, says: "no one has"},
		situation{name: "interrupted", args: upsert, end: signalled(syscall.SIGINT, syscall.SIGINT), codes: []int{130}, says: "stopping: waiting up to 10 s"},
		situation{name: "a dump of all goroutines", args: upsert, end: signalled(syscall.SIGQUIT), codes: []int{2}, says: "goroutine 1 "},
		situation{name: "aborted", args: upsert, end: signalled(syscall.SIGABRT), codes: []int{2}, says: "SIGABRT"},
		situation{name: "killed", args: upsert, end: signalled(syscall.SIGKILL), codes: []int{-1, 137}},
		situation{name: "a panic", args: append([]string{"panicking"}, upsert...), codes: []int{2}, says: "panic: "},
	)
	return all
}

// signalled looks at the command line of a process that waits for its first answer,
// and sends it signals.
func signalled(signals ...syscall.Signal) func(v *vault, c *exec.Cmd) {
	return func(v *vault, c *exec.Cmd) {
		for _, name := range []string{"cmdline", "comm"} {
			data, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", c.Process.Pid, name))
			if err != nil || !bytes.Contains(data, []byte("ciobulk")) {
				v.Errorf("%s is %q, %v", name, data, err)
			}
			v.sealed(name, string(data), false)
		}
		for _, s := range signals {
			if err := c.Process.Signal(s); err != nil {
				v.Error(err)
			}
		}
	}
}

// sealed fails if text shows credentials or, unless it may, people.
func (v *vault) sealed(what, text string, people bool) {
	v.Helper()
	for _, form := range seededForms() {
		if strings.Contains(text, form) {
			v.Errorf("%s holds the credentials as %q: %s", what, form, text)
		}
	}
	for _, person := range seededPeople {
		if !people && strings.Contains(text, person) {
			v.Errorf("%s names %s: %s", what, person, text)
		}
	}
}

// searched looks into every file of the scene: what it holds, and who may read it.
func (v *vault) searched() (files int) {
	v.Helper()
	err := filepath.WalkDir(v.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == v.dir || path == v.tmp {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		v.sealed("a name", path, false)
		want := os.FileMode(0o600)
		if e.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			v.Errorf("%s has the mode %v", path, info.Mode())
		}
		if e.IsDir() {
			return nil
		}
		if filepath.Dir(path) == v.tmp {
			v.Errorf("%s remains", path)
		}
		files++
		data, err := os.ReadFile(path)
		v.sealed(path, string(data), holdsPeople(e.Name(), string(data)))
		return err
	})
	if err != nil {
		v.Fatal(err)
	}
	return files
}

// holdsPeople tells which files are about people: the input, lists of people, the rejected rows and
// their copy, and the receipt, unless it has hashes.
func holdsPeople(name, text string) bool {
	return slices.Contains([]string{"people.csv", "rejected.csv", "bad.csv", "not_found.csv", "remove.csv", "differs.csv"}, name) || name == "receipt.csv" && !strings.Contains(text, ",suppress,")
}

// Credentials show nowhere, and people only where they were asked for: whatever
// happens, and under loose and tight masks of file modes.
func TestSecretsAndPeopleStayWhereTheyBelong(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	files := 0
	for i, s := range situations() {
		v := newVault(t)
		v.answerBy(s.hostile)
		if s.mapping != "" {
			v.write("people.yaml", []byte(s.mapping))
		}
		c := v.secretly([]string{"0000", "0022", "0077"}[i%3], s.args...)
		c.Env = append(c.Env, s.env...)
		c.Stdin = strings.NewReader(s.stdin)
		if s.end != nil {
			release := v.startUntil(1, c)
			s.end(v, c)
			defer release()
			_ = c.Wait() // the code is looked at
		} else {
			_ = c.Run()
		}
		out, said := c.Stdout.(*bytes.Buffer).String(), c.Stderr.(*bytes.Buffer).String()
		if code := c.ProcessState.ExitCode(); !slices.Contains(s.codes, code) || !strings.Contains(out+said, s.says) {
			t.Errorf("%s: exit code %d, want %v and %q: %s%s", s.name, code, s.codes, s.says, out, said)
		}
		v.sealed(s.name+", standard output", out, s.people)
		v.sealed(s.name+", standard error", said, false)
		files += v.searched()
		v.secretive.Lock()
		for _, text := range v.misplaced {
			t.Errorf("%s: the service saw %s", s.name, text)
		}
		v.secretive.Unlock()
		if t.Failed() {
			t.Fatalf("after %s", s.name)
		}
	}
	t.Logf("%d situations, %d files searched for %d spellings of the credentials and %d people", len(situations()), files, len(seededForms()), len(seededPeople))
}

// panicking is the program with a bug in it.
func panicking() {
	os.Exit(cli.Run(os.Args, os.Stdin, bug{}, os.Stderr))
}

// bug is where results are printed to, and panics.
type bug struct{}

func (bug) Write([]byte) (int, error) { panic("a bug") }
