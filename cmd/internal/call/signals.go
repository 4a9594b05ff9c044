package call

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/ciobulk/ciobulk/importer"
)

// Signals returns a context that ends with the second signal, and a channel that is
// closed by the first, of which note is told. done gives the signals back.
func Signals(ctx context.Context, note func(string)) (_ context.Context, stop <-chan struct{}, done func()) {
	signal.Ignore(syscall.SIGPIPE) // a closed pipe is an error of a write, not the end of a run
	ctx, cancel := context.WithCancelCause(ctx)
	received := make(chan os.Signal, 2)
	signal.Notify(received, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	first, ended := make(chan struct{}), make(chan struct{})
	go func() { // ends with done
		select {
		case <-received:
		case <-ended:
			return
		}
		note("stopping: waiting up to 10 s for requests in flight; press Ctrl-C again to stop now")
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

// Interrupted returns a context that ends with the first signal.
func Interrupted(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
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

// Until returns a context that also ends with stop.
func Until(ctx context.Context, stop <-chan struct{}) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() { // ends with ctx
		select {
		case <-stop:
			cancel(importer.ErrInterrupted)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}
