package simulator

import (
	"errors"
	"iter"
	"net/http"

	"github.com/ciobulk/ciobulk/internal/simulator/scan"
)

// findCustomers answers GET /v1/customers?email=. A plus sign that is not
// encoded is a space there, and finds no one.
func (w *Workspace) findCustomers(c call) reply {
	email := c.URL.Query().Get("email")
	if email == "" {
		return badRequest(errors.New("email is required"))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	results := []identifierSet{}
	if p := w.view().find(w.config.key(byEmail, email)); p != nil {
		results = append(results, p.identifierSet())
	}
	return found(map[string]any{"results": results})
}

// The most people of a page of a search, and how many it has by default; and the most
// ids of a request for several people.
const (
	usualResults = 50
	mostResults  = 1000
	mostProfiles = 100
)

func (w *Workspace) searchCustomers(c call) reply {
	at, err := spanOf(c.URL.Query(), usualResults, mostResults)
	if err != nil {
		return badRequest(err)
	}
	text, err := scan.MemberOf(c.body, "filter")
	if err != nil {
		return badRequest(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.view()
	keep, err := s.parseFilter(text)
	if err != nil {
		return badRequest(err)
	}
	return found(at.page(s.peopleFrom(at.start, keep), w.config))
}

// peopleFrom yields the people whom the filter keeps, in order, from the serial on.
func (s *state) peopleFrom(start uint64, keep filter) iter.Seq[*person] {
	return func(yield func(*person) bool) {
		for _, p := range s.people[min(start, uint64(len(s.people))):] {
			if p != nil && keep(p) && !yield(p) {
				return
			}
		}
	}
}

// customer finds the person of the path in the state that the App API shows. The
// caller holds mu.
func (w *Workspace) customer(c call) (p *person, problem reply) {
	k, err := personIDType(c.URL.Query())
	if err != nil {
		return nil, badRequest(err)
	}
	if p = w.view().find(w.config.key(k, c.values[0])); p == nil {
		return nil, appFailure(http.StatusNotFound, "customer not found")
	}
	return p, reply{}
}

func (w *Workspace) showCustomer(c call) reply {
	w.mu.Lock()
	defer w.mu.Unlock()
	p, problem := w.customer(c)
	if p == nil {
		return problem
	}
	return found(profileOf(w.view(), p))
}

func (w *Workspace) showCustomers(c call) reply {
	k, err := personIDType(c.URL.Query())
	if err != nil {
		return badRequest(err)
	}
	ids, err := scan.TextsOf(c.body, "ids", mostProfiles)
	if err != nil {
		return badRequest(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	s, profiles := w.view(), []profile{}
	for _, id := range ids {
		if p := s.find(w.config.key(k, id)); p != nil {
			profiles = append(profiles, profileOf(s, p))
		}
	}
	return found(map[string]any{"customers": profiles})
}

func (w *Workspace) showCustomerSegments(c call) reply {
	type entry struct {
		ID          int    `json:"id"`
		Name        string `json:"name"`
		Description string `json:"description"`
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	p, problem := w.customer(c)
	if p == nil {
		return problem
	}
	entries := []entry{}
	for _, g := range w.view().segments {
		if g.members.has(p.serial) {
			entries = append(entries, entry{g.id, g.name, g.description})
		}
	}
	return found(map[string]any{"segments": entries})
}
