package history

import (
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/runs"
)

// several are runs that need much room.
func several(workspaces ...int64) (all []listed) {
	began := time.Date(2026, 11, 26, 16, 5, 13, 0, time.UTC)
	for i, workspace := range workspaces {
		all = append(all, listed{Ending: "done, with rejected rows", Next: "ciobulk retry 20261126-160513.604-upsert-people-8b823828", Entry: runs.Entry{
			Run: "20261126-160513.604-upsert-people-8b823828", Started: began, Verb: []string{"upsert", "segment remove"}[i%2], Workspace: workspace,
			Inputs: []string{"/data/exports/of the shop/people.csv", "more.csv", "most.csv"}, Ledger: runs.Ledger{Rows: 12_345_678, Accepted: 12_345_677, Rejected: 1}}})
	}
	return append(all, listed{Ending: "done", Entry: runs.Entry{Run: "20261126-160513.604-export-people-8b823828", Started: began, Verb: "export people", Exported: 7, Inputs: []string{"人人人人人人人人人人人人人人.csv"}},
		Next: ""}, listed{Ending: "damaged", Entry: runs.Entry{Run: "20261126-160513.604-upsert-x-8b823828"}})
}

// The lines of the table fit the terminal: columns are cut, and then left out. Names and
// commands are whole.
func TestTableFits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		width      int
		workspaces []int64
		head       string // the words of its first line
		input      string // of the first run
	}{
		{200, []int64{1, 1}, "STARTED VERB INPUT ROWS ACCEPTED REJECTED", "/data/exports/of the shop/people.csv +2"},
		{200, []int64{1, 2}, "STARTED VERB INPUT ROWS ACCEPTED REJECTED WORKSPACE", "/data/exports/of the shop/people.csv +2"},
		{80, []int64{1, 1}, "STARTED VERB INPUT ROWS ACCEPTED REJECTED", "…ople.csv +2"},
		{80, []int64{1, 2}, "STARTED VERB INPUT ROWS REJECTED WORKSPACE", "…eople.csv +2"},
		{60, []int64{1, 1}, "STARTED VERB INPUT ROWS", "…people.csv +2"},
		{40, []int64{1, 1}, "STARTED INPUT ROWS", "…le.csv +2"},
		{30, []int64{1, 2}, "STARTED ROWS", ""},
		{1, nil, "STARTED ROWS", ""},
	} {
		all := several(c.workspaces...)
		text := table(all, c.width)
		lines := strings.Split(text, "\n")
		if got := strings.Join(strings.Fields(lines[0]), " "); got != c.head {
			t.Errorf("%d columns: %q, want %q", c.width, got, c.head)
		}
		for _, line := range lines {
			if ui.Width(line) > max(c.width, 29) && !strings.HasPrefix(line, "  2026") && !strings.HasPrefix(line, "  ciobulk ") && !strings.HasPrefix(line, "  done") {
				t.Errorf("%d columns: %q has %d", c.width, line, ui.Width(line))
			}
		}
		if !strings.Contains(text, c.input) || len(c.workspaces) > 0 && c.input != "" && !strings.Contains(text, c.input+" ") {
			t.Errorf("%d columns: no %q in\n%s", c.width, c.input, text)
		}
		for _, r := range all {
			if !strings.Contains(text, "  "+r.Run) || !strings.Contains(text, r.Next) || !strings.Contains(text, r.Ending) {
				t.Errorf("%d columns: %s is cut in\n%s", c.width, r.Run, text)
			}
		}
	}
}

// An export has records, and no rows that were accepted or rejected.
func TestTableOfAnExport(t *testing.T) {
	t.Parallel()
	line := strings.Split(table(several()[:1], 80), "\n")[2]
	if got := strings.Fields(line); len(got) != 6 || got[5] != "7" {
		t.Errorf("%q", line)
	}
}
