package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/internal/slowtest"
)

// held starts an upsert, changes its input while a request of it waits for its
// answer, and returns what it then says and counts.
func (s *scene) held(change func(path string) error, code int) (said string, rows int64) {
	s.Helper()
	c := s.command()
	release := s.startUntil(3, c)
	if err := change(filepath.Join(s.dir, "people.csv")); err != nil {
		s.Fatal(err)
	}
	release()
	sum := s.finish(c, code)
	if err := sum.Check(); err != nil {
		s.Error(err)
	}
	return c.Stderr.(*bytes.Buffer).String(), sum.Rows
}

func grow(text string) func(path string) error {
	return func(path string) error {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = f.WriteString(text)
		return err
	}
}

// A file that is written to during the run ends it with exit code 1, however the
// writing shows; it cannot be continued, and says why; --restart begins again.
func TestInputChangesDuringTheRun(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	const total = 20_000
	size := int64(len(peopleCSV(total)))
	for name, c := range map[string]struct {
		change  func(path string) error
		says    string
		refused string // to be continued
	}{
		"grown": {grow("user-999999,late,30\n"), "people.csv: cannot be finished: the file changed while it was read (",
			"has changed ("},
		"grown, the last row being half a row": {grow("7\n"), "the file changed while it was read (", "has changed ("},
		"shrunk": {func(path string) error { return os.Truncate(path, size/2) },
			"cannot read on from this line: the file changed while it was read (", "has changed ("},
		"emptied": {func(path string) error { return os.Truncate(path, 0) },
			"the file changed while it was read (", "people.csv: is empty"},
		"rewritten": {func(path string) error {
			return os.WriteFile(path, bytes.ReplaceAll(peopleCSV(total), []byte("Person"), []byte("Nobody")), 0)
		}, "the file changed while it was read (it was written to at ", "changed"},
		"touched": {func(path string) error { return os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)) },
			"the file changed while it was read (it was written to at ", "the file changed while it was read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, total)
			said, rows := s.held(c.change, exitBroken)
			if !strings.Contains(said, c.says) || rows == 0 || rows >= total {
				t.Errorf("%d rows, want less than %d; want %q: %s", rows, total, c.says, said)
			}
			if _, found := s.service.Person("id", "user-019999"); found {
				t.Error("the last row was sent, which may be half a row")
			}
			again := s.command("--resume")
			s.finish(again, exitUsage)
			if said := again.Stderr.(*bytes.Buffer).String(); !strings.Contains(said, c.refused) {
				t.Errorf("want %q: %s", c.refused, said)
			}
			s.write("people.csv", peopleCSV(total))
			if sum := s.finish(s.command("--restart"), exitRejected); sum.Rows != total {
				t.Errorf("%d rows after --restart", sum.Rows)
			}
		})
	}
}

// A file that another one takes the place of is read to its end as it was, as
// programs that write files whole expect; it is told, and a broken run says that
// it must begin again.
func TestInputReplacedDuringTheRun(t *testing.T) {
	t.Parallel()
	const total = 20_000
	for name, c := range map[string]struct {
		change func(path string) error
		says   string
	}{
		"replaced": {func(path string) error {
			if err := os.WriteFile(path+".new", peopleCSV(10), 0o600); err != nil {
				return err
			}
			return os.Rename(path+".new", path)
		}, "people.csv was replaced by another file while it was read"},
		"removed": {os.Remove, "people.csv was removed while it was read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, total)
			said, rows := s.held(c.change, exitRejected)
			if !strings.Contains(said, c.says) || rows != total {
				t.Errorf("%d rows, want %q: %s", rows, c.says, said)
			}
			s.write("people.csv", peopleCSV(10))
			if sum := s.finish(s.command("--resume"), exitRejected); sum.Rows != 10 || sum.Resumed != 0 {
				t.Errorf("the next run: %+v", sum)
			}
		})
	}
}

// What the end of the run prints to go on with is what will do.
func TestInputChangedEndsWithRestart(t *testing.T) {
	t.Parallel()
	s := newScene(t, 20_000)
	c := s.command()
	c.Args[len(c.Args)-1] = "text"
	release := s.startUntil(3, c)
	if err := grow("x\n")(filepath.Join(s.dir, "people.csv")); err != nil {
		t.Fatal(err)
	}
	release()
	_ = c.Wait() // the code is looked at
	out := c.Stdout.(*bytes.Buffer).String()
	if c.ProcessState.ExitCode() != exitBroken || !strings.Contains(out, "to start again: ciobulk") || strings.Contains(out, "--resume") {
		t.Errorf("%v: %s", c.ProcessState, out)
	}
}

// Of a small file all is read before the first answer comes: that it is still
// being written shows at the end.
func TestInputChangesBehindTheReader(t *testing.T) {
	t.Parallel()
	s := newScene(t, 40)
	c := s.command()
	release := s.startUntil(1, c)
	if err := grow("user-999999,late,30\n")(filepath.Join(s.dir, "people.csv")); err != nil {
		t.Fatal(err)
	}
	release()
	sum := s.finish(c, exitBroken)
	if said := c.Stderr.(*bytes.Buffer).String(); sum.Rows != 40 || !strings.Contains(said, "the file changed while it was read (") {
		t.Errorf("%d rows: %s", sum.Rows, said)
	}
	s.finish(s.command("--resume"), exitUsage)
}
