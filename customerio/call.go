package customerio

import (
	"fmt"
	"net/http"
)

const (
	eventPath  = "/api/v1/events"
	batchPath  = "/api/v2/batch"
	batchStart = `{"batch":[`
	idsStart   = `{"ids":[`
	batchEnd   = `]}` // of either of the two
)

// Call is what a Batch is sent to. The zero Call is POST /api/v2/batch, which
// takes operations on people and objects; SegmentCall and AnonymousCall make the others.
// Calls can be compared.
type Call struct {
	single  bool  // the body is one operation
	segment int64 // 0: another call
	remove  bool
	match   Match
}

// SegmentCall is the call that adds people to a manual segment, or removes them
// from it. Its batch holds at most MaxSegmentIDs values of match, each as a JSON
// string, a cio_id without a prefix. The service does not find people by phone
// here. It ignores values that match no one, without saying so, and changes only
// segments of Type "manual" (https://docs.customer.io/api/track/).
func SegmentCall(segment int64, remove bool, match Match) (Call, error) {
	if segment <= 0 {
		return Call{}, &Error{Trouble: Misuse, Msg: fmt.Sprintf("%d is not the id of a segment", segment), Hint: "it is a number above 0"}
	}
	if err := idType(match); err != nil {
		return Call{}, err
	}
	return Call{segment: segment, remove: remove, match: match}, nil
}

// AnonymousCall is the call that takes an event of a visitor who is not known yet,
// POST /api/v1/events. Its batch holds one event
// (https://docs.customer.io/api/track/): {"anonymous_id", "name", "data", …}.
func AnonymousCall() Call { return Call{single: true} }

// idType fails for what cannot be an id_type.
func idType(match Match) error {
	if match == ID || match == Email || match == CioID {
		return nil
	}
	return &Error{Trouble: Misuse, Msg: fmt.Sprintf("Customer.io does not find people by %q here", string(match)),
		Hint: "it finds them by id, email or cio_id"}
}

// start is what the body begins with.
func (c Call) start() string {
	switch {
	case c.single:
		return ""
	case c.segment == 0:
		return batchStart
	}
	return idsStart
}

// end is what the body ends with.
func (c Call) end() string {
	if c.single {
		return ""
	}
	return batchEnd
}

// request is the request that a batch is sent with.
func (c Call) request(b *Batch) *request {
	q := post(batchPath, "", nil)
	if c.single {
		q = post(eventPath, "", nil)
	}
	if c.segment > 0 {
		verb := "add_customers"
		if c.remove {
			verb = "remove_customers"
		}
		q = post(fmt.Sprintf("/api/v1/segments/%d/%s", c.segment, verb), "id_type="+string(c.match), nil)
		q.absent = noSegment(Misuse, c.segment)
	}
	q.batch, q.body = true, b.parts()
	return q
}

// noSegment is the meaning of a 404 for a segment.
func noSegment(t Trouble, id int64) *Error {
	return &Error{Trouble: t, Status: http.StatusNotFound, Msg: fmt.Sprintf("there is no segment %d in this workspace", id),
		Hint: "a segment's id is the number at the end of its page's address in Customer.io; check also the workspace"}
}
