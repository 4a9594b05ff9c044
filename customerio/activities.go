package customerio

import (
	"context"
	"encoding/json"
)

// MaxActivitiesPage is how many activities a page holds at most.
const MaxActivitiesPage = 100

// Activities are what happened to people, as the service guarantees it for the
// last 30 days.
type Activities struct {
	App  *App
	Type string // only those of this type; empty means all

	Deleted bool // also those of people who were deleted
}

// ActivitiesPage is one page of Activities, each as the JSON that the service
// gave. Next asks for the page after it; it is empty on the last one.
type ActivitiesPage struct {
	Activities []json.RawMessage
	Next       string
}

// Page returns the page that begins at start, which is empty for the first one.
func (l Activities) Page(ctx context.Context, start string) (p ActivitiesPage, err error) {
	query := pageQuery(MaxActivitiesPage, start)
	if l.Type != "" {
		query = "type=" + escape(l.Type) + "&" + query
	}
	if l.Deleted {
		query = "deleted=true&" + query
	}
	q := get("/v1/activities", query)
	r, err := l.App.answer(ctx, q)
	if err != nil {
		return p, err
	}
	var answer struct {
		Activities json.RawMessage `json:"activities"` // null is a list of none; without it this is not an answer
		Next       text            `json:"next"`
	}
	if json.Unmarshal(r.body, &answer) != nil || answer.Activities == nil || json.Unmarshal(answer.Activities, &p.Activities) != nil {
		return p, l.App.unreadable(q, r)
	}
	p.Next, err = following(q, r, start, answer.Next, len(p.Activities))
	return p, err
}
