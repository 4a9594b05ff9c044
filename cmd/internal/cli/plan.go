package cli

import (
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/command"
	"github.com/ciobulk/ciobulk/cmd/internal/verbs"
	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/runs"
)

func planCommand(p *call.Program) command.Command {
	plan := command.Command{
		Name: "plan", Usage: "show what a command would do, send nothing", Args: "VERB FILE…",
		About: `Reads the files to the end and shows what the verb would do with them. Nothing is
sent and no credentials are needed.

The plan has the ledger of the run, the reasons for rejected rows, the cells that would clear
attributes, rows of the same person, the first requests, and how long all of them take at --rate.
The flags are those of the verb. VERB --dry-run does the same, without --format json.`,
		Examples: `ciobulk plan upsert people.csv -m people.yaml
ciobulk plan upsert people.csv -m people.yaml --rejected bad.csv
ciobulk plan delete leavers.csv --match email=E-mail --format json`,
		Missing: "plan needs a verb: " + command.Or(append(verbs.Names(), "retry")),
	}
	for _, v := range verbs.All {
		above, name, below := strings.Cut(v.Name, " ")
		if !below {
			plan.Subs = append(plan.Subs, planned(verbCommand(p, v, above)))
			continue
		}
		i := slices.IndexFunc(plan.Subs, func(c command.Command) bool { return c.Name == above })
		if i < 0 {
			i = len(plan.Subs)
			names := verbs.Below(above)
			plan.Subs = append(plan.Subs, command.Command{Name: above, Usage: "plan " + above + " " + command.Or(names), Args: strings.Join(names, "|") + " FILE…", Missing: "plan " + above + " needs " + command.Or(names)})
		}
		plan.Subs[i].Subs = append(plan.Subs[i].Subs, planned(verbCommand(p, v, name)))
	}
	plan.Subs = append(plan.Subs, planned(retryCommand(p)))
	return plan
}

// planned turns a command that sends into one that plans.
func planned(c command.Command) command.Command {
	o := c.Options.(*rowOptions)
	o.DryRun, o.PlanFormat = true, "table"
	c.Flags = slices.DeleteFunc(slices.Clone(c.Flags), func(f command.Flag) bool { return f.Name == "dry-run" || f.Name == "simulate" })
	c.Flags = append(c.Flags, call.FormatFlag(&o.PlanFormat, "table", "json", "csv"))
	c.Examples = ""
	return c
}

// planOf is a plan as one object of JSON. It has people's data, which no summary has.
func planOf(s *runs.Summary) any {
	var first []importer.Preview
	if found, is := s.Plan.(*importer.Forecast); is {
		first = found.Requests
	}
	return struct {
		*runs.Summary
		First []importer.Preview `json:"first_requests"`
	}{s, first}
}
