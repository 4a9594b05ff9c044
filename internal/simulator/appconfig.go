package simulator

import "time"

// AppConfig settles what the documentation of the App API leaves open about data
// that comes out. The zero value is the documented behaviour.
type AppConfig struct {
	// Denied are beginnings of paths that the key's scope leaves out: 403.
	Denied []string

	// PageShift is how many people of a page come again on the next one, as when
	// people move between pages; below zero, how many are left out.
	PageShift int

	// NullLists gives empty lists as null, as the service has been seen to.
	NullLists bool

	// People is the number of people that the list of workspaces reports: the
	// service's is up to two hours old. Zero is the true number.
	People int

	// ExportPolls is how many times an export job is pending when it is asked
	// for. Zero is 2; below zero, none.
	ExportPolls int

	// ExportAll gives all attributes where an export of people names none.
	// Otherwise it has the identifiers alone. The documentation does not say.
	ExportAll bool

	// LinkMember is the name of the link in its answer; empty is "url".
	LinkMember string

	// LinkLife is how long a link to an export's file is good for. Zero is 15
	// minutes.
	LinkLife time.Duration

	// StorageURL is where the links lead, which must lead back to the Workspace.
	// Empty is another name of the host that was asked, which is another origin.
	StorageURL string

	// StorageWhole makes the store answer a request for a part with the whole
	// file.
	StorageWhole bool

	// Activities is how many activities are kept. Zero is 10,000.
	Activities int

	// OldestFirst is the order of activities; their documentation says none.
	OldestFirst bool
}

const (
	usualPolls      = 2
	usualLinkLife   = 15 * time.Minute
	usualActivities = 10_000
)

func (c *AppConfig) polls() int {
	if c.ExportPolls == 0 {
		return usualPolls
	}
	return max(0, c.ExportPolls)
}

func (c *AppConfig) linkLife() time.Duration {
	if c.LinkLife == 0 {
		return usualLinkLife
	}
	return c.LinkLife
}

func (c *AppConfig) activities() int {
	if c.Activities == 0 {
		return usualActivities
	}
	return c.Activities
}
