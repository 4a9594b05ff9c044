package cli

import (
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/complete"
	"github.com/ciobulk/ciobulk/cmd/internal/exports"
	"github.com/ciobulk/ciobulk/cmd/internal/history"
	"github.com/ciobulk/ciobulk/cmd/internal/jobs"
	"github.com/ciobulk/ciobulk/cmd/internal/lookup"
	"github.com/ciobulk/ciobulk/cmd/internal/manual"
	"github.com/ciobulk/ciobulk/cmd/internal/sent"
	"github.com/ciobulk/ciobulk/cmd/internal/verbs"
)

// allCommands returns all commands, with options that no flag has filled yet.
func allCommands(p *call.Program) []command.Command {
	commands, all := []command.Command{}, func() []command.Command { return allCommands(p) }
	for _, v := range verbs.All {
		if above, _, below := strings.Cut(v.Name, " "); !below {
			commands = append(commands, verbCommand(p, v, above))
		}
	}
	for _, g := range verbs.Groups {
		commands = append(commands, groupCommand(p, g))
	}
	return append(commands, segmentCommand(p), exports.Command(p), verifyCommand(p), sent.Command(p, stateSeedCommand(p)), initCommand(p), planCommand(p), explainCommand(p),
		retryCommand(p), history.Command(p), jobs.Command(p, allCommands), lookup.GetCommand(p), lookup.CheckCommand(p), manual.SchemaCommand(p, all), simulateCommand(p), complete.Command(p),
		manual.Command(p, all))
}

func groupCommand(p *call.Program, g verbs.Group) command.Command {
	below := verbs.Below(g.Name)
	return command.Command{Name: g.Name, Usage: g.Usage, Args: strings.Join(below, "|") + " …", About: g.About, Examples: g.Examples,
		Missing: g.Name + " needs " + command.Or(below), Subs: commandsBelow(p, g.Name)}
}

// commandsBelow are the verbs below a command.
func commandsBelow(p *call.Program, above string) (all []command.Command) {
	for _, name := range verbs.Below(above) {
		v, _ := verbs.Named(above + " " + name)
		all = append(all, verbCommand(p, v, name))
	}
	return all
}

func segmentCommand(p *call.Program) command.Command {
	c := command.Command{
		Name: "segment", Usage: "manual segments: add, remove, sync, list, create", Args: "add|remove|sync|list|create …",
		About: `Manual segments are lists of people. add, remove and sync take files of people;
sync, list and create need an App API key.`,
		Examples: `ciobulk segment add people.csv --match email --segment Newsletter
ciobulk segment list
ciobulk segment create 'Spring 2026'`,
		Missing: "segment needs one of add, remove, sync, list, create",
	}
	c.Subs = append(commandsBelow(p, "segment"), lookup.SegmentListCommand(p), lookup.SegmentCreateCommand(p))
	return c
}
