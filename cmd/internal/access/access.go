// Package access opens clients of Customer.io's APIs: it reads credentials from the
// environment and from files, finds the region and the workspace, and lets all processes
// of a user share their rates. Start with Open.
package access

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/ratelimit"
)

// Env is what access takes from outside. One is for the whole process.
type Env struct {
	Getenv    func(name string) string
	UserAgent string

	alone sync.Once // that a rate is not shared is said once
}

// Access opens clients of both APIs with the credentials of a call.
type Access struct {
	env         *Env
	values      map[string]string // of settingNames
	outage      time.Duration
	connections int
	simulated   bool

	Opened *customerio.App // the client that the run has, nil where there is no key
}

// Open reads the credentials: those of a file, if one is chosen, before those of the
// environment. connections is how many requests are in flight at once, 0 for few.
func Open(env *Env, from Choice, outage time.Duration, connections int) (*Access, error) {
	values, err := settings(env.Getenv, from)
	return &Access{env: env, values: values, outage: outage, connections: connections}, err
}

// ForApp returns a client of the App API for a command that only asks. The region is
// the configured one, or that of the Track API's credentials, if there are any. note is
// told what may matter.
func ForApp(ctx context.Context, env *Env, from Choice, outage time.Duration, note func(string)) (*customerio.App, error) {
	a, err := Open(env, from, outage, 0)
	if err != nil {
		return nil, err
	}
	region := ""
	if a.values["CUSTOMERIO_REGION"] == "" && a.values["CUSTOMERIO_APP_URL"] == "" && a.HasTrack() {
		track, err := a.Track(ratelimit.New(customerio.AppPerSecond), nil)
		if err != nil {
			return nil, err
		}
		if account, err := track.Locate(ctx); err == nil { // otherwise the App API says what is wrong
			region = account.Region
		}
	}
	return a.App(region, nil, note)
}

// Within returns the same access that waits for an unavailable service no longer than d.
func (a *Access) Within(d time.Duration) *Access {
	brief := *a
	brief.outage = min(a.outage, d)
	return &brief
}

// HasTrack reports whether there are credentials of the Track API.
func (a *Access) HasTrack() bool {
	return a.values["CUSTOMERIO_SITE_ID"] != "" && a.values["CUSTOMERIO_API_KEY"] != ""
}

// HasApp reports whether there is a key of the App API.
func (a *Access) HasApp() bool { return a.values["CUSTOMERIO_APP_API_KEY"] != "" }

// Track returns a client of the Track API, paced by limiter.
func (a *Access) Track(limiter customerio.Limiter, waiting func(error)) (*customerio.Track, error) {
	if err := a.halfGiven(); err != nil {
		return nil, err
	}
	return customerio.NewTrack(customerio.Config{
		SiteID: a.values["CUSTOMERIO_SITE_ID"], APIKey: a.values["CUSTOMERIO_API_KEY"],
		Region: strings.ToLower(a.values["CUSTOMERIO_REGION"]), BaseURL: a.values["CUSTOMERIO_TRACK_URL"],
		Limiter: limiter, Connections: a.connections, Outage: a.outage,
		UserAgent: a.env.UserAgent, Waiting: waiting,
	})
}

// App returns a client of the App API of a region, which shares its rate with all
// others. They are found by the site id: not all of them know the workspace.
func (a *Access) App(region string, waiting func(error), note func(string)) (*customerio.App, error) {
	limiter := ratelimit.New(customerio.AppPerSecond)
	app, err := customerio.NewApp(customerio.AppConfig{
		Key: a.values["CUSTOMERIO_APP_API_KEY"], Region: cmp.Or(region, strings.ToLower(a.values["CUSTOMERIO_REGION"])), BaseURL: a.values["CUSTOMERIO_APP_URL"],
		Limiter: limiter, Outage: a.outage, UserAgent: a.env.UserAgent, Waiting: waiting,
	})
	if err == nil && !a.simulated {
		a.env.share(limiter, allowance{"app", app.BaseURL(), a.values["CUSTOMERIO_SITE_ID"], customerio.AppPerSecond}, note)
	}
	return app, err
}

// Locate asks which workspace the Track API's credentials open. A proxy may not know.
func (a *Access) Locate(ctx context.Context, track *customerio.Track, note func(string)) (customerio.Account, error) {
	account, err := track.Locate(ctx)
	if err = a.Mistaken(err); err == nil {
		err = a.Meant(account)
	}
	refused, ok := errors.AsType[*customerio.Error](err)
	if ok && a.values["CUSTOMERIO_TRACK_URL"] != "" && hidesAccount(refused) {
		note("cannot determine the workspace: the server at CUSTOMERIO_TRACK_URL does not say which it is")
		return account, nil
	}
	return account, err
}

// Rate is the rate that the file of credentials names, in requests per second; 0 where
// it names none.
func (a *Access) Rate() (float64, error) {
	text := a.values[rateSetting]
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n > 0 && n <= customerio.MaxPerSecond) {
		return 0, exit.Usage(fmt.Sprintf("%s is %q", rateSetting, text), fmt.Sprintf("it is a number of requests per second, at most %d", customerio.MaxPerSecond))
	}
	return n, nil
}

// Meant refuses a workspace that is not the one that the file of credentials names.
func (a *Access) Meant(account customerio.Account) error {
	want := a.values[workspaceSetting]
	if want == "" || account.WorkspaceID == 0 || want == strconv.FormatInt(account.WorkspaceID, 10) {
		return nil
	}
	return exit.New(exit.Credentials, fmt.Sprintf("%s says workspace %s, but the credentials are for %d", workspaceSetting, want, account.WorkspaceID),
		"correct the file of credentials")
}

// hidesAccount recognises the answers of a proxy that passes batches on and does not
// know the question which account it is.
func hidesAccount(e *customerio.Error) bool {
	return e.Trouble == customerio.Refused &&
		(e.Status == http.StatusOK || e.Status == http.StatusNotFound || e.Status == http.StatusMethodNotAllowed)
}

// ShareTrack makes the limiter share the rate of the account with other processes. Of
// shards on one machine, all together may spend the whole rate.
func (a *Access) ShareTrack(limiter *ratelimit.Limiter, track *customerio.Track, account customerio.Account, perSecond float64, note func(string)) {
	if a.simulated {
		return
	}
	owner := "site " + a.values["CUSTOMERIO_SITE_ID"]
	if account.WorkspaceID != 0 { // a proxy may hide it
		owner = fmt.Sprintf("workspace %d", account.WorkspaceID)
	}
	a.env.share(limiter, allowance{"track", track.BaseURL(), owner, perSecond}, note)
}
