package customerio

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// surface is one of Customer.io's APIs: its hosts, and its names in errors.
type surface struct {
	name        string // TrackAPI or AppAPI
	us, eu      string // the regions' hosts
	credentials string // what 401 and 403 refuse
}

// api is what Track and App have in common: the connections to one of the APIs, and
// retries. Its credentials go to the base URL's origin, or without one to the
// surface's hosts, and to no other host.
type api struct {
	surface       surface
	config        Config // of an App as well
	authorization string // the header
	base          *url.URL
	transport     *http.Transport
	secrets       *strings.Replacer // takes them out of a text
	waiting       waiting

	requests, retries, bytes, throttled atomic.Int64 // of batches
	successes                           atomic.Int64 // batches that were settled
	odds                                odds         // of a try
	made                                time.Time    // when the client was made
	lastSuccess                         atomic.Int64 // nanoseconds from then
	slowest                             atomic.Int64 // nanoseconds that one of these took
	blamed                              atomic.Int64 // operations that were judged alone for their failures
	answeredOnce                        atomic.Bool  // whether any answer ever came
	welcome                             atomic.Bool  // whether a good answer ever came
}

// newAPI returns the api that c describes. Texts show a secret by its name; secrets
// lists them as secret, name, ….
func newAPI(s surface, c Config, authorization string, secrets ...string) (*api, error) {
	if c.Region != "" && c.Region != "us" && c.Region != "eu" {
		return nil, &Error{Trouble: Misuse, Problem: UnknownRegion, API: s.name, Region: c.Region, Msg: fmt.Sprintf("the region %q does not exist", c.Region)}
	}
	c.Outage = cmp.Or(c.Outage, defaultOutage)
	c.Timeout = cmp.Or(c.Timeout, min(defaultTimeout, max(c.Outage, leastTimeout)))
	c.Connections = cmp.Or(c.Connections, defaultConnections)
	a := &api{surface: s, config: c, authorization: authorization, made: time.Now(),
		transport: newTransport(c.Connections, c.Dial), secrets: hiding(secrets...)}
	a.waiting.tell = c.Waiting
	a.transport.OnProxyConnectResponse = connected
	return a, a.setBase(c.BaseURL)
}

// setBase sets the host: the given one, or the region's.
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
		return &Error{Trouble: Misuse, Problem: BadBaseURL, API: a.surface.name,
			Msg: "the address of the " + a.surface.name + " API is not a base URL"}
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
	return &Error{Trouble: Credentials, Problem: BadCredentials, API: a.surface.name, Status: status,
		Msg: fmt.Sprintf("Customer.io refused the %s (%d %s)", a.surface.credentials, status, http.StatusText(status))}
}

// unexpected is the error for an answer that has no meaning here.
func (a *api) unexpected(r *reply) *Error {
	return &Error{Trouble: Refused, Status: r.status, Msg: fmt.Sprintf("unexpected answer from %s: %d %s: %s",
		a.base, r.status, http.StatusText(r.status), excerpt(a.withoutSecrets(r.body)))}
}

// triesMissing is how often a question is answered by 404 in a form that is not the
// service's before that is believed: load balancers do that while they change.
const triesMissing = 3

// persist sends a question until it has an answer that is not a reason to retry. A
// delivery does the same for a batch.
func (a *api) persist(ctx context.Context, q *request) (*reply, error) {
	t := &trial{api: a, request: q}
	for {
		o, err := t.try(ctx)
		switch {
		case err != nil:
			return nil, err
		case o.meaning == settled, o.meaning == refused:
			return o.reply, nil
		case o.meaning == strange && (t.failed >= triesMissing || o.reply.status != http.StatusNotFound || own(o.reply)):
			return nil, a.unexpected(o.reply)
		}
		if err := t.wait(ctx, o, backoffMost, true); err != nil {
			return nil, err
		}
		if q.happened != nil && statusOf(o.reply) != http.StatusTooManyRequests {
			if r, err := q.happened(ctx); r != nil || err != nil {
				return r, err
			}
		}
	}
}

// heard notes a clear answer, how long it took, and whether another try had failed
// before.
func (a *api) heard(q *request, took time.Duration, recovered bool) {
	a.welcome.Store(true)
	if !q.batch || q.empty {
		return
	}
	a.successes.Add(1)
	a.lastSuccess.Store(int64(time.Since(a.made)))
	a.odds.note(recovered)
	for {
		slowest := a.slowest.Load()
		if int64(took) <= slowest || a.slowest.CompareAndSwap(slowest, int64(took)) {
			return
		}
	}
}

// withoutSecrets removes the credentials from an answer that is shown: a server that
// is not Customer.io may echo them.
func (a *api) withoutSecrets(body []byte) []byte {
	return []byte(a.secrets.Replace(string(body)))
}
