package customerio

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// persist sends a request until it has an answer that is no reason to retry. An
// outage begins with the first try. None of its parts counts for longer than it
// could have lasted, so that it does not matter if this machine slept meanwhile.
func (a *api) persist(ctx context.Context, q *request) (*reply, error) {
	var waited time.Duration
	for try := 1; ; try++ {
		begun := time.Now()
		if err := a.config.Limiter.Wait(ctx); err != nil {
			return nil, cmp.Or(context.Cause(ctx), err) // it may refuse before ctx ends
		}
		if try > 1 { // keeping to the pace before that is no outage
			waited += min(time.Since(begun), backoffMost)
			if q.batch {
				a.retries.Add(1)
			}
		}
		begun = time.Now()
		r, err := a.exchange(ctx, q)
		waited += min(time.Since(begun), a.config.Timeout)
		if done, err := a.conclude(ctx, q, r, err); done {
			return r, err
		}
		pause, reason := a.setback(r, err, try)
		if waited += pause; waited > a.config.Outage {
			return nil, a.unavailable(r, reason, waited-pause)
		}
		a.trouble.failed(reason, begun, pause)
		if err := sleep(ctx, pause); err != nil {
			return nil, context.Cause(ctx)
		}
		if q.happened != nil && statusOf(r) != http.StatusTooManyRequests {
			if r, err := q.happened(ctx); r != nil || err != nil {
				return r, err
			}
		}
	}
}

// conclude reports whether a try settles the matter, and with which error.
func (a *api) conclude(ctx context.Context, q *request, r *reply, err error) (bool, error) {
	if ctx.Err() != nil {
		return true, context.Cause(ctx)
	}
	if err != nil {
		_, final := errors.AsType[*Error](err)
		return final, err
	}
	absent := q.absent != nil && r.status == http.StatusNotFound
	switch m := classify(r); {
	case r.status == http.StatusUnauthorized, r.status == http.StatusForbidden:
		return true, a.credentialsError(r.status)
	case m == again:
		return false, nil
	case m == strange && !absent:
		return true, a.unexpected(r)
	}
	a.config.Limiter.Steady()
	a.trouble.over()
	if absent {
		return true, q.absent
	}
	return true, nil
}

// setback slows the pace after a try that is to be repeated, and returns how
// long to wait and the reason.
func (a *api) setback(r *reply, err error, try int) (pause time.Duration, reason error) {
	pause = backoff(try)
	if err != nil {
		if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
			a.config.Limiter.Slow(0)
		}
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("no answer within %v", a.config.Timeout)
		}
		if text := err.Error(); a.secrets.Replace(text) != text {
			err = errors.New(a.secrets.Replace(text)) // net/http quotes what is no HTTP
		}
		return pause, err
	}
	after := retryAfter(r.header, time.Now())
	if r.status == http.StatusTooManyRequests || r.status == http.StatusServiceUnavailable || r.status == http.StatusRequestTimeout {
		a.config.Limiter.Slow(after)
	}
	return max(pause, after), fmt.Errorf("%d %s: %s", r.status, http.StatusText(r.status), excerpt(a.withoutSecrets(r.body)))
}

// unavailable is the end of the patience with a request.
func (a *api) unavailable(r *reply, reason error, waited time.Duration) *Error {
	unit := time.Second
	if waited < 10*unit {
		unit = 100 * time.Millisecond
	}
	msg, hint := fmt.Sprintf("Customer.io gave no good answer for %v", waited.Round(unit)), ""
	if r == nil {
		hint = fmt.Sprintf("can this machine reach %s?", a.base)
	} else {
		if after := retryAfter(r.header, time.Now()); after > a.config.Outage {
			msg = fmt.Sprintf("Customer.io asks to wait for %v, and %v is the most that is waited", after.Round(time.Second), a.config.Outage)
		}
	}
	return &Error{Trouble: Unavailable, Status: statusOf(r), Err: reason, Msg: msg, Hint: hint}
}

func statusOf(r *reply) int {
	if r == nil {
		return 0
	}
	return r.status
}
