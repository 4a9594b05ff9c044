// Package customerio is Customer.io's API as Go: credentials and regions,
// batches of operations, the service's limits, and what its answers mean.
//
// Start with NewTrack. Track.Locate finds out whether the credentials are good
// and which workspace they belong to; Track.Send delivers a batch and returns
// the verdict on every operation in it, whatever it takes: retries, splits and
// redirects happen inside.
//
// Facts about the service come from Customer.io's API reference for the Track
// API (https://docs.customer.io/api/track/) unless a comment says otherwise.
package customerio

import (
	"context"
	"fmt"
	"net/http"
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
	MaxAttributeValue = 1000
	MaxAttributes     = 300 // number of attributes in an operation

	// MaxPerSecond is the documented limit of requests a second. Older pages
	// say 100, so that is what to begin with.
	MaxPerSecond = 1000
)

// Match is the identifier that people are found by.
type Match string

// The identifiers that the Track API knows.
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
	Misuse                     // the configuration cannot be right; nothing was sent
	Credentials                // 401, 403, or the wrong region
	Unavailable                // no good answer for longer than Config.Outage
)

// Error is a reason why nothing more can be sent. It never holds credentials.
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

func credentialsError(status int) *Error {
	return &Error{
		Trouble: Credentials, Status: status,
		Msg:  fmt.Sprintf("Customer.io refused the Track API credentials (%d %s)", status, http.StatusText(status)),
		Hint: "compare CUSTOMERIO_SITE_ID and CUSTOMERIO_API_KEY with Settings > API Credentials > Track API keys, and CUSTOMERIO_REGION with the account's region",
	}
}
