package jobs

import (
	"fmt"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
)

// summary is the result of a job, without personal data.
type summary struct {
	Job      string       `json:"job"`
	Code     int          `json:"exit_code"`
	Seconds  float64      `json:"seconds"`
	Finished time.Time    `json:"finished_at"`
	Steps    []stepResult `json:"steps"`
}

type stepResult struct {
	Step string `json:"step"`
	result
}

// String is the result as a table.
func (s summary) String() string {
	t := ui.Table{Right: []bool{false, false, true, true, true, true}}
	t.Add("STEP", "ENDED", "ROWS", "ACCEPTED", "REJECTED", "TIME")
	for _, step := range s.Steps {
		switch {
		case step.Skipped != "":
			t.Add(step.Step, "skipped, after "+step.Skipped)
		case step.Earlier:
			t.Add(step.Step, "done before", ui.Grouped(step.Rows), ui.Grouped(step.Accepted), ui.Grouped(step.Rejected))
		default:
			t.Add(step.Step, exit.Word(step.Code), ui.Grouped(step.Rows), ui.Grouped(step.Accepted), ui.Grouped(step.Rejected), ui.Took(step.Seconds))
		}
	}
	return t.String()
}

// brief is the result in lines without names of files or people.
func (s summary) brief() string {
	var b strings.Builder
	fmt.Fprintf(&b, "exit code %d after %.0f s\n", s.Code, s.Seconds)
	for _, step := range s.Steps {
		if step.Skipped != "" {
			fmt.Fprintf(&b, "%s: skipped\n", step.Step)
			continue
		}
		fmt.Fprintf(&b, "%s: %s, %d rows, %d accepted, %d rejected\n", step.Step, exit.Word(step.Code), step.Rows, step.Accepted, step.Rejected)
	}
	return b.String()
}
