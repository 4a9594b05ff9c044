package customerio

import (
	"context"
	"errors"
	"time"
)

// How many tries must fail, while others succeed, before a batch is split, and
// before an operation that is alone gets a verdict. A passing fault of the network
// or of one of the service's machines must not cost a row its verdict, so the tries
// of one that is alone are spread over seconds. Where no answer comes in time, each
// try takes long. Answers that ask for fewer requests say nothing about operations,
// until they come for long to one request and not to others.
const (
	triesWhole, triesPart, triesAlone = 4, 2, 8
	triesLate, triesLateAlone         = 2, 3
	triesBusy                         = 8
	busyFor                           = 30 * time.Second

	splitRisk, verdictRisk = 1e-2, 1e-6 // that chance is the reason
)

const (
	pauseWhole = 400 * time.Millisecond // the longest between tries of a batch, while others succeed,
	pausePart  = 100 * time.Millisecond // of a part of it,
	pauseAlone = 600 * time.Millisecond // and of an operation that is alone
	freshAfter = 5                      // failures alone, after which it is sent by a new connection
	proofs     = 2                      // failures alone with a success of others just before each
	probing    = 3                      // failures before the verdict that need those successes
	knownAfter = 2                      // such verdicts, after which batches are split sooner
	recently   = 5 * time.Second        // before the first failure
	probesOnce = 3                      // as the first failures of a batch may all be of bad rows
)

// suspect is the trial of a part of a delivery, which may have failed because of
// an operation in it.
type suspect struct {
	trial
	delivery *delivery
	span     span
	alone    bool // it is a single operation
	part     bool // of a batch that was split

	late   bool  // no try had an answer in time
	up     bool  // others succeeded since the try before the last
	heard  int64 // api.successes at the last failure
	proofs int   // see the constant
	recent bool  // others succeeded just before the first failure
	probes int   // that were sent
}

// attempt sends the request once.
func (t *suspect) attempt(ctx context.Context) (outcome, error) {
	t.request.timeout = 0
	if t.hurried() {
		t.request.timeout = t.delivery.hurry()
	}
	if t.alone && t.failed == freshAfter {
		t.transport.CloseIdleConnections() // as a machine at the other end may be to blame
	}
	return t.try(ctx)
}

// hurried reports whether the next try may take less time than Config.Timeout,
// because it is likely to be in vain.
func (t *suspect) hurried() bool {
	switch {
	case t.alone:
		return t.delivery.late && t.failed < triesLateAlone-1
	case t.part:
		return t.delivery.late
	}
	return t.late && t.failed > 0 && t.successes.Load() > t.since
}

// judged weighs a failed try, and waits before the next one if it does not find
// the request guilty. The error is final.
func (t *suspect) judged(ctx context.Context, o outcome) (guilty bool, err error) {
	t.late = o.late && (t.late || t.failed == 1)
	if t.failed == 1 {
		t.recent = t.successes.Load() > 0 && o.begun.Sub(t.made)-time.Duration(t.lastSuccess.Load()) < recently
	}
	t.up = t.successes.Load() > t.heard && t.failed > 1
	if t.up {
		t.proofs++
	}
	t.heard = t.successes.Load()
	if t.guilty(o) {
		return true, nil
	}
	if t.doubtful(o) {
		if err := t.probe(ctx); err != nil || t.guilty(o) {
			return err == nil, err
		}
	}
	if err := t.hopeless(o); err != nil {
		return false, err
	}
	err = t.wait(ctx, o, t.pause(o), o.meaning == busy || !t.up && !t.part)
	if e, ok := errors.AsType[*Error](err); ok && e != o.fault && (t.up || !t.alone && t.successes.Load() > t.since) {
		return true, nil // no time is left for this request, and others succeed
	}
	return false, err
}

// doubtful reports whether a probe must say if the service is up. One that asks for
// fewer requests gets none for a while.
func (t *suspect) doubtful(o outcome) bool {
	switch {
	case o.meaning == busy && t.waited < busyFor:
		return false
	case t.alone:
		return t.failed >= t.enough(o)-probing && !t.up
	}
	return t.failed >= t.enough(o)
}

// guilty reports whether the request has failed often enough, while others
// succeeded, to be judged for itself.
func (t *suspect) guilty(o outcome) bool {
	switch {
	case t.failed < t.enough(o):
		return false
	case t.alone:
		return t.proofs >= proofs
	case t.part: // the batch was found guilty
		return true
	case o.meaning == busy && t.waited < busyFor:
		return false
	}
	return t.successes.Load() > t.since
}

// enough is the number of failures that are enough for a verdict.
func (t *suspect) enough(o outcome) int {
	least, risk := triesWhole, splitRisk
	known := t.blamed.Load() >= knownAfter
	switch {
	case t.alone && t.late:
		least, risk = triesLateAlone, verdictRisk
	case t.alone:
		least, risk = triesAlone, verdictRisk
	case t.part && t.late:
		least = 1
	case t.part && known:
		least = 1
	case t.part:
		least = triesPart
	case known && o.meaning != busy:
		least = triesPart
	case o.meaning == busy:
		least = triesBusy
	case t.late:
		least = triesLate
	}
	return t.odds.tries(least, risk)
}

// pause is the longest pause before the next try.
func (t *suspect) pause(o outcome) time.Duration {
	switch {
	case o.meaning == busy:
		return backoffMost
	case t.part && !t.alone:
		return pausePart
	case t.alone && (t.failed < triesAlone || t.up):
		return pauseAlone
	case t.up:
		return pauseWhole
	}
	return backoffMost
}

// hopeless returns the error of a refusal that time does not change, as long as
// nothing was ever accepted: or since then, where the credentials seem to be
// refused without a word.
func (t *suspect) hopeless(o outcome) error {
	if o.meaning != strange && o.meaning != denied || t.failed < triesWhole {
		return nil
	}
	silent := o.meaning == denied && len(o.reply.body) == 0 && t.successes.Load() == t.since
	switch {
	case t.successes.Load() > 0 && !silent:
		return nil
	case o.meaning == denied:
		return t.credentialsError(o.reply.status)
	case t.request.absent != nil && o.reply.status == t.request.absent.Status:
		return t.request.absent
	}
	return t.unexpected(o.reply)
}

// ping sends no operation, where none may be sent, and takes a good answer for a proof
// if others have succeeded since the first failure or just before it.
func (t *suspect) ping(ctx context.Context) error {
	if t.successes.Load() == t.since && !t.recent {
		return nil
	}
	took, up, err := t.delivery.ping(ctx)
	t.waited += took
	if up {
		t.heard-- // so that the next failure counts as one after a success
		t.up = true
	}
	return err
}

// probe sends single operations, until one is answered well, to find out whether
// the service is up.
func (t *suspect) probe(ctx context.Context) error {
	most := 1
	if t.probes == 0 && !t.alone {
		most = probesOnce
	}
	for range most {
		i, ok := t.delivery.candidate(t.span, t.alone, t.probes)
		if !ok {
			return t.ping(ctx)
		}
		t.probes++
		took, success, err := t.delivery.probe(ctx, i, i < t.span.from)
		t.waited += took
		t.up = t.up || success
		if err != nil || success {
			return err
		}
	}
	return nil
}
