package customerio

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxRedirects bounds how often one request is sent on.
const maxRedirects = 5

// reply is what the service answered.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// exchange sends one request and reads its answer. b is its body; none makes
// it a GET. Redirects are followed with method and body, but only to hosts that
// may see the credentials. Its caller has waited for the limiter.
func (t *Track) exchange(ctx context.Context, path string, b *Batch) (*reply, error) {
	target := t.base.JoinPath(path)
	for hop := range 1 + maxRedirects {
		if hop > 0 {
			if err := t.config.Limiter.Wait(ctx); err != nil {
				return nil, err
			}
		}
		r, err := t.once(ctx, target, b)
		if err != nil {
			return nil, err
		}
		next, err := t.redirect(target, r)
		if next == nil || err != nil {
			return r, err
		}
		target = next
	}
	return nil, &Error{Trouble: Refused, Msg: fmt.Sprintf("redirected more than %d times", maxRedirects)}
}

// once sends one request to target and reads its answer within Config.Timeout.
func (t *Track) once(ctx context.Context, target *url.URL, b *Batch) (*reply, error) {
	ctx, cancel := context.WithTimeout(ctx, t.config.Timeout)
	defer cancel()
	method := http.MethodGet
	if b != nil {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, target.String(), nil)
	if err != nil {
		return nil, err
	}
	if b != nil {
		l := new(lease)
		defer l.end()
		req.GetBody = func() (io.ReadCloser, error) { return newBody(b, l), nil }
		req.Body, _ = req.GetBody()
		req.ContentLength = int64(b.Size())
		req.Header.Set("Content-Type", "application/json")
		t.requests.Add(1)
		t.bytes.Add(req.ContentLength)
	}
	req.Header.Set("User-Agent", t.config.UserAgent)
	req.SetBasicAuth(t.config.SiteID, t.config.APIKey)
	res, err := t.transport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("the answer broke off: %w", err)
	}
	return &reply{res.StatusCode, res.Header, body}, nil
}

// redirect returns where r sends the request on to, or nil. Credentials and
// people's data go to the host that was configured and to Customer.io's.
func (t *Track) redirect(from *url.URL, r *reply) (*url.URL, error) {
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
	if to == origin(t.base) || to == trackUS || to == trackEU {
		return next, nil
	}
	return nil, &Error{Trouble: Refused, Status: r.status,
		Msg:  fmt.Sprintf("redirected to %s, which is neither Customer.io nor the configured host; not followed", t.secrets.Replace(to)),
		Hint: "if that host is yours, set CUSTOMERIO_TRACK_URL to it"}
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
