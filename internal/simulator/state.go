package simulator

import (
	"fmt"
	"math"
	"strconv"

	"github.com/ciobulk/ciobulk/internal/simulator/graph"
)

// A state is what the workspace knows. It is not safe for concurrent use.
type state struct {
	config     Config
	people     []*person             // by serial; nil if deleted
	index      [3]map[string]*person // by kind, without cio_id, which is the serial
	count      int                   // people who are not deleted
	suppressed map[key][]key         // each with all that were blocked together with it
	events     []Event
	visits     map[string][]int // by anonymous_id: events that no person has yet
	ids        dedup
	segments   []*segment // by id, from 1
	graph      *graph.Graph
	activities activities
	log        []Applied
	sequence   int64
}

// A person's attributes are sorted by name. Their values are parts of the texts of the
// operations that set them.
type person struct {
	serial      uint64
	updated     int64     // the latest timestamp of an identify, or undated
	identifiers [3]string // by kind, as they were sent
	attributes  []attribute
}

const undated = math.MinInt64

func newState(c Config) *state {
	s := &state{config: c, suppressed: map[key][]key{}, graph: graph.New(), visits: map[string][]int{}}
	s.ids = dedup{window: c.EventDedupWindow, seen: map[ulid]struct{}{}}
	for k := range s.index {
		s.index[k] = map[string]*person{}
	}
	return s
}

// firstCioID makes generated ids look like real ones: eight hexadecimal digits.
const firstCioID = 0xa3000000

func (p *person) cioID() string { return fmt.Sprintf("%08x", firstCioID+p.serial) }

func (s *state) find(k key) *person {
	if k.kind != byCioID {
		return s.index[k.kind][k.value]
	}
	n, err := strconv.ParseUint(k.value, 16, 64)
	if err != nil || n < firstCioID || n-firstCioID >= uint64(len(s.people)) {
		return nil
	}
	if p := s.people[n-firstCioID]; p != nil && p.cioID() == k.value {
		return p
	}
	return nil
}

// create adds a person without identifiers.
func (s *state) create() *person {
	p := &person{serial: uint64(len(s.people)), updated: undated}
	s.people = append(s.people, p)
	s.count++
	return p
}

// assign gives a person the identifier, or takes away the one of its kind if the value
// is empty.
func (s *state) assign(p *person, k kind, value string) {
	if old := p.identifiers[k]; old != "" {
		delete(s.index[k], s.config.key(k, old).value)
	}
	p.identifiers[k] = value
	if value != "" {
		s.index[k][s.config.key(k, value).value] = p
	}
}

// remove deletes a person; nil is allowed.
func (s *state) remove(p *person) {
	if p == nil {
		return
	}
	for k := range p.identifiers {
		s.assign(p, kind(k), "")
	}
	for _, g := range s.segments {
		g.members.remove(p.serial)
	}
	s.graph.Forget(graph.Person(p.serial))
	s.people[p.serial] = nil
	s.count--
}

// keys are the identifiers of a person except the cio_id, the best first.
func (s *state) keys(p *person) (keys []key) {
	for k, value := range p.identifiers {
		if value != "" {
			keys = append(keys, s.config.key(kind(k), value))
		}
	}
	return keys
}

// suppress deletes the person of the identifier and blocks all of the person's
// identifiers together. An identifier that no one has is blocked alone.
func (s *state) suppress(k key) outcome {
	group := []key{k}
	if p := s.find(k); p != nil {
		group = s.keys(p)
		s.remove(p)
	} else if k.kind == byCioID {
		return unknown
	}
	for _, blocked := range group {
		s.suppressed[blocked] = group
	}
	return applied
}

// unsuppress frees the identifier and those that were blocked together with it.
func (s *state) unsuppress(k key) outcome {
	for _, freed := range s.suppressed[k] {
		delete(s.suppressed, freed)
	}
	return applied
}
