package customerio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A Download reads the file of an export job. The App key is not sent: the file
// is on a host that is not Customer.io's API.
type Download struct {
	app *App
	url *url.URL
}

// ErrLinkExpired means that a link is not good any more: ask for a new one.
var ErrLinkExpired = errors.New("the link to the export's file has expired")

// Download checks a link that Link gave. Links are followed over https, and over
// http where the App API's base URL is http.
func (x Exports) Download(link string) (Download, error) {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" {
		return Download{}, &Error{Trouble: Refused, Msg: "the link to the export's file is not a URL"}
	}
	return Download{x.App, u}, x.App.mayRead(u)
}

// mayRead refuses links that would be read without encryption.
func (a *App) mayRead(u *url.URL) error {
	if u.Scheme == "https" || u.Scheme == "http" && a.base.Scheme == "http" {
		return nil
	}
	return &Error{Trouble: Refused, Msg: fmt.Sprintf("the link to the export's file is %s://%s, which is not https; not followed", u.Scheme, u.Host)}
}

// ReadFrom asks for the file from a byte on and returns what is there, and the
// byte at which it begins: 0 where the server does not continue a file. It fails
// with ErrLinkExpired, the context's error, or one that another try may not meet.
// The body must be closed; it breaks off where nothing comes for AppConfig.Timeout.
func (d Download) ReadFrom(ctx context.Context, from int64) (body io.ReadCloser, begins int64, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	watch := time.AfterFunc(d.app.config.Timeout, func() { cancel(errIdle) })
	res, err := d.follow(ctx, from)
	if err == nil {
		begins, err = d.begins(res, from)
	}
	if err != nil {
		if res != nil {
			res.Body.Close()
		}
		watch.Stop()
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		cancel(nil)
		return nil, 0, err
	}
	return &patient{res.Body, ctx, cancel, watch, d.app.config.Timeout}, begins, nil
}

var errIdle = errors.New("nothing came for too long")

// follow asks for the file, and follows redirects to where it may be read.
func (d Download) follow(ctx context.Context, from int64) (*http.Response, error) {
	target := d.url
	for range 1 + maxRedirects {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), nil)
		if err != nil {
			return nil, errors.New("the link to the export's file is not usable")
		}
		req.Header.Set("User-Agent", d.app.config.UserAgent)
		req.Header.Set("Accept-Encoding", "identity") // a range is of the bytes as they are sent
		if from > 0 {
			req.Header.Set("Range", fmt.Sprintf("bytes=%d-", from))
		}
		res, err := d.app.transport.RoundTrip(req)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", target.Host, err)
		}
		if res.StatusCode < 300 || res.StatusCode > 399 || res.StatusCode == http.StatusNotModified {
			return res, nil
		}
		res.Body.Close()
		if target, err = target.Parse(res.Header.Get("Location")); err != nil || res.Header.Get("Location") == "" {
			return nil, &Error{Trouble: Refused, Status: res.StatusCode, Msg: "the link to the export's file leads nowhere"}
		}
		if err := d.app.mayRead(target); err != nil {
			return nil, err
		}
	}
	return nil, &Error{Trouble: Refused, Msg: fmt.Sprintf("the link to the export's file was redirected more than %d times", maxRedirects)}
}

// begins is the byte at which an answer begins. One that begins elsewhere than it
// was asked to is of no use.
func (d Download) begins(res *http.Response, from int64) (int64, error) {
	switch res.StatusCode {
	case http.StatusOK:
		return 0, nil
	case http.StatusPartialContent:
		if strings.HasPrefix(res.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-", from)) {
			return from, nil
		}
		return 0, &Error{Trouble: Refused, Status: res.StatusCode, Msg: "the export's file was continued at another place than asked"}
	case http.StatusRequestedRangeNotSatisfiable: // it has no byte there: it is complete
		if strings.HasSuffix(res.Header.Get("Content-Range"), fmt.Sprintf("/%d", from)) {
			res.Body.Close()
			res.Body = http.NoBody
			return from, nil
		}
		return 0, &Error{Trouble: Refused, Status: res.StatusCode, Msg: "the export's file has changed"}
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone, http.StatusBadRequest:
		return 0, ErrLinkExpired
	}
	return 0, fmt.Errorf("%d %s from %s", res.StatusCode, http.StatusText(res.StatusCode), d.url.Host)
}

// patient is a body that breaks off when nothing comes for a while. However long
// the whole takes does not matter.
type patient struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	watch  *time.Timer
	most   time.Duration
}

func (p *patient) Read(b []byte) (int, error) {
	p.watch.Reset(p.most)
	n, err := p.ReadCloser.Read(b)
	if cause := context.Cause(p.ctx); cause != nil && err != nil {
		err = cause
	}
	return n, err
}

func (p *patient) Close() error {
	p.watch.Stop()
	p.cancel(nil)
	return p.ReadCloser.Close()
}
