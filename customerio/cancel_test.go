package customerio

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

var errStopped = errors.New("stopped by the user")

// waits are the places where a Send may be when its context ends.
var waits = map[string]func(n int, w http.ResponseWriter, r *http.Request){
	"for an answer": func(_ int, w http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	"for its end": func(_ int, w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "2")
		w.Write([]byte("{"))
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	},
	"to be read": func(_ int, w http.ResponseWriter, r *http.Request) {
		r.Body.Read(make([]byte, 1))
		<-r.Context().Done()
	},
	"to retry": func(_ int, w http.ResponseWriter, r *http.Request) { say(w, 503, "", "Retry-After", "60") },
	"for a place to be sent on to": func(n int, w http.ResponseWriter, r *http.Request) {
		if n == 0 {
			say(w, 307, "", "Location", "/elsewhere")
			return
		}
		<-r.Context().Done()
	},
}

func TestCancel(t *testing.T) {
	t.Parallel()
	for name, answer := range waits {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				stopAfter(ctx, time.Second, func() { cancel(errStopped) })
				limiter := new(pace)
				begun := time.Now()
				_, err := client(t, &script{answer: answer}, Config{Limiter: limiter}).Send(ctx, batchOf(operations(0, 2000)...))
				equal(t, "error", err, errStopped)
				equal(t, "took", time.Since(begun), time.Second)
				if name != "to retry" {
					equal(t, "slow", limiter.slow, nil)
				}
			})
		})
	}
}

// stopAfter calls stop at a moment of virtual time.
func stopAfter(ctx context.Context, d time.Duration, stop func()) {
	go func() {
		if sleep(ctx, d) == nil {
			stop()
		}
	}()
}

// A deadline of the caller is not a timeout of the service.
func TestDeadline(t *testing.T) {
	t.Parallel()
	for name, answer := range waits {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errStopped)
				defer cancel()
				begun := time.Now()
				_, err := client(t, &script{answer: answer}, Config{}).Send(ctx, batchOf(operations(0, 2000)...))
				equal(t, "error", err, errStopped)
				equal(t, "took", time.Since(begun), time.Second)
			})
		})
	}
}

// closed is a Limiter that lets some requests go and then none, as a limiter does
// whose next turn would come after the context's deadline.
type closed struct {
	pace
	after int
	err   error
}

func (c *closed) Wait(ctx context.Context) error {
	if c.after--; c.after < 0 {
		return c.err
	}
	return nil
}

func TestLimiterRefuses(t *testing.T) {
	t.Parallel()
	errLate := errors.New("would exceed context deadline")
	for name, c := range map[string]struct {
		after, status int
	}{
		"the first":       {0, 200},
		"a retry":         {1, 500},
		"a redirect":      {1, 307},
		"half of a batch": {1, 413},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := always(c.status, "{}", "Location", "/elsewhere")
				all, err := client(t, s, Config{Limiter: &closed{after: c.after, err: errLate}}).Send(t.Context(), batchOf(operations(0, 2)...))
				equal(t, "error", err, errLate)
				equal(t, "rejections", all, nil)
				equal(t, "requests", s.count(), c.after)
			})
		})
	}
}

// While the limiter waits, the error is the context's cause.
func TestCancelWhileTheLimiterWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		stopAfter(ctx, time.Second, func() { cancel(errStopped) })
		begun := time.Now()
		track := client(t, always(200, "{}"), Config{Limiter: &slowPace{first: time.Hour}})
		_, err := track.Send(ctx, batchOf(one()...))
		equal(t, "error", err, errStopped)
		equal(t, "took", time.Since(begun), time.Second)
		equal(t, "requests", track.Stats().Requests, 0)
	})
}
