package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/internal/slowtest"
	"github.com/rogpeppe/go-internal/testscript"
)

// The test binary is also the program: scripts and crash tests run it under
// the name ciobulk.
func TestMain(m *testing.M) {
	testscript.Main(atHome{m}, map[string]func(){"ciobulk": main, "ciobulk-unpaced": unpaced, "counting-service": countingService,
		"ciobulk-measured": measured, "ciobulk-panicking": panicking})
}

// atHome is the tests with a state directory of their own, so that they neither
// see the user's nor write to it. The processes that they start inherit it.
type atHome struct{ *testing.M }

func (m atHome) Run() int {
	dir, err := os.MkdirTemp("", "ciobulk-state")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Setenv("XDG_STATE_HOME", dir); err != nil {
		panic(err)
	}
	return m.M.Run()
}

const (
	testSite = "site"
	testKey  = "key-that-must-not-show"

	testAppKey = "app-key-that-must-not-show"
)

// newService serves a workspace to one test. Where an OpenAPI document is
// given, every request is checked against it.
func newService(t testing.TB, c simulator.Config) (w *simulator.Workspace, url string) {
	t.Helper()
	c.SiteID, c.APIKey, c.AppKey = testSite, testKey, testAppKey
	w = simulator.New(c)
	server := httptest.NewServer(checkContract(t, w))
	t.Cleanup(server.Close)
	return w, server.URL
}

func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Files: scripts(t),
		Setup: func(env *testscript.Env) error {
			w, url := newService(env.T().(testing.TB), simulator.Config{WorkspaceID: 4711})
			env.Values["service"] = w
			env.Setenv("XDG_STATE_HOME", os.Getenv("XDG_STATE_HOME"))
			corpus, err := filepath.Abs(root + "/rows/testdata/corpus")
			if err != nil {
				return err
			}
			env.Setenv("CORPUS", corpus) // files of every shape
			env.Setenv("CUSTOMERIO_TRACK_URL", url)
			env.Setenv("CUSTOMERIO_SITE_ID", testSite)
			env.Setenv("CUSTOMERIO_API_KEY", testKey)
			env.Setenv("CUSTOMERIO_APP_URL", url)
			env.Setenv("CUSTOMERIO_APP_API_KEY", testAppKey)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"faults": setFaults, "person": showPerson, "expect": expectStat, "rows": makeRows, "exits": exits, "records": countRecords,
			"makesegment": makeSegment, "members": countMembers, "tracked": tracked, "happened": happened, "has": has, "objects": objects,
			"tame": saidTamely, "socket": makeSocket,
		},
		Condition:     slowCondition,
		UpdateScripts: os.Getenv("UPDATE") != "",
	})
}

// scripts are the files that are run: all, or only those that are slow.
func scripts(t *testing.T) (files []string) {
	all, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(all) < 100 {
		t.Fatalf("%d scripts, %v", len(all), err)
	}
	for _, path := range all {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !slowtest.Only() || bytes.Contains(text, []byte("\n[!slow] skip")) {
			files = append(files, path)
		}
	}
	return files
}

// slowCondition is [slow]: a script of many runs begins with
// [!slow] skip 'slow: make slow runs it'.
func slowCondition(name string) (bool, error) {
	if name != "slow" {
		return false, fmt.Errorf("there is no condition %q", name)
	}
	return slowtest.Wanted(), nil
}

// faults JSON: what goes wrong from now on.
func setFaults(ts *testscript.TestScript, _ bool, args []string) {
	var f simulator.Faults
	ts.Check(json.Unmarshal([]byte(args[0]), &f))
	ts.Value("service").(*simulator.Workspace).SetFaults(f)
}

// person KIND VALUE [ATTRIBUTE=JSON…]: the person is there, with just these
// attributes if any are given; ! person: is not.
func showPerson(ts *testscript.TestScript, neg bool, args []string) {
	p, ok := ts.Value("service").(*simulator.Workspace).Person(args[0], args[1])
	if ok == neg {
		ts.Fatalf("person %s: found is %v", args[1], ok)
	}
	if neg || len(args) == 2 {
		return
	}
	want := make(map[string]string)
	for _, a := range args[2:] {
		name, value, _ := strings.Cut(a, "=")
		want[name] = value
	}
	got := make(map[string]string)
	for name, value := range p.Attributes {
		got[name] = string(value)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		ts.Fatalf("person %s has %v, want %v", args[1], got, want)
	}
}

// expect NAME NUMBER: a figure of the simulator's.
func expectStat(ts *testscript.TestScript, _ bool, args []string) {
	data, err := json.Marshal(ts.Value("service").(*simulator.Workspace).Stats())
	ts.Check(err)
	var stats map[string]json.RawMessage
	ts.Check(json.Unmarshal(data, &stats))
	if string(stats[args[0]]) != args[1] {
		ts.Fatalf("%s is %s, want %s", args[0], stats[args[0]], args[1])
	}
}

// rows FILE N: a CSV file of n people, every tenth with an age that is none.
func makeRows(ts *testscript.TestScript, _ bool, args []string) {
	var n int
	_, err := fmt.Sscan(args[1], &n)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), peopleCSV(n), 0o600))
}

