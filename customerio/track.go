package customerio

import (
	"encoding/base64"
	"time"
)

// The hosts of the Track API.
const (
	trackUS = "https://track.customer.io"
	trackEU = "https://track-eu.customer.io"
)

// Config says how to reach the Track API. The zero values of all but the
// credentials and the Limiter mean the defaults.
type Config struct {
	SiteID, APIKey string
	Region         string        // "us" or "eu"; empty: Locate finds it
	BaseURL        string        // instead of the region's host, for a proxy or a simulator
	Limiter        Limiter       // paces every request
	Connections    int           // at most, kept alive: as many as there are Sends at once; 0 is 16
	Timeout        time.Duration // of one request; 0 is 30 s, or a shorter Outage but not below 5 s
	Outage         time.Duration // how long one request is tried while nothing succeeds; 0 is 10 minutes
	UserAgent      string
	Dial           Dial // makes connections; nil is the system's way

	// Waiting is called, from any goroutine, with the reason when requests have
	// failed for some seconds, and with nil when they succeed again.
	Waiting func(reason error)
}

// Track is a client of the Track API. Its methods may be called from any
// goroutine, Locate before the first Send.
type Track struct {
	*api
	blanket blanket
	sizes   sizeLimit
}

// Stats counts what was sent since the client was made.
type Stats struct {
	Requests int64 // that a batch was sent with, retries and redirects included
	Retries  int64
	Bytes    int64 // of their bodies

	Throttled int64 // answers that asked to slow down
}

// NewTrack returns a client; nothing is sent yet. It fails if the
// configuration cannot be right.
func NewTrack(c Config) (*Track, error) {
	if c.SiteID == "" || c.APIKey == "" {
		return nil, &Error{Trouble: Credentials, Problem: NoCredentials, API: TrackAPI, Msg: "no Track API credentials"}
	}
	pair := base64.StdEncoding.EncodeToString([]byte(c.SiteID + ":" + c.APIKey))
	a, err := newAPI(surface{name: TrackAPI, us: trackUS, eu: trackEU, credentials: "Track API credentials"}, c, "Basic "+pair, c.SiteID+":"+c.APIKey, "[credentials]", c.APIKey, "[key]")
	if err != nil {
		return nil, err
	}
	return &Track{api: a}, nil
}

// Stats returns the counts so far.
func (t *Track) Stats() Stats {
	return Stats{t.requests.Load(), t.retries.Load(), t.bytes.Load(), t.throttled.Load()}
}
