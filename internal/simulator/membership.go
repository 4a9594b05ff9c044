package simulator

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/ciobulk/ciobulk/internal/simulator/scan"
)

// An enrolment is a request that adds people to a segment, or removes them.
type enrolment struct {
	add     bool
	segment int
	kind    kind
	ids     []string // share no memory with the request's body
}

func (w *Workspace) serveAdd(c call) reply {
	return w.withFaults(c, func() reply { return w.enrol(c, true) })
}

func (w *Workspace) serveRemove(c call) reply {
	return w.withFaults(c, func() reply { return w.enrol(c, false) })
}

// enrol answers 200 for ids that no one has: they are ignored. Problems of the request
// come before problems of the segment.
func (w *Workspace) enrol(c call, add bool) reply {
	p := c.plan
	if w.config.CountOnly {
		return w.countIDs(c.body, p)
	}
	k, err := idType(c.URL.Query())
	if err != nil {
		return failure(http.StatusBadRequest, err.Error())
	}
	ids, err := scan.TextsOf(c.body, "ids", maxSegmentIDs)
	if err != nil {
		return failure(http.StatusBadRequest, err.Error())
	}
	w.meter.packed(len(ids))
	switch {
	case p.tooMany(len(ids)):
		return failure(http.StatusRequestEntityTooLarge, "request body too large")
	case p.RefuseWhole != "" && slices.Contains(ids, p.RefuseWhole):
		return failure(http.StatusBadRequest, "an id of the request is not valid")
	}
	return w.change(enrolment{add, segmentID(c), k, ids})
}

// change applies an enrolment, as one.
func (w *Workspace) change(e enrolment) reply {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.state.segment(e.segment)
	switch {
	case g == nil:
		return failure(http.StatusNotFound, "segment not found")
	case !g.manual:
		return failure(http.StatusBadRequest, "the segment is data-driven: people cannot be added or removed")
	}
	w.replica.later(func(s *state) { s.enrol(e) })
	w.meter.judged(w.state.enrol(e))
	return accepted()
}

func (s *state) enrol(e enrolment) tally {
	g, t := s.segment(e.segment), tally{segmentIDs: len(e.ids)}
	for _, id := range e.ids {
		s.sequence++
		o := unknown
		if p := s.find(s.config.key(e.kind, id)); p != nil && s.mayEnrol(p, e.add) {
			o = applied
			if e.add {
				g.members.add(p.serial)
			} else {
				g.members.remove(p.serial)
			}
		}
		t.outcomes[o]++
		if s.config.KeepLog {
			s.log = append(s.log, Applied{
				Sequence: s.sequence, Action: e.action(), Kind: e.kind.String(), Value: id,
				Segment: e.segment, Outcome: o.String(),
			})
		}
	}
	return t
}

func (s *state) mayEnrol(p *person, add bool) bool {
	return add || !s.config.RemoveNeedsID || p.identifiers[byID] != ""
}

func (e *enrolment) action() string {
	if e.add {
		return "add_customers"
	}
	return "remove_customers"
}

// idType is the kind of identifier that the query names. A cio_id has no prefix here
// and in the App API, as in the documentation, which does not say whether the prefix
// "cio_" of other paths of the Track API is understood: here it finds no one.
func idType(q url.Values) (kind, error) {
	if !q.Has("id_type") {
		return byID, nil
	}
	k, known := kindOf(q.Get("id_type"))
	if !known || k == byPhone {
		return 0, fmt.Errorf("id_type %q is none of id, email and cio_id", q.Get("id_type"))
	}
	return k, nil
}

// segmentID is the id in the path, or zero, which no segment has, for other text.
func segmentID(c call) int {
	id, _ := strconv.Atoi(c.values[0])
	return id
}
