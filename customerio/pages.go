package customerio

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
)

// How many people a page holds at most, of a search and of a segment.
const (
	MaxPeoplePage  = 1000
	MaxMembersPage = 30_000
)

// everyone is a filter that all people pass: all people have a cio_id. The reference
// has no other.
const everyone = `{"and":[{"attribute":{"field":"cio_id","operator":"exists"}}]}`

// People finds the people whom a filter describes, which is JSON of the App
// API's grammar; without one, all people. It asks for pages of a number of people, at most
// MaxPeoplePage, which 0 means. The sequence ends with the first error. People
// who come or go meanwhile may be missing, or come twice.
func (a *App) People(ctx context.Context, filter json.RawMessage, limit int) iter.Seq2[PersonRef, error] {
	if limit <= 0 || limit > MaxPeoplePage {
		limit = MaxPeoplePage
	}
	body, err := searchBody(filter)
	if err != nil {
		return func(yield func(PersonRef, error) bool) { yield(PersonRef{}, err) }
	}
	return a.pages(ctx, limit, func(query string) *request { return post("/v1/customers", query, body) })
}

// Members finds the people in a segment, as People does.
func (a *App) Members(ctx context.Context, segment int64) iter.Seq2[PersonRef, error] {
	return a.pages(ctx, MaxMembersPage, func(query string) *request { return ofSegment(segment, "/membership", query) })
}

// PeoplePage is one page of a list of people. Next asks for the page after it;
// it is empty on the last one.
type PeoplePage struct {
	People []PersonRef
	Next   string
}

// PeoplePage returns the page of People that begins at start, which is empty for
// the first one. It is for callers that keep the place between two processes.
func (a *App) PeoplePage(ctx context.Context, filter json.RawMessage, start string, limit int) (PeoplePage, error) {
	body, err := searchBody(filter)
	if err != nil {
		return PeoplePage{}, err
	}
	return a.page(ctx, limit, start, func(query string) *request { return post("/v1/customers", query, body) })
}

// MembersPage returns the page of a segment's members that begins at start, as
// PeoplePage does. The limit is at most MaxMembersPage.
func (a *App) MembersPage(ctx context.Context, segment int64, start string, limit int) (PeoplePage, error) {
	return a.page(ctx, limit, start, func(query string) *request { return ofSegment(segment, "/membership", query) })
}

// searchBody is the body of a search for the people whom a filter describes.
func searchBody(filter json.RawMessage) ([]byte, error) {
	if len(filter) == 0 {
		filter = json.RawMessage(everyone)
	}
	body, err := json.Marshal(map[string]json.RawMessage{"filter": filter})
	if err != nil {
		return nil, &Error{Trouble: Misuse, Msg: "the filter is not JSON", Err: err}
	}
	return body, nil
}

// pages goes through the pages that question asks for. The last one has no next,
// or no one on it.
func (a *App) pages(ctx context.Context, limit int, question func(query string) *request) iter.Seq2[PersonRef, error] {
	return func(yield func(PersonRef, error) bool) {
		for start := ""; ; {
			p, err := a.page(ctx, limit, start, question)
			if err != nil {
				yield(PersonRef{}, err)
				return
			}
			for _, ref := range p.People {
				if !yield(ref, nil) {
					return
				}
			}
			if start = p.Next; start == "" {
				return
			}
		}
	}
}

// page asks for the page that begins at start. The list of ids in the answer is
// not used: it is empty for people who have no id.
func (a *App) page(ctx context.Context, limit int, start string, question func(query string) *request) (p PeoplePage, err error) {
	var answer struct {
		Identifiers []struct {
			ID    text `json:"id"`
			Email text `json:"email"`
			CioID text `json:"cio_id"`
		} `json:"identifiers"`
		IDs  []json.RawMessage `json:"ids"`
		Next text              `json:"next"`
	}
	q := question(pageQuery(limit, start))
	r, err := a.answer(ctx, q)
	if err != nil {
		return p, err
	}
	if json.Unmarshal(r.body, &answer) != nil || len(answer.Identifiers) == 0 && len(answer.IDs) > 0 {
		return p, a.unreadable(q, r)
	}
	p.People = make([]PersonRef, len(answer.Identifiers))
	for i, one := range answer.Identifiers {
		p.People[i] = PersonRef{string(one.ID), string(one.Email), string(one.CioID)}
	}
	p.Next, err = following(q, r, start, answer.Next, len(p.People))
	return p, err
}

// pageQuery asks for a page.
func pageQuery(limit int, start string) string {
	query := fmt.Sprintf("limit=%d", limit)
	if start != "" {
		query = "start=" + escape(start) + "&" + query
	}
	return query
}

// following is where the page after one with so many entries begins; empty: it
// is the last one.
func following(q *request, r *reply, start string, next text, entries int) (string, error) {
	if next != "" && string(next) == start {
		return "", &Error{Trouble: Refused, Status: r.status, Msg: fmt.Sprintf("the pages of %s do not end: one is followed by itself", q)}
	}
	if entries == 0 {
		return "", nil
	}
	return string(next), nil
}
