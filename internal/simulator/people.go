package simulator

import (
	"encoding/json"

	"github.com/ciobulk/ciobulk/internal/simulator/graph"
)

// A Person is a copy of what the workspace knows of a person.
type Person struct {
	CioID      string                     `json:"cio_id"`
	ID         string                     `json:"id,omitempty"`
	Email      string                     `json:"email,omitempty"`
	Phone      string                     `json:"phone,omitempty"`
	Timestamp  int64                      `json:"timestamp,omitempty"` // the latest one of an identify
	Attributes map[string]json.RawMessage `json:"attributes"`          // as they were sent; without the identifiers

	Devices   []graph.Device   `json:"devices,omitempty"`
	Relations []graph.Relation `json:"relationships,omitempty"`
}

// Person finds a person by an identifier: kind is id, email, phone or cio_id.
func (w *Workspace) Person(kind, value string) (Person, bool) {
	k, known := kindOf(kind)
	if !known {
		return Person{}, false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.state.find(w.config.key(k, value))
	if p == nil {
		return Person{}, false
	}
	return publicOf(w.state, p), true
}

// People returns all people, in the order of their creation, which is that of cio_id.
func (w *Workspace) People() []Person {
	w.mu.Lock()
	defer w.mu.Unlock()
	people := make([]Person, 0, w.state.count)
	for _, p := range w.state.people {
		if p != nil {
			people = append(people, publicOf(w.state, p))
		}
	}
	return people
}

// Objects returns all objects, by their types and ids.
func (w *Workspace) Objects() []graph.Object {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state.graph.Objects()
}

func publicOf(s *state, p *person) Person {
	public := Person{
		CioID: p.cioID(), ID: p.identifiers[byID],
		Email: p.identifiers[byEmail], Phone: p.identifiers[byPhone],
		Attributes: make(map[string]json.RawMessage, len(p.attributes)),
	}
	public.Devices, public.Relations = s.graph.Devices(graph.Person(p.serial)), s.graph.Relations(graph.Person(p.serial))
	if p.updated != undated {
		public.Timestamp = p.updated
	}
	for _, a := range p.attributes {
		public.Attributes[a.name.Value()] = json.RawMessage(a.value)
	}
	return public
}

// Events returns all accepted events, pages and screens, in order. The caller must
// not change their attributes.
func (w *Workspace) Events() []Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Event{}, w.state.events...)
}

// Applied is one entry of the log: an operation that was not rejected.
type Applied struct {
	Sequence   int64           `json:"sequence"`       // from 1, in the order of application
	Type       string          `json:"type,omitempty"` // object or delivery; of people, nothing
	Action     string          `json:"action"`
	Kind       string          `json:"kind"` // of the identifier; of people only
	Value      string          `json:"value"`
	Segment    int             `json:"segment,omitempty"` // of add_customers and remove_customers
	Name       string          `json:"name,omitempty"`
	ID         string          `json:"id,omitempty"`
	Timestamp  int64           `json:"timestamp,omitempty"`
	Attributes json.RawMessage `json:"attributes,omitempty"`
	Outcome    string          `json:"outcome"`            // applied, duplicate, stale, suppressed, nobody or full
	Conflict   bool            `json:"conflict,omitempty"` // an identifier among the attributes was not given
}

// Log returns all operations that were not rejected, in the order of application,
// if Config.KeepLog is set. The caller must not change their attributes.
func (w *Workspace) Log() []Applied {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Applied{}, w.state.log...)
}

func (s *state) record(op *operation, o outcome, conflict bool) {
	a := Applied{
		Sequence: s.sequence, Action: op.action, Kind: op.key.kind.String(), Value: op.value,
		Name: op.name, ID: op.id.String(), Timestamp: op.timestamp,
		Attributes: op.raw(), Outcome: o.String(), Conflict: conflict,
	}
	if op.typ != "person" {
		a.Type, a.Kind = op.typ, ""
	}
	s.log = append(s.log, a)
}
