package call

import (
	"sync"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/ui"
)

// stages shows how far a command is that works in stages. The pace is that of the
// stage.
type stages struct {
	mu          sync.Mutex // above what the goroutine of watch uses too
	stage       string
	done, total int64
	began       time.Time // the stage
	first       int64     // what was done of it then
}

// Watch returns what is told of the progress of reading from the service: the stage,
// how much of it is done, and of how much, 0 if that is not known. It is shown once a
// second, also while nothing is read, until stop.
func (r *Reporter) Watch() (progress func(stage string, done, total int64), stop func()) {
	s := &stages{}
	return s.note, r.every(func(now time.Time) { s.show(r, now) })
}

func (s *stages) note(stage string, done, total int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stage != s.stage {
		s.began, s.first = time.Now(), done
	}
	s.stage, s.done, s.total = stage, done, total
}

// left estimates how long the stage still takes; negative: that is not known.
func (s *stages) left() time.Duration {
	done := s.done - s.first
	if s.total == 0 || done <= 0 {
		return -1
	}
	return time.Duration(float64(max(s.total-s.done, 0)) / float64(done) * float64(time.Since(s.began)))
}

func (s *stages) show(r *Reporter, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stage == "" {
		return
	}
	shown := ui.Progress{What: s.stage, Rows: s.done, Total: s.total, Left: s.left()}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.print(now, shown, func() []any {
		return []any{"stage", s.stage, "done", s.done, "total", s.total, "eta_seconds", int64(shown.Left.Seconds())}
	})
}
