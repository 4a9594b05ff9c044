// Package customerio is Customer.io's APIs as Go: credentials and regions,
// batches of operations, the service's limits, and what its answers mean.
//
// To write, start with NewTrack. Track.Locate checks the credentials and finds the
// workspace that they belong to; Track.Send delivers a batch and returns the
// verdict on every operation in it, and does all that this needs: retries, splits
// and redirects. The zero Batch is for operations on people; NewBatch and
// SegmentCall make one that changes a manual segment.
//
// To read, and to make segments, start with NewApp, which has a key of its own, and
// the region that Track.Locate found.
//
// Facts about the service come from Customer.io's API references for the Track
// API (https://docs.customer.io/api/track/) and the App API
// (https://docs.customer.io/api/app/) unless a comment says otherwise.
package customerio

import (
	"context"
	"time"
)

// Limits of the service, in bytes unless the name says otherwise
// (https://docs.customer.io/api/track/). The reference gives the first two in kb,
// and does not say whether that is 1000 or 1024 bytes: these are the smaller.
const (
	MaxBatch          = 500_000 // the body of a batch request
	MaxOperation      = 32_000  // one operation in it
	MaxID             = 150     // a person's id
	MaxAttributeName  = 150
	MaxEventName      = 100
	MaxAttributeValue = 1000
	MaxAttributes     = 300 // number of attributes in an operation

	// MaxSegmentIDs is the number of people in one request of a SegmentCall.
	MaxSegmentIDs = 1000

	// MaxPerSecond is the documented limit of requests a second to the Track
	// API. Older pages say 100, so begin with that.
	MaxPerSecond = 1000

	// AppPerSecond is the limit of requests a second to the App API; above it the
	// answer is 429 (https://docs.customer.io/api/app/).
	AppPerSecond = 10
)

// Match is the identifier that people or objects are found by.
type Match string

// The identifiers of people that Customer.io knows. Segments and the App API do not
// take a Phone, and an AnonymousID is that of a visitor who is not known yet.
const (
	ID          Match = "id"
	Email       Match = "email"
	Phone       Match = "phone"
	CioID       Match = "cio_id"
	AnonymousID Match = "anonymous_id"
)

// The identifiers of objects: an ObjectID is unique among the objects of its type.
const (
	ObjectID    Match = "object_id"
	CioObjectID Match = "cio_object_id"
)

// The reasons of rejections. The first two are the service's words, the others
// are ours.
const (
	ReasonRequired = "required"  // an identifier or a value is missing
	ReasonInvalid  = "invalid"   // a value does not convert, or the service refuses it
	ReasonTooLarge = "too_large" // the service answers 413 to a request with this row alone
	ReasonRefused  = "refused"   // a request fails whenever this row is in it, for example with 403, 404 or 409
	ReasonUnknown  = "unknown"   // the service's answer leaves open whether the row was applied
)

// Rejection is one operation that was not accepted. It is data, not an error.
type Rejection struct {
	Index   int  // of the operation in the batch that was sent
	Unknown bool // the answer does not say whether it was accepted
	Reason  string
	Field   string // for example "attributes.plan"; may be empty
	Message string
	Status  int // of the HTTP answer; 0 where nothing was sent
}

// Limiter paces requests. Wait is called before each request, Slow when the service
// asks for fewer or is too slow, Steady after a good answer. All may be called from
// any goroutine.
type Limiter interface {
	Wait(context.Context) error
	Slow(retryAfter time.Duration)
	Steady()
}
