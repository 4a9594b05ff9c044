// Package verbs has the commands that turn rows into operations: what each does, and
// what it says of itself.
package verbs

import (
	"slices"
	"strings"

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

var consentHelp = consentFor("people")

// consentFor is what a verb says that cannot be undone.
func consentFor(what string) string {
	return `

This cannot be undone. At a terminal, ciobulk shows the workspace and the number of
` + what + ` and asks for that number. Elsewhere, nothing is sent without --yes and --expect
N, where N is the number of distinct ` + what + `.`
}

// All are all verbs, in the order in which help shows them.
var All = []Verb{
	{Name: "upsert", Action: mapping.Upsert, Usage: "create people and set their attributes",
		About: `Each row becomes one person, who is created or updated. Without a mapping,
--match is enough: every other column becomes the attribute of its name, as text. With
operation: {column: …} in the mapping, each row says what is done: upsert, delete,
suppress, unsuppress, merge, event, page, screen, device add, object upsert, and so on.
With object: {…}, the person is also related to that object.` + InputHelp,
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
	{Name: "merge", Action: mapping.Merge, Usage: "merge duplicate profiles into one",
		About: `Each row names two profiles of one person: --match finds the one that stays, and the
column merge (or merge_id, merge_email, merge_cio_id, or merge: {…} in the mapping) the one that
is merged into it and vanishes. The first must exist. Attributes that both have keep the value of
the first.` + InputHelp + consentFor("profiles that vanish") + `

receipt.csv in the run's directory says who vanished and when.`,
		Examples: `ciobulk merge duplicates.csv -m duplicates.yaml
ciobulk merge duplicates.csv --match id --yes --expect 40`},
	{Name: "device add", Action: mapping.DeviceAdd, Usage: "add devices to people, for push messages",
		About: `Each row becomes one device of one person, or changes it. Its token, platform (ios or
android) and last_used come from the mapping (device: {token: …}) or from columns of these names;
every other column becomes an attribute of the device, as text.` + InputHelp,
		Examples: `ciobulk device add devices.csv --match id
ciobulk device add devices.csv -m devices.yaml`},
	{Name: "device remove", Action: mapping.DeviceRemove, Usage: "remove devices from people",
		About: `Removes the device of each row's token from the row's person. Other columns do not
matter. An app that is opened again adds its device again.` + InputHelp,
		Examples: `ciobulk device remove tokens.csv --match id`},
	{Name: "object upsert", Action: mapping.ObjectUpsert, Usage: "create objects and set their attributes",
		About: `Each row becomes one object, such as a company, which is created or updated. Its id comes from the
mapping (object: {type: 1, id: …}), from --match id=COLUMN, or from a column called object_id or
id; every other column becomes the attribute of its name. --object-type is the number of the type
in Customer.io; a column called object_type_id can have it too. With match in the mapping, the
person of the row is related to the object.` + InputHelp,
		Examples: `ciobulk object upsert companies.csv --object-type 1
ciobulk object upsert companies.csv --object-type 1 --match id='Company No'
ciobulk object upsert companies.csv -m companies.yaml`},
	{Name: "object delete", Action: mapping.ObjectDelete, Usage: "delete objects",
		About: `Deletes the objects of the rows, and with them their relationships. The people
remain.` + InputHelp + consentFor("objects") + `

receipt.csv in the run's directory says what was deleted and when.`,
		Examples: `ciobulk object delete gone.csv --object-type 1 --yes --expect 12`},
	{Name: "relationship add", Action: mapping.RelationshipAdd, Usage: "relate people to objects",
		About: `Each row relates its person, found by --match, to its object, from the mapping
(object: {type: 1, id: …}) or a column called object_id. Attributes of the relationship come from
the mapping (relationship: {role: …}); without one, every other column becomes one. An object that
does not exist is created. With order: object in the mapping, the rows of one object are sent in
their order, and not those of one person.` + InputHelp,
		Examples: `ciobulk relationship add members.csv --match email --object-type 1
ciobulk relationship add members.csv -m members.yaml`},
	{Name: "relationship remove", Action: mapping.RelationshipRemove, Usage: "remove relationships of people",
		About:    `Removes the relationship of each row's person to its object. Both remain.` + InputHelp,
		Examples: `ciobulk relationship remove left.csv --match email --object-type 1`},
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
	switch {
	case v.Action == mapping.Member, v.Action == mapping.Merge:
		return "id, email or cio_id"
	case v.Action.OfObject():
		return "object_id or cio_object_id"
	case v.events(), v.Action == mapping.RelationshipAdd:
		return "id, email, cio_id, phone or anonymous_id"
	}
	return "id, email, cio_id or phone"
}

// Destroys reports whether a verb can delete people or objects: upsert can, where each
// row says what is done.
func (v Verb) Destroys() bool { return v.Action.Destructive() || v.Action == mapping.Upsert }

// Tracks reports whether rows of a verb can be events.
func (v Verb) Tracks() bool { return v.events() || v.Action == mapping.Upsert }

func (v Verb) events() bool {
	return v.Action == mapping.Event || v.Action == mapping.Page || v.Action == mapping.Screen
}

// Objects reports whether rows of a verb can have an object.
func (v Verb) Objects() bool {
	return v.Action.OfObject() || v.Action == mapping.RelationshipAdd || v.Action == mapping.RelationshipRemove || v.Action == mapping.Upsert
}

// Subject is one of what the rows of a verb are about, in messages.
func (v Verb) Subject() string {
	if v.Action.OfObject() {
		return "object"
	}
	return "person"
}

// Below are the names of the verbs below a command: add and remove below device.
func Below(above string) (names []string) {
	for _, v := range All {
		if name, below := strings.CutPrefix(v.Name, above+" "); below {
			names = append(names, name)
		}
	}
	return names
}

// A Group is a command that has nothing but verbs below it.
type Group struct{ Name, Usage, About, Examples string }

// Groups are all groups.
var Groups = []Group{
	{"device", "devices of people: add, remove", `Customer.io sends push messages to the devices of people.`,
		`ciobulk device add devices.csv --match id
ciobulk device remove tokens.csv --match id`},
	{"object", "objects, such as companies: upsert, delete", `Objects are what people can be related to, such as companies, courses or accounts.`,
		`ciobulk object upsert companies.csv --object-type 1
ciobulk object delete gone.csv --object-type 1`},
	{"relationship", "relationships of people and objects: add, remove", `A relationship is between one person and one object, and may have attributes.`,
		`ciobulk relationship add members.csv --match email --object-type 1
ciobulk relationship remove left.csv --match email --object-type 1`},
}
