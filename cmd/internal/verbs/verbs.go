// Package verbs has the commands that turn rows into operations: what each does, and
// what it says of itself.
package verbs

import (
	"slices"

	"github.com/ciobulk/ciobulk/mapping"
)

// Verb is a command that turns rows into operations.
type Verb struct {
	Name     string // of the command, after the one above it if there is one: segment add
	Action   mapping.Action
	Remove   bool // from a segment
	Sync     bool // a segment with the files
	Usage    string
	About    string
	Examples string
}

// InputHelp says what FILE may be.
const InputHelp = `

FILE is a path, a pattern in quotes, an https link, or - for standard input. It is CSV,
JSONL, JSON (an array of objects) or an Excel workbook, plain or compressed by gzip or
zstd. The format, encoding and delimiter are detected.`

const consentHelp = `

This cannot be undone. At a terminal, ciobulk shows the workspace and the number of
people and asks for that number. Elsewhere, nothing is sent without --yes and --expect
N, where N is the number of distinct people.`

// All are all verbs, in the order in which help shows them.
var All = []Verb{
	{Name: "upsert", Action: mapping.Upsert, Usage: "create people and set their attributes",
		About: `Each row becomes one person, who is created or updated. Without a mapping,
--match is enough: every other column becomes the attribute of its name, as text. With
operation: {column: …} in the mapping, each row says what is done: upsert, delete,
suppress, unsuppress, event, page or screen.` + InputHelp,
		Examples: `ciobulk upsert people.csv -m people.yaml
ciobulk upsert people.csv --match email=E-mail --simulate
ciobulk upsert 'export/*.jsonl.gz' --match id --resume --log-format json`},
	{Name: "delete", Action: mapping.Delete, Usage: "delete people",
		About: `Deletes the people that the rows identify; other columns do not matter. To
delete a person who does not exist has no effect. A later upsert or event creates the
person again.` + InputHelp + consentHelp + `

receipt.csv in the run's directory says who was deleted and when.`,
		Examples: `ciobulk delete leavers.csv --match email=E-mail
ciobulk delete leavers.csv --match id --yes --expect 1200 --max-delete 2000
ciobulk delete erase.csv --match email --receipt-identifiers hash`},
	{Name: "suppress", Action: mapping.Suppress, Usage: "delete people and block their identifiers",
		About: `Deletes the people that the rows identify and blocks all of their identifiers:
nothing can be sent to them or stored about them until they are unsuppressed.` + InputHelp + consentHelp + `

receipt.csv in the run's directory says who was suppressed and when.`,
		Examples: `ciobulk suppress erase.csv --match email
ciobulk suppress erase.csv --match email --yes --expect 37`},
	{Name: "unsuppress", Action: mapping.Unsuppress, Usage: "allow blocked identifiers again",
		About:    `Unblocks the identifiers in the rows. Deleted data does not come back.` + InputHelp + consentHelp,
		Examples: `ciobulk unsuppress back.csv --match email --yes --expect 2`},
	{Name: "event", Action: mapping.Event, Usage: "track events that people did",
		About: `Each row becomes one event of one person. Its name comes from the mapping
(event: {name: …}) or from a column called event; every other column becomes the event's
data. The id of each event is derived from its row and the file: the same file sent twice
creates no event twice. Events of the last 72 hours, and those without a timestamp, can
start campaigns; --no-triggers leaves them out.` + InputHelp,
		Examples: `ciobulk event orders.csv -m orders.yaml
ciobulk event orders.csv -m orders.yaml --no-triggers
ciobulk event monthly.csv -m reminder.yaml --event-ids run`},
	{Name: "page", Action: mapping.Page, Usage: "track pages that people viewed",
		About: `Each row becomes one page view of one person. Its URL comes from the mapping
(page: {url: …}) or from a column called url; every other column becomes the view's data.
Ids and campaigns are as for events.` + InputHelp,
		Examples: `ciobulk page views.csv -m views.yaml`},
	{Name: "screen", Action: mapping.Screen, Usage: "track screens of an app that people viewed",
		About: `Each row becomes one view of a screen by one person. Its name comes from the mapping
(screen: {name: …}) or from a column called screen; every other column becomes the view's
data. Ids and campaigns are as for events.` + InputHelp,
		Examples: `ciobulk screen screens.csv -m screens.yaml
ciobulk screen screens.csv --match id`},
	{Name: "segment add", Action: mapping.Member, Usage: "add people to a manual segment",
		About: `Adds the people that the rows identify to a manual segment, given by its id or,
with an App API key, by its name. Customer.io ignores identifiers that match no one: with an
App API key, the segment's count before and after the run is compared, and not_found.csv in the
run's directory has the rows that match no one. The people must exist already.` + InputHelp,
		Examples: `ciobulk segment add people.csv --match email=E-mail --segment Newsletter
ciobulk segment add people.csv --match id --segment 7
ciobulk segment add people.csv --match id --segment 'Spring 2026' --create`},
	{Name: "segment remove", Action: mapping.Member, Remove: true, Usage: "remove people from a manual segment",
		About:    `Removes the people that the rows identify from a manual segment. The people remain.` + InputHelp,
		Examples: `ciobulk segment remove people.csv --match email --segment Newsletter`},
	{Name: "segment sync", Action: mapping.Member, Sync: true, Usage: "make a manual segment equal to a file",
		About: `Adds the people of the file who are not in the segment, then removes the people of
the segment who are not in the file. An App API key is needed to read who is in it. Nothing is
written before it is clear how many people leave: at a terminal, ciobulk asks; elsewhere more
people than --max-remove need --yes --expect-remove N. No one is removed if rows of the file are
rejected, and none at all if the file is empty.` + InputHelp,
		Examples: `ciobulk segment sync news.csv --match email --segment Newsletter
ciobulk segment sync news.csv --match id --segment Newsletter --max-remove 5%
ciobulk plan segment sync news.csv --match email --segment Newsletter`},
}

// Named returns the verb of a name.
func Named(name string) (Verb, bool) {
	i := slices.IndexFunc(All, func(v Verb) bool { return v.Name == name })
	if i < 0 {
		return Verb{}, false
	}
	return All[i], true
}

// Names are the names of all verbs.
func Names() (names []string) {
	for _, v := range All {
		names = append(names, v.Name)
	}
	return names
}

// Resends is the verb that sends rejected rows again. A file of them alone is never what
// a segment is to be equal to.
func (v Verb) Resends() string {
	if v.Sync {
		return "segment add"
	}
	return v.Name
}

// Matches names the fields that a verb identifies people by.
func (v Verb) Matches() string {
	if v.Action == mapping.Member {
		return "id, email or cio_id"
	}
	return "id, email, cio_id or phone"
}

// Destroys reports whether a verb can delete people: upsert can, where each row says
// what is done.
func (v Verb) Destroys() bool { return v.Action.Destructive() || v.Action == mapping.Upsert }

// Tracks reports whether rows of a verb can be events.
func (v Verb) Tracks() bool {
	return v.Action == mapping.Event || v.Action == mapping.Page || v.Action == mapping.Screen || v.Action == mapping.Upsert
}
