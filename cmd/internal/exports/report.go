package exports

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/exporter"
	"github.com/ciobulk/ciobulk/mapping/draft"
	"github.com/ciobulk/ciobulk/rows"
)

// note words what a user should know of an export.
func (s *session) note(n exporter.Note) {
	about := fmt.Sprintf("%s by pages: about %v", ui.Counted(n.People, "person"), n.Takes.Round(time.Second))
	switch n.Kind {
	case exporter.PagesAreUsed:
		s.report.Say(slog.LevelInfo, about)
	case exporter.JobNeedsNames:
		s.report.Say(slog.LevelInfo, about+"; --via job can be faster, with the names of the attributes in --attributes")
	case exporter.JobIsUsed:
		s.report.Say(slog.LevelInfo, about+"; Customer.io prepares a file instead (--via pages reads pages)")
	case exporter.CountIsUnknown:
		s.report.Note("the number of people in the workspace is unknown: the App API key may not see the list of workspaces")
	case exporter.NoEarlierExport:
		s.report.Note("there is no earlier export of these activities: reading the last 30 days")
	case exporter.EarlierIsOld:
		s.report.Note("the last export was more than 30 days ago: older activities may be missing")
	}
}

// print prints the result: to standard error where the file is standard output.
func (s *session) print(summary *exporter.Summary, d *draft.Drafted) error {
	if s.Quiet {
		return nil
	}
	var out io.Writer = s.p.Out
	if s.job.Output.Path == "-" {
		out = s.p.Err
	}
	if s.p.Log != nil {
		text, err := json.Marshal(summary)
		if err == nil {
			_, err = fmt.Fprintf(out, "%s\n", ui.SafeJSON(string(text)))
		}
		return err
	}
	_, err := io.WriteString(out, s.table(summary, d))
	return err
}

func (s *session) table(summary *exporter.Summary, d *draft.Drafted) string {
	t := ui.Table{Right: []bool{false, true}, Min: []int{12, 11}}
	t.Add("exported", ui.Grouped(summary.Exported))
	counted := "unknown"
	if summary.Counted != nil {
		counted = ui.Grouped(*summary.Counted)
	}
	if what := s.job.Query.What; what != exporter.Segments && what != exporter.Activities {
		t.Add("counted", counted)
	}
	t.Add("twice", ui.Grouped(summary.Twice))
	for _, line := range []struct {
		name string
		n    int64
	}{{"deleted since", summary.Gone}, {"exported before", summary.Known}} {
		if line.n > 0 {
			t.Add(line.name, ui.Grouped(line.n))
		}
	}
	var b strings.Builder
	b.WriteString(t.String())
	fmt.Fprintf(&b, "%s; %s; %s, %s\n", ui.Took(summary.Seconds), ui.Counted(summary.Requests, "request"), s.shownOutput(), ui.Counted(int64(summary.Columns), "column"))
	if d != nil {
		fmt.Fprintf(&b, "mapping: %s; %s\n\nto see what it would send back:\n  %s\n", rows.Printable(s.mappingPath()), ui.OpenQuestions(d.Checks), s.sendBack())
	}
	return b.String()
}
