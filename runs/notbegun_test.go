package runs

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The page of a run that did not begin says why, loads nothing, and is known for a
// report, as that of a run is.
func TestReportOfARunThatDidNotBegin(t *testing.T) {
	t.Parallel()
	var page, ofRun bytes.Buffer
	n := NotBegun{Verb: "upsert", Line: "ciobulk upsert people.csv", Why: "there is no column <b>", Hint: "columns: id", ExitCode: 2, At: testTime, Version: "v1.2.3", Step: "people", Guards: []Guard{{"min-rows", "4", "3 rows"}}}
	must(t, n.WriteReport(&page))
	for _, want := range []string{"default-src 'none'", "The run did not begin", "exit code 2", "no column &lt;b&gt;", "columns: id", "ciobulk upsert people.csv", "v1.2.3", "2026-", "<td>min-rows</td><td>4</td><td>3 rows</td>"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, never := range []string{"<script", "http:", "https:", "url(", "@import", " style=", "<b>"} {
		if strings.Contains(page.String(), never) {
			t.Errorf("the page has %q", never)
		}
	}
	dir := t.TempDir()
	r := ended(t, State{Dir: filepath.Join(dir, "state")}, 1, "/people.csv")
	must(t, WriteReport(&ofRun, r.Dir, false))
	for name, c := range map[string]struct {
		text string
		is   bool
	}{"refused.html": {page.String(), true}, "run.html": {ofRun.String(), true}, "empty.html": {"", true}, "people.csv": {"id\n1\n", false}, "other.html": {"<!DOCTYPE html>\n<html></html>", false}} {
		path := filepath.Join(dir, name)
		overwrite(t, path, c.text)
		if is, err := IsReport(path); is != c.is || err != nil {
			t.Errorf("%s: %v %v", name, is, err)
		}
	}
	must(t, os.Symlink(filepath.Join(dir, "run.html"), filepath.Join(dir, "link.html")))
	if is, err := IsReport(filepath.Join(dir, "link.html")); is || err == nil {
		t.Error("a link is taken for a report")
	}
}
