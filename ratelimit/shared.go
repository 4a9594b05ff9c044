package ratelimit

import (
	"context"
	"fmt"
	"time"
)

// Shared is an allowance that several processes spend, as one file stands for
// it. Whoever wants to send takes the next times for that out of the file, a few
// milliseconds' worth at once: so an idle process takes nothing, and one that
// was killed holds nothing.
//
// All together keep to the highest rate of those that took lately. Of that,
// processes that want more than there is get parts as their own paces are.
type Shared struct {
	// Path is the file. It and its folders are made, for the user's eyes only;
	// one beside it, with .lock behind its name, is locked meanwhile. What is in
	// it and cannot be understood is written over.
	Path string

	// PerSecond is the rate of all together, in requests a second.
	PerSecond float64

	// Alone is told when the file cannot be used, once. The limiter then keeps
	// to its own pace, and tries the file again every second. It is called in
	// Wait. Nil is that nobody needs to know.
	Alone func(error)
}

// Share makes what waits from now on keep to the pace of s, too.
func (l *Limiter) Share(s Shared) {
	l.turn <- struct{}{}
	l.shared = &shared{Shared: s, sleep: l.sleep}
	<-l.turn
}

const (
	lockPatience = time.Second      // one who is stopped may hold the lock for ever
	lockRetry    = time.Millisecond // locks are held for some microseconds
	aloneFor     = time.Second      // until the file is tried again
)

// shared is a limiter's part in a Shared: the tickets that it took and has not
// used. Whoever has the limiter's turn owns it.
type shared struct {
	Shared
	sleep sleeper
	left  int           // tickets
	next  time.Time     // when the first of them is for
	each  time.Duration // from one to the next
	took  int           // how many tickets it took last
	when  time.Time     // and when it did

	retry time.Time // alone until then
	alone bool      // the last attempt failed
	told  bool
}

// wait waits for the next ticket, and takes new ones if there is none: for those
// who are waiting, or more if that many were used lately, and most at most.
// What one takes and does not use is lost to the others.
func (s *shared) wait(ctx context.Context, waiting, most int) error {
	now := time.Now()
	if s.left == 0 || now.Sub(s.next) > late { // those of the past would come at once
		if now.Before(s.retry) {
			return ctx.Err()
		}
		if err := s.take(ctx, min(max(waiting, s.used(now)), most)); err != nil || s.alone {
			return err
		}
	}
	at := s.next
	s.left--
	s.next = at.Add(s.each)
	return s.sleep(ctx, time.Until(at))
}

// used is how many tickets are used within late, as far as the last ones tell.
func (s *shared) used(now time.Time) int {
	return int(float64(s.took) * float64(late) / float64(max(1, now.Sub(s.when))))
}

// take gets n tickets from the file, or notes that it cannot be had. The error
// is the context's.
func (s *shared) take(ctx context.Context, n int) error {
	f := file(s.Path)
	s.left = 0
	for begun := time.Now(); ; {
		first, each, err := f.take(s.PerSecond, n)
		if err == nil {
			s.left, s.next, s.each, s.alone = n, first, each, false
			s.took, s.when = n, time.Now()
			return nil
		}
		pause := lockRetry
		switch full, ok := err.(fullError); {
		case ok:
			begun, pause = time.Now(), time.Duration(full)
		case err != errLocked, s.alone, time.Since(begun) > lockPatience:
			s.goOn(err)
			return ctx.Err()
		}
		if err := s.sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// goOn is what becomes of a limiter that cannot use its file.
func (s *shared) goOn(err error) {
	s.alone, s.retry = true, time.Now().Add(aloneFor)
	if !s.told && s.Alone != nil {
		if err == errLocked {
			err = fmt.Errorf("%s.lock: %w", s.Path, err)
		}
		s.Alone(err)
	}
	s.told = true
}
