package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/internal/simulator/scan"
)

// An activity is what happened to a person.
type activity struct {
	ID          string          `json:"id"`
	Type        string          `json:"type"`
	Timestamp   int64           `json:"timestamp"`
	CustomerID  *string         `json:"customer_id"`
	Identifiers identifierSet   `json:"customer_identifiers"`
	Name        string          `json:"name,omitempty"`
	Data        json.RawMessage `json:"data,omitempty"`
}

// activities are the latest, the oldest first; first is the place of the oldest
// among all that there ever were.
type activities struct {
	first int
	list  []activity
}

// apply carries out an operation and notes what became of it, as carryOut tells.
func (s *state) apply(op *operation) (o outcome, conflict bool) {
	before := s.seen(op)
	o, conflict = s.carryOut(op)
	s.note(op, o, conflict, before)
	return o, conflict
}

// seen is what is known of the person before an operation.
type seen struct {
	person     identifierSet
	known      bool
	attributes map[string]string
}

func (s *state) seen(op *operation) (before seen) {
	p := s.find(op.key)
	if p == nil {
		return before
	}
	before.known, before.person = true, p.identifierSet()
	if len(op.attributes) > 0 {
		before.attributes = make(map[string]string, len(op.attributes))
	}
	for _, a := range op.attributes {
		if at, has := search(p.attributes, a.name.Value()); has {
			before.attributes[a.name.Value()] = p.attributes[at].value
		}
	}
	return before
}

// note adds the activities of an operation.
func (s *state) note(op *operation, o outcome, conflict bool, before seen) {
	person := before.person
	if p := s.find(op.key); p != nil {
		person = p.identifierSet()
	}
	switch {
	case o == stale:
		s.happened("skipped_update", person, op.name, op.raw())
	case o != applied:
	case op.action == "delete" && before.known:
		s.happened("profile_delete", before.person, "", nil)
	case op.action == "identify":
		if !before.known {
			s.happened("profile_create", person, "", nil)
		}
		if change := changeOf(op, before); change != nil {
			s.happened("attribute_change", person, "", change)
		}
		if conflict {
			s.happened("failed_attribute_change", person, "", op.raw())
		}
	case op.name != "":
		s.happened(op.action, person, op.name, op.raw())
	}
}

// changeOf is what an identify changed, as {name: {from, to}}; nil is nothing.
func changeOf(op *operation, before seen) json.RawMessage {
	change := map[string]map[string]json.RawMessage{}
	for _, a := range op.attributes {
		was, had := before.attributes[a.name.Value()]
		if was == a.value || !had && scan.Cleared(a.value) {
			continue
		}
		if !had {
			was = "null"
		}
		change[a.name.Value()] = map[string]json.RawMessage{"from": json.RawMessage(was), "to": json.RawMessage(a.value)}
	}
	if len(change) == 0 {
		return nil
	}
	text, err := json.Marshal(change)
	if err != nil {
		panic("simulator: not JSON: " + err.Error())
	}
	return text
}

// happened keeps an activity, and forgets the older half where there are too many.
func (s *state) happened(typ string, person identifierSet, name string, data json.RawMessage) {
	a := &s.activities
	n := a.first + len(a.list)
	a.list = append(a.list, activity{
		ID: fmt.Sprintf("01%024d", n+1), Type: typ, Timestamp: time.Now().Unix(),
		CustomerID: person.ID, Identifiers: person, Name: name, Data: data,
	})
	if most := s.config.App.activities(); len(a.list) >= 2*most {
		a.list = slices.Clone(a.list[most:])
		a.first += most
	}
}

const (
	usualPage = 10
	mostPage  = 100
)

// listActivities answers GET /v1/activities, the newest first unless configured
// otherwise. The place in its next is that of an activity among all, so that new
// ones do not move it.
func (w *Workspace) listActivities(c call) reply {
	query := c.URL.Query()
	limit, start, err := pageOf(query, usualPage, mostPage)
	if err != nil {
		return badRequest(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.view()
	wanted, err := s.activityFilter(query)
	if err != nil {
		return badRequest(err)
	}
	all := s.activities
	at, step := all.first+len(all.list)-1, -1
	if w.config.App.OldestFirst {
		at, step = all.first, 1
	}
	if query.Get("start") != "" {
		at = start
	}
	list, next := []activity{}, ""
	for ; at >= all.first && at < all.first+len(all.list); at += step {
		a := all.list[at-all.first]
		if !wanted(a) {
			continue
		}
		if len(list) == limit {
			next = placeToken(at)
			break
		}
		list = append(list, a)
	}
	return found(map[string]any{"activities": w.list(len(list), list), "next": next})
}

// activityFilter reads type, name, deleted, and customer_id with its id_type. A
// cio_id has its prefix here.
func (s *state) activityFilter(q url.Values) (func(activity) bool, error) {
	k, err := personIDType(q)
	if err != nil {
		return nil, err
	}
	var cioID string
	if id := q.Get("customer_id"); id != "" {
		if k == byCioID {
			id = strings.TrimPrefix(id, "cio_")
		}
		if p := s.find(s.config.key(k, id)); p != nil {
			cioID = p.cioID()
		}
		if k == byCioID && !strings.HasPrefix(q.Get("customer_id"), "cio_") {
			cioID = ""
		}
		if cioID == "" {
			return func(activity) bool { return false }, nil
		}
	}
	return func(a activity) bool {
		gone := s.find(key{byCioID, a.Identifiers.CioID}) == nil
		return (q.Get("type") == "" || q.Get("type") == a.Type) && (q.Get("name") == "" || q.Get("name") == a.Name) &&
			(cioID == "" || cioID == a.Identifiers.CioID) && (!gone || q.Get("deleted") == "true" || a.Identifiers.CioID == "")
	}, nil
}

// personIDType is the kind of identifier that a query about people names: of all
// four, other than segments.
func personIDType(q url.Values) (kind, error) {
	if !q.Has("id_type") {
		return byID, nil
	}
	k, known := kindOf(q.Get("id_type"))
	if !known {
		return 0, fmt.Errorf("id_type %q is none of id, email, phone and cio_id", q.Get("id_type"))
	}
	return k, nil
}

// customerMessages answers GET /v1/customers/*/messages.
func (w *Workspace) customerMessages(c call) reply {
	w.mu.Lock()
	defer w.mu.Unlock()
	p, problem := w.customer(c)
	if p == nil {
		return problem
	}
	list := []Message{}
	q := deliveryQuery{}.bounded(time.Now().Unix(), usualMessages)
	for m := range w.messagesFrom(0, q) {
		if m.CustomerID != "" && m.CustomerID == p.identifiers[byID] {
			list = append(list, m)
		}
	}
	return found(map[string]any{"messages": w.list(len(list), list), "next": ""})
}

// customerActivities answers GET /v1/customers/*/activities.
func (w *Workspace) customerActivities(c call) reply {
	w.mu.Lock()
	p, problem := w.customer(c)
	w.mu.Unlock()
	if p == nil {
		return problem
	}
	q := c.URL.Query()
	q.Set("customer_id", "cio_"+p.cioID())
	q.Set("id_type", "cio_id")
	r := *c.Request
	u := *c.URL
	u.RawQuery = q.Encode()
	r.URL = &u
	c.Request = &r
	return w.listActivities(c)
}

// denied is the answer to a path that the key's scope leaves out.
func (w *Workspace) denied(path string) (reply, bool) {
	for _, beginning := range w.config.App.Denied {
		if strings.HasPrefix(path, beginning) {
			return reply{status: http.StatusForbidden, body: metaError("the key's scope does not include this")}, true
		}
	}
	return reply{}, false
}
