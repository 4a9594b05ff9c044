package simulator

import (
	"encoding/json"
	"strings"
	"time"
)

// Faults says what goes wrong. The zero value is nothing.
//
// "Every n" means the nth, 2nth, ... of the batch requests that arrive whole,
// with good credentials and within the size limit, counted from the last
// SetFaults; zero is never. Requests that add people to a segment, or remove
// them, are counted among the batch requests, their ids as operations. A
// request has one fault at most: of those that are due, the first in this order:
// MaxPerSecond, HangEvery, CutBefore, Every429, Every500, Every503, EveryHTML,
// Poison, Blanket, Doubtful. SlowEvery and CutAfter apply to requests that are
// applied; both may apply to one. Counts are exact whatever runs at once.
//
// The App API has none of these faults. Its own, whose names begin with App, are
// counted among its requests that arrive whole, at an existing path, and with a
// good key.
//
// As JSON the names are in the tags, and a duration is nanoseconds or text
// such as "50ms".
type Faults struct {
	Every429   int    `json:"every_429"`   // every nth batch request is answered with 429
	Every500   int    `json:"every_500"`   // every nth with 500
	Every503   int    `json:"every_503"`   // every nth with 503
	EveryHTML  int    `json:"every_html"`  // every nth with 502 and a page of HTML
	RetryAfter string `json:"retry_after"` // the header's value on 429 and 503; empty is none

	TooLargeAbove int    `json:"too_large_above"` // 413 for more operations in a body than this
	RefuseWhole   string `json:"refuse_whole"`    // a request with an operation on this identifier is refused as a whole, with 400 and no index
	Reject        string `json:"reject"`          // an operation on this identifier is rejected by its index; not in segment requests, which have none
	Odd207        Odd    `json:"odd_207"`         // how rejections are reported: empty, twice, range, noindex, bare or ok-errors

	Poison        Poison `json:"poison"`         // what happens to requests with a text in their body, for example {"u7":"502 page"}
	Blanket       Mishap `json:"blanket"`        // what happens to every request, for example "400"
	Doubtful      string `json:"doubtful"`       // the body of a 200 in place of {}, for requests that are not applied
	DoubtfulEvery int    `json:"doubtful_every"` // of every nth; 0 is every one

	CutBefore int           `json:"cut_before"` // every nth connection is reset before the batch is applied
	CutAfter  int           `json:"cut_after"`  // every nth connection is closed after the batch is applied, without an answer
	HangEvery int           `json:"hang_every"` // every nth request is not applied, and its connection reset after hang
	Hang      time.Duration `json:"hang"`       // how long; 0 is until the client goes away
	SlowEvery int           `json:"slow_every"` // every nth request is applied at once and answered after slow
	Slow      time.Duration `json:"slow"`       // how long

	Latency      time.Duration `json:"latency"`        // before anything is done, for every request to the Track API
	Down         bool          `json:"down"`           // 503 for every request to the Track API
	MaxPerSecond float64       `json:"max_per_second"` // 429 for batch requests beyond it, counted by a bucket that holds a second's worth

	Gzip bool `json:"gzip"` // answers of both APIs are compressed, whether or not the client asked for it
	TLS  TLS  `json:"tls"`  // simulate serves https with a certificate that is self-signed, wrong-host or expired; empty: plain http

	AppEvery429 int  `json:"app_every_429"` // every nth request to the App API is answered with 429, and Retry-After as retry_after says, or 1
	AppEvery500 int  `json:"app_every_500"` // every nth with 500
	AppQuota    bool `json:"app_quota"`     // 429s of the App API have no Retry-After, as when a day's quota is used up
	AppDown     bool `json:"app_down"`      // 503 for every request to the App API

	AppLatency time.Duration `json:"app_latency"` // before anything is done, for every request to the App API

	AppFailExports bool `json:"app_fail_exports"` // export jobs that are ordered fail in the end
	AppCutDownload int  `json:"app_cut_download"` // each answer with an export's file is cut after so many bytes
}

// UnmarshalJSON refuses names it does not know.
func (f *Faults) UnmarshalJSON(data []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	for _, name := range []string{"hang", "slow", "latency", "app_latency"} {
		var text string
		if json.Unmarshal(fields[name], &text) != nil {
			continue // a number, or missing
		}
		d, err := time.ParseDuration(text)
		if err != nil {
			return err
		}
		fields[name], _ = json.Marshal(d) // an integer: cannot fail
	}
	data, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	type plain Faults // without this method
	var p plain
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&p); err != nil {
		return err
	}
	*f = Faults(p)
	return nil
}

// SetFaults replaces the faults and starts to count again. Requests that are being
// answered keep the previous ones.
func (w *Workspace) SetFaults(f Faults) {
	p := &plan{Faults: f}
	p.down.Store(f.Down)
	w.plan.Store(p)
}

// SetDown switches Faults.Down and does not change the counts.
func (w *Workspace) SetDown(down bool) { w.plan.Load().down.Store(down) }
