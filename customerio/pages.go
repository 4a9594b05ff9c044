package customerio

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
)

// How many people a page holds. The service's most are 1000 of a search and
// 30,000 of a segment, but those may not arrive within a Timeout.
const (
	MaxPeoplePage = 1000
	membersPage   = 10_000
)

// everybody is a filter that all people pass. The reference knows none that says
// so; all people have a cio_id.
const everybody = `{"and":[{"attribute":{"field":"cio_id","operator":"exists"}}]}`

// People finds the people whom a filter describes, which is JSON of the App
// API's grammar; without one, all people. It asks for pages of so many, at most
// MaxPeoplePage, which 0 means. The sequence ends with the first error. People
// who come or go meanwhile may be missing, or come twice.
func (a *App) People(ctx context.Context, filter json.RawMessage, limit int) iter.Seq2[PersonRef, error] {
	if len(filter) == 0 {
		filter = json.RawMessage(everybody)
	}
	if limit <= 0 || limit > MaxPeoplePage {
		limit = MaxPeoplePage
	}
	body, err := json.Marshal(map[string]json.RawMessage{"filter": filter})
	if err != nil {
		return func(yield func(PersonRef, error) bool) {
			yield(PersonRef{}, &Error{Trouble: Misuse, Msg: "the filter is not JSON", Err: err})
		}
	}
	return a.pages(ctx, limit, func(query string) *request { return post("/v1/customers", query, body) })
}

// Members finds the people in a segment, as People does.
func (a *App) Members(ctx context.Context, segment int64) iter.Seq2[PersonRef, error] {
	return a.pages(ctx, membersPage, func(query string) *request { return ofSegment(segment, "/membership", query) })
}

// sheet is one page of people. Its IDs are no use: they are empty for people
// who have none.
type sheet struct {
	Identifiers []struct {
		ID    text `json:"id"`
		Email text `json:"email"`
		CioID text `json:"cio_id"`
	} `json:"identifiers"`
	IDs  []json.RawMessage `json:"ids"`
	Next text              `json:"next"`
}

// pages goes through the pages that question asks for. The last one has no next,
// or nobody on it.
func (a *App) pages(ctx context.Context, limit int, question func(query string) *request) iter.Seq2[PersonRef, error] {
	return func(yield func(PersonRef, error) bool) {
		for start := text(""); ; {
			query := fmt.Sprintf("limit=%d", limit)
			if start != "" {
				query = "start=" + escape(string(start)) + "&" + query
			}
			s, err := a.sheet(ctx, question(query), start)
			if err != nil {
				yield(PersonRef{}, err)
				return
			}
			for _, p := range s.Identifiers {
				if !yield(PersonRef{string(p.ID), string(p.Email), string(p.CioID)}, nil) {
					return
				}
			}
			if start = s.Next; start == "" || len(s.Identifiers) == 0 {
				return
			}
		}
	}
}

// sheet asks for the page that begins at start.
func (a *App) sheet(ctx context.Context, q *request, start text) (s sheet, err error) {
	r, err := a.answer(ctx, q)
	if err != nil {
		return s, err
	}
	if json.Unmarshal(r.body, &s) != nil || len(s.Identifiers) == 0 && len(s.IDs) > 0 {
		return s, a.unreadable(q, r)
	}
	if s.Next != "" && s.Next == start {
		return s, &Error{Trouble: Refused, Status: r.status, Msg: fmt.Sprintf("the pages of %s do not end: one is followed by itself", q)}
	}
	return s, nil
}
