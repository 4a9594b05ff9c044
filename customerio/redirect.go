package customerio

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// redirects says where requests to an API may be sent on to: to the origin that
// was named by a base URL or a region, and to both of Customer.io's own as long as
// neither is known.
type redirects struct {
	surface surface
	base    *url.URL
	given   bool   // base is not Customer.io's by its name
	region  string // empty as long as it is not known
}

// follow returns where r sends the request on to, or nil. Credentials and people's
// data go only where trusts allows it.
func (d redirects) follow(from *url.URL, r *reply) (*url.URL, error) {
	switch r.status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil, nil
	}
	next, err := from.Parse(r.header.Get("Location"))
	if err != nil || r.header.Get("Location") == "" {
		return nil, &Error{Trouble: Refused, Status: r.status, Msg: fmt.Sprintf("%d without a usable Location", r.status)}
	}
	if to := origin(next); !d.trusts(to) {
		return nil, d.elsewhere(to, r.status)
	}
	return next, nil
}

// trusts reports whether requests may be sent on to an origin.
func (d redirects) trusts(to string) bool {
	return to == origin(d.base) || !d.given && d.region == "" && d.owns(to)
}

// owns reports whether an origin is Customer.io's for this API.
func (d redirects) owns(to string) bool { return to == d.surface.us || to == d.surface.eu }

// elsewhere is the error for a redirect to an origin that may not see the
// credentials.
func (d redirects) elsewhere(to string, status int) *Error {
	e := &Error{Trouble: Refused, Problem: Redirected, API: d.surface.name, Host: to, Status: status}
	switch {
	case d.given:
		e.Msg = fmt.Sprintf("redirected to %s, which is not the configured address; not followed", to)
	case d.owns(to):
		e.Trouble, e.Problem = Credentials, OtherRegion
		e.Msg = fmt.Sprintf("redirected to %s, which is not in the region %s; not followed", to, d.region)
	default:
		e.Msg = fmt.Sprintf("redirected to %s, which is not Customer.io; not followed", to)
	}
	return e
}

// origin returns u's scheme, host and port in a form that can be compared.
func origin(u *url.URL) string {
	host := strings.ToLower(u.Host)
	switch u.Scheme {
	case "http":
		host = strings.TrimSuffix(host, ":80")
	case "https":
		host = strings.TrimSuffix(host, ":443")
	}
	return u.Scheme + "://" + host
}
