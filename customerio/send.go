package customerio

import (
	"context"
	"encoding/json"
	"fmt"
)

const regionPath = "/api/v1/accounts/region"

// Send delivers a batch of operations, each the JSON of one, to the batch's
// Call, and returns those that were not accepted, in the order of their indexes:
// all others were. It retries until there is an answer, splits a batch that is
// refused as a whole, and waits for the limiter before every request. A segment
// that is not there is Misuse.
//
// An operation may be applied more than once (an answer can get lost), so it
// must be one that bears that. The batch is not read once Send has returned. The
// error is the context's, the limiter's or an *Error, and then nothing is known
// of the batch.
func (t *Track) Send(ctx context.Context, b *Batch) ([]Rejection, error) {
	n := b.Len()
	if n == 0 {
		return nil, nil
	}
	r, err := t.persist(ctx, b.call.request(b))
	if err != nil {
		return nil, err
	}
	switch {
	case classify(r) == settled:
		return t.discreet(judge(r, n)), nil
	case n == 1:
		return t.discreet([]Rejection{refusal(r.status, t.withoutSecrets(r.body))}), nil
	}
	half := n / 2
	first, err := t.Send(ctx, b.part(0, half))
	if err != nil {
		return nil, err
	}
	second, err := t.Send(ctx, b.part(half, n))
	if err != nil {
		return nil, err
	}
	for _, r := range second {
		r.Index += half
		first = append(first, r)
	}
	return first, nil
}

// Account is what the credentials belong to.
type Account struct {
	Region      string `json:"region"`         // "us" or "eu"
	WorkspaceID int64  `json:"environment_id"` // also called the environment
}

// Locate asks which account the credentials belong to and, if no base URL was
// given, directs what follows to its region's host. A region that was
// configured must be the account's: people's data would pass through the
// other one. An *Error of status 404 means that a proxy hides the question.
func (t *Track) Locate(ctx context.Context) (Account, error) {
	var a Account
	r, err := t.persist(ctx, get(regionPath, ""))
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(r.body, &a); err != nil || a.Region != "us" && a.Region != "eu" {
		return a, &Error{Trouble: Refused, Status: r.status,
			Msg: "the answer about the account's region cannot be read: " + excerpt(t.withoutSecrets(r.body))}
	}
	if want := t.config.Region; want != "" && want != a.Region {
		return a, &Error{Trouble: Credentials, Status: r.status,
			Msg:  fmt.Sprintf("CUSTOMERIO_REGION is %s, but these credentials belong to an account in %s", want, a.Region),
			Hint: "set CUSTOMERIO_REGION to " + a.Region + ", or leave it unset"}
	}
	return a, t.direct(a.Region)
}
