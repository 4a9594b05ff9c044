package simulator

import (
	"maps"
	"sync"
)

// Stats counts what the workspace received and holds. Operations are those of requests
// that were applied, also if the answer was cut off afterwards, and not of requests
// that were refused as a whole. Each id of a segment request is one operation: Applied
// if someone has the id, who may be a member already, and Nobody otherwise:
//
//	Operations = Applied + Rejected + Duplicates + Stale + Suppressed + Nobody + Full
type Stats struct {
	Requests        int64         `json:"requests"`         // to the Track and App APIs, refused and broken ones included
	BatchRequests   int64         `json:"batch_requests"`   // of these, to the batch path
	SegmentRequests int64         `json:"segment_requests"` // of these, to add people to a segment or remove them
	AppRequests     int64         `json:"app_requests"`     // of these, to the App API
	Answers         map[int]int64 `json:"answers"`          // how many of each HTTP status
	Cut             int64         `json:"cut"`              // connections broken without an answer
	Leaked          int64         `json:"leaked"`           // requests for an export's file with credentials
	Bytes           int64         `json:"bytes"`            // of bodies read

	Operations int64 `json:"operations"`
	SegmentIDs int64 `json:"segment_ids"` // of these, ids of segment requests
	Applied    int64 `json:"applied"`
	Rejected   int64 `json:"rejected"`
	Duplicates int64 `json:"duplicates"` // events with a repeated id
	Stale      int64 `json:"stale"`      // identifies older than the person's latest
	Suppressed int64 `json:"suppressed"` // writes to a suppressed identifier
	Nobody     int64 `json:"nobody"`     // unknown cio_id, _update of an unknown person, or an unknown id for a segment
	Full       int64 `json:"full"`       // identifies beyond 300 attributes a person
	Conflicts  int64 `json:"conflicts"`  // applied identifies of which an identifier was ignored

	LargestBody    int `json:"largest_body"`    // bytes, refused ones included
	LargestEntity  int `json:"largest_entity"`  // bytes
	MostOperations int `json:"most_operations"` // in one body, whatever was answered to it
	MostInFlight   int `json:"most_in_flight"`  // requests at once

	People                int `json:"people"` // now
	Events                int `json:"events"`
	SuppressedIdentifiers int `json:"suppressed_identifiers"`
	Devices               int `json:"devices"`
	Objects               int `json:"objects"`
	Relations             int `json:"relationships"`
}

// Stats is a copy of the figures as they are now.
func (w *Workspace) Stats() Stats {
	s := w.meter.snapshot()
	w.mu.Lock()
	defer w.mu.Unlock()
	s.People = w.state.count
	s.Events = len(w.state.events)
	s.SuppressedIdentifiers = len(w.state.suppressed)
	s.Objects, s.Relations, s.Devices = w.state.graph.Counts()
	return s
}

// A tally is the operations of one request by outcome.
type tally struct {
	outcomes      [outcomes]int
	conflicts     int
	rejected      int
	segmentIDs    int
	largestEntity int
}

// A meter counts. It has its own mutex, so that counting does not wait for a batch that
// is applied.
type meter struct {
	mu       sync.Mutex
	inFlight int
	stats    Stats
}

func (m *meter) begin(s surface) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inFlight++
	m.stats.MostInFlight = max(m.stats.MostInFlight, m.inFlight)
	m.stats.Requests++
	switch s {
	case trackBatch:
		m.stats.BatchRequests++
	case trackSegment:
		m.stats.SegmentRequests++
	case appAPI:
		m.stats.AppRequests++
	}
}

func (m *meter) received(size int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stats.Bytes += int64(size)
	m.stats.LargestBody = max(m.stats.LargestBody, size)
}

// packed notes how many operations a request holds.
func (m *meter) packed(operations int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stats.MostOperations = max(m.stats.MostOperations, operations)
}

func (m *meter) judged(t tally) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := &m.stats
	fields := [outcomes]*int64{
		applied: &s.Applied, duplicate: &s.Duplicates, stale: &s.Stale,
		suppressed: &s.Suppressed, unknown: &s.Nobody, full: &s.Full,
	}
	for o, n := range t.outcomes {
		*fields[o] += int64(n)
		s.Operations += int64(n)
	}
	s.Operations += int64(t.rejected)
	s.Rejected += int64(t.rejected)
	s.SegmentIDs += int64(t.segmentIDs)
	s.Conflicts += int64(t.conflicts)
	s.LargestEntity = max(s.LargestEntity, t.largestEntity)
}

func (m *meter) finish(a reply) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inFlight--
	if a.cut != cutNone {
		m.stats.Cut++
		return
	}
	if m.stats.Answers == nil {
		m.stats.Answers = map[int]int64{}
	}
	m.stats.Answers[a.status]++
}

// leaked notes that credentials were sent to the store of files.
func (m *meter) leaked() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stats.Leaked++
}

func (m *meter) snapshot() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.stats
	s.Answers = maps.Clone(s.Answers)
	return s
}
