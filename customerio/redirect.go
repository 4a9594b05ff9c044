package customerio

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// redirect returns where r sends the request on to, or nil. Credentials and
// people's data go only where trusts allows it.
func (a *api) redirect(from *url.URL, r *reply) (*url.URL, error) {
	switch r.status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil, nil
	}
	next, err := from.Parse(r.header.Get("Location"))
	if err != nil || r.header.Get("Location") == "" {
		return nil, &Error{Trouble: Refused, Status: r.status, Msg: fmt.Sprintf("%d without a usable Location", r.status)}
	}
	if to := origin(next); !a.trusts(to) {
		return nil, a.elsewhere(to, r.status)
	}
	return next, nil
}

// trusts reports whether requests may be sent on to an origin: to the one that
// was named by a base URL or a region, and to both of Customer.io's own as long
// as neither is known.
func (a *api) trusts(to string) bool {
	if to == origin(a.base) {
		return true
	}
	return a.config.BaseURL == "" && a.config.Region == "" && a.owns(to)
}

// owns reports whether an origin is Customer.io's for this API.
func (a *api) owns(to string) bool { return to == a.surface.us || to == a.surface.eu }

// elsewhere is the end at a redirect to an origin that may not see the credentials.
func (a *api) elsewhere(to string, status int) *Error {
	to = a.secrets.Replace(to)
	e := &Error{Trouble: Refused, Status: status}
	switch {
	case a.config.BaseURL != "":
		e.Msg = fmt.Sprintf("redirected to %s, which is not the host that %s names; not followed", to, a.surface.variable)
		e.Hint = "if that host may see the credentials, set " + a.surface.variable + " to it"
	case a.owns(to):
		e.Trouble = Credentials
		e.Msg = fmt.Sprintf("redirected to %s, which is not in the region %s; not followed", to, a.config.Region)
		e.Hint = "is the account in the other region? then correct CUSTOMERIO_REGION, or leave it unset"
	default:
		e.Msg = fmt.Sprintf("redirected to %s, which is not Customer.io; not followed", to)
		e.Hint = "if that host may see the credentials, set " + a.surface.variable + " to it"
	}
	return e
}

// origin returns u's scheme, host and port in the one spelling that can be
// compared.
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
