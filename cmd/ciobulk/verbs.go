package main

import (
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/urfave/cli/v2"
)

// verb is a command that turns rows into operations.
type verb struct {
	name     string // of the command; with the one above it for segments
	action   mapping.Action
	remove   bool // from a segment
	usage    string
	text     string
	examples string
}

const inputHelp = `
FILE is a path, a pattern in quotes, or - for standard input; CSV or JSONL, plain,
gzip or zstd.`

const consentHelp = `
It cannot be taken back. At a terminal the workspace and the number of people are
shown, and the number must be typed. Elsewhere --yes and --expect N are needed, N
being the number of distinct people, or nothing is sent.`

var verbs = []verb{
	{name: "upsert", action: mapping.Upsert, usage: "create people and set their attributes",
		text: `Each row of the files becomes one person: created if there is none, updated
if there is.` + inputHelp + ` Without a mapping, --match is enough: every other
column becomes the attribute of its name, as it stands. With operation: {column: …}
in the mapping, each row says what is done: upsert, delete, suppress, unsuppress,
event or page.`,
		examples: `ciobulk upsert people.csv -m people.yaml
ciobulk upsert people.csv -m people.yaml --dry-run
ciobulk upsert people.csv --match email=E-mail --simulate
ciobulk upsert 'export/*.jsonl.gz' --match id --resume --log-format json
echo '{"id":"123","plan":"pro"}' | ciobulk upsert --match id -`},
	{name: "delete", action: mapping.Delete, usage: "delete people",
		text: `Deletes the people that the rows name; other columns do not matter. Deleting
somebody who is not there does no harm; a later upsert or event creates the person
anew.` + inputHelp + consentHelp + `
receipt.csv in the run's directory proves who was deleted and when.`,
		examples: `ciobulk delete leavers.csv --match email=E-mail
ciobulk delete leavers.csv --match id --yes --expect 1200 --max-delete 2000
ciobulk delete erase.csv --match email --workspace 4711 --receipt-identifiers hash`},
	{name: "suppress", action: mapping.Suppress, usage: "delete people and block their identifiers",
		text: `Deletes the people that the rows name and blocks all of their identifiers, so
that nothing can be sent to or stored about them again, until they are unsuppressed.` + inputHelp + consentHelp + `
receipt.csv in the run's directory proves who was suppressed and when.`,
		examples: `ciobulk suppress erase.csv --match email
ciobulk suppress erase.csv --match email --yes --expect 37`},
	{name: "unsuppress", action: mapping.Unsuppress, usage: "let blocked identifiers be used again",
		text: `Lifts the block on the identifiers that the rows name. What was deleted does
not come back.` + inputHelp + consentHelp,
		examples: `ciobulk unsuppress back.csv --match email --yes --expect 2`},
	{name: "event", action: mapping.Event, usage: "track events that people did",
		text: `Each row becomes one event of one person. What it is called stands in the
mapping under event: {name: …}, or in a column called event; every other column
becomes the event's data. The id of each event is derived from its row and the file,
so that the same file sent twice makes no event twice. Events of the last 72 hours,
and those without a timestamp, can start campaigns: --no-triggers leaves them out.` + inputHelp,
		examples: `ciobulk event orders.csv -m orders.yaml
ciobulk event orders.csv -m orders.yaml --no-triggers
ciobulk event monthly.csv -m reminder.yaml --event-ids run`},
	{name: "page", action: mapping.Page, usage: "track pages that people viewed",
		text: `Each row becomes one page view of one person. The URL stands in the mapping
under page: {url: …}, or in a column called url; every other column becomes the
view's data. Ids and campaigns are as for events.` + inputHelp,
		examples: `ciobulk page views.csv -m views.yaml`},
	{name: "segment add", action: mapping.Member, usage: "add people to a manual segment",
		text: `Adds the people that the rows name to a manual segment, given by its id, or by
its name with an App API key. Values that match nobody are ignored by Customer.io:
with an App API key the segment's count before and after is compared. People must
be there before.` + inputHelp,
		examples: `ciobulk segment add people.csv --match email=E-mail --segment Newsletter
ciobulk segment add people.csv --match id --segment 7
ciobulk segment add people.csv --match id --segment 'Spring 2026' --create`},
	{name: "segment remove", action: mapping.Member, remove: true, usage: "remove people from a manual segment",
		text:     `Removes the people that the rows name from a manual segment; the people stay.` + inputHelp,
		examples: `ciobulk segment remove people.csv --match email --segment Newsletter`},
}

func (p *program) verbCommand(v verb, name string) *cli.Command {
	return &cli.Command{
		Name: name, Usage: v.usage, ArgsUsage: "FILE…", Flags: rowFlags(v),
		Description: v.text, UsageText: v.examples,
		Action: func(c *cli.Context) error { return p.rows(c, v) },
	}
}

// rowCommands are the verbs but for those of segments.
func (p *program) rowCommands() (commands []*cli.Command) {
	for _, v := range verbs {
		if v.action != mapping.Member {
			commands = append(commands, p.verbCommand(v, v.name))
		}
	}
	return commands
}
