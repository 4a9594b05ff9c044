package readback

import (
	"encoding/json"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
)

// person is what the rows of one person come to.
type person struct {
	hash, key uint64
	match     customerio.Match
	value     string            // the identifier, as it is sent
	set       map[string]string // attributes that rows have set, as JSON
	rows      map[string]int64  // the row that set each last
	last      int64             // the last row
	updated   int64             // the latest timestamp of an upsert, unix seconds
	dated     bool
	gone      bool // the last row with an effect deletes the person
	blocked   bool // by suppress
	open      bool // no row says whether the person exists
}

// operation is what the fold needs to know of one.
type operation struct {
	Action      string                     `json:"action"`
	Identifiers map[string]string          `json:"identifiers"`
	Attributes  map[string]json.RawMessage `json:"attributes"`
	Timestamp   *int64                     `json:"timestamp"`
}

func newPerson(hash, key uint64, op *operation) *person {
	p := &person{hash: hash, key: key, set: make(map[string]string), rows: make(map[string]int64), open: true}
	for match, value := range op.Identifiers { // there is one
		p.match, p.value = customerio.Match(match), value
	}
	return p
}

// apply does what the service does with the next operation of the person.
func (p *person) apply(op *operation, row int64) {
	p.last = row
	switch op.Action {
	case "delete", "suppress":
		p.blocked = p.blocked || op.Action == "suppress"
		p.gone, p.open, p.dated = true, false, false
		clear(p.set)
		clear(p.rows)
		return
	case "unsuppress":
		p.blocked = false
		return
	}
	if p.blocked || op.Action == "identify" && p.stale(op) {
		return
	}
	p.gone, p.open = false, false
	if op.Action == "identify" {
		for name, value := range op.Attributes {
			p.attribute(name, string(value), row)
		}
	}
}

// forget makes the person one of whom the rows say nothing any more.
func (p *person) forget() {
	p.gone, p.open, p.dated = false, true, false
	clear(p.set)
	clear(p.rows)
}

// stale reports whether an upsert is older than what the person has, and otherwise
// notes its time.
func (p *person) stale(op *operation) bool {
	if op.Timestamp == nil {
		return false
	}
	if p.dated && *op.Timestamp < p.updated {
		return true
	}
	p.dated, p.updated = true, *op.Timestamp
	return false
}

func (p *person) attribute(name, value string, row int64) {
	if strings.HasPrefix(name, "_") {
		return
	}
	base, topic, dotted := strings.Cut(name, ".topics.")
	switch {
	case name == preferences: // it replaces what was set of it
		for other := range p.set {
			if strings.HasPrefix(other, preferences+".") {
				delete(p.set, other)
			}
		}
	case dotted && base == preferences && p.set[preferences] != "":
		p.set[preferences] = withoutTopic(p.set[preferences], topic)
	}
	p.set[name], p.rows[name] = value, row
}

// withoutTopic takes a topic out of preferences, because a later row sets it.
func withoutTopic(value, topic string) string {
	members := make(map[string]map[string]json.RawMessage)
	if json.Unmarshal([]byte(value), &members) != nil || members["topics"] == nil {
		return value
	}
	delete(members["topics"], topic)
	text, err := json.Marshal(members)
	if err != nil {
		return value
	}
	return string(text)
}

// judge compares the person with what was read back, nil for no one.
func (p *person) judge(found *customerio.Person) (all []Difference) {
	switch {
	case p.open:
		return nil
	case p.gone && found != nil:
		return []Difference{{Attribute: string(p.match), Found: p.value, Why: "still there", row: p.last}}
	case p.gone:
		return nil
	case found == nil:
		return []Difference{{Attribute: string(p.match), Expected: p.value, Why: missing, row: p.last}}
	}
	all = Compare(p.set, found)
	for i := range all {
		all[i].row = p.rows[all[i].Attribute]
	}
	return all
}

// missing is the reason where no one has the identifier.
const missing = "not there"
