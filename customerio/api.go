package customerio

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// surface is what tells Customer.io's APIs apart: where they are, and what
// errors call them.
type surface struct {
	us, eu      string // the regions' hosts
	variable    string // names another base URL
	credentials string // what 401 and 403 refuse
	hint        string // where to look then
}

// api is the way to one of the APIs, and the patience with it: what Track and
// App have in common. Its credentials go to the base URL's origin, or without one
// to the surface's hosts, and nowhere else.
type api struct {
	surface       surface
	config        Config // of an App as well
	authorization string // the header
	base          *url.URL
	transport     *http.Transport
	secrets       *strings.Replacer // takes them out of a text
	trouble       trouble

	requests, retries, bytes atomic.Int64 // of batches
}

// newAPI returns the way that c says. What goes by the names in secrets, as
// secret, name, …, is shown by them.
func newAPI(s surface, c Config, authorization string, secrets ...string) (*api, error) {
	if c.Region != "" && c.Region != "us" && c.Region != "eu" {
		return nil, &Error{Trouble: Misuse, Msg: fmt.Sprintf("CUSTOMERIO_REGION is %q", c.Region), Hint: "it is us or eu"}
	}
	c.Outage = cmp.Or(c.Outage, defaultOutage)
	c.Timeout = cmp.Or(c.Timeout, min(defaultTimeout, max(c.Outage, leastTimeout)))
	c.Connections = cmp.Or(c.Connections, defaultConnections)
	a := &api{surface: s, config: c, authorization: authorization,
		transport: newTransport(c.Connections, c.Dial), secrets: hiding(secrets...)}
	a.trouble.tell = c.Waiting
	return a, a.setBase(c.BaseURL)
}

// setBase settles the host: the one that was given, or the region's.
func (a *api) setBase(given string) error {
	text := given
	if text == "" {
		text = a.surface.us
		if a.config.Region == "eu" {
			text = a.surface.eu
		}
	}
	u, err := url.Parse(strings.TrimRight(text, "/"))
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery+u.Fragment != "" {
		return &Error{Trouble: Misuse, Msg: a.surface.variable + " is not a base URL",
			Hint: "it looks like " + a.surface.us + ", without a user, password or query"}
	}
	a.base = u
	return nil
}

// direct sends what follows to the region's host, unless a base URL was given.
func (a *api) direct(region string) error {
	if a.config.BaseURL != "" {
		return nil
	}
	a.config.Region = region
	return a.setBase("")
}

// BaseURL returns where requests go.
func (a *api) BaseURL() string { return a.base.String() }

// Defaults of Config and AppConfig.
const (
	defaultTimeout     = 30 * time.Second
	leastTimeout       = 5 * time.Second // where the outage is shorter
	defaultOutage      = 10 * time.Minute
	defaultConnections = 16
)

func (a *api) credentialsError(status int) *Error {
	return &Error{Trouble: Credentials, Status: status, Hint: a.surface.hint,
		Msg: fmt.Sprintf("Customer.io refused the %s (%d %s)", a.surface.credentials, status, http.StatusText(status))}
}

// unexpected is the end at an answer that nobody understands.
func (a *api) unexpected(r *reply) *Error {
	return &Error{Trouble: Refused, Status: r.status, Msg: fmt.Sprintf("unexpected answer from %s: %d %s: %s",
		a.base, r.status, http.StatusText(r.status), excerpt(a.withoutSecrets(r.body)))}
}
