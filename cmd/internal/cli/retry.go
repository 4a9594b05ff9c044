package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/history"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/cmd/internal/verbs"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// retried is the run whose rows are sent again. A nil one is none.
type retried struct{ run *runs.Run }

// workspace is the only workspace that a retry may go to, 0 if that is unknown.
func (r *retried) workspace() int64 {
	if r == nil {
		return 0
	}
	return r.run.Checkpoint.Work.Workspace
}

// segment is the segment of the run that is retried, or empty.
func (r *retried) segment() string {
	if r == nil {
		return ""
	}
	return r.run.Recipe.Segment
}

func retryCommand(p *call.Program) command.Command {
	o := &rowOptions{Class: string(rows.AnyClass)}
	classes := []string{string(rows.AnyClass), string(rows.RejectedClass), string(rows.UnknownClass)}
	o.table = append([]command.Flag{
		{Name: "class", Value: "any|rejected|unknown", Part: partInput, Into: command.Choice(&o.Class, classes), Usage: "which rows"},
		{Name: "last", Part: partInput, Into: command.OnOff(&o.Last), Usage: "retry the newest run that has ended"},
		o.noTriggers(),
	}, append(append(o.inputOptions.flags(), o.runFlags(p.MaxPerSecond)...), o.consentOptions.flags(true)...)...)
	return command.Command{
		Name: "retry", Usage: "resend the rows that a run could not deliver", Args: "RUN",
		About: `Sends the rejected and unknown rows of a run again, as they are in its rejected
file, fixed or unchanged, with the run's own verb and mapping. Rows keep their numbers and events
their ids: an event whose result is unknown is not created twice. RUN is the run's directory, its
name, or the last part of the name.`,
		Examples: `ciobulk retry 20261124-080000.000-upsert-people-1a2b3c4d
ciobulk retry --last
ciobulk retry 20261124-080000.000-event-orders-1a2b3c4d --class unknown`,
		Options: o, Flags: o.table, Run: o.measured(p, "retry", o.retry),
	}
}

// retry sends the rows of a run again.
func (o *rowOptions) retry(ctx context.Context, p *call.Program, args []string) error {
	was, err := o.findRun(args)
	if err != nil {
		return err
	}
	v, known := verbs.Named(was.run.Recipe.Verb)
	if !known {
		return exit.Usage(fmt.Sprintf("run %s is for %q, which this version does not know", was.run.Name, was.run.Recipe.Verb), "")
	}
	o.verb = v
	s, err := newSession(p, o)
	if err != nil {
		return err
	}
	defer s.close()
	path := was.run.RejectedPath()
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nothingToRetry(was.run)
	}
	s.retried, s.job.Class = was, rows.Class(o.Class)
	if s.in.mapping, err = readMapping(mappingOptions{was.run.MappingPath(), was.run.Recipe.Match, was.run.Recipe.Where, was.run.Recipe.ObjectType}, v); err != nil {
		return err
	}
	if s.in.options, err = o.inputOptions.options(); err != nil {
		return err
	}
	s.in.options = asWritten(was.run, s.in.options)
	s.job.Seeds = seedsOf(was.run.Recipe)
	if s.job.IDs, err = was.run.EventIDs(); err != nil {
		return exit.Usage(err.Error(), "the run cannot be retried without it")
	}
	return s.run(ctx, []string{path})
}

// findRun finds a run that has ended: the one that is named, or the last one.
func (o *rowOptions) findRun(args []string) (*retried, error) {
	dir, err := "", error(nil)
	switch {
	case o.Last && len(args) > 0:
		return nil, exit.Usage("--last stands in the place of a run", "give a run, or --last")
	case o.Last:
		dir, err = history.Last(o.StateDir)
	case len(args) != 1 || args[0] == "":
		return nil, exit.Usage("retry takes one run", "ciobulk retry RUN, as printed at the end of the run, or ciobulk retry --last")
	default:
		dir, err = history.Find(o.StateDir, args[0])
	}
	if err != nil {
		return nil, err
	}
	run, err := runs.Load(dir)
	if err != nil {
		return nil, exit.Usage(err.Error(), "give the directory of a run")
	}
	if run.Checkpoint.Ended == "" {
		return nil, exit.Usage(fmt.Sprintf("run %s is unfinished (%s done)", run.Name, ui.Counted(run.Checkpoint.Rows, "row")), "resume it first: the command that started it, with --resume")
	}
	return &retried{run}, nil
}

// nothingToRetry says why a run has no file of rejected rows.
func nothingToRetry(run *runs.Run) error {
	if n := run.Checkpoint.Rejected + run.Checkpoint.Unknown; n > 0 {
		return exit.Usage(fmt.Sprintf("the file of the %s that run %s did not deliver is not there any more", ui.Counted(n, "row"), run.Name), "ciobulk runs prune removes such files; send the input again")
	}
	return exit.Usage(fmt.Sprintf("run %s has no rejected or unknown rows", run.Name), "there is nothing to retry")
}
