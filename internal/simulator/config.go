package simulator

import (
	"strings"
	"time"
)

// Config describes the workspace, and decides what the documentation leaves open. The
// zero value is the documented behaviour.
type Config struct {
	SiteID string // user name of the Track credentials; empty takes any that is not empty
	APIKey string // their password; empty takes any that is not empty
	AppKey string // the App API's bearer token; empty takes any that is not empty

	Region        string // "us" or "eu"; empty is "us"
	WorkspaceID   int64  // reported as environment_id; zero is 1
	WorkspaceName string // in the list of workspaces; empty is "Simulated"
	URL           string // reported as url; empty is the region's documented host

	Faults Faults // what goes wrong from the start; see SetFaults

	// CountOnly reads and counts operations and keeps nothing, so that a
	// benchmark's server leaves the cores to the client. See countOperations
	// for how it counts. Faults work, except RefuseWhole, Reject and Odd207.
	// The ids of segment requests count as operations, whether or not the
	// segment exists. The App API finds no people, and segments without members.
	CountOnly bool

	// KeepLog keeps every operation that was not rejected, for Log.
	KeepLog bool

	// EventDedupWindow is how many event ids are remembered to recognise a
	// repeated one. Zero remembers all: the documentation does not say how long the
	// service remembers them.
	EventDedupWindow int

	// KB1024 reads the limits of "500kb" a request and "32kb" an entity as
	// 512,000 and 32,768 bytes, not 500,000 and 32,000.
	KB1024 bool

	// TrackRetryAfter is sent with a 429 as Retry-After, in seconds rounded
	// up. Zero sends none: the documentation does not say whether the Track API
	// ever does.
	TrackRetryAfter time.Duration

	// EmailCaseSensitive distinguishes A@example.com from a@example.com, as
	// workspaces without an email identifier do.
	EmailCaseSensitive bool

	// Identifiers are the kinds of identifiers of the workspace: id, email, or both with
	// a comma between them, besides cio_id. Empty: all kinds, phone as well.
	Identifiers string

	// AutoMerge merges two people of whom each has one identifier when an identify
	// has both, for good, as workspaces with id and email do.
	AutoMerge bool

	// EmailByID is the workspace setting "Allow updates to email using ID".
	// Without it only an operation by cio_id changes an identifier once set.
	EmailByID bool

	// EventsCreatePeople makes an event for an unknown identifier create the
	// person. Otherwise the event is kept and belongs to no one.
	EventsCreatePeople bool

	// LongPageNames exempts the name of a page, which is its URL, from the
	// 100 bytes of an event's name.
	LongPageNames bool

	// AppPerSecond is how many requests a second the App API takes: 10 are
	// documented. More get a 429 with Retry-After: 1. Zero: no limit, so that
	// tests are fast. The requests of one second may come at once.
	AppPerSecond float64

	// AppLag is how old the App API's reads are: it shows people, members of
	// segments and their counts as they were that long ago. Segments themselves
	// appear at once. It costs a second copy of the state. The service lags by
	// seconds; the documentation does not say how many.
	AppLag time.Duration

	// App says what the App API gives out.
	App AppConfig

	// PageEnd is what the last page of a list has for "next".
	PageEnd PageEnd

	// FilterNeedsList refuses a search whose filter is not "and", "or" or "not"
	// at its root. The documentation does not say whether a segment or an
	// attribute may be the root.
	FilterNeedsList bool

	// RemoveNeedsID keeps people without an id in their segments, whatever
	// identifier the request uses: the documentation of removing people says that
	// they need an id, and also offers the other identifiers.
	RemoveNeedsID bool
}

// The documented limits in bytes, or a count where the name says so.
const (
	maxID             = 150
	maxAttributeName  = 150
	maxAttributeValue = 1000
	maxAttributeCount = 300
	maxEventName      = 100
	maxSegmentIDs     = 1000 // ids of one segment request
)

func (c *Config) maxBody() int { return c.kilobytes(500) }

func (c *Config) maxEntity() int { return c.kilobytes(32) }

func (c *Config) workspaceID() int64 {
	if c.WorkspaceID == 0 {
		return 1
	}
	return c.WorkspaceID
}

func (c *Config) kilobytes(n int) int {
	if c.KB1024 {
		return n * 1024
	}
	return n * 1000
}

// key returns what an identifier is found by: emails differ in case only if
// configured.
func (c *Config) key(k kind, value string) key {
	if k == byEmail && !c.EmailCaseSensitive {
		value = strings.ToLower(value)
	}
	return key{k, value}
}
