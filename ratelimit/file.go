package ratelimit

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// lapse is how long a rate applies after the last process took at it.
const lapse = 5 * time.Second

// errLocked means that another process has the lock right now.
var errLocked = errors.New("another process holds the lock")

// fullError means that all tickets near enough are taken: try again after this time.
type fullError time.Duration

func (e fullError) Error() string { return "all is taken for " + time.Duration(e).String() }

// file is the name of a file that holds a schedule.
type file string

// take takes n tickets at perSecond. The first is for the time that it returns, each
// of the others for `each` later. It holds the lock while it reads and writes a
// line, and does not wait for the disk. It fails with errLocked, a fullError, or the
// reason why the file cannot be used.
func (f file) take(perSecond float64, n int) (first time.Time, each time.Duration, err error) {
	for _, path := range []string{string(f), string(f) + ".lock"} {
		if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
			return first, 0, fmt.Errorf("%s is not a regular file", path) // opening or reading a pipe may wait for ever
		}
	}
	lock := flock.New(string(f)+".lock", flock.SetPermissions(0o600))
	held, err := lock.TryLock()
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(string(f)), 0o700); err != nil {
			return first, 0, err
		}
		held, err = lock.TryLock()
	}
	if err != nil {
		return first, 0, err
	}
	defer lock.Close()
	if !held {
		return first, 0, errLocked
	}
	return f.update(perSecond, n)
}

// update is take for a caller that holds the lock.
func (f file) update(perSecond float64, n int) (first time.Time, each time.Duration, err error) {
	h, err := os.OpenFile(string(f), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return first, 0, err
	}
	defer h.Close()
	var s schedule
	line := make([]byte, 128) // what is longer was not written here
	if n, _ := h.Read(line); !s.parse(line[:n]) {
		if err := h.Truncate(0); err != nil {
			return first, 0, err
		}
	}
	first, each, err = s.take(time.Now(), perSecond, n)
	if err != nil {
		return first, 0, err
	}
	_, err = h.WriteAt(s.line(), 0)
	return first, each, err
}

// schedule says when the next request of all processes may go: the theoretical
// arrival time of the generic cell rate algorithm. Times are of the wall clock, which
// all processes share.
type schedule struct {
	next      int64   // Unix nanoseconds
	perSecond float64 // the highest rate of the processes that took lately
	seen      int64   // when a process took at that rate
}

// take moves the schedule on by n tickets.
func (s *schedule) take(now time.Time, perSecond float64, n int) (first time.Time, each time.Duration, err error) {
	at := now.UnixNano()
	if s.ahead(at) > 2*s.horizon() {
		s.next = at
	}
	s.heed(at, perSecond)
	if ahead, most := s.ahead(at), s.horizon(); ahead > most {
		return first, 0, fullError(ahead - most)
	}
	s.next = max(s.next, at-int64(late))
	first = now.Add(s.ahead(at)) // which a clock that is set does not move
	s.next += int64(n) * int64(s.each())
	return first, s.each(), nil
}

// heed adopts the rate of a process that takes, if it is the highest.
func (s *schedule) heed(at int64, perSecond float64) {
	if age := time.Duration(at - s.seen); perSecond < s.perSecond && -lapse <= age && age <= lapse {
		return
	}
	if ahead := s.ahead(at); ahead > 0 && perSecond > s.perSecond {
		s.next = at + int64(float64(ahead)*s.perSecond/perSecond) // as many tickets as before
	}
	s.perSecond, s.seen = perSecond, at
}

// ahead is the time for which all tickets are taken.
func (s *schedule) ahead(at int64) time.Duration { return time.Duration(s.next - at) }

// each is the time from one ticket to the next.
func (s *schedule) each() time.Duration {
	return time.Duration(min(float64(time.Second)/s.perSecond, float64(time.Hour)))
}

// horizon is how far ahead tickets are given. Up to that many processes take turns;
// with more of them, chance decides. A schedule that is much further ahead comes from
// a clock that was set back.
func (s *schedule) horizon() time.Duration { return max(time.Second, 8*s.each()) }

// The line of a schedule is as long as the previous line, so that it covers it. If
// an exponent has another length, the line cannot be read, and the schedule starts
// again.
const lineFormat = "ciobulk rate 1: next %019d at %.17e since %019d\n"

func (s *schedule) line() []byte { return fmt.Appendf(nil, lineFormat, s.next, s.perSecond, s.seen) }

// parse reads what line wrote, and reports whether it could.
func (s *schedule) parse(line []byte) bool {
	var p schedule
	n, err := fmt.Sscanf(string(line), "ciobulk rate 1: next %d at %e since %d\n", &p.next, &p.perSecond, &p.seen)
	if err != nil || n != 3 || string(p.line()) != string(line) || p.next < 0 || p.seen < 0 || !(p.perSecond > 0) || math.IsInf(p.perSecond, 1) {
		return false
	}
	*s = p
	return true
}
