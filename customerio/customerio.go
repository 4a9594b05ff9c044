// Package customerio is Customer.io's APIs as Go: credentials and regions,
// batches of operations, the service's limits, and what its answers mean.
//
// To write, start with NewTrack. Track.Locate finds out whether the credentials
// are good and which workspace they belong to; Track.Send delivers a batch and
// returns the verdict on every operation in it, whatever it takes: retries,
// splits and redirects happen inside. The zero Batch is for operations on
// people; NewBatch and SegmentCall make one that changes a manual segment.
//
// To read, and to make segments, start with NewApp, whose key is another, and the
// region that Track.Locate found.
//
// Facts about the service come from Customer.io's API references for the Track
// API (https://docs.customer.io/api/track/) and the App API
// (https://docs.customer.io/api/app/) unless a comment says otherwise.
package customerio

import (
	"context"
	"time"
)

// Limits of the service, in bytes unless the name says otherwise. The
// reference says kb for the first two and not whether that is 1000 or 1024
// bytes, so these are the smaller.
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
	// API. Older pages say 100, so that is what to begin with.
	MaxPerSecond = 1000

	// AppPerSecond is the limit of requests a second to the App API, beyond
	// which it answers 429 (https://docs.customer.io/api/app/).
	AppPerSecond = 10
)

// Match is the identifier that people are found by.
type Match string

// The identifiers that Customer.io knows. Segments and the App API know no Phone.
const (
	ID    Match = "id"
	Email Match = "email"
	Phone Match = "phone"
	CioID Match = "cio_id"
)

// The reasons of rejections, in the service's words.
const (
	ReasonRequired = "required"
	ReasonInvalid  = "invalid"
	// ReasonTooLarge is ours, for what the service answers with 413.
	ReasonTooLarge = "too_large"
	// ReasonUnknown is ours, for answers that do not tell.
	ReasonUnknown = "unknown"
)

// Rejection is one operation that was not accepted. It is data, not an error.
type Rejection struct {
	Index   int  // of the operation in the batch that was sent
	Unknown bool // the answer does not tell whether it was accepted
	Reason  string
	Field   string // for example "attributes.plan"; may be empty
	Message string
	Status  int // of the HTTP answer; 0 where nothing was sent
}

// Limiter paces requests. Wait is called before each, Slow when the service
// refuses or suffers, Steady when it answered well.
type Limiter interface {
	Wait(context.Context) error
	Slow(retryAfter time.Duration)
	Steady()
}

// Trouble is the kind of an Error, for callers that branch on it.
type Trouble int

// The kinds of trouble.
const (
	Refused     Trouble = iota // an answer that nobody expects here
	Misuse                     // the configuration or the call cannot be right; nothing was changed
	Credentials                // 401, 403, or the wrong region
	Unavailable                // no good answer for longer than Config.Outage
	NotFound                   // what an App was asked for is not there
)

// Error is a reason why nothing more can be sent, or a question has no answer. It
// never holds credentials.
type Error struct {
	Trouble Trouble
	Status  int // 0 where there was no answer
	Msg     string
	Hint    string
	Err     error
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.Msg + ": " + e.Err.Error()
	}
	return e.Msg
}

func (e *Error) Unwrap() error { return e.Err }