// makesegment NAME manual|dynamic: there is such a segment.
func makeSegment(ts *testscript.TestScript, _ bool, args []string) {
	ts.Value("service").(*simulator.Workspace).AddSegment(args[0], args[1] == "manual")
}

// members NAME N: the segment has N people.
func countMembers(ts *testscript.TestScript, _ bool, args []string) {
	for _, s := range ts.Value("service").(*simulator.Workspace).Segments() {
		if s.Name == args[0] && fmt.Sprint(s.Count) == args[1] {
			return
		}
	}
	ts.Fatalf("no segment %s with %s people: %+v", args[0], args[1], ts.Value("service").(*simulator.Workspace).Segments())
}

// tracked ACTION NAME KIND VALUE ATTRIBUTES…: the events are just these, in their
// order, each with five arguments.
func tracked(ts *testscript.TestScript, _ bool, args []string) {
	var got []string
	for _, e := range ts.Value("service").(*simulator.Workspace).Events() {
		got = append(got, e.Action, e.Name, e.Kind, e.Value, string(e.Attributes))
	}
	if strings.Join(got, "\n") != strings.Join(args, "\n") {
		ts.Fatalf("events are\n%q\nwant\n%q", got, args)
	}
}

// happened N ACTION NAME TIMESTAMP ID: the Nth event, counted from 1, has these values. A
// timestamp of 0 is none, and an id of * is any ULID.
func happened(ts *testscript.TestScript, _ bool, args []string) {
	var n int
	_, err := fmt.Sscan(args[0], &n)
	ts.Check(err)
	events := ts.Value("service").(*simulator.Workspace).Events()
	if n < 1 || n > len(events) {
		ts.Fatalf("%d events, no number %d", len(events), n)
	}
	e := events[n-1]
	if args[4] == "*" && len(e.ID) == 26 {
		e.ID = "*"
	}
	if got := []string{args[0], e.Action, e.Name, fmt.Sprint(e.Timestamp), e.ID}; strings.Join(got, "\n") != strings.Join(args, "\n") {
		ts.Fatalf("event is\n%q\nwant\n%q", got, args)
	}
}

// has KIND VALUE [TEXT]…: the person has these devices and relationships, each as one text:
// "device TOKEN PLATFORM LAST_USED ATTRIBUTES" and "object TYPE/ID ATTRIBUTES".
func has(ts *testscript.TestScript, _ bool, args []string) {
	p, found := ts.Value("service").(*simulator.Workspace).Person(args[0], args[1])
	if !found {
		ts.Fatalf("there is no person %s", args[1])
	}
	got := []string{}
	for _, d := range p.Devices {
		got = append(got, fmt.Sprintf("device %s %s %d %s", d.Token, d.Platform, d.LastUsed, jsonOf(ts, d.Attributes)))
	}
	for _, r := range p.Relations {
		got = append(got, fmt.Sprintf("object %s/%s %s", r.Object.Type, r.Object.ID, jsonOf(ts, r.Attributes)))
	}
	if strings.Join(got, "\n") != strings.Join(args[2:], "\n") {
		ts.Fatalf("the person has\n%q\nwant\n%q", got, args[2:])
	}
}

// objects [TEXT]…: the workspace has these objects, each as "TYPE/ID ATTRIBUTES".
func objects(ts *testscript.TestScript, _ bool, args []string) {
	got := []string{}
	for _, o := range ts.Value("service").(*simulator.Workspace).Objects() {
		got = append(got, fmt.Sprintf("%s/%s %s", o.Type, o.ID, jsonOf(ts, o.Attributes)))
	}
	if strings.Join(got, "\n") != strings.Join(args, "\n") {
		ts.Fatalf("objects are\n%q\nwant\n%q", got, args)
	}
}

func jsonOf(ts *testscript.TestScript, v any) string {
	text, err := json.Marshal(v)
	ts.Check(err)
	return string(text)
}

// records N FILE…: the CSV files have N records together, without their headers.
func countRecords(ts *testscript.TestScript, _ bool, args []string) {
	n := 0
	for _, file := range args[1:] {
		records, err := csv.NewReader(strings.NewReader(ts.ReadFile(file))).ReadAll()
		ts.Check(err)
		n += len(records) - 1
	}
	if fmt.Sprint(n) != args[0] {
		ts.Fatalf("%d records, want %s", n, args[0])
	}
}

func peopleCSV(n int) []byte {
	var b strings.Builder
	b.WriteString("id,name,age\n")
	for i := range n {
		age := fmt.Sprint(20 + i%60)
		if i%10 == 9 {
			age = "n/a"
		}
		fmt.Fprintf(&b, "user-%06d,\"Person, %d\",%s\n", i, i, age)
	}
	return []byte(b.String())
}

func TestEveryScriptStatesItsPromise(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(scripts) < fewestScripts {
		t.Fatalf("%d scripts, %v", len(scripts), err)
	}
	for _, path := range scripts {
		data, err := os.ReadFile(path)
		if err != nil || !strings.HasPrefix(string(data), "# ") {
			t.Errorf("%s does not begin with what it guards: %v", path, err)
		}
	}
}

// exits CODE COMMAND…: the command ends with just this exit code.
func exits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}
