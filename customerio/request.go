package customerio

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// maxRedirects bounds how often one request is redirected.
const maxRedirects = 5

// request is what is asked of the service. A request without a body is a GET,
// others are POSTs of JSON.
type request struct {
	path, query string        // percent-encoded; the path is below the base URL
	body        [2][]byte     // one after the other
	batch       bool          // counts in Stats
	empty       bool          // a batch without operations, which proves little
	most        int           // bytes of a good answer; 0 cuts all off at maxAnswer
	absent      *Error        // what a 404 means; nil where none is expected
	timeout     time.Duration // instead of Config.Timeout; 0 is that

	// happened is for what must not be done twice. Before another try it finds
	// out whether the last one did it, though its answer was lost, and returns
	// the answer then, or else nil.
	happened func(context.Context) (*reply, error)
}

// get is a request for what is at a path.
func get(path, query string) *request { return &request{path: path, query: query} }

// post is a request with a body, which is JSON.
func post(path, query string, body []byte) *request {
	return &request{path: path, query: query, body: [2][]byte{body}}
}

func (q *request) size() int { return len(q.body[0]) + len(q.body[1]) }

func (q *request) method() string {
	if q.size() > 0 {
		return http.MethodPost
	}
	return http.MethodGet
}

// escape encodes every character that has a meaning in a path or a query: a plus is
// a space to some servers, and a name of dots is a step in a path.
func escape(text string) string {
	if strings.Trim(text, ".") == "" {
		return strings.ReplaceAll(text, ".", "%2E")
	}
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

// reply is what the service answered.
type reply struct {
	status int
	header http.Header
	body   []byte // decompressed, without a byte order mark
	cut    bool   // the body is longer than what was read
	open   bool   // nothing but the end of the connection ended the body
}

// exchange sends one request and reads its answer. It follows redirects with
// method, query and body, but only to hosts that may see the credentials. Its
// caller has waited for the limiter.
func (a *api) exchange(ctx context.Context, q *request) (*reply, error) {
	target := a.base.JoinPath(q.path)
	target.RawQuery = q.query
	allowed := redirects{a.surface, a.base, a.config.BaseURL != "", a.config.Region}
	for hop := range 1 + maxRedirects {
		if hop > 0 {
			if err := a.config.Limiter.Wait(ctx); err != nil {
				return nil, err
			}
		}
		r, err := a.once(ctx, target, q)
		if err != nil {
			return nil, err
		}
		next, err := allowed.follow(target, r)
		if e, ok := errors.AsType[*Error](err); ok {
			e.Msg, e.Host = a.secrets.Replace(e.Msg), a.secrets.Replace(e.Host)
		}
		if next == nil || err != nil {
			return r, err
		}
		if next.RawQuery == "" { // without it the ids may be of another type
			next.RawQuery = q.query
		}
		target = next
	}
	return nil, &Error{Trouble: Refused, Msg: fmt.Sprintf("redirected more than %d times", maxRedirects)}
}

// once sends one request to target and reads its answer within Config.Timeout.
func (a *api) once(ctx context.Context, target *url.URL, q *request) (*reply, error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(q.timeout, a.config.Timeout))
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, q.method(), target.String(), nil)
	if err != nil {
		return nil, err
	}
	l := new(access)
	defer l.end()
	if q.size() > 0 {
		req.GetBody = func() (io.ReadCloser, error) { return &body{q.body, l}, nil }
		req.Body, _ = req.GetBody()
		req.ContentLength = int64(q.size())
		req.Header.Set("Content-Type", "application/json")
	}
	if q.batch {
		a.requests.Add(1)
		a.bytes.Add(req.ContentLength)
	}
	req.Header.Set("User-Agent", a.config.UserAgent)
	req.Header.Set("Authorization", a.authorization)
	res, err := a.transport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	a.answeredOnce.Store(true)
	return q.read(res)
}

// read reads an answer. Of one that no caller needs whole, it reads no more than
// is shown.
func (q *request) read(res *http.Response) (*reply, error) {
	most := maxAnswer
	if q.most > 0 && res.StatusCode < 300 {
		most = q.most + 1
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, int64(most)))
	if err != nil {
		return nil, fmt.Errorf("the answer broke off: %w", err)
	}
	r := &reply{status: res.StatusCode, header: res.Header, cut: len(body) == most,
		open: res.ContentLength < 0 && len(res.TransferEncoding) == 0}
	if r.body, err = decoded(res.Header.Get("Content-Encoding"), body, most); err != nil {
		return nil, err
	}
	r.cut = r.cut || len(r.body) >= most
	if q.most > 0 && len(r.body) > q.most {
		return nil, &Error{Trouble: Refused, Status: res.StatusCode,
			Msg: fmt.Sprintf("the answer to %s is longer than %d bytes", q, q.most)}
	}
	return r, nil
}

// String is what errors call q.
func (q *request) String() string { return q.method() + " " + q.path }

// statusOf is the status of an answer, or 0 where none came.
func statusOf(r *reply) int {
	if r == nil {
		return 0
	}
	return r.status
}
