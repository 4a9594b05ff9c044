package jobs

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/access"
	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
)

// stage is a program whose only command notes that it was run, with its file, and ends
// as does says.
type stage struct {
	dir, out string
	does     func(file string) error

	mu    sync.Mutex // above what steps write that run at once
	ran   []string
	now   int // steps that run
	peak  int
	rates []int64
}

func (s *stage) commands(p *call.Program) []command.Command {
	var rate int64
	var other string
	var on bool
	c := command.Command{Name: "upsert", Args: "FILE…", Flags: []command.Flag{
		{Name: "rate", Into: command.Whole(&rate, 1, 1000, "a number of requests")},
		{Name: "match", Into: command.Word(&other)},
		{Name: "workspace", Into: command.Word(&other)},
		{Name: "dry-run", Into: command.OnOff(&on)},
		{Name: "resume", Into: command.OnOff(&on)},
		{Name: "resume-or-restart", Into: command.OnOff(&on)},
	}}
	c.Run = func(_ context.Context, files []string) error {
		s.mu.Lock()
		s.ran, s.rates, s.now = append(s.ran, files[0]), append(s.rates, rate), s.now+1
		s.peak = max(s.peak, s.now)
		s.mu.Unlock()
		err := s.does(files[0])
		p.End(call.Outcome{Rows: 7, Accepted: 7})
		s.mu.Lock()
		defer s.mu.Unlock()
		s.now--
		return err
	}
	return []command.Command{c, Command(p, s.commands)}
}

// run runs a job, and returns its exit code.
func (s *stage) run(t *testing.T, yaml string, set func(*options)) int {
	t.Helper()
	path := filepath.Join(s.dir, "job.yaml")
	if err := os.WriteFile(path, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	both := &shared{mu: new(sync.Mutex), to: &out} // a ping writes at any time
	p := &call.Program{Args: []string{"ciobulk", "run"}, In: strings.NewReader(""), Out: &call.Results{Writer: both}, Err: both, Env: &access.Env{Getenv: func(string) string { return "" }}}
	o := &options{}
	o.flags()
	o.StateDir = filepath.Join(s.dir, "state")
	if set != nil {
		set(o)
	}
	code := p.Fail(o.run(t.Context(), p, s.commands, []string{path}))
	s.out = out.String()
	return code
}

func newStage(t *testing.T, codes map[string]int) *stage {
	return &stage{dir: t.TempDir(), does: func(file string) error {
		if code := codes[file]; code != 0 {
			return exit.New(code, "as planned", "")
		}
		return nil
	}}
}

const diamond = `
steps:
  last: {upsert: d, after: [left, right]}
  left: {upsert: b, after: first, rate: 20}
  right: {upsert: c, after: first}
  first: {upsert: a}
  alone: {upsert: e}
`

// Steps run once what they come after has finished, in the order of the file, and are
// skipped if that failed. The code is that of the first step that did not end with 0.
func TestOrder(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		codes map[string]int
		code  int
		want  string
	}{
		"all well":      {nil, 0, "a b c d e"},
		"some rejected": {map[string]int{"a": 3}, 3, "a b c d e"},
		"a branch":      {map[string]int{"b": 5}, 5, "a b c e"},
		"the root":      {map[string]int{"a": 6}, 6, "a e"},
		"the end":       {map[string]int{"d": 4, "e": 2}, 4, "a b c d e"},
		"interrupted":   {map[string]int{"b": 130}, 130, "a b"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, c.codes)
			if code := s.run(t, diamond, nil); code != c.code {
				t.Errorf("exit code %d, want %d", code, c.code)
			}
			if got := strings.Join(s.ran, " "); got != c.want {
				t.Errorf("ran %s, want %s", got, c.want)
			}
		})
	}
}

// At once run as many steps as may, and no step before what it comes after.
func TestParallel(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.does = func(string) error { time.Sleep(50 * time.Millisecond); return nil }
	if code := s.run(t, diamond, func(o *options) { o.Parallel = 2 }); code != 0 {
		t.Fatal(code, s.out)
	}
	at := func(file string) int { return slices.Index(s.ran, file) }
	if s.peak != 2 || len(s.ran) != 5 || at("a") > at("b") || at("b") > at("d") || at("c") > at("d") {
		t.Errorf("%d at once: %v", s.peak, s.ran)
	}
}

// A step's keys reach the flags of its own command and of no other.
func TestSettings(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.run(t, "steps:\n  one: {upsert: a, rate: 20}\n  two: {upsert: b}\n", nil)
	if !slices.Equal(s.rates, []int64{20, 0}) {
		t.Error(s.rates)
	}
}

