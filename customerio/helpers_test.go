package customerio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	testSite = "site-5e7ab1e"
	testKey  = "key-that-must-not-show"
	testBase = "http://service"
)

func equal[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// network is hosts in memory: sockets do not go with virtual time. TLS is left
// out of https. Every dial is recorded, also to hosts that are not there.
type network struct {
	mu    sync.Mutex
	hosts map[string]*listener // by host:port
	dials []string
	step  time.Duration // the nth dial takes n of these
}

// listener is the server's side of one host.
type listener struct {
	conns chan net.Conn
	done  chan struct{}
	end   func()
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error   { l.end(); return nil }
func (l *listener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// listen opens a host until the test ends.
func (n *network) listen(t testing.TB, addr string) *listener {
	done := make(chan struct{})
	l := &listener{make(chan net.Conn), done, sync.OnceFunc(func() { close(done) })}
	t.Cleanup(l.end)
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.hosts == nil {
		n.hosts = make(map[string]*listener)
	}
	n.hosts[addr] = l
	return l
}

// serve has h answer for a host until the test ends, and so do the contexts of
// the requests.
func (n *network) serve(t testing.TB, addr string, h http.Handler) {
	server := &http.Server{
		Handler:     h,
		ErrorLog:    log.New(io.Discard, "", 0),
		BaseContext: func(net.Listener) context.Context { return t.Context() },
	}
	l := n.listen(t, addr)
	go server.Serve(l) // ends with Close
	t.Cleanup(func() {
		server.Close()
		time.Sleep(time.Second) // virtual: the server lingers over what it did not read
	})
}

func (n *network) dial(ctx context.Context, _, addr string) (net.Conn, error) {
	addr = strings.ToLower(addr)
	n.mu.Lock()
	n.dials = append(n.dials, addr)
	l, d := n.hosts[addr], n.step*time.Duration(len(n.dials))
	n.mu.Unlock()
	if err := sleep(ctx, d); err != nil {
		return nil, err
	}
	if l == nil {
		return nil, errors.New("no such host")
	}
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.done:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (n *network) dialled() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]string(nil), n.dials...)
}

// track returns a client in the network, with what c leaves out filled in.
func (n *network) track(t testing.TB, c Config) *Track {
	t.Helper()
	c.SiteID, c.APIKey = testSite, testKey
	if c.Limiter == nil {
		c.Limiter = new(pace)
	}
	track, err := NewTrack(c)
	if err != nil {
		t.Fatal(err)
	}
	track.transport.Proxy = nil
	track.transport.DialContext, track.transport.DialTLSContext = n.dial, n.dial
	t.Cleanup(track.transport.CloseIdleConnections)
	return track
}

// client returns one whose base URL h serves.
func client(t testing.TB, h http.Handler, c Config) *Track {
	t.Helper()
	n := new(network)
	n.serve(t, "service:80", h)
	c.BaseURL = testBase
	return n.track(t, c)
}

// pace is a Limiter that never waits and notes what it is told.
type pace struct {
	mu     sync.Mutex
	waits  int
	steady int
	slow   []time.Duration
}

func (p *pace) Wait(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waits++
	return ctx.Err()
}

func (p *pace) Slow(after time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.slow = append(p.slow, after)
}

func (p *pace) Steady() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.steady++
}

// script answers the nth request, counted from 0, and notes when each came.
type script struct {
	answer func(n int, w http.ResponseWriter, r *http.Request)

	mu    sync.Mutex
	times []time.Time
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	n := len(s.times)
	s.times = append(s.times, time.Now())
	s.mu.Unlock()
	s.answer(n, w, r)
}

// gaps are the pauses between requests.
func (s *script) gaps() (gaps []time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := 1; i < len(s.times); i++ {
		gaps = append(gaps, s.times[i].Sub(s.times[i-1]))
	}
	return gaps
}

func (s *script) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.times)
}

// say answers with a status, a body and headers as name, value, …
func say(w http.ResponseWriter, status int, body string, headers ...string) {
	for i := 0; i < len(headers); i += 2 {
		w.Header().Set(headers[i], headers[i+1])
	}
	w.WriteHeader(status)
	io.WriteString(w, body)
}

// always is a script of one answer.
func always(status int, body string, headers ...string) *script {
	return &script{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		say(w, status, body, headers...)
	}}
}

// troubleOf is the kind of an error that must be an *Error.
func troubleOf(t testing.TB, err error) Trouble {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("got %v, want an *Error", err)
	}
	return e.Trouble
}

// one is a batch of a single operation.
func one() [][]byte { return [][]byte{identify("1", 1)} }

func identify(id string, n int) []byte {
	return fmt.Appendf(nil, `{"type":"person","action":"identify","identifiers":{"id":%q},"attributes":{"n":%d}}`, id, n)
}
