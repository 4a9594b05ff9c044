// Package simulator is a Customer.io on loopback: a fake of its Track and App
// APIs that keeps the people, events and segments it is sent, answers as the
// documentation says, and fails on request.
//
// Start with [New] and give the [Workspace] to net/http/httptest or to [Serve].
// The zero [Config] is the documented behaviour. Config has a switch for what the
// documentation leaves open, and [Faults] for what a network and a busy service do.
// Tests read the state with [Workspace.Person], [Workspace.Events],
// [Workspace.Segment], [Workspace.Stats] and [Workspace.Fingerprint]; other
// processes read it as JSON under /_simulator/.
//
// Of the Track API it supports all entities of version 2 about people, objects and
// deliveries, the calls of version 1 that do the same, events of visitors, and manual
// segments (adding and removing people). Of the App API, on the same server under /v1/, it supports segments, their counts and members, the
// search for people, their attributes, the account's workspaces, export jobs and
// their files, activities and messages; everything else is not found. Dynamic
// segments exist and have no members: only a search evaluates conditions.
//
// It imports only the standard library, and nothing of this module but its own rooms, so
// that it does not share mistakes with the client it tests.
package simulator

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
)

// A Workspace is one simulated Customer.io workspace: an http.Handler with
// state. All methods may be called from any goroutine, also while it serves.
//
// A million people of ten attributes, 180 bytes of JSON each, take 610 MB of
// heap (BenchmarkPeople); an event takes some 250 bytes and its attributes.
// Config.AppLag doubles that.
type Workspace struct {
	config  Config
	router  router
	plan    atomic.Pointer[plan]
	meter   meter
	buffers sync.Pool // of *bytes.Buffer: each is the body of a request
	appRate bucket

	mu      sync.Mutex
	state   *state   // guarded by mu
	replica *replica // guarded by mu; nil if reads do not lag

	exports  []*export // guarded by mu; by id, from 1
	messages []Message // guarded by mu; the oldest first
}

// New makes an empty workspace.
func New(c Config) *Workspace {
	w := &Workspace{config: c, state: newState(c), replica: newReplica(c)}
	w.buffers.New = func() any { return new(bytes.Buffer) }
	w.router = newRouter(append(w.trackRoutes(), w.appRoutes()...))
	w.SetFaults(c.Faults)
	return w
}

func (w *Workspace) trackRoutes() []route {
	body := w.config.maxBody()
	return append(v1Routes(w), []route{
		{method: http.MethodGet, path: regionPath, serve: w.serveRegion},
		{method: http.MethodPost, path: batchPath, limit: body, serve: w.serveBatch},
		{method: http.MethodPost, path: entityPath, limit: w.config.maxEntity(), serve: w.serveEntity},
		{method: http.MethodPost, path: addPath, limit: body, serve: w.serveAdd},
		{method: http.MethodPost, path: removePath, limit: body, serve: w.serveRemove},
	}...)
}

// ServeHTTP answers one request. What it changed and counted is visible before
// the first byte of the answer is sent.
func (w *Workspace) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, adminPath) {
		w.serveAdmin(rw, r)
		return
	}
	if strings.HasPrefix(r.URL.Path, storagePath) {
		w.serveStorage(rw, r)
		return
	}
	at := w.router.find(r.URL)
	w.meter.begin(at.surface)
	answer := w.answer(r, at)
	w.meter.finish(answer)
	answer.gzip = w.plan.Load().Gzip
	answer.send(rw)
}

// answer reads the whole body first, also of requests that it refuses: a server that
// answers early breaks the connection of a client that is still writing, and net/http
// notices that a client went away only after the body was read.
func (w *Workspace) answer(r *http.Request, at place) reply {
	to, allow := at.choose(r.Method)
	body := w.buffers.Get().(*bytes.Buffer)
	defer w.buffers.Put(body)
	size, err := read(body, r, to.limit)
	w.meter.received(size)
	p := w.plan.Load()
	switch {
	case err != nil, !pause(r.Context(), p.latency(at.surface)):
		return reply{cut: cutReset}
	case p.isDown(at.surface):
		return w.unavailable(p, at.surface)
	case len(at.routes) == 0:
		return at.surface.failure(http.StatusNotFound, "not found")
	case to.serve == nil:
		answer := at.surface.failure(http.StatusMethodNotAllowed, "method not allowed")
		answer.allow = allow
		return answer
	case !to.open && !w.config.admits(r, at.surface):
		return unauthorized(at.surface)
	case size > to.limit:
		return at.surface.failure(http.StatusRequestEntityTooLarge, "request body too large")
	}
	return to.serve(call{r, body.Bytes(), p, at.values})
}
