package history

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/internal/atomicfile"
	"github.com/ciobulk/ciobulk/runs"
)

// reportOptions are those of runs report.
type reportOptions struct {
	StateDir, Output string
	Examples         bool
}

func reportCommand(p *call.Program) command.Command {
	o := &reportOptions{}
	return command.Command{
		Name: "report", Usage: "write what a run came to as one page of HTML", Args: "RUN",
		About: `Writes the ledger of a run, its course, why rows were not accepted, and what it read,
as one file of HTML that loads nothing and runs nothing. The same run gives the same file.
It has no people's data without --examples, which adds the first rejected rows.`,
		Examples: "ciobulk runs report 20261124-080000.000-upsert-people-1a2b3c4d -o run.html",
		Options:  o, Run: call.Bind(p, o.run),
		Flags: []command.Flag{
			{Name: "output", Short: "o", Value: "FILE", Part: call.PartOutput, Into: command.Word(&o.Output), Usage: "the file to write; - is standard output"},
			{Name: "examples", Part: call.PartOutput, Into: command.OnOff(&o.Examples), Usage: "also show rejected rows, with what their messages quote"},
			call.StateDirFlag(&o.StateDir),
		},
	}
}

func (o *reportOptions) run(_ context.Context, p *call.Program, args []string) error {
	switch {
	case len(args) != 1 || args[0] == "":
		return exit.Usage("runs report takes one run", "ciobulk runs lists them")
	case o.Output == "":
		return exit.Usage("no file to write", "give -o FILE, such as -o run.html, or -o - for standard output")
	}
	dir, err := Find(o.StateDir, args[0])
	if err != nil {
		return err
	}
	if o.Output == "-" {
		return reportProblem(runs.WriteReport(p.Out, dir, o.Examples))
	}
	if err := call.CheckOutputs([]call.Output{{Flag: "output", Path: o.Output}}, nil); err != nil {
		return err
	}
	return WriteReport(o.Output, dir, o.Examples)
}

// WriteReport writes the report of the run in dir to a file.
func WriteReport(path, dir string, examples bool) error {
	var page bytes.Buffer
	if err := runs.WriteReport(&page, dir, examples); err != nil {
		return reportProblem(err)
	}
	return atomicfile.Write(path, page.Bytes(), 0o600)
}

// Refused is a command that ended before it had a run.
type Refused struct {
	Verb, Version string
	Where         string // the condition, which may name people and is left out
	Err           error
}

// ReportRefused writes a page to a file which says why there is no run, so that the page
// of an earlier run does not pass for one of this. Any other file stays, since it may
// be an input. Where the page cannot be written, a message says so.
func ReportRefused(p *call.Program, path string, r Refused) {
	err := call.CheckOutputs([]call.Output{{Flag: "report", Path: path}}, nil)
	if err == nil {
		if is, readErr := runs.IsReport(path); !is && !errors.Is(readErr, fs.ErrNotExist) {
			err = errors.New(path + " is there already and is not a report")
		}
	}
	var page bytes.Buffer
	if err == nil {
		err = r.page(p).WriteReport(&page)
	}
	if err == nil {
		err = atomicfile.Write(path, page.Bytes(), 0o600)
	}
	switch {
	case err == nil:
	case p.Log != nil:
		p.Log.Warn("no report was written: " + err.Error())
	default:
		p.Warn("no report was written: " + err.Error())
	}
}

// page is what the page says: of the message, the first line, since the others quote the
// mapping.
func (r Refused) page(p *call.Program) runs.NotBegun {
	worded := exit.Worded(r.Err)
	code, hint := exit.Classify(worded)
	why, _, _ := strings.Cut(worded.Error(), "\n")
	words := []string{"ciobulk"}
	for _, word := range p.Args[min(1, len(p.Args)):] {
		words = append(words, r.hide(word))
	}
	return runs.NotBegun{Verb: r.Verb, Line: strings.Join(words, " "), Step: p.Step, Why: r.hide(why), Hint: r.hide(hint), ExitCode: code, At: time.Now(), Version: r.Version, Guards: p.Guards}
}

// hide leaves the condition out of text.
func (r Refused) hide(text string) string {
	if r.Where == "" {
		return text
	}
	return strings.ReplaceAll(text, r.Where, "…")
}

func reportProblem(err error) error {
	if err == nil {
		return nil
	}
	return exit.Usage(err.Error(), "ciobulk runs lists the runs that there are")
}
