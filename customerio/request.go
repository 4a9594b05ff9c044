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

// request is what is asked of the service. One without a body is a GET, others
// are POSTs of JSON.
type request struct {
	path, query string    // percent-encoded; the path is below the base URL
	body        [2][]byte // one behind the other
	batch       bool      // counts in Stats
	most        int       // bytes of a good answer; 0 cuts all off at maxAnswer
	absent      *Error    // what a 404 means; nil is that nobody expects it

	// happened is for what must not be done twice. It is asked before another
	// try whether the last has done it though its answer was lost, and gives
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

// escape encodes all of a text that may mean something in a path or a query: a
// plus is a space to some servers, and a name of dots is a place in a path.
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
	body   []byte
}

// exchange sends one request and reads its answer. Redirects are followed with
// method, query and body, but only to hosts that may see the credentials. Its
// caller has waited for the limiter.
func (a *api) exchange(ctx context.Context, q *request) (*reply, error) {
	target := a.base.JoinPath(q.path)
	target.RawQuery = q.query
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
		next, err := a.redirect(target, r)
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
	ctx, cancel := context.WithTimeout(ctx, a.config.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, q.method(), target.String(), nil)
	if err != nil {
		return nil, err
	}
	l := new(lease)
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
	return q.read(res)
}

// read reads an answer. Of what nobody waits for, it reads no more than is shown.
func (q *request) read(res *http.Response) (*reply, error) {
	most := maxAnswer
	if q.most > 0 && res.StatusCode < 300 {
		most = q.most + 1
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, int64(most)))
	if err != nil {
		return nil, fmt.Errorf("the answer broke off: %w", err)
	}
	if q.most > 0 && len(body) > q.most {
		return nil, &Error{Trouble: Refused, Status: res.StatusCode,
			Msg: fmt.Sprintf("the answer to %s is longer than %d bytes", q, q.most)}
	}
	return &reply{res.StatusCode, res.Header, body}, nil
}

// String is what errors call q.
func (q *request) String() string { return q.method() + " " + q.path }
