package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime/debug"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/history"
	"github.com/ciobulk/ciobulk/cmd/internal/metrics"
	"github.com/ciobulk/ciobulk/cmd/internal/verbs"
	"github.com/ciobulk/ciobulk/mapping"
)

// rowOptions are those of a verb that turns rows into operations.
type rowOptions struct {
	mappingOptions
	inputOptions
	selectOptions
	segmentOptions
	eventOptions
	paceOptions
	runOptions
	changedOptions
	syncOptions
	proofOptions
	call.TalkOptions
	consentOptions
	call.AccountOptions
	FilesFrom        string // a list of more files
	DryRun, Simulate bool
	PlanFormat       string // of plan: table or json; empty elsewhere
	Class            string // of retry: which rows
	Last             bool   // of retry: the newest run

	verb  verbs.Verb
	table []command.Flag // that fill it
	ran   string         // the run, once it has ended for now
}

// newRowOptions returns the options of a verb with their defaults.
func newRowOptions(v verbs.Verb, maxPerSecond float64) *rowOptions {
	o := &rowOptions{verb: v}
	o.table = o.flags(maxPerSecond)
	return o
}

func verbCommand(p *call.Program, v verbs.Verb, name string) command.Command {
	o := newRowOptions(v, p.MaxPerSecond)
	return command.Command{
		Name: name, Usage: v.Usage, Args: "FILE…", About: v.About, Examples: v.Examples,
		Options: o, Flags: o.table, Run: o.measured(p, v.Name, o.run),
	}
}

// measured is run with metrics, if these are wanted. A rehearsal has none.
func (o *rowOptions) measured(p *call.Program, verb string, run func(context.Context, *call.Program, []string) error) func(context.Context, []string) error {
	return func(ctx context.Context, args []string) error {
		path := o.Metrics
		if o.DryRun {
			path = ""
		}
		files := []call.Protected{{What: "the mapping", Path: o.Mapping}, {What: "the credentials file", Path: o.Credentials}}
		for _, file := range args {
			files = append(files, call.Protected{What: "an input", Path: file})
		}
		return metrics.Watch(ctx, p, path, verb, files, func() error { return o.reported(p, verb, p.Do(func() error { return run(ctx, p, args) })) })
	}
}

// reported writes the report of the run that has just ended, or of why there is none, if
// it is wanted, and returns how the run ended.
func (o *rowOptions) reported(p *call.Program, verb string, err error) error {
	if o.Report == "" || o.ran == "" {
		if o.Report != "" && err != nil && !o.DryRun {
			history.ReportRefused(p, o.Report, history.Refused{Verb: verb, Version: version(), Where: o.Where, Err: err})
		}
		return err
	}
	if failed := history.WriteReport(o.Report, filepath.Join(o.StateDir, o.ran), false); failed != nil && err == nil {
		return exit.New(exit.Broken, fmt.Sprintf("cannot write the report: %v", failed), "")
	}
	return err
}

func (o *rowOptions) flags(maxPerSecond float64) []command.Flag {
	flags := append(o.mappingOptions.flags(o.verb), o.inputOptions.flags()...)
	flags = append(flags, command.Flag{Name: "files-from", Value: "FILE", Part: partInput, Into: command.Word(&o.FilesFrom), Usage: "also read the files that FILE names, a path or pattern in each line; - is standard input"})
	if o.verb.Sync { // of a part of the file, the rest would leave the segment
		flags = append(flags, o.syncOptions.flags()...)
	} else {
		flags = append(flags, o.selectOptions.flags()...)
	}
	if o.verb.Action == mapping.Member {
		flags = append(flags, o.segmentOptions.flags(o.verb.Remove)...)
	}
	if o.verb.Tracks() {
		flags = append(flags, o.eventOptions.flags()...)
	}
	if o.verb.Action == mapping.Upsert {
		flags = append(flags, o.changedOptions.flags()...)
		flags = append(flags, o.proofOptions.flags()...)
	}
	if a := o.verb.Action; a == mapping.Delete || a == mapping.Suppress { // of whom reading back shows that they are gone
		flags = append(flags, o.goneFlags()...)
	}
	flags = append(flags, o.runFlags(maxPerSecond)...)
	return append(flags, o.consentOptions.flags(o.verb.Destroys())...)
}

// runFlags are the flags of everything that is a run.
func (o *rowOptions) runFlags(maxPerSecond float64) []command.Flag {
	flags := append(o.paceOptions.flags(maxPerSecond), o.runOptions.flags()...)
	flags = append(flags, o.TalkOptions.Flags()...)
	return append(append(flags, o.AccountOptions.Flags()...),
		command.Flag{Name: "dry-run", Part: call.PartSafety, Into: command.OnOff(&o.DryRun), Usage: "read, map and check everything, send nothing; needs no credentials"},
		command.Flag{Name: "simulate", Part: call.PartSafety, Fixed: true, Into: command.OnOff(&o.Simulate), Usage: "send to a Customer.io inside this process instead of the real one"})
}

// check refuses options that exclude each other.
func (o *rowOptions) check() error {
	if err := o.consentOptions.check(); err != nil {
		return err
	}
	if err := o.changedOptions.check(); err != nil {
		return err
	}
	if err := o.syncOptions.check(o); o.verb.Sync && err != nil {
		return err
	}
	return o.runOptions.Check()
}

// run sends the rows of files.
func (o *rowOptions) run(ctx context.Context, p *call.Program, files []string) error {
	s, paths, err := o.session(ctx, p, o.verb.Name, files)
	if err != nil {
		return err
	}
	defer s.close()
	return s.run(ctx, paths)
}

// session begins a call of the command of a name: it has the mapping, and the paths of
// the files, of which nothing is read yet.
func (o *rowOptions) session(ctx context.Context, p *call.Program, name string, files []string) (s *session, paths []string, err error) {
	if s, err = newSession(p, o); err != nil {
		return nil, nil, err
	}
	if files, err = call.ListedFiles(files, o.FilesFrom, p.In); err != nil {
		return nil, nil, err
	}
	if len(files) == 0 {
		return nil, nil, exit.Usage("no file to read", "name one or more, or - for standard input: ciobulk "+name+" people.csv --match id")
	}
	if s.in.options, err = o.inputOptions.options(); err != nil {
		return nil, nil, err
	}
	if paths, err = pathsOf(ctx, s, files, name); err != nil {
		s.close()
		return nil, nil, err
	}
	if o.Mapping == "" && o.Match == "" && !o.verb.Action.OfObject() {
		if o.Match, err = chooseMatch(ctx, p, paths[0], s.in.options, o.verb); err != nil {
			return nil, nil, err
		}
		s.Args = call.WithFlags(s.Args, "--match", o.Match) // for the commands that are printed
	}
	s.in.mapping, err = readMapping(o.mappingOptions, o.verb)
	return s, paths, err
}

// collectOften makes the garbage collector run sooner. The buffers of a run are made
// once and live as long as it does, and there is next to no garbage: collecting sooner
// is cheap, and the default would let the heap grow to twice the buffers.
func collectOften(getenv func(string) string) {
	if getenv("GOGC") == "" {
		debug.SetGCPercent(25)
	}
}
