// Package jobs is the command run: several commands as the steps of one file, for
// cron. Start with Command. A job is read by parse, whose steps are known to be right
// before the first one begins, and done by an execution.
package jobs

import (
	"context"
	"errors"
	"fmt"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/metrics"
	"github.com/ciobulk/ciobulk/runs"
)

// options are those of run.
type options struct {
	call.TalkOptions
	StateDir   string
	Only, From string
	Parallel   int64
	IfRunning  string
	Metrics    string
	DryRun     bool
}

const partSteps = "Steps"

func (o *options) flags() []command.Flag {
	o.Parallel, o.IfRunning = 1, "fail"
	return append([]command.Flag{
		{Name: "only", Value: "STEP", Part: partSteps, Into: command.Word(&o.Only), Usage: "only this step, whatever it comes after"},
		{Name: "from", Value: "STEP", Part: partSteps, Into: command.Word(&o.From), Usage: "this step and the ones that are written after it"},
		{Name: "parallel", Value: "N", Part: partSteps, Into: command.Whole(&o.Parallel, 1, 64, "a number of steps"), Usage: "how many steps that do not come after each other run at once"},
		{Name: "if-running", Value: "fail|skip", Part: partSteps, Into: command.Choice(&o.IfRunning, []string{"fail", "skip"}), Usage: "what to do if the job runs already: end with exit code 7, or with 0"},
		{Name: "dry-run", Part: partSteps, Into: command.OnOff(&o.DryRun), Usage: "read, map and check everything, send nothing; needs no credentials"},
		call.StateDirFlag(&o.StateDir),
		metrics.Flag(&o.Metrics),
	}, o.TalkOptions.Flags()...)
}

// Commands returns all commands of a program, with options that no flag has filled yet.
type Commands func(*call.Program) []command.Command

// Command is the command run.
func Command(p *call.Program, commands Commands) command.Command {
	o := &options{}
	return command.Command{
		Name: "run", Usage: "run a job: several steps in one file, for cron", Args: "JOB.yaml…",
		About: `Runs the steps of a job file. Each step is a command of ciobulk, with flags as keys:

workspace: 4711
steps:
  people: {upsert: people.csv, mapping: people.yaml, only-changed: true}
  news: {segment sync: news.csv, match: email, segment: News, after: people}

A step that ends with exit code 0 or 3 has finished, and the steps after it run. Any other
code skips these. The exit code is that of the first step that did not end with 0. A job
that was killed goes on when it is run again: steps that have finished are not repeated,
and the one that was running is resumed.

ciobulk schema --job prints the JSON Schema of job files.`,
		Examples: `ciobulk run nightly.yaml
ciobulk run nightly.yaml --dry-run
ciobulk run nightly.yaml --if-running skip --log-format json
ciobulk run nightly.yaml --only people`,
		Options: o, Flags: o.flags(),
		Run: func(ctx context.Context, args []string) error {
			var files []call.Protected
			for _, path := range args {
				files = append(files, call.Protected{What: "a job", Path: path})
			}
			return metrics.Watch(ctx, p, o.Metrics, "run", files, func() error { return o.run(ctx, p, commands, args) })
		},
	}
}

// run does the jobs one after the other. All files are read before the first begins.
func (o *options) run(ctx context.Context, p *call.Program, commands Commands, paths []string) error {
	if len(paths) == 0 {
		return exit.Usage("no job to run", "ciobulk run JOB.yaml")
	}
	if o.Only != "" && o.From != "" {
		return exit.Usage("--only and --from exclude each other", "give one of them")
	}
	report := call.NewReporter(p, o.TalkOptions)
	var all []*job
	for _, path := range paths {
		j, err := parse(path, commands(p), p.Env.Getenv)
		if err == nil {
			err = j.choose(o.Only, o.From)
		}
		if err != nil {
			return err
		}
		all = append(all, j)
	}
	first := exit.Done
	for _, j := range all {
		code, err := o.execute(ctx, p, commands, report, j)
		if err != nil {
			return err
		}
		if first == exit.Done {
			first = code
		}
		if code == exit.Interrupted {
			break
		}
	}
	if first == exit.Done {
		return nil
	}
	return &exit.Error{Code: first}
}

// execute does one job under its lock.
func (o *options) execute(ctx context.Context, p *call.Program, commands Commands, report *call.Reporter, j *job) (code int, err error) {
	record, unlock, err := open(o.StateDir, j)
	if errors.Is(err, runs.ErrLocked) && o.IfRunning == "skip" {
		report.Note(fmt.Sprintf("%s runs already; nothing was done", j.path))
		return exit.Done, nil
	}
	if errors.Is(err, runs.ErrLocked) {
		return exit.Locked, exit.New(exit.Locked, j.path+" runs already", "wait for it; for cron: --if-running skip")
	}
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	e := &execution{options: o, p: p, commands: commands, report: report, job: j, record: record}
	return e.do(ctx)
}
