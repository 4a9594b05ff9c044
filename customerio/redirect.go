package customerio

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// redirect returns where r sends the request on to, or nil. Credentials and
// people's data go to the host that was configured and to Customer.io's own
// hosts of the same API.
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
	to := origin(next)
	if to == origin(a.base) || to == a.surface.us || to == a.surface.eu {
		return next, nil
	}
	return nil, &Error{Trouble: Refused, Status: r.status,
		Msg:  fmt.Sprintf("redirected to %s, which is neither Customer.io nor the configured host; not followed", a.secrets.Replace(to)),
		Hint: "if that host is yours, set " + a.surface.variable + " to it"}
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
