package customerio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// SegmentManual is the Type of the segments that SegmentCall can change.
const SegmentManual = "manual"

// Segment is a set of people.
type Segment struct {
	ID          int64  `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description"`
	Type        string `json:"type"`  // SegmentManual or "dynamic"; empty where the service does not say
	State       string `json:"state"` // for example "finished"
}

const segmentsPath = "/v1/segments"

// Segments returns all segments of the workspace.
func (a *App) Segments(ctx context.Context) (all []Segment, err error) {
	err = a.ask(ctx, get(segmentsPath, ""), "segments", &all)
	return all, err
}

// Segment returns one segment.
func (a *App) Segment(ctx context.Context, id int64) (s Segment, err error) {
	err = a.ask(ctx, ofSegment(id, "", ""), "segment", &s)
	return s, err
}

// SegmentCount returns the number of people in a segment.
func (a *App) SegmentCount(ctx context.Context, id int64) (n int64, err error) {
	err = a.ask(ctx, ofSegment(id, "/customer_count", ""), "count", &n)
	return n, err
}

// ofSegment is the question for something of a segment.
func ofSegment(id int64, what, query string) *request {
	q := get(fmt.Sprintf("%s/%d%s", segmentsPath, id, what), query)
	q.absent = noSegment(NotFound, id)
	return q
}

// lag is the time within which a new segment appears in the list of segments. The
// reference gives no number.
const lag = 3 * time.Second

// CreateSegment makes an empty manual segment. An answer can get lost: before another
// try it looks for a new segment of that name, so that it does not make a second one.
func (a *App) CreateSegment(ctx context.Context, name, description string) (s Segment, err error) {
	if strings.TrimSpace(name) == "" {
		return s, &Error{Trouble: Misuse, Msg: "a segment needs a name"}
	}
	old, err := a.named(ctx, name)
	if err != nil {
		return s, err
	}
	var create struct {
		Segment struct {
			Name        string `json:"name"`
			Description string `json:"description"`
		} `json:"segment"`
	}
	create.Segment.Name, create.Segment.Description = name, description
	body, err := json.Marshal(create)
	if err != nil {
		return s, err
	}
	q := post(segmentsPath, "", body)
	q.happened = func(ctx context.Context) (*reply, error) { return a.created(ctx, name, old) }
	err = a.ask(ctx, q, "segment", &s)
	if e, ok := errors.AsType[*Error](err); ok && e.Trouble == Unavailable {
		e.Hint = fmt.Sprintf("look in Customer.io for a segment %q before you try again: it may have been made", name)
	}
	return s, err
}

// created returns the answer that was lost, if there is a segment of that name
// which is not one of the old ones.
func (a *App) created(ctx context.Context, name string, old map[int64]Segment) (*reply, error) {
	if err := sleep(ctx, lag); err != nil {
		return nil, context.Cause(ctx)
	}
	now, err := a.named(ctx, name)
	if err != nil {
		return nil, err
	}
	for id, s := range now {
		if _, before := old[id]; before {
			continue
		}
		body, err := json.Marshal(map[string]Segment{"segment": s})
		return &reply{status: http.StatusOK, body: body}, err
	}
	return nil, nil
}

// named returns the manual segments of a name, by their ids.
func (a *App) named(ctx context.Context, name string) (map[int64]Segment, error) {
	all, err := a.Segments(ctx)
	found := make(map[int64]Segment)
	for _, s := range all {
		if s.Type == SegmentManual && strings.TrimSpace(s.Name) == strings.TrimSpace(name) {
			found[s.ID] = s
		}
	}
	return found, err
}
