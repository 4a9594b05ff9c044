package simulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	headerTimeout = 10 * time.Second
	drainTimeout  = 5 * time.Second
)

// Serve starts to serve the workspace on a loopback address, such as
// "127.0.0.1:0" or "localhost:8080", until ctx is done; any other address is
// refused. It returns once the port is open, with the base URL.
//
// When ctx is done, requests that hang or are being delayed are cut and others
// get their answer; wait returns when all of that is over, and nil if it went
// well. It may be called any number of times, from any goroutine.
func Serve(ctx context.Context, addr string, w *Workspace) (url string, wait func() error, err error) {
	return serve(ctx, addr, w)
}

func serve(ctx context.Context, addr string, h http.Handler) (url string, wait func() error, err error) {
	listener, err := listen(addr)
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTimeout,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	drained := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() { drained <- drain(server) })
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
	return "http://" + listener.Addr().String(), wait, nil
}

func listen(addr string) (net.Listener, error) {
	tcp, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		return nil, err
	}
	if !tcp.IP.IsLoopback() {
		return nil, fmt.Errorf("simulator: %q is not a loopback address", addr)
	}
	return net.ListenTCP("tcp", tcp)
}

// drain gives requests that are being answered a moment, and then no more.
func drain(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	err := server.Shutdown(ctx)
	if err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}
