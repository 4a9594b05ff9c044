package customerio

import (
	"context"
	"encoding/json"
	"fmt"
)

const regionPath = "/api/v1/accounts/region"

// Account is what the credentials belong to.
type Account struct {
	Region      string `json:"region"`         // "us" or "eu"
	WorkspaceID int64  `json:"environment_id"` // also called the environment
}

// Locate asks which account the credentials belong to and, if no base URL was
// given, sends later requests to the host of its region. It fails if another region
// was configured, through which people's data would pass. An *Error of status 404
// means that a proxy does not pass the question on. Call it before the first Send.
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
		return a, &Error{Trouble: Credentials, Problem: OtherRegion, API: TrackAPI, Region: a.Region, Status: r.status,
			Msg: fmt.Sprintf("the region is set to %s, but these credentials belong to an account in %s", want, a.Region)}
	}
	return a, t.direct(a.Region)
}
