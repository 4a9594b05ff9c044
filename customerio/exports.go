package customerio

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// An ExportKind is what an export job is about.
type ExportKind string

// The kinds of export jobs.
const (
	ExportPeople     ExportKind = "customers"
	ExportDeliveries ExportKind = "deliveries"
)

// An ExportOrder asks for an export job. Which members count depends on Kind.
type ExportOrder struct {
	Kind       ExportKind      `json:"-"`
	Filters    json.RawMessage `json:"filters,omitempty"`    // of people; empty means all
	Attributes []string        `json:"attributes,omitempty"` // more columns, by name

	// Of deliveries: exactly one of the four, and times in Unix seconds. The
	// service shortens a range of more than 12 months and does not say so.
	Newsletter    int64  `json:"newsletter_id,omitempty"`
	Campaign      int64  `json:"campaign_id,omitempty"`
	Transactional int64  `json:"transactional_message_id,omitempty"`
	Action        int64  `json:"action_id,omitempty"`
	Start         int64  `json:"start,omitempty"`
	End           int64  `json:"end,omitempty"`
	Metric        string `json:"metric,omitempty"`
}

// An ExportJob is an export that the service prepares.
type ExportJob struct {
	ID     int64
	Done   bool
	Failed bool
	Silent bool  // the service does not say how far it is: Link tells
	Total  int64 // rows; 0 until it is done, or where the service does not say
	Reason string
}

// Exports are the ways to take whole lists out of a workspace, above all export jobs. Order makes one, Job tells how far
// it is, Link says where its file is once it is done, and a Download reads that.
type Exports struct{ App *App }

const exportsPath = "/v1/exports"

// Order makes an export job. If its answer gets lost, it is ordered again: a
// second job does no harm.
func (x Exports) Order(ctx context.Context, o ExportOrder) (ExportJob, error) {
	if o.Kind == ExportPeople && len(o.Filters) == 0 {
		o.Filters = json.RawMessage(everyone)
	}
	body, err := json.Marshal(o)
	if err != nil {
		return ExportJob{}, &Error{Trouble: Misuse, Msg: "the filter is not JSON", Err: err}
	}
	return x.ask(ctx, post(exportsPath+"/"+string(o.Kind), "", body))
}

// Job returns the state of an export job. The caller asks for it with pauses
// until it is done or has failed.
func (x Exports) Job(ctx context.Context, id int64) (ExportJob, error) {
	return x.ask(ctx, exportRequest(id, ""))
}

// Link returns where the file of a job that is done can be read: an address of
// another host, which expires after 15 minutes. A new one can be had at any time.
func (x Exports) Link(ctx context.Context, id int64) (string, error) {
	q := exportRequest(id, "/download")
	r, err := x.App.answer(ctx, q)
	if err != nil {
		return "", err
	}
	var answer struct{ URL, Link string }
	if json.Unmarshal(r.body, &answer) != nil || answer.URL+answer.Link == "" {
		return "", x.App.unreadable(q, &reply{status: r.status}) // it may hold a signature
	}
	if answer.URL == "" {
		return answer.Link, nil
	}
	return answer.URL, nil
}

func exportRequest(id int64, what string) *request {
	q := get(fmt.Sprintf("%s/%d%s", exportsPath, id, what), "")
	q.absent = &Error{Trouble: NotFound, Status: http.StatusNotFound, Msg: fmt.Sprintf("there is no export %d in this workspace", id),
		Hint: "the service may have removed it; start the export again"}
	return q
}

func (x Exports) ask(ctx context.Context, q *request) (j ExportJob, err error) {
	var answer struct {
		ID          int64  `json:"id"`
		Status      string `json:"status"`
		Failed      bool   `json:"failed"`
		Total       int64  `json:"total"`
		Description string `json:"description"`
	}
	if err := x.App.ask(ctx, q, "export", &answer); err != nil {
		return j, err
	}
	return ExportJob{
		ID: answer.ID, Done: answer.Status == "done", Failed: answer.Failed || answer.Status == "failed",
		Silent: answer.Status == "" && !answer.Failed, Total: answer.Total, Reason: answer.Description,
	}, nil
}

// SegmentObjects returns all segments of the workspace, each as the JSON that the
// service gave.
func (x Exports) SegmentObjects(ctx context.Context) (all []json.RawMessage, err error) {
	err = x.App.ask(ctx, get(segmentsPath, ""), "segments", &all)
	return all, err
}

// ExportLinkLife is how long a link is good for.
const ExportLinkLife = 15 * time.Minute
