package mapping

import "time"

// Terms is what a run adds to a plan. The zero Terms are those of an upsert of all
// rows.
type Terms struct {
	Shard Shard

	// Seeds are what ids of events are derived from: one, or one for each input
	// that the rejected rows of a file are of.
	Seeds []Seed
	// Begun is when the run began, and the same after it was resumed: timestamps
	// more than ten years later are rejected. Zero: none is.
	Begun time.Time
	// LiveFrom is the unix second from which on an event may start campaigns.
	// Those without a timestamp may, too.
	LiveFrom int64
	// NoTriggers filters such events out.
	NoTriggers bool

	// Duplicates knows which rows are one person's; nil: all are sent.
	Duplicates *Duplicates
	// FirstRow is the number, among the rows of all inputs, of the input's
	// first row. Only Duplicates need it.
	FirstRow int64

	// Class says which rows of a file of rejected rows are looked at.
	Class Class
}

// Class is a part of the rows that were not accepted.
type Class string

// The classes. The zero Class is for inputs that are no file of rejected rows.
const (
	AnyClass      Class = "any"
	RejectedClass Class = "rejected"
	UnknownClass  Class = "unknown"
)

// live is how old an event may be that starts a campaign: Customer.io documents
// that older ones are history.
const live = 72 * time.Hour

// LiveFrom returns the Terms.LiveFrom of a run that began at a moment.
func LiveFrom(begun time.Time) int64 { return begun.Add(-live).Unix() }
