package history

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/runs"
)

// listOptions are those of runs list.
type listOptions struct {
	StateDir, Format string
	Failed           bool
	Limit            int64
}

func listCommand(p *call.Program) command.Command {
	o := &listOptions{Format: "table"}
	return command.Command{
		Name: "list", Usage: "list runs, the newest first",
		About: `Prints each run with its rows, its name, how it ended, and the command that goes on
with it. Times are in UTC. Columns that the terminal is too narrow for are cut or left out;
names and commands are whole, and so are all values of json and csv.`,
		Examples: "ciobulk runs\nciobulk runs --failed --limit 10\nciobulk runs --format json",
		Options:  o, Run: call.Bind(p, o.run),
		Flags: []command.Flag{
			{Name: "failed", Part: call.PartOutput, Into: command.OnOff(&o.Failed), Usage: "only runs that did not end with exit code 0"},
			{Name: "limit", Value: "N", Part: call.PartOutput, Into: command.Whole(&o.Limit, 1, 1<<31, "a number of runs"), Usage: "only the newest N"},
			call.FormatFlag(&o.Format, "table", "json", "csv"),
			call.StateDirFlag(&o.StateDir),
		},
	}
}

func (o *listOptions) run(_ context.Context, p *call.Program, args []string) error {
	if len(args) > 0 {
		return exit.Usage("runs list does not take a run", "ciobulk runs show "+ui.ShellLine(args[:1]))
	}
	entries, others, err := runs.List(o.StateDir)
	if err != nil {
		return exit.Usage(err.Error(), "--state-dir names where runs are recorded")
	}
	if n := int64(len(others)); n > 0 {
		p.Warn("in " + o.StateDir + ", " + notRuns(n) + ": " + ui.Names(others))
	}
	if o.Failed {
		entries = slices.DeleteFunc(entries, func(e runs.Entry) bool { return !e.Failed() })
	}
	if o.Limit > 0 {
		entries = entries[:min(int64(len(entries)), o.Limit)]
	}
	return o.print(p, listedAll(entries, o.StateDir))
}

// notRuns says how many directories are not runs.
func notRuns(n int64) string {
	if n == 1 {
		return "1 directory is not a run"
	}
	return ui.Counted(n, "directory") + " are not runs"
}

func (o *listOptions) print(p *call.Program, all []listed) error {
	switch {
	case o.Format == "json":
		return call.PrintJSON(p.Out, all)
	case o.Format == "csv":
		return call.PrintCSV(p.Out, csvLines(all))
	case len(all) == 0:
		what := "no runs"
		if o.Failed {
			what = "no failed runs"
		}
		p.Warn(what + " in " + o.StateDir)
		return nil
	}
	_, err := io.WriteString(p.Out, table(all, ui.ColumnsOf(p.Out.Writer)))
	return err
}

// csvLines are the runs with their values in columns, all of them.
func csvLines(all []listed) [][]string {
	lines := [][]string{{"run", "status", "started_at", "finished_at", "verb", "inputs", "workspace", "rows", "accepted", "rejected", "filtered", "unchanged", "duplicates", "unknown", "exported", "exit_code", "ending", "next"}}
	for _, r := range all {
		line := []string{r.Run, string(r.Status), stamp(r.Started), stamp(r.Finished), r.Verb, strings.Join(r.Inputs, " ")}
		for _, n := range []int64{r.Workspace, r.Rows, r.Accepted, r.Rejected, r.Filtered, r.Unchanged, r.Duplicates, r.Unknown, r.Exported} {
			line = append(line, strconv.FormatInt(n, 10))
		}
		code := ""
		if r.ExitCode != nil {
			code = strconv.Itoa(*r.ExitCode)
		}
		lines = append(lines, append(line, code, r.Ending, r.Next))
	}
	return lines
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
