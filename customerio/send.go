package customerio

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	batchPath  = "/api/v2/batch"
	regionPath = "/api/v1/accounts/region"
)

// Send delivers a batch of operations, each the JSON of one, and returns those
// that were not accepted, in the order of their indexes: all others were. It
// retries until there is an answer, splits a batch that is refused as a whole,
// and waits for the limiter before every request.
//
// An operation may be applied more than once (an answer can get lost), so it
// must be one that bears that. The batch is not read once Send has returned. The
// error is the context's, the limiter's or an *Error, and then nothing is known
// of the batch.
func (t *Track) Send(ctx context.Context, b *Batch) ([]Rejection, error) {
	n := b.Len()
	if n == 0 {
		return nil, nil
	}
	r, err := t.persist(ctx, batchPath, b)
	if err != nil {
		return nil, err
	}
	switch {
	case classify(r) == settled:
		return judge(r, n), nil
	case n == 1:
		return []Rejection{refusal(r.status, t.withoutSecrets(r.body))}, nil
	}
	half := n / 2
	first, err := t.Send(ctx, b.part(0, half))
	if err != nil {
		return nil, err
	}
	second, err := t.Send(ctx, b.part(half, n))
	if err != nil {
		return nil, err
	}
	for _, r := range second {
		r.Index += half
		first = append(first, r)
	}
	return first, nil
}

// Account is what the credentials belong to.
type Account struct {
	Region      string `json:"region"`         // "us" or "eu"
	WorkspaceID int64  `json:"environment_id"` // also called the environment
}

// Locate asks which account the credentials belong to and, if no base URL was
// given, directs what follows to its region's host. A region that was
// configured must be the account's: people's data would pass through the
// other one. An *Error of status 404 means that a proxy hides the question.
func (t *Track) Locate(ctx context.Context) (Account, error) {
	var a Account
	r, err := t.persist(ctx, regionPath, nil)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(r.body, &a); err != nil || a.Region != "us" && a.Region != "eu" {
		return a, &Error{Trouble: Refused, Status: r.status,
			Msg: "the answer about the account's region cannot be read: " + excerpt(t.withoutSecrets(r.body))}
	}
	if want := t.config.Region; want != "" && want != a.Region {
		return a, &Error{Trouble: Credentials, Status: r.status,
			Msg:  fmt.Sprintf("CUSTOMERIO_REGION is %s, but these credentials belong to an account in %s", want, a.Region),
			Hint: "set CUSTOMERIO_REGION to " + a.Region + ", or leave it unset"}
	}
	if t.config.BaseURL == "" {
		t.config.Region = a.Region
		return a, t.setBase("")
	}
	return a, nil
}

// persist sends a request until it has an answer that is no reason to retry.
func (t *Track) persist(ctx context.Context, path string, b *Batch) (*reply, error) {
	var begun time.Time
	for try := 1; ; try++ {
		if err := t.config.Limiter.Wait(ctx); err != nil {
			return nil, cmp.Or(context.Cause(ctx), err) // it may refuse before ctx ends
		}
		switch {
		case try == 1:
			begun = time.Now() // keeping to the pace before that is no outage
		case b != nil:
			t.retries.Add(1)
		}
		r, err := t.exchange(ctx, path, b)
		if done, err := t.conclude(ctx, r, err); done {
			return r, err
		}
		pause, reason := t.setback(r, err, try)
		if waited := time.Since(begun); waited+pause > t.config.Outage {
			return nil, t.unavailable(r, reason, waited)
		}
		t.trouble.failed(reason, pause)
		if err := sleep(ctx, pause); err != nil {
			return nil, context.Cause(ctx)
		}
	}
}

// conclude reports whether a try settles the matter, and with which error.
func (t *Track) conclude(ctx context.Context, r *reply, err error) (bool, error) {
	if ctx.Err() != nil {
		return true, context.Cause(ctx)
	}
	if err != nil {
		_, final := errors.AsType[*Error](err)
		return final, err
	}
	switch m := classify(r); {
	case r.status == http.StatusUnauthorized, r.status == http.StatusForbidden:
		return true, credentialsError(r.status)
	case m == again:
		return false, nil
	case m == strange:
		return true, &Error{Trouble: Refused, Status: r.status, Msg: fmt.Sprintf("unexpected answer from %s: %d %s: %s",
			t.base, r.status, http.StatusText(r.status), excerpt(t.withoutSecrets(r.body)))}
	}
	t.config.Limiter.Steady()
	t.trouble.over()
	return true, nil
}

// setback slows the pace after a try that is to be repeated, and returns how
// long to wait and the reason.
func (t *Track) setback(r *reply, err error, try int) (pause time.Duration, reason error) {
	pause = backoff(try)
	if err != nil {
		if late, ok := errors.AsType[net.Error](err); ok && late.Timeout() {
			t.config.Limiter.Slow(0)
		}
		if errors.Is(err, context.DeadlineExceeded) {
			err = fmt.Errorf("no answer within %v", t.config.Timeout)
		}
		if text := err.Error(); t.secrets.Replace(text) != text {
			err = errors.New(t.secrets.Replace(text)) // net/http quotes what is no HTTP
		}
		return pause, err
	}
	after := retryAfter(r.header, time.Now())
	if r.status == http.StatusTooManyRequests || r.status == http.StatusServiceUnavailable || r.status == http.StatusRequestTimeout {
		t.config.Limiter.Slow(after)
	}
	return max(pause, after), fmt.Errorf("%d %s: %s", r.status, http.StatusText(r.status), excerpt(t.withoutSecrets(r.body)))
}

// withoutSecrets takes the credentials out of an answer that is to be shown: a
// server that is not Customer.io may echo them.
func (t *Track) withoutSecrets(body []byte) []byte {
	return []byte(t.secrets.Replace(string(body)))
}

// unavailable is the end of the patience with a request.
func (t *Track) unavailable(r *reply, reason error, waited time.Duration) *Error {
	msg := fmt.Sprintf("Customer.io gave no good answer for %v", waited.Round(time.Second))
	if r != nil {
		if after := retryAfter(r.header, time.Now()); after > t.config.Outage {
			msg = fmt.Sprintf("Customer.io asks to wait for %v, and %v is the most that is waited", after.Round(time.Second), t.config.Outage)
		}
	}
	return &Error{Trouble: Unavailable, Status: statusOf(r), Err: reason, Msg: msg}
}

func statusOf(r *reply) int {
	if r == nil {
		return 0
	}
	return r.status
}

// trouble notices when requests have failed for so long that somebody at the
// terminal wonders.
type trouble struct {
	tell func(error)

	mu    sync.Mutex
	since time.Time // zero: all is well
	told  bool
}

// patience is how long failures are nobody's business.
const patience = 5 * time.Second

// failed notes a failure that is repeated after pause.
func (t *trouble) failed(reason error, pause time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.since.IsZero() {
		t.since = time.Now()
	}
	if !t.told && time.Since(t.since)+pause > patience && t.tell != nil {
		t.told = true
		t.tell(reason)
	}
}

func (t *trouble) over() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.told {
		t.tell(nil)
	}
	t.since, t.told = time.Time{}, false
}
