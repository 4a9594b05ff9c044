package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/importer"
	"github.com/urfave/cli/v2"
)

const planHelp = `Reads the files to their ends and says what the verb would do with them, offline:
nothing is sent and no credentials are needed. It tells the ledger that the run would
have, why rows would be rejected, which cells would clear attributes, which rows are
of the same person, the first requests, and how long all of them take at --rate. The
flags are the verb's; plan VERB is the same as VERB --dry-run. With --format json
all of it goes to standard output as one object.`

// planCommand is what help tells. planned makes another call of it.
func (p *program) planCommand() *cli.Command {
	return &cli.Command{
		Name: "plan", Usage: "tell what a verb would do, and send nothing", ArgsUsage: "VERB FILE…",
		Description: planHelp,
		UsageText: `ciobulk plan upsert people.csv -m people.yaml
ciobulk plan upsert people.csv -m people.yaml --rejected bad.csv
ciobulk plan delete leavers.csv --match email=E-mail --format json`,
		Action: func(*cli.Context) error {
			return usage("nothing says what to plan", "name a verb: ciobulk plan upsert people.csv --match id")
		},
	}
}

// planned turns the arguments of `plan VERB` into those of the verb's dry run, and
// tells whether the plan is to be JSON.
func planned(args []string) (_ []string, asJSON bool, _ error) {
	if len(args) < 3 || args[1] != "plan" {
		return args, false, nil
	}
	rest := []string{args[0]}
	for i := 2; i < len(args); i++ {
		name, _ := flagName(args[i])
		_, value, joined := strings.Cut(args[i], "=")
		if !joined && i+1 < len(args) {
			value = args[i+1]
		}
		if name != "format" || value != "json" && value != "table" {
			rest = append(rest, args[i])
			continue
		}
		asJSON = value == "json"
		if !joined {
			i++
		}
	}
	switch {
	case len(rest) < 2 || strings.HasPrefix(rest[1], "-"):
		return append([]string{args[0], "plan"}, rest[1:]...), false, nil // which says what is missing
	case !slices.ContainsFunc(plannable(), func(v string) bool { return strings.Fields(v)[0] == rest[1] }):
		return nil, false, usage(fmt.Sprintf("there is no verb %q to plan", rest[1]), "it is one of "+strings.Join(plannable(), ", "))
	}
	return append(rest, "--dry-run"), asJSON, nil
}

// plannable are the verbs that plan takes.
func plannable() (names []string) {
	for _, v := range verbs {
		names = append(names, v.name)
	}
	return append(names, "retry")
}

// planOf is a plan as one object of JSON: with what only who asked for it may see.
func planOf(s *importer.Summary) any {
	var first []importer.Preview
	if s.Plan != nil {
		first = s.Plan.Requests
	}
	return struct {
		*importer.Summary
		First []importer.Preview `json:"first_requests"`
	}{s, first}
}

// forecast tells what a dry run found besides its ledger.
func (t table) forecast(b *strings.Builder) {
	f := t.summary.Plan
	if f == nil {
		return
	}
	about := ""
	if f.Estimated {
		about = "about "
	}
	fmt.Fprintf(b, "%s%s\n", about, counted(f.People, "distinct person"))
	t.clears(b, f.Clears)
	t.pairs(b, f.Spellings, about, "names somebody whom an earlier row spells otherwise (case or spaces): for Customer.io they are two people")
	t.pairs(b, f.Claims, about, "gives a person the id or email of another row's person: Customer.io drops the second without a word")
	if !t.session.mapping.Events() {
		t.pairs(b, f.Repeated, about, "is of a person whom an earlier row has; all are sent in order, see duplicates in the mapping")
	}
	t.previews(b, f.Requests)
}

func (t table) clears(b *strings.Builder, clears []importer.Clear) {
	if len(clears) == 0 {
		return
	}
	b.WriteString("\nwould clear what people have:\n")
	for _, c := range clears[:min(len(clears), maxReasonLines)] {
		fmt.Fprintf(b, "%8s  %s  %v\n", grouped(c.Count), c.Attribute, c.Example)
	}
	if more := len(clears) - maxReasonLines; more > 0 {
		fmt.Fprintf(b, "          … and %s\n", counted(int64(more), "more attribute"))
	}
}

// pairs tells of rows that have to do with earlier ones.
func (t table) pairs(b *strings.Builder, p importer.Pairs, about, what string) {
	if p.Count == 0 {
		return
	}
	rows := "1 row"
	if p.Count > 1 {
		rows = grouped(p.Count) + " rows, each of which"
	}
	fmt.Fprintf(b, "\n%s%s %s:\n", about, rows, what)
	for _, e := range p.Examples {
		fmt.Fprintf(b, "          %v, like row %d", e.Row, e.First.Row)
		if e.First.Input != e.Row.Input {
			fmt.Fprintf(b, " of %s", e.First.Input)
		}
		b.WriteString("\n")
	}
}

// previewOps is how many operations of a request are shown.
const previewOps = 3

func (t table) previews(b *strings.Builder, first []importer.Preview) {
	for i, r := range first {
		if i == 0 {
			b.WriteString("\nthe first requests:\n")
		}
		show := previewOps
		if i > 0 {
			show = 1
		}
		ops := r.Head(show)
		for _, op := range ops {
			fmt.Fprintf(b, "  %s\n", escaped(string(op)))
		}
		if more := r.Operations - len(ops); more > 0 {
			fmt.Fprintf(b, "  … and %s in this request of %s\n", grouped(int64(more))+" more", size(int64(len(r.Body))))
		}
	}
}
