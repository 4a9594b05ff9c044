// Package simulator is a Customer.io on loopback: a fake of its Track API that
// keeps the people and events it is sent, answers as the documentation says,
// and misbehaves on request.
//
// Start with [New] and give the [Workspace] to net/http/httptest or to [Serve].
// The zero [Config] is the documented behaviour; what the documentation leaves
// open has a switch there, and what a network and a busy service do is in
// [Faults]. Tests look at the state with [Workspace.Person], [Workspace.Events],
// [Workspace.Stats] and [Workspace.Fingerprint]; another process finds the same
// as JSON under /_simulator/.
//
// It plays people: identify, event, page, screen, delete, suppress and
// unsuppress. Merging, devices, objects and relationships are refused by index.
// It imports nothing but the standard library, and nothing of this module, so
// that it shares no mistake with the client it tests.
package simulator

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
)

// The paths of the Track API that a Workspace answers.
const (
	regionPath = "/api/v1/accounts/region"
	batchPath  = "/api/v2/batch"
	entityPath = "/api/v2/entity"
	adminPath  = "/_simulator/"
)

// A Workspace is one simulated Customer.io workspace: an http.Handler with
// state. All methods may be called from any goroutine, also while it serves.
//
// A million people of ten attributes, 180 bytes of JSON each, take 610 MB of
// heap (BenchmarkPeople); an event takes some 250 bytes and its attributes.
type Workspace struct {
	config  Config
	routes  map[string]route
	plan    atomic.Pointer[plan]
	meter   meter
	buffers sync.Pool // of *bytes.Buffer, a request's body each

	mu    sync.Mutex
	state *state // guarded by mu
}

// A route is a path's only method, the bytes its body may have, and what
// answers it. The body is valid until serve returns.
type route struct {
	method string
	limit  int
	serve  func(r *http.Request, body []byte, p *plan) reply
}

// New makes an empty workspace.
func New(c Config) *Workspace {
	w := &Workspace{config: c, state: newState(c)}
	w.buffers.New = func() any { return new(bytes.Buffer) }
	w.routes = map[string]route{
		regionPath: {http.MethodGet, 0, w.serveRegion},
		batchPath:  {http.MethodPost, w.config.maxBody(), w.serveBatch},
		entityPath: {http.MethodPost, w.config.maxEntity(), w.serveEntity},
	}
	w.SetFaults(c.Faults)
	return w
}

// ServeHTTP answers one request. What it changed and counted is visible before
// the first byte of the answer is sent.
func (w *Workspace) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, adminPath) {
		w.serveAdmin(rw, r)
		return
	}
	w.meter.begin(r.URL.Path == batchPath)
	answer := w.answer(r)
	w.meter.finish(answer)
	answer.send(rw)
}

// answer reads the whole body before it judges anything, refusals included: a
// server that answers early breaks the connection under a client that is still
// writing, and only a read body lets net/http notice a client that went away.
func (w *Workspace) answer(r *http.Request) reply {
	to, known := w.routes[r.URL.Path]
	body := w.buffers.Get().(*bytes.Buffer)
	defer w.buffers.Put(body)
	size, err := read(body, r, to.limit)
	w.meter.received(size)
	p := w.plan.Load()
	switch {
	case err != nil, !pause(r.Context(), p.Latency):
		return reply{cut: cutReset}
	case p.down.Load():
		return w.unavailable(p)
	case !known:
		return failure(http.StatusNotFound, "not found")
	case r.Method != to.method:
		return reply{status: http.StatusMethodNotAllowed, body: metaError("method not allowed"), allow: to.method}
	case !w.config.authorized(r):
		return failure(http.StatusUnauthorized, "Unauthorized request")
	case size > to.limit:
		return failure(http.StatusRequestEntityTooLarge, "request body too large")
	}
	return to.serve(r, body.Bytes(), p)
}
