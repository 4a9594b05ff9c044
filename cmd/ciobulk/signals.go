package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/ciobulk/ciobulk/importer"
)

// signals returns a context that ends with the second signal and a channel
// that is closed by the first. done gives the signals back.
func (s *session) signals() (ctx context.Context, stop <-chan struct{}, done func()) {
	signal.Ignore(syscall.SIGPIPE) // a closed pipe is an error of a write, not the end of a run
	ctx, cancel := context.WithCancelCause(context.Background())
	received := make(chan os.Signal, 2)
	signal.Notify(received, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	first, ended := make(chan struct{}), make(chan struct{})
	go func() { // ends with done
		select {
		case <-received:
		case <-ended:
			return
		}
		s.report.note("finishing what has begun; interrupt again to stop at once")
		close(first)
		select {
		case <-received:
			cancel(importer.ErrInterrupted)
			signal.Stop(received) // a third one kills
		case <-ended:
		}
	}()
	return ctx, first, func() {
		signal.Stop(received)
		close(ended)
		cancel(nil)
	}
}

// interrupted returns a context that ends with the first signal.
func interrupted() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(context.Background())
	received := make(chan os.Signal, 1)
	signal.Notify(received, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() { // ends with ctx
		select {
		case <-received:
			cancel(importer.ErrInterrupted)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(received); cancel(nil) }
}
