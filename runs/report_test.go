package runs

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A report is a page that loads and runs nothing, the same each time, small, and without
// people's data unless that is asked for.
func TestReport(t *testing.T) {
	t.Parallel()
	s := State{Dir: t.TempDir()}
	r := begun(t, s, 1, "/data/people.csv")
	r.Recipe.Where = "email == 'ada@example.com'"
	r.Recipe.Command = []string{"upsert", "people.csv", "-w", r.Recipe.Where}
	must(t, r.Recipe.save(r.Dir, nil))
	text := "id,age,_row,_line,_input,_reason,_field,_message,_status\nada@example.com,<b>many</b>,7,8,people.csv,invalid,attributes.age,\"\"\"<b>many</b>\"\" is not a number\",\n"
	overwrite(t, r.RejectedPath(), text)
	c := r.Checkpoint
	c.RejectedFile.Bytes = int64(len(text))
	must(t, r.Save(c))
	summary := &Summary{Ledger: Ledger{Rows: 1_234_567, Accepted: 1_000_000, Rejected: 234_567}, Verb: "upsert", Run: r.Name, ExitCode: 3,
		StartedAt: testTime, FinishedAt: testTime.Add(time.Hour), Seconds: 3600, Inputs: []string{"people.csv"}, Version: "v1.2.3"}
	summary.Guards = []Guard{{"max-age", "26h", "1h0m3s"}, {"min-rows", "1,000", "<1,234,567 rows>"}}
	for i := range 500 {
		summary.Reasons = append(summary.Reasons, Reason{Reason: "invalid", Field: fmt.Sprintf("attributes.column_number_%d", i), Count: 3, Input: "a rather long name of a file.csv", Row: 7, Line: 8})
	}
	for i := range mostSamples {
		summary.Samples = append(summary.Samples, Sample{float64(10 * (i + 1)), int64(i) * 3000, int64(i) * 3})
	}
	must(t, errors.Join(summary.Save(r, ""), r.Finish(), r.Close()))

	var page, again, shown bytes.Buffer
	must(t, errors.Join(WriteReport(&page, r.Dir, false), WriteReport(&again, r.Dir, false), WriteReport(&shown, r.Dir, true)))
	if !bytes.Equal(page.Bytes(), again.Bytes()) || page.Len() > 60_000 {
		t.Errorf("%d bytes, then %d", page.Len(), again.Len())
	}
	for _, want := range []string{"default-src 'none'", "1,234,567", "234,567", "81.0 %", "v1.2.3", "finished, exit code 3", "<polyline", "-w …", "row 7 (line 8)", "<td>max-age</td><td>26h</td><td>1h0m3s</td>", "&lt;1,234,567 rows&gt;"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, never := range []string{"<script", "http:", "https:", "url(", "@import", " style=", "ada@example.com", "many"} {
		if strings.Contains(page.String(), never) {
			t.Errorf("the page has %q", never)
		}
	}
	if !strings.Contains(shown.String(), "&lt;b&gt;many&lt;/b&gt;") || strings.Contains(shown.String(), "<b>many") || !strings.Contains(shown.String(), `class="warning"`) {
		t.Error("examples are not shown as text, with a warning")
	}
	if err := WriteReport(&page, t.TempDir(), false); err == nil {
		t.Error("any directory has a report")
	}
}

// A run whose summary is damaged has a report of what its checkpoint says.
func TestReportWithADamagedSummary(t *testing.T) {
	t.Parallel()
	s := State{Dir: t.TempDir()}
	r := begun(t, s, 1, "/people.csv")
	c := r.Checkpoint
	c.Ledger = Ledger{Rows: 4321, Accepted: 4321}
	must(t, errors.Join(r.Save(c), r.Finish(), r.Close()))
	for _, damaged := range []string{"", "{", "[1]", `{"rows": 17, "accepted": "x"}`} {
		overwrite(t, filepath.Join(r.Dir, summaryFile), damaged)
		var page bytes.Buffer
		must(t, WriteReport(&page, r.Dir, false))
		if !strings.Contains(page.String(), "4,321") {
			t.Errorf("the page with the summary %q has no ledger", damaged)
		}
	}
}

// A run that was killed has a report of what its checkpoint says.
func TestReportOfAKilledRun(t *testing.T) {
	t.Parallel()
	s := State{Dir: t.TempDir()}
	r := begun(t, s, 1, "/people.csv")
	c := r.Checkpoint
	c.Ledger = Ledger{Rows: 77, Accepted: 77}
	must(t, errors.Join(r.Save(c), r.Close()))
	var page bytes.Buffer
	must(t, WriteReport(&page, r.Dir, true))
	if text := page.String(); !strings.Contains(text, "unfinished") || !strings.Contains(text, ">77<") || !strings.Contains(text, "too short for a course") {
		t.Error(text)
	}
}

// A page without charts says why: the run was short, it has not ended, or it has no samples.
func TestReportWithoutACourse(t *testing.T) {
	t.Parallel()
	one, two := []Sample{{10, 5, 1}}, []Sample{{10, 5, 1}, {20, 9, 2}}
	for name, c := range map[string]struct {
		seconds float64
		resumed int
		samples []Sample
		ended   bool
		want    string
	}{
		"short":                {19, 0, nil, true, "too short for a course"},
		"one sample":           {21, 0, one, true, "too short for a course"},
		"old":                  {3600, 0, nil, true, "it has no samples"},
		"resumed at the end":   {3600, 1, one, true, "continued shortly before its end"},
		"killed":               {3600, 0, nil, false, "none of this run has"},
		"killed soon":          {3, 0, nil, false, "too short for a course"},
		"interrupted":          {3600, 0, two, false, "<polyline"},
		"long":                 {3600, 0, two, true, "<polyline"},
		"long, and was killed": {3600, 2, two, true, "<polyline"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := State{Dir: t.TempDir()}
			r := begun(t, s, 1, "/people.csv")
			checkpoint := r.Checkpoint
			checkpoint.Seconds, checkpoint.Resumed = c.seconds, c.resumed
			must(t, r.Save(checkpoint))
			if c.ended || c.samples != nil {
				must(t, (&Summary{Verb: "upsert", Seconds: c.seconds, Resumed: c.resumed, Samples: c.samples, Run: r.Name}).Save(r, ""))
			}
			if c.ended {
				must(t, r.Finish())
			}
			must(t, r.Close())
			var page bytes.Buffer
			must(t, WriteReport(&page, r.Dir, false))
			if !strings.Contains(page.String(), c.want) {
				t.Errorf("no %q in %s", c.want, page.String()[strings.Index(page.String(), "<body>"):])
			}
		})
	}
}

// Samples are ten seconds apart, and fewer where there would be too many.
func TestSamples(t *testing.T) {
	t.Parallel()
	var s Samples
	for second := range 100_000 {
		s.Add(time.Duration(second)*time.Second, int64(second), 0)
		if len(s.All()) >= mostSamples {
			t.Fatalf("%d samples after %d s", len(s.All()), second)
		}
	}
	before := Sample{}
	for _, x := range s.All() {
		if x.Seconds <= before.Seconds || x.Rows != int64(x.Seconds) {
			t.Fatal(x, before)
		}
		before = x
	}
	if n := len(s.All()); n < mostSamples/2-1 || before.Seconds < 99_000 {
		t.Errorf("%d samples, the last at %v s", n, before.Seconds)
	}
}