// A job that was interrupted goes on: what has finished is not done again. One that has
// changed meanwhile starts with its first step.
func TestGoesOn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ second, want string }{
		"the same": {diamond, "a b | b c d e"},
		"changed":  {strings.Replace(diamond, "rate: 20", "rate: 30", 1), "a b | a b c d e"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			codes := map[string]int{"b": exit.Interrupted}
			s := newStage(t, codes)
			s.run(t, diamond, nil)
			s.ran = append(s.ran, "|")
			delete(codes, "b")
			if code := s.run(t, c.second, nil); code != 0 {
				t.Error(code, s.out)
			}
			if got := strings.Join(s.ran, " "); got != c.want {
				t.Errorf("ran %s, want %s", got, c.want)
			}
		})
	}
}

// The credentials of a job are those of each step that has none of its own.
func TestOverrides(t *testing.T) {
	t.Parallel()
	own := func(names ...string) *step {
		s := &step{}
		for _, name := range names {
			s.settings = append(s.settings, setting{name: name})
		}
		return s
	}
	for _, c := range []struct {
		s    *step
		name string
		want bool
	}{
		{own(), "profile", false}, {own("profile"), "profile", true}, {own("credentials"), "profile", true}, {own("profile"), "credentials", true},
		{own("profile"), "workspace", false}, {own("workspace"), "workspace", true}, {own("match"), "credentials", false},
	} {
		if got := c.s.overrides(c.name); got != c.want {
			t.Errorf("%v, %s: %v", c.s.settings, c.name, got)
		}
	}
}

// What has finished is done again if its file has changed, and so is what comes after it.
func TestNewFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, b, c := filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "c")
	for _, path := range []string{a, b, c} {
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	codes := map[string]int{"end": exit.Interrupted}
	s := newStage(t, codes)
	yaml := "steps: {a: {upsert: " + a + "}, b: {upsert: " + b + ", after: a}, c: {upsert: " + c + "}, end: {upsert: end}}"
	s.run(t, yaml, nil)
	s.ran = nil
	delete(codes, "end")
	if err := os.WriteFile(a, []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.run(t, yaml, nil)
	if want := []string{a, b, "end"}; !slices.Equal(s.ran, want) {
		t.Errorf("ran %q, want %q", s.ran, want)
	}
}

// The ping says how the job ended, and neither delays nor fails it; its address is shown
// nowhere.
func TestPing(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got []string
	failures := 1
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		if failures > 0 {
			failures--
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		got = append(got, r.Method+" "+r.URL.Path+" "+string(text))
	}))
	defer server.Close()
	s := newStage(t, map[string]int{"a": 5})
	code := s.run(t, "ping: "+server.URL+"/secret-id\nsteps: {one: {upsert: a}}\n", nil)
	if code != 5 {
		t.Errorf("exit code %d: %s", code, s.out)
	}
	if len(got) != 2 || got[0] != "POST /secret-id/start " || !strings.HasPrefix(got[1], "POST /secret-id/5 exit code 5 after ") || !strings.Contains(got[1], "\none: service unavailable, 7 rows, 7 accepted, 0 rejected\n") {
		t.Errorf("%q", got)
	}
	s = newStage(t, nil)
	if code := s.run(t, "ping: http://127.0.0.1:1/secret-id\nsteps: {one: {upsert: a}}\n", nil); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if !strings.Contains(s.out, "cannot ping 127.0.0.1:1") || strings.Contains(s.out, "secret-id") {
		t.Error(s.out)
	}
}

