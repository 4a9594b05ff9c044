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

// trial is one request and its tries. It belongs to one goroutine.
type trial struct {
	*api
	request *request
	failed  int   // tries that failed
	since   int64 // api.successes when the first of them did

	// waited is how long the request has had no good answer. It begins with the
	// first try. None of its parts counts for longer than it could have lasted,
	// so that it does not matter if this machine slept meanwhile.
	waited time.Duration
}

// outcome is what came of one try.
type outcome struct {
	meaning meaning
	begun   time.Time
	reply   *reply // nil where no answer came
	reason  error  // why it failed
	late    bool   // no answer came in time
	fault   *Error // why no other try can do better, as far as is known
}

// try sends the request once. The error is final.
func (t *trial) try(ctx context.Context) (o outcome, err error) {
	begun := time.Now()
	if err := t.config.Limiter.Wait(ctx); err != nil {
		return o, cmp.Or(context.Cause(ctx), err) // it may refuse before ctx ends
	}
	if t.failed > 0 { // keeping to the pace before that is not an outage
		t.waited += min(time.Since(begun), backoffMost)
		if t.request.batch {
			t.retries.Add(1)
		}
	}
	before := t.successes.Load()
	o.begun = time.Now()
	o.reply, err = t.exchange(ctx, t.request)
	took := time.Since(o.begun)
	t.waited += min(took, t.config.Timeout)
	switch {
	case ctx.Err() != nil:
		return o, context.Cause(ctx)
	case err != nil:
		err = t.lost(&o, err)
	default:
		err = t.answered(&o, took)
	}
	if o.meaning > refused && err == nil {
		if t.failed++; t.failed == 1 {
			t.since = before
		}
		t.slow(&o)
	}
	return o, err
}

// lost notes why no answer came. The error it returns is final.
func (t *trial) lost(o *outcome, err error) error {
	if final, ok := errors.AsType[*Error](err); ok && final.Problem != ProxyRefused {
		return final
	}
	o.meaning, o.reply = failed, nil
	o.fault = faultOf(err, t.surface, t.base.Host, t.answeredOnce.Load())
	if late, ok := errors.AsType[net.Error](err); ok {
		o.late = late.Timeout()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("no answer within %v", cmp.Or(t.request.timeout, t.config.Timeout))
	}
	if text := err.Error(); t.secrets.Replace(text) != text {
		err = errors.New(t.secrets.Replace(text)) // net/http quotes what is not HTTP
	}
	o.reason = err
	return nil
}

// answered notes what an answer means. The error it returns is final.
func (t *trial) answered(o *outcome, took time.Duration) error {
	q, r := t.request, o.reply
	o.meaning = classify(r)
	if q.batch {
		o.meaning = classifyBatch(r)
	}
	if o.meaning > refused {
		o.reason = t.told(r)
	}
	missing := q.absent != nil && r.status == http.StatusNotFound && (!q.batch || own(r))
	switch {
	case r.status == http.StatusProxyAuthRequired:
		o.meaning, o.fault = failed, proxyRefused(r.status, "", t.base.Host)
	case o.meaning == denied && (!q.batch || own(r) || !t.welcome.Load()):
		return t.credentialsError(r.status)
	case missing, o.meaning <= refused:
		t.config.Limiter.Steady()
		t.waiting.over()
		if missing {
			return q.absent
		}
	}
	if o.meaning == settled {
		t.heard(q, took, t.failed > 0)
	}
	return nil
}

// told is what an answer says, in one line.
func (t *trial) told(r *reply) error {
	what := fmt.Sprintf("%d %s", r.status, http.StatusText(r.status))
	if r.cut {
		what += fmt.Sprintf(" with an answer of more than %d bytes", maxAnswer)
	}
	return fmt.Errorf("%s: %s", what, excerpt(t.withoutSecrets(r.body)))
}

// slow slows the pace where a failure asks for it.
func (t *trial) slow(o *outcome) {
	switch statusOf(o.reply) {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusRequestTimeout:
		if t.request.batch {
			t.throttled.Add(1)
		}
		t.config.Limiter.Slow(retryAfter(o.reply.header, time.Now()))
	case 0:
		if o.late {
			t.config.Limiter.Slow(0)
		}
	}
}

// wait waits before another try: up to a bound that doubles with each try until it
// is most, and at least as long as the service asks for if that is heeded. It fails
// where another try would begin too late, or cannot help.
func (t *trial) wait(ctx context.Context, o outcome, most time.Duration, heed bool) error {
	if o.fault != nil {
		if t.lasting(o.fault) {
			return o.fault
		}
		most = min(most, faultPause)
	}
	pause := min(backoff(t.failed), most)
	if o.reply != nil && heed {
		pause = max(pause, retryAfter(o.reply.header, time.Now()))
	}
	if t.waited += pause; t.waited > t.config.Outage {
		t.waited -= pause
		return t.unavailable(o)
	}
	t.waiting.failed(o.reason, o.begun, pause)
	if err := sleep(ctx, pause); err != nil {
		return context.Cause(ctx)
	}
	return nil
}

// unavailable is the error for a request that had no good answer for too long.
func (t *trial) unavailable(o outcome) *Error {
	if o.fault != nil {
		return o.fault
	}
	unit := time.Second
	if t.waited < 10*unit {
		unit = 100 * time.Millisecond
	}
	e := &Error{Trouble: Unavailable, API: t.surface.name, Status: statusOf(o.reply), Host: t.base.Host, Err: o.reason,
		Msg: fmt.Sprintf("Customer.io gave no good answer for %v", t.waited.Round(unit))}
	if o.reply == nil {
		e.Problem = Unreachable
		return e
	}
	if after := retryAfter(o.reply.header, time.Now()); after > t.config.Outage {
		e.Msg = fmt.Sprintf("Customer.io asks to wait for %v, and %v is the longest wait allowed", after.Round(time.Second), t.config.Outage)
	}
	return e
}
