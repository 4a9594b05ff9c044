package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/internal/slowtest"
)

// paddedCSV is a file of n people in lines so long that its middle is in neither of
// the ends that its digest covers.
func paddedCSV(n int) []byte {
	var b bytes.Buffer
	b.WriteString("id,name,age\n")
	for i := range n {
		fmt.Fprintf(&b, "padded-%06d,%s,%d\n", i, strings.Repeat("x", 600), i%90)
	}
	return b.Bytes()
}

// A row that changes in the middle of the file between a kill and the resume is
// noticed where it was settled already, and sent as it is now where it was not.
func TestCrashAndAnEditInTheMiddle(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	const rows = 6000
	s := newScene(t, 0)
	text := paddedCSV(rows)
	s.write("people.csv", text)
	args := []string{"upsert", "people.csv", "-m", "people.yaml", "--batch-rows", "20", "--concurrency", "4"}
	s.killAt(200, s.call(args...)) // after some 4000 rows: the window is 1280 rows
	edit := func(row int) {
		line := fmt.Appendf(nil, "padded-%06d,xxxxx", row)
		if changed := bytes.Replace(text, line, fmt.Appendf(nil, "padded-%06d,edit!", row), 1); !bytes.Equal(changed, text) {
			s.write("people.csv", changed)
		} else {
			t.Fatalf("there is no row %d", row)
		}
	}
	edit(2000)
	refused := s.call(append(args, "--resume")...)
	s.finish(refused, exitUsage)
	if said := refused.Stderr.(*bytes.Buffer); !strings.Contains(said.String(), "people.csv has changed before row") {
		t.Fatalf("the edit of a settled row is not noticed:\n%s", said)
	}
	edit(4200) // and row 2000 is what it was
	sum := s.finish(s.call(append(args, "--resume")...), exitDone)
	if p, ok := s.service.Person("id", "padded-004200"); !ok || sum.Rows != rows || sum.Resumed != 1 || !bytes.HasPrefix(p.Attributes["name"], []byte(`"edit!x`)) {
		t.Errorf("%+v, %t", sum.Ledger, ok)
	}
}

// The hourly story: each hour's run is killed, or meets a new export, a touched file
// or an outage, and the next hour goes on without anyone; in the end the workspace is
// that of the last export.
func TestCrashAndTheHoursAfter(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	const rows = 1500
	s := newScene(t, 0)
	args := []string{"upsert", "people.csv", "-m", "people.yaml", "--batch-rows", "10", "--concurrency", "3", "--resume-or-restart"}
	export := func(hour int) {
		var b bytes.Buffer
		b.WriteString("id,name,age\n")
		for i := range rows {
			fmt.Fprintf(&b, "user-%04d,hour %d,%d\n", i, hour, i%90)
		}
		s.write("people.csv", b.Bytes())
	}
	resumed, restarted := 0, 0
	for hour := range 8 {
		if hour%2 == 0 {
			export(hour)
		} else if err := os.Chtimes(filepath.Join(s.dir, "people.csv"), time.Time{}, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		s.killAt(20+rand.Int64N(60), s.call(args...))
		dirs, err := filepath.Glob(filepath.Join(s.dir, ".ciobulk", "*-upsert-people-*", "checkpoint.json"))
		if err != nil {
			t.Fatal(err)
		}
		if restarted = len(dirs); hour%2 == 1 {
			resumed++
		}
	}
	if restarted != 4 || resumed != 4 {
		t.Errorf("%d runs were begun and %d continued, want 4 and 4", restarted, resumed)
	}
	sum := s.finish(s.call(args...), exitDone)
	if sum.Rows != rows || sum.Accepted != rows || sum.Resumed != 2 {
		t.Errorf("the last hour: %+v, resumed %d", sum.Ledger, sum.Resumed)
	}
	for i := range rows {
		if p, ok := s.service.Person("id", fmt.Sprintf("user-%04d", i)); !ok || string(p.Attributes["name"]) != `"hour 6"` {
			t.Fatalf("user %d is of another hour: %s", i, p.Attributes["name"])
		}
	}
}

// Many small files: killed at any request, a run goes on in the file where it was,
// and its rejected file is that of an undisturbed run.
func TestCrashAmongSmallFiles(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	s := newScene(t, 0)
	if err := os.Mkdir(filepath.Join(s.dir, "in"), 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		age := fmt.Sprint(i % 90)
		if i%50 == 7 {
			age = "many"
		}
		s.write(fmt.Sprintf("in/%03d.csv", i), fmt.Appendf(nil, "id,name,age\na-%d,x,%s\nb-%d,y,1\n", i, age, i))
	}
	args := []string{"upsert", "in/*.csv", "-m", "people.yaml", "--batch-rows", "3", "--concurrency", "2"}
	calm := s.finish(s.call(args...), exitRejected)
	people, requests, rejected := s.service.Fingerprint(), s.seen(), s.rejected()
	if calm.Rows != 600 || calm.Rejected != 6 || len(rejected) == 0 {
		t.Fatalf("the undisturbed run: %+v", calm.Ledger)
	}
	for range *crashRuns {
		if err := os.RemoveAll(filepath.Join(s.dir, ".ciobulk")); err != nil {
			t.Fatal(err)
		}
		s.reset()
		at := 1 + rand.Int64N(requests)
		s.killAt(at, s.call(args...))
		sum := s.finish(s.call(append(args, "--resume")...), exitRejected)
		if sum.Ledger != calm.Ledger || sum.Resumed != 1 || s.service.Fingerprint() != people || !bytes.Equal(s.rejected(), rejected) {
			t.Errorf("killed at %d of %d: %+v, resumed %d", at, requests, sum.Ledger, sum.Resumed)
		}
	}
}
