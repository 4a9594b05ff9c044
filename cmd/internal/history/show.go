package history

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// showOptions are those of runs show.
type showOptions struct{ StateDir, Format string }

func showCommand(p *call.Program) command.Command {
	o := &showOptions{Format: "table"}
	return command.Command{
		Name: "show", Usage: "show what a run came to", Args: "RUN",
		About: `Prints what is recorded of a run: its command, its ledger, why rows were not
accepted, and how to go on. RUN is the run's directory, also one that was copied from
elsewhere, its name, or the last part of the name.`,
		Examples: "ciobulk runs show 20261124-080000.000-upsert-people-1a2b3c4d\nciobulk runs show /backup/20261124-080000.000-upsert-people-1a2b3c4d",
		Options:  o, Run: call.Bind(p, o.run),
		Flags: []command.Flag{call.FormatFlag(&o.Format, "table", "json"), call.StateDirFlag(&o.StateDir)},
	}
}

func (o *showOptions) run(_ context.Context, p *call.Program, args []string) error {
	if len(args) != 1 || args[0] == "" {
		return exit.Usage("runs show takes one run", "ciobulk runs lists them")
	}
	dir, err := Find(o.StateDir, args[0])
	if err != nil {
		return err
	}
	e, is := runs.ReadEntry(dir)
	if !is {
		return exit.Usage(dir+" is not the directory of a run", "ciobulk runs lists them")
	}
	r := listedOf(e, o.StateDir)
	said, _ := os.ReadFile(filepath.Join(dir, "summary.json")) // a run that was killed has none
	if o.Format == "json" {
		whole := struct {
			listed
			Command []string        `json:"command,omitempty"`
			Summary json.RawMessage `json:"summary,omitempty"`
		}{listed: r, Command: e.Command()}
		if json.Valid(said) {
			whole.Summary = said
		}
		return call.PrintJSON(p.Out, whole)
	}
	_, err = io.WriteString(p.Out, ui.Safe(r.head())+r.result(said)+ui.Safe(guards(said)))
	return err
}

// head is what the table of a run begins with.
func (r listed) head() string {
	t := ui.Table{}
	t.Add("run", r.Run)
	if words := r.Command(); len(words) > 0 {
		t.Add("command", ui.ShellLine(append([]string{"ciobulk"}, words...)))
	} else {
		t.Add("verb", r.Verb)
	}
	const most = 5
	for i, input := range r.Inputs[:min(len(r.Inputs), most)] {
		t.Add([]string{"input", ""}[min(i, 1)], rows.Printable(input))
	}
	if more := len(r.Inputs) - most; more > 0 {
		t.Add("", "and "+ui.Counted(int64(more), "more file"))
	}
	if r.Workspace > 0 {
		t.Add("workspace", fmt.Sprint(r.Workspace))
	}
	t.Add("started", at(r.Started)+" UTC")
	if !r.Finished.IsZero() {
		t.Add("ended", at(r.Finished)+" UTC")
	}
	ended := r.Ending
	if r.ExitCode != nil {
		ended += fmt.Sprintf(" (exit code %d)", *r.ExitCode)
	}
	t.Add("status", ended)
	if r.Error != "" {
		t.Add("why", r.Error)
	}
	if r.Next != "" {
		t.Add("next", r.Next)
	}
	return t.String()
}

// guards are what had to hold for the run, of the bytes of its summary.
func guards(said []byte) string {
	var s runs.Summary
	if json.Unmarshal(said, &s) != nil || len(s.Guards) == 0 {
		return ""
	}
	t := ui.Table{}
	t.Add("GUARD", "LIMIT", "FOUND")
	for _, g := range s.Guards {
		t.Add(g.Name, g.Limit, g.Found)
	}
	return "\n" + t.String()
}

// result is the ledger, the cost and the reasons, of a summary's bytes or of the
// checkpoint.
func (r listed) result(said []byte) string {
	var s runs.Summary
	switch {
	case strings.HasPrefix(r.Verb, "export "):
		return fmt.Sprintf("\n%s\n", ui.Counted(r.Exported, "record"))
	case r.Verb == "verify" || r.Status == runs.StatusDamaged || r.Rows == 0 && len(said) == 0:
		return ""
	case r.Status != runs.StatusFinished || json.Unmarshal(said, &s) != nil:
		s = runs.Summary{}
		if run, err := runs.Load(r.Dir); err == nil {
			c := run.Checkpoint
			s = runs.Summary{Odd: c.Odd, Requests: c.Requests, Retries: c.Retries, Bytes: c.Bytes, Seconds: c.Seconds, Reasons: c.Reasons, Resent: c.Resent}
			if c.Seconds > 0 {
				s.RowsPerSecond = float64(c.Rows) / c.Seconds
			}
		}
		s.Ledger = r.Ledger
	}
	return "\n" + ui.Result{Summary: &s}.String()
}
