package simulator

import (
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/internal/simulator/graph"
)

// beyond applies an operation that is about a device, an object, a relationship or two
// people.
func beyond(s *state, op *operation) outcome {
	switch {
	case op.typ == "delivery":
		return applied
	case op.typ == "visitor":
		return happen(s, op)
	case op.typ == "object":
		return changeObject(s, op)
	case op.action == "merge":
		return mergePeople(s, op)
	}
	p := s.find(op.key)
	if p == nil { // the documentation does not say what happens: nothing, here
		return unknown
	}
	d := op.details
	switch op.action {
	case "add_device":
		s.graph.AddDevice(graph.Person(p.serial), d.device)
	case "delete_device":
		if !s.graph.RemoveDevice(graph.Person(p.serial), d.device.Token) {
			return unknown
		}
	default:
		return relate(s, p, d.relations, op.action == "add_relationships")
	}
	return applied
}

// relate adds relationships of a person, or removes them.
func relate(s *state, p *person, all []relation, add bool) outcome {
	o := applied
	for _, r := range all {
		k, known := resolve(s, r.object)
		switch {
		case !known:
			o = unknown
		case add:
			s.graph.Relate(graph.Person(p.serial), k, r.changes)
		case !s.graph.Unrelate(graph.Person(p.serial), k):
			o = unknown
		}
	}
	return o
}

// resolve returns the type and id of an object. One that is named by its cio_object_id
// must exist.
func resolve(s *state, o objectKey) (k graph.Key, known bool) {
	if o.cio == "" {
		return o.Key, true
	}
	if found := s.graph.ObjectOf(o.cio); found != nil {
		return found.Key, true
	}
	return k, false
}

func changeObject(s *state, op *operation) outcome {
	d := op.details
	k, known := resolve(s, d.object)
	if !known {
		return unknown
	}
	switch op.action {
	case "identify", "identify_anonymous":
		s.graph.Upsert(k, d.changes)
	case "delete":
		o := s.graph.Object(k)
		if o == nil {
			return unknown
		}
		s.graph.Delete(o)
		return applied
	}
	o := applied
	for _, r := range d.relations {
		if r.anonymous != "" {
			s.graph.RelateVisitor(r.anonymous, k, r.changes)
			continue
		}
		p := s.find(r.person)
		switch {
		case p == nil: // the documentation does not say whether one is made: none, here
			o = unknown
		case op.action == "delete_relationships":
			if !s.graph.Unrelate(graph.Person(p.serial), k) {
				o = unknown
			}
		default:
			s.graph.Relate(graph.Person(p.serial), k, r.changes)
		}
	}
	return o
}

// mergePeople merges the second person into the first, who keeps what both have. The
// documentation says that the first must exist; if one of the two does not, nothing
// happens. Events are found by whoever has the identifiers.
func mergePeople(s *state, op *operation) outcome {
	first, second := s.find(op.key), s.find(op.details.secondary)
	if first == nil || second == nil || first == second {
		return unknown
	}
	absorb(s, first, second)
	return applied
}

// absorb gives the first person what only the second has, and deletes the second.
func absorb(s *state, first, second *person) {
	identifiers := second.identifiers
	attributes := append([]attribute{}, second.attributes...)
	s.graph.Move(graph.Person(first.serial), graph.Person(second.serial))
	for _, g := range s.segments {
		if g.members.has(second.serial) {
			g.members.add(first.serial)
		}
	}
	for i := range s.events {
		if s.events[i].CioID == second.cioID() {
			s.events[i].CioID, s.events[i].owner = first.cioID(), s.owner(first)
		}
	}
	s.remove(second)
	for k, value := range identifiers {
		if value != "" && first.identifiers[k] == "" {
			s.assign(first, kind(k), value)
		}
	}
	first.attributes = merge(attributes, first.attributes)
}

// mergeClaimed merges the person with those whom the operation's other identifiers find,
// if neither has another identifier.
func mergeClaimed(s *state, p *person, op *operation) {
	for _, c := range op.claims {
		other := s.find(c.key)
		if other != nil && other != p && len(s.keys(p)) == 1 && len(s.keys(other)) == 1 {
			absorb(s, p, other)
		}
	}
}

// adopt gives a person who is identified with an anonymous_id what the visitor was
// related to, and did.
func adopt(s *state, p *person, op *operation) {
	i := slices.IndexFunc(op.attributes, func(a attribute) bool { return a.name.Value() == "anonymous_id" })
	if i < 0 || !strings.HasPrefix(op.attributes[i].value, `"`) {
		return
	}
	anonymous := shown(op.attributes[i].value)
	s.graph.Adopt(graph.Person(p.serial), anonymous)
	for _, i := range s.visits[anonymous] {
		s.events[i].CioID = p.cioID()
	}
	delete(s.visits, anonymous)
}