// Every mistake in a job file is shown where it is, and nothing runs.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for yaml, want := range map[string]string{
		"":                                        "the file is empty",
		"steps: {}":                               "a job without steps",
		"steps: {a: {}}":                          "a step is a command with its file",
		"steps: {a: {upsrt: x}}":                  `:1:13: "upsrt" is not a command of a step`,
		"steps: {a: {run: x}}":                    `"run" cannot be a step`,
		"steps: {a: {upsert: }}":                  "nothing where text is needed",
		"steps: {a: {upsert: '-'}}":               "cannot read or write standard input",
		"steps: {a: {upsert: x, rtae: 3}}":        `unknown key "rtae" in step a`,
		"steps: {a: {upsert: x, rate: 0}}":        `:1:30: rate is "0"`,
		"steps: {a: {upsert: x, resume: true}}":   "a job resumes by itself",
		"steps: {a: {upsert: x, after: b}}":       `step a comes after "b", which is not a step`,
		"steps: {a: {upsert: x, after: a}}":       "step a comes after itself",
		"steps: {a: {upsert: x}, a: {upsert: y}}": "a",
		"steps: {'a b': {upsert: x}}":             `"a b" is not a name for a step`,
		"steps: {a: {upsert: {command: []}}}":     "the input has no command",
		"steps: {a: {upsert: {comand: [x]}}}":     `unknown key "comand"`,
		"steps: {a: {upsert: {command: [x]}, input: {max-age: 2h}}}": "the output of a command has no age",
		"steps: {a: {upsert: x, input: {max-shrink: 20}}}":           "it is a percentage such as 20%",
		"workspace: 1\nsteps: {a: {upsert: x, workspace: 2}}":        "step a is for workspace 2, and the job for 1",
		"ping: http://hc.example/x\nsteps: {a: {upsert: x}}":         "ping is not an https address",
		"keep: 30\nsteps: {a: {upsert: x}}":                          `"30" is not a length of time`,
		"steps: {a: {upsert: '${FILE}'}}":                            "the environment variable FILE is not set",
		"steps: {a: {upsert: '${FILE'}}":                             "${FILE is not the name of a variable",
		"api_key: x\nsteps: {a: {upsert: x}}":                        "secrets do not belong in a job file",
		"steps: {a: {upsert: x, site-id: x}}":                        "secrets do not belong in a job file",
	} {
		s := newStage(t, nil)
		code := s.run(t, yaml, nil)
		if code != exit.Misuse || len(s.ran) > 0 || !strings.Contains(s.out, want) {
			t.Errorf("%s\nexit code %d, ran %v, %s\nwant %s", yaml, code, s.ran, s.out, want)
		}
	}
}

// References are replaced in values, and in these alone.
func TestExpand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "job.yaml")
	if err := os.WriteFile(path, []byte("steps: {a: {upsert: ['${DIR}/a', '${NO:-b}', '$$x', 'c$1', '${EMPTY:-}']}}"), 0o600); err != nil {
		t.Fatal(err)
	}
	getenv := func(name string) string { return map[string]string{"DIR": "/data"}[name] }
	j, err := parse(path, new(stage).commands(&call.Program{}), getenv)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"/data/a", "b", "$x", "c$1", ""}; !slices.Equal(j.steps[0].files, want) {
		t.Errorf("%q, want %q", j.steps[0].files, want)
	}
}

// Guards are about the numbers that they name, at their bounds.
func TestGuards(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		g       guards
		n, last int64
		refused bool
		noted   string
	}{
		"empty":              {guards{shrink: -1}, 0, 0, true, "empty refused 0 rows"},
		"empty, allowed":     {guards{shrink: -1, allowEmpty: true}, 0, 0, false, ""},
		"enough":             {guards{shrink: -1, minRows: 5}, 5, 0, false, "empty refused 5 rows; min-rows 5 5 rows"},
		"too few":            {guards{shrink: -1, minRows: 5}, 4, 0, true, "empty refused 4 rows; min-rows 5 4 rows"},
		"the first time":     {guards{shrink: 10}, 1, 0, false, "empty refused 1 row; max-shrink 10% 1 row, none before"},
		"as much as allowed": {guards{shrink: 10}, 90, 100, false, "empty refused 90 rows; max-shrink 10% 90 rows, 100 before: 10.0 % less"},
		"one less":           {guards{shrink: 10}, 89, 100, true, "empty refused 89 rows; max-shrink 10% 89 rows, 100 before: 11.0 % less"},
		"no less at all":     {guards{shrink: 0}, 99, 100, true, "empty refused 99 rows; max-shrink 0% 99 rows, 100 before: 1.0 % less"},
		"more":               {guards{shrink: 0}, 101, 100, false, "empty refused 101 rows; max-shrink 0% 101 rows, 100 before: 0.0 % less"},
	} {
		var noted []string
		err := c.g.rows(c.n, c.last, func(name, limit, found string) { noted = append(noted, name+" "+limit+" "+found) })
		if got := strings.Join(noted, "; "); got != c.noted {
			t.Errorf("%s: noted %q, want %q", name, got, c.noted)
		}
		known, _ := errors.AsType[*exit.Error](err)
		if (err != nil) != c.refused || err != nil && known.Code != exit.Budget {
			t.Errorf("%s: %v", name, err)
		}
	}
}
