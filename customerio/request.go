package customerio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// maxRedirects bounds how often one request is sent on.
const maxRedirects = 5

// reply is what the service answered.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// exchange sends one request and reads its answer within Config.Timeout.
// ops are its body; none makes it a GET. Redirects are followed with method and
// body, but only to hosts that may see the credentials.
func (t *Track) exchange(ctx context.Context, path string, ops [][]byte) (*reply, error) {
	ctx, cancel := context.WithTimeout(ctx, t.config.Timeout)
	defer cancel()
	target := t.base.JoinPath(path)
	for range maxRedirects {
		r, err := t.once(ctx, target, ops)
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

func (t *Track) once(ctx context.Context, target *url.URL, ops [][]byte) (*reply, error) {
	method := http.MethodGet
	if len(ops) > 0 {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, target.String(), nil)
	if err != nil {
		return nil, err
	}
	if len(ops) > 0 {
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(newBody(ops)), nil }
		req.Body, _ = req.GetBody()
		req.ContentLength = int64(bodySize(ops))
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("User-Agent", t.config.UserAgent)
	req.SetBasicAuth(t.config.SiteID, t.config.APIKey)
	res, err := t.client.Do(req)
	if err != nil {
		return nil, withoutURL(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("the answer broke off: %w", err)
	}
	return &reply{res.StatusCode, res.Header, body}, nil
}

// withoutURL drops the method and URL that net/http puts before a cause.
func withoutURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
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
	origin := next.Scheme + "://" + next.Host
	if origin == t.base.Scheme+"://"+t.base.Host || origin == trackUS || origin == trackEU {
		return next, nil
	}
	return nil, &Error{Trouble: Refused, Status: r.status,
		Msg:  fmt.Sprintf("redirected to %s, which is neither Customer.io nor the configured host; not followed", origin),
		Hint: "if that host is yours, set CUSTOMERIO_TRACK_URL to it"}
}
