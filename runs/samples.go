package runs

import "time"

// Sample is how far a run was at some time.
type Sample struct {
	Seconds  float64 `json:"seconds"` // of work, all resumes together
	Rows     int64   `json:"rows"`
	Requests int64   `json:"requests"`
}

// Samples collects the course of a run, one sample in ten seconds, or in a longer time
// where there would be too many. It belongs to one goroutine.
type Samples struct {
	all   []Sample
	every time.Duration // 0 before the first one
}

const (
	sampleEvery = 10 * time.Second
	mostSamples = 240
)

// Add notes how far the run is after some time of work, unless it is too soon.
func (s *Samples) Add(at time.Duration, rows, requests int64) {
	if s.every == 0 {
		s.every = sampleEvery
	}
	if n := len(s.all); n > 0 && at.Seconds() < s.all[n-1].Seconds+s.every.Seconds() || at < s.every {
		return
	}
	s.all = append(s.all, Sample{at.Seconds(), rows, requests})
	if len(s.all) < mostSamples {
		return
	}
	kept := s.all[:0]
	for i := 1; i < mostSamples; i += 2 {
		kept = append(kept, s.all[i])
	}
	s.all, s.every = kept, 2*s.every
}

// All returns the samples in their order.
func (s *Samples) All() []Sample { return s.all }
