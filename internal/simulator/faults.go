package simulator

import (
	"encoding/json"
	"strings"
	"time"
)

// Faults is what goes wrong. The zero value is nothing.
//
// "Every n" means the nth, 2nth, ... of the batch requests that arrive whole,
// with good credentials and within the size limit, counted from the last
// SetFaults; zero is never. Requests that add people to a segment, or remove
// them, are counted among the batch requests, their ids as operations. A
// request has one fault at most, of those that are due the first in this
// order: MaxPerSecond, Hang, CutBefore, Every429, Every500, Every503,
// EveryHTML; Slow and CutAfter come to those that are applied and may meet.
// Counts are exact whatever runs at once.
//
// The App API is spared all of that. It has faults of its own, whose names
// begin with App, counted among its own requests that arrive whole, at a path
// that there is, and with a good key.
//
// As JSON the names are in the tags, and a duration is nanoseconds or text
// such as "50ms".
type Faults struct {
	Every429   int    `json:"every_429"`
	Every500   int    `json:"every_500"`
	Every503   int    `json:"every_503"`
	EveryHTML  int    `json:"every_html"`  // a 502 whose body is a page of HTML
	RetryAfter string `json:"retry_after"` // the header's value on 429 and 503; empty is none

	TooLargeAbove int    `json:"too_large_above"` // 413 for more operations in a body than this
	RefuseWhole   string `json:"refuse_whole"`    // 400 without an index for a body with an operation on the identifier of this value
	Reject        string `json:"reject"`          // an operation on the identifier of this value is rejected by its index; not in segment requests, which have none
	Odd207        Odd    `json:"odd_207"`         // how rejections are worded

	CutBefore int           `json:"cut_before"` // every nth connection is reset before the batch is applied
	CutAfter  int           `json:"cut_after"`  // every nth connection is closed after it, without an answer
	HangEvery int           `json:"hang_every"` // every nth is not applied, and the connection reset after Hang
	Hang      time.Duration `json:"hang"`       // zero is until the client goes away
	SlowEvery int           `json:"slow_every"` // every nth is applied at once and answered after Slow
	Slow      time.Duration `json:"slow"`

	Latency      time.Duration `json:"latency"`        // before anything is done, for every request to the Track API
	Down         bool          `json:"down"`           // 503 for every such request; see SetDown
	MaxPerSecond float64       `json:"max_per_second"` // 429 for batch requests beyond it, counted by a bucket that holds a second's worth

	AppEvery429 int  `json:"app_every_429"` // with Retry-After as RetryAfter says, or 1 if that is empty
	AppEvery500 int  `json:"app_every_500"`
	AppQuota    bool `json:"app_quota"` // 429s of the App API have no Retry-After, as when a day's quota is used up
	AppDown     bool `json:"app_down"`  // 503 for every request to the App API
}

// UnmarshalJSON refuses names it does not know.
func (f *Faults) UnmarshalJSON(data []byte) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	for _, name := range []string{"hang", "slow", "latency"} {
		var text string
		if json.Unmarshal(fields[name], &text) != nil {
			continue // a number, or not there
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

// SetFaults replaces the faults and begins to count anew. Requests that are
// being answered keep those they met.
func (w *Workspace) SetFaults(f Faults) {
	p := &plan{Faults: f}
	p.down.Store(f.Down)
	w.plan.Store(p)
}

// SetDown switches Faults.Down and leaves the counting alone.
func (w *Workspace) SetDown(down bool) { w.plan.Load().down.Store(down) }
