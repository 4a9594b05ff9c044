package ratelimit

import (
	"context"
	"fmt"
	"time"
)

// Shared is an allowance that several processes spend. A file represents it. A
// process that wants to send takes the next times for that out of the file, those of
// a few milliseconds at once: so an idle process takes nothing, and a killed process
// holds nothing.
//
// All processes together keep to the highest rate of those that took lately. If they
// want more than that, each gets a part in proportion to its own pace.
type Shared struct {
	// Path is the file. It and its folders are created, readable by their owner
	// only. A file of the same name with .lock added is locked meanwhile. Content
	// that cannot be understood is overwritten. A path that exists and is not a
	// regular file is an error for Alone.
	Path string

	// PerSecond is the rate of all together, in requests a second.
	PerSecond float64

	// Alone is called once, in Wait, with the reason when the file cannot be used.
	// The limiter then keeps to its own pace, and tries the file again every second.
	// It may be nil.
	Alone func(error)
}

// Share makes later calls of Wait also keep to the pace of s.
func (l *Limiter) Share(s Shared) {
	l.turn <- struct{}{}
	l.shared = &shared{Shared: s, sleep: l.sleep}
	<-l.turn
}

const (
	lockPatience = time.Second      // a stopped process may hold the lock for ever
	lockRetry    = time.Millisecond // locks are held for some microseconds
	aloneFor     = time.Second      // until the file is tried again
)

// shared is a limiter's part of a Shared: the tickets that it took and has not used.
// The caller that has the limiter's turn owns it.
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

// wait waits for the next ticket. If there is none it takes new ones: one for each
// waiting caller, or more if more were used lately, and most at most. Tickets that
// are taken and not used are lost to the other processes.
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

// used estimates from the last tickets how many are used within late.
func (s *shared) used(now time.Time) int {
	return int(float64(s.took) * float64(late) / float64(max(1, now.Sub(s.when))))
}

// take gets n tickets from the file, or notes that the file cannot be used. The
// error is the context's.
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

// goOn makes the limiter continue without its file.
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
