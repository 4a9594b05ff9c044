package cli

import (
	"context"
	"fmt"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/cmd/internal/verbs"
	"github.com/ciobulk/ciobulk/mapping"
)

// stateSeedOptions are those of state seed.
type stateSeedOptions struct {
	rowOptions
	From string
}

func stateSeedCommand(p *call.Program) command.Command {
	upsert, _ := verbs.Named(string(mapping.Upsert))
	o := &stateSeedOptions{rowOptions: *newRowOptions(upsert, p.MaxPerSecond)}
	names := []command.Flag{{Name: "state", Value: "FILE", Part: partInput, Into: command.Word(&o.State), Usage: "the file (default: in --state-dir, by the name of the mapping)"}, call.StateDirFlag(&o.StateDir)}
	flags := append([]command.Flag{{Name: "from", Value: "FILE", Part: partInput, Into: command.Word(&o.From), Usage: "what Customer.io has: an export, or the file that was last imported"}},
		append(o.mappingOptions.flags(upsert), o.inputOptions.flags()...)...)
	return command.Command{
		Name: "seed", Usage: "begin with what Customer.io has already",
		About: `Takes the rows of a file for what was last sent, so that the first run with
--only-changed sends only the rows that differ from it. The mapping must be that of the run.
Nothing is sent.`,
		Examples: "ciobulk state seed --from imported.csv -m people.yaml\nciobulk state seed --from export.csv -m export.yaml --state people.state",
		Options:  o, Run: call.Bind(p, o.seed),
		Flags: append(append(flags, names...), o.AccountOptions.Flags()...),
	}
}

func (o *stateSeedOptions) seed(ctx context.Context, p *call.Program, args []string) error {
	if o.From == "" || len(args) > 0 {
		return exit.Usage("state seed needs --from FILE", "for example ciobulk state seed --from imported.csv -m people.yaml")
	}
	o.OnlyChanged = true
	s, err := newSession(p, &o.rowOptions)
	if err != nil {
		return err
	}
	defer s.close()
	if s.in.options, err = o.inputOptions.options(); err != nil {
		return err
	}
	if s.in.mapping, err = readMapping(o.mappingOptions, o.verb); err != nil {
		return err
	}
	if err := s.in.open([]string{o.From}, p.In); err != nil {
		return err
	}
	if err := s.prepare(); err != nil {
		return err
	}
	ctx, stop, done := call.Signals(ctx, s.report.Note)
	defer done()
	_, end, err := s.connect(ctx, stop)
	defer end()
	if err == nil {
		err = s.date()
	}
	if err != nil {
		return err
	}
	s.changed = &changed{changedOptions: o.changedOptions, session: s}
	if err := s.changed.open(ctx, stop); err != nil {
		return err
	}
	if s.changed.sent.Exists {
		return exit.Usage(s.changed.sent.Path+" exists already", "to begin again, run ciobulk state forget --state "+ui.ShellLine([]string{s.changed.sent.Path})+" --all")
	}
	if err := s.changed.seed(ctx, stop, o.From); err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.Out, "%s in %s\n", ui.Counted(s.changed.seeded, "person"), s.changed.sent.Path)
	return err
}
