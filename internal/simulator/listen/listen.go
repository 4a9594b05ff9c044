// Package listen serves a handler on a loopback address of this machine.
package listen

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	headerTimeout = 10 * time.Second

	// DrainTimeout is how long requests have to end.
	DrainTimeout = 5 * time.Second
)

// Serve starts to serve h on a loopback address, such as "127.0.0.1:0" or
// "localhost:8080", until ctx is done; any other address is refused. It returns once the
// port is open, with the base URL. Unless kind is empty, it serves https.
//
// When ctx is done, requests that hang or are delayed are cut and others get their
// answer; wait returns when all of that has ended, and nil if it had no error. It may
// be called any number of times, from any goroutine.
func Serve(ctx context.Context, addr string, h http.Handler, kind TLS) (url string, wait func() error, err error) {
	listener, err := open(addr)
	if err != nil {
		return "", nil, err
	}
	scheme := "http"
	if kind != "" {
		config, err := kind.config()
		if err != nil {
			return "", nil, errors.Join(err, listener.Close())
		}
		scheme, listener = "https", tls.NewListener(listener, config)
	}
	server := &http.Server{
		Handler:           h,
		ErrorLog:          log.New(io.Discard, "", 0), // clients do not trust some certificates
		ReadHeaderTimeout: headerTimeout,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	fresh := unused{conns: make(map[net.Conn]bool)}
	server.ConnState = fresh.note
	drained := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() { fresh.close(); drained <- drain(server) })
	ended := make(chan error, 1)
	go func() { // ends with ctx, or earlier if the listener breaks
		err := server.Serve(listener)
		if errors.Is(err, http.ErrServerClosed) {
			err = <-drained
		} else {
			stop()
		}
		ended <- err
	}()
	wait = sync.OnceValue(func() error { return <-ended })
	return scheme + "://" + listener.Addr().String(), wait, nil
}

func open(addr string) (net.Listener, error) {
	tcp, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return nil, err
	}
	if !tcp.IP.IsLoopback() {
		return nil, fmt.Errorf("simulator: %q is not a loopback address", addr)
	}
	return net.ListenTCP("tcp", tcp)
}

// unused is the connections that no request has used yet, as clients keep some in
// reserve. http.Server waits for them for five seconds when it ends.
type unused struct {
	mu    sync.Mutex
	conns map[net.Conn]bool
	ended bool
}

func (u *unused) note(c net.Conn, state http.ConnState) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case state != http.StateNew:
		delete(u.conns, c)
	case u.ended:
		c.Close()
	default:
		u.conns[c] = true
	}
}

func (u *unused) close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.ended = true
	for c := range u.conns {
		c.Close()
	}
}

// drain gives requests that are being answered a moment, and then cuts them.
func drain(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), DrainTimeout)
	defer cancel()
	err := server.Shutdown(ctx)
	if err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}
