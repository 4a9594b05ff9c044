package mapping

import (
	"time"

	"github.com/ciobulk/ciobulk/rows"
)

// Terms is what a run adds to a plan. The zero Terms are those of an upsert of all
// rows.
type Terms struct {
	Shard Shard

	// Seeds are what ids of events are derived from: one, or one for each input
	// that the rejected rows of a file come from.
	Seeds []Seed
	// IDs returns the id that the event of a rejected row was sent with, where the
	// service may have applied it; input is as Seed.Input. nil: none is known.
	IDs func(input string, row int64) (id string, known bool)
	// Begun is when the run began, and the same after it was resumed: timestamps
	// more than ten years later are rejected. Zero: none is.
	Begun time.Time
	// LiveFrom is the unix second from which on an event may start campaigns.
	// Those without a timestamp also may.
	LiveFrom int64
	// NoTriggers filters such events out.
	NoTriggers bool

	// Duplicates knows which rows are one person's; nil: all are sent.
	Duplicates *Duplicates
	// FirstRow is the number, among the rows of all inputs, of the input's
	// first row. Only Duplicates need it.
	FirstRow int64

	// Comparing leaves out what does not count as a change: attributes with compare:
	// false. Such operations are not sent.
	Comparing bool

	// Effects asks for Mapper.Effects.
	Effects bool

	// Class says which rows of a file of rejected rows are looked at.
	Class rows.Class
}

// live is how old an event may be that starts a campaign: Customer.io documents
// that older ones are history.
const live = 72 * time.Hour

// LiveFrom returns the Terms.LiveFrom of a run that began at begun.
func LiveFrom(begun time.Time) int64 { return begun.Add(-live).Unix() }
