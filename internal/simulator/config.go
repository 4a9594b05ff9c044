package simulator

import (
	"strings"
	"time"
)

// Config says which workspace this is and settles what the documentation
// leaves open. The zero value is the documented behaviour.
type Config struct {
	SiteID string // user name of the Track credentials; empty takes any that is not empty
	APIKey string // their password, likewise

	Region      string // "us" or "eu"; empty is "us"
	WorkspaceID int64  // reported as environment_id; zero is 1
	URL         string // reported as url; empty is the region's documented host

	Faults Faults // what goes wrong from the start; see SetFaults

	// CountOnly reads and counts operations and keeps nothing, so that a
	// benchmark's server leaves the cores to the client. See countOperations
	// for how it counts. Faults work, RefuseWhole, Reject and Odd207 excepted.
	CountOnly bool

	// KeepLog keeps every operation that was not rejected, for Log.
	KeepLog bool

	// EventDedupWindow is how many event ids are remembered to recognise a
	// repeated one. Zero remembers all: how long the service does is not said.
	EventDedupWindow int

	// KB1024 reads the limits of "500kb" a request and "32kb" an entity as
	// 512,000 and 32,768 bytes, not 500,000 and 32,000.
	KB1024 bool

	// TrackRetryAfter is sent with a 429 as Retry-After, in seconds rounded
	// up. Zero sends none: whether the Track API ever does is not said.
	TrackRetryAfter time.Duration

	// EmailCaseSensitive tells A@example.com from a@example.com, as workspaces
	// do that have no email identifier.
	EmailCaseSensitive bool

	// EmailByID is the workspace setting "Allow updates to email using ID".
	// Without it only an operation by cio_id changes an identifier once set.
	EmailByID bool

	// EventsCreatePeople makes an event for an identifier that nobody has
	// create the person. Otherwise the event is kept and belongs to nobody.
	EventsCreatePeople bool

	// FreeEventData bounds the attributes of events, pages and screens only by
	// the size of the entity, not by the limits on people's attributes.
	FreeEventData bool

	// LongPageNames exempts the name of a page, which is its URL, from the
	// 100 bytes of an event's name.
	LongPageNames bool
}

// The documented limits in bytes, or a count where the name says so.
const (
	maxID             = 150
	maxAttributeName  = 150
	maxAttributeValue = 1000
	maxAttributeCount = 300
	maxEventName      = 100
)

func (c *Config) maxBody() int { return c.kilobytes(500) }

func (c *Config) maxEntity() int { return c.kilobytes(32) }

func (c *Config) kilobytes(n int) int {
	if c.KB1024 {
		return n * 1024
	}
	return n * 1000
}

// key is what an identifier is found by: emails differ in case only by choice.
func (c *Config) key(k kind, value string) key {
	if k == byEmail && !c.EmailCaseSensitive {
		value = strings.ToLower(value)
	}
	return key{k, value}
}
