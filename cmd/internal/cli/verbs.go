package cli

import (
	"slices"

	"github.com/ciobulk/ciobulk/mapping"
)

// verb is a command that turns rows into operations.
type verb struct {
	name     string // of the command; with the one above it for segments
	action   mapping.Action
	remove   bool // from a segment
	sync     bool // a segment with the files
	usage    string
	about    string
	examples string
}

const inputHelp = `

FILE is a path, a pattern in quotes, an https link, or - for standard input. It is CSV,
JSONL, JSON (an array of objects) or an Excel workbook, plain or compressed by gzip or
zstd. The format, encoding and delimiter are detected.`

const consentHelp = `

This cannot be undone. At a terminal, ciobulk shows the workspace and the number of
people and asks for that number. Elsewhere, nothing is sent without --yes and --expect
N, where N is the number of distinct people.`

var verbs = []verb{
	{name: "upsert", action: mapping.Upsert, usage: "create people and set their attributes",
		about: `Each row becomes one person, who is created or updated. Without a mapping,
--match is enough: every other column becomes the attribute of its name, as text. With
operation: {column: …} in the mapping, each row says what is done: upsert, delete,
suppress, unsuppress, event, page or screen.` + inputHelp,
		examples: `ciobulk upsert people.csv -m people.yaml
ciobulk upsert people.csv --match email=E-mail --simulate
ciobulk upsert 'export/*.jsonl.gz' --match id --resume --log-format json`},
	{name: "delete", action: mapping.Delete, usage: "delete people",
		about: `Deletes the people that the rows identify; other columns do not matter. To
delete a person who does not exist has no effect. A later upsert or event creates the
person again.` + inputHelp + consentHelp + `

receipt.csv in the run's directory says who was deleted and when.`,
		examples: `ciobulk delete leavers.csv --match email=E-mail
ciobulk delete leavers.csv --match id --yes --expect 1200 --max-delete 2000
ciobulk delete erase.csv --match email --receipt-identifiers hash`},
	{name: "suppress", action: mapping.Suppress, usage: "delete people and block their identifiers",
		about: `Deletes the people that the rows identify and blocks all of their identifiers:
nothing can be sent to them or stored about them until they are unsuppressed.` + inputHelp + consentHelp + `

receipt.csv in the run's directory says who was suppressed and when.`,
		examples: `ciobulk suppress erase.csv --match email
ciobulk suppress erase.csv --match email --yes --expect 37`},
	{name: "unsuppress", action: mapping.Unsuppress, usage: "allow blocked identifiers again",
		about:    `Unblocks the identifiers in the rows. Deleted data does not come back.` + inputHelp + consentHelp,
		examples: `ciobulk unsuppress back.csv --match email --yes --expect 2`},
	{name: "event", action: mapping.Event, usage: "track events that people did",
		about: `Each row becomes one event of one person. Its name comes from the mapping
(event: {name: …}) or from a column called event; every other column becomes the event's
data. The id of each event is derived from its row and the file: the same file sent twice
creates no event twice. Events of the last 72 hours, and those without a timestamp, can
start campaigns; --no-triggers leaves them out.` + inputHelp,
		examples: `ciobulk event orders.csv -m orders.yaml
ciobulk event orders.csv -m orders.yaml --no-triggers
ciobulk event monthly.csv -m reminder.yaml --event-ids run`},
	{name: "page", action: mapping.Page, usage: "track pages that people viewed",
		about: `Each row becomes one page view of one person. Its URL comes from the mapping
(page: {url: …}) or from a column called url; every other column becomes the view's data.
Ids and campaigns are as for events.` + inputHelp,
		examples: `ciobulk page views.csv -m views.yaml`},
	{name: "screen", action: mapping.Screen, usage: "track screens of an app that people viewed",
		about: `Each row becomes one view of a screen by one person. Its name comes from the mapping
(screen: {name: …}) or from a column called screen; every other column becomes the view's
data. Ids and campaigns are as for events.` + inputHelp,
		examples: `ciobulk screen screens.csv -m screens.yaml
ciobulk screen screens.csv --match id`},
	{name: "segment add", action: mapping.Member, usage: "add people to a manual segment",
		about: `Adds the people that the rows identify to a manual segment, given by its id or,
with an App API key, by its name. Customer.io ignores identifiers that match no one: with an
App API key, the segment's count before and after the run is compared, and not_found.csv in the
run's directory has the rows that match no one. The people must exist already.` + inputHelp,
		examples: `ciobulk segment add people.csv --match email=E-mail --segment Newsletter
ciobulk segment add people.csv --match id --segment 7
ciobulk segment add people.csv --match id --segment 'Spring 2026' --create`},
	{name: "segment remove", action: mapping.Member, remove: true, usage: "remove people from a manual segment",
		about:    `Removes the people that the rows identify from a manual segment. The people remain.` + inputHelp,
		examples: `ciobulk segment remove people.csv --match email --segment Newsletter`},
	{name: "segment sync", action: mapping.Member, sync: true, usage: "make a manual segment equal to a file",
		about: `Adds the people of the file who are not in the segment, then removes the people of
the segment who are not in the file. An App API key is needed to read who is in it. Nothing is
written before it is clear how many people leave: at a terminal, ciobulk asks; elsewhere more
people than --max-remove need --yes --expect-remove N. No one is removed if rows of the file are
rejected, and none at all if the file is empty.` + inputHelp,
		examples: `ciobulk segment sync news.csv --match email --segment Newsletter
ciobulk segment sync news.csv --match id --segment Newsletter --max-remove 5%
ciobulk plan segment sync news.csv --match email --segment Newsletter`},
}

func verbNamed(name string) (verb, bool) {
	i := slices.IndexFunc(verbs, func(v verb) bool { return v.name == name })
	if i < 0 {
		return verb{}, false
	}
	return verbs[i], true
}

func verbNames() (names []string) {
	for _, v := range verbs {
		names = append(names, v.name)
	}
	return names
}

// resends is the verb that sends rejected rows again. A file of them alone is never what
// a segment is to be equal to.
func (v verb) resends() string {
	if v.sync {
		return "segment add"
	}
	return v.name
}

// matches names the fields that a verb identifies people by.
func (v verb) matches() string {
	if v.action == mapping.Member {
		return "id, email or cio_id"
	}
	return "id, email, cio_id or phone"
}

// destroys reports whether a verb can delete people: upsert can, where each row says
// what is done.
func (v verb) destroys() bool { return v.action.Destructive() || v.action == mapping.Upsert }

// tracks reports whether rows of a verb can be events.
func (v verb) tracks() bool {
	return v.action == mapping.Event || v.action == mapping.Page || v.action == mapping.Screen || v.action == mapping.Upsert
}
