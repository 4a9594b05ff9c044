package simulator

import (
	"bytes"
	"iter"
	"slices"
)

// A segment is a list of people. Only a manual segment has any.
type segment struct {
	id                int
	name, description string
	manual            bool
	members           serials
}

func (g *segment) typ() string {
	if g.manual {
		return "manual"
	}
	return "dynamic"
}

// A Segment is a copy of what the workspace knows of a segment.
type Segment struct {
	ID          int      `json:"id"`
	Name        string   `json:"name"`
	Description string   `json:"description,omitempty"`
	Type        string   `json:"type"`              // "manual" or "dynamic"
	Count       int      `json:"count"`             // of the members
	Members     []Person `json:"members,omitempty"` // in the order of cio_id; nil in a list of segments
}

func (g *segment) public() Segment {
	return Segment{ID: g.id, Name: g.name, Description: g.description, Type: g.typ(), Count: g.members.count}
}

// AddSegment adds an empty segment, manual or dynamic, and returns its id: 1,
// 2, and so on. Several may have one name.
func (w *Workspace) AddSegment(name string, manual bool) (id int) {
	return w.addSegment(segment{name: name, manual: manual}).ID
}

func (w *Workspace) addSegment(g segment) Segment {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.replica != nil {
		w.replica.state.addSegment(g)
	}
	return w.state.addSegment(g).public()
}

func (s *state) addSegment(g segment) *segment {
	g.id = len(s.segments) + 1
	s.segments = append(s.segments, &g)
	return &g
}

// Segment returns the segment of this id with its members as they are now, without the
// lag of the App API.
func (w *Workspace) Segment(id int) (Segment, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	g := w.state.segment(id)
	if g == nil {
		return Segment{}, false
	}
	public := g.public()
	for p := range w.state.membersOf(g, 0) {
		public.Members = append(public.Members, publicOf(w.state, p))
	}
	return public, true
}

// Segments returns all segments, by id, without the members.
func (w *Workspace) Segments() []Segment {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make([]Segment, 0, len(w.state.segments))
	for _, g := range w.state.segments {
		all = append(all, g.public())
	}
	return all
}

func (s *state) segment(id int) *segment {
	if id < 1 || id > len(s.segments) {
		return nil
	}
	return s.segments[id-1]
}

// membersOf yields the members whose serials are at least start, in order.
func (s *state) membersOf(g *segment, start uint64) iter.Seq[*person] {
	return func(yield func(*person) bool) {
		for serial := range g.members.from(start) {
			if !yield(s.people[serial]) {
				return
			}
		}
	}
}

// digestSegment identifies members as events identify their people, and omits the id,
// which depends on the order in which segments were made.
func (s *state) digestSegment(g *segment) digest {
	members := make([]digest, 0, g.members.count)
	for p := range s.membersOf(g, 0) {
		k := s.owner(p)
		members = append(members, digestOf(k.kind.String(), k.value))
	}
	slices.SortFunc(members, func(a, b digest) int { return bytes.Compare(a[:], b[:]) })
	fields := append(make([]string, 0, 4+len(members)), "segment", g.name, g.description, g.typ())
	for _, d := range members {
		fields = append(fields, string(d[:]))
	}
	return digestOf(fields...)
}
