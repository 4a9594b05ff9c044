package history

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/runs"
)

// pruneOptions are those of runs prune. Negative: not given.
type pruneOptions struct {
	StateDir, Format string
	runs.Prune
}

func pruneCommand(p *call.Program) command.Command {
	o := &pruneOptions{Format: "table", Prune: runs.Prune{OlderThan: -1, Keep: -1, Personal: -1}}
	return command.Command{
		Name: "prune", Usage: "remove old runs, or the people's data in them",
		About: `Removes the directories of runs that ended longer ago than --older-than, but never
the newest --keep. --personal removes only what has people's data in it (rejected rows,
receipts, people who differ or were not found) and leaves the summaries. Runs that are
unfinished, damaged or running stay, and so do files that no run writes.`,
		Examples: `ciobulk runs prune --older-than 90d --dry-run
ciobulk runs prune --older-than 90d --keep 100 --personal 7d
ciobulk runs prune --keep 20`,
		Options: o, Run: call.Bind(p, o.run),
		Flags: []command.Flag{
			{Name: "older-than", Value: "AGE", Part: partWhich, Into: command.Age(&o.OlderThan), Usage: "remove runs that ended longer ago than this, such as 90d or 36h"},
			{Name: "keep", Value: "N", Part: partWhich, Into: command.Count(&o.Keep, "a number of runs"), Usage: "never remove the newest N runs; without --older-than, remove all others"},
			{Name: "personal", Value: "AGE", Part: partWhich, Into: command.Age(&o.Personal), Usage: "remove people's data of runs that ended longer ago than this"},
			{Name: "dry-run", Part: partWhich, Into: command.OnOff(&o.DryRun), Usage: "say what would be removed, and remove nothing"},
			call.FormatFlag(&o.Format, "table", "json"),
			call.StateDirFlag(&o.StateDir),
		},
	}
}

const partWhich = "Which runs"

func (o *pruneOptions) run(_ context.Context, p *call.Program, args []string) error {
	switch {
	case len(args) > 0:
		return exit.Usage("runs prune does not take a run", "ciobulk runs prune --older-than 90d")
	case o.OlderThan < 0 && o.Keep < 0 && o.Personal < 0:
		return exit.Usage("runs prune needs --older-than, --keep or --personal", "for example ciobulk runs prune --older-than 90d --dry-run")
	}
	done, err := o.Prune.Do(o.StateDir, time.Now())
	if err != nil {
		return err
	}
	if o.Format == "json" {
		return call.PrintJSON(p.Out, done)
	}
	for _, why := range done.Left {
		p.Warn(why)
	}
	_, err = io.WriteString(p.Out, ui.Safe(o.text(done)))
	return err
}

func (o *pruneOptions) text(done runs.Pruned) string {
	verb := "removed"
	var b strings.Builder
	if o.DryRun {
		verb = "would remove"
		for _, run := range done.Runs {
			fmt.Fprintf(&b, "%s %s\n", verb, run)
		}
		for _, run := range done.Personal {
			fmt.Fprintf(&b, "%s people's data of %s\n", verb, run)
		}
	}
	fmt.Fprintf(&b, "%s %s", verb, ui.Counted(int64(len(done.Runs)), "run"))
	if len(done.Personal) > 0 {
		fmt.Fprintf(&b, ", and the people's data of %s more", ui.Grouped(int64(len(done.Personal))))
	}
	fmt.Fprintf(&b, " (%s, %s); %s kept\n", ui.Counted(done.Files, "file"), ui.Size(done.Bytes), ui.Counted(done.Kept, "run"))
	return b.String()
}
