package customerio

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// judge returns the operations of n that a settling answer does not accept.
// A success that carries errors is read as a 207: some are sent.
func judge(r *reply, n int) []Rejection {
	if r.status != http.StatusMultiStatus {
		var answer struct {
			Errors json.RawMessage `json:"errors"`
		}
		_ = json.Unmarshal(r.body, &answer) // not an object, no errors
		if !says(answer.Errors) {
			return nil
		}
	}
	return listed(r.status, r.body, n)
}

// listed reads the errors of a 207. An entry names an operation by its index,
// counted from 0. If one names an operation that does not exist, or if the list is
// empty or missing, any operation may be meant: all that are not named are
// unknown. An index that is named twice is in doubt as well.
func listed(status int, body []byte, n int) []Rejection {
	var answer struct {
		Errors []json.RawMessage `json:"errors"`
	}
	doubt := json.Unmarshal(body, &answer) != nil || len(answer.Errors) == 0
	found := make(map[int]Rejection)
	for _, raw := range answer.Errors {
		r, ok := entry(raw, status, n)
		if !ok {
			doubt = true
			continue
		}
		if first, twice := found[r.Index]; twice {
			r = first
			if !first.Unknown { // or the message would grow with every time
				r.Unknown, r.Reason = true, ReasonUnknown
				r.Message = "named twice in the answer; first as " + first.Reason + ": " + first.Message
			}
		}
		found[r.Index] = r
	}
	var all []Rejection
	for i := range n {
		r, ok := found[i]
		switch {
		case ok:
			all = append(all, r)
		case doubt:
			all = append(all, Rejection{Index: i, Unknown: true, Reason: ReasonUnknown, Status: status,
				Message: "the answer reports an error without saying of which operation"})
		}
	}
	return all
}

// entry reads one error of a 207; ok is false if it does not name an operation.
func entry(raw json.RawMessage, status, n int) (r Rejection, ok bool) {
	var e struct {
		Index *int `json:"batch_index"`
	}
	if json.Unmarshal(raw, &e) != nil || e.Index == nil || *e.Index < 0 || *e.Index >= n {
		return r, false
	}
	r = described(raw)
	r.Index, r.Status = *e.Index, status
	return r, true
}

// described reads reason, field and message, whatever they hold.
func described(raw json.RawMessage) Rejection {
	var e map[string]any
	_ = json.Unmarshal(raw, &e) // what is not an object describes nothing
	text := func(name string) string {
		switch v := e[name].(type) {
		case nil:
			return ""
		case string:
			return v
		default:
			b, _ := json.Marshal(v) // it came out of JSON
			return string(b)
		}
	}
	r := Rejection{Reason: text("reason"), Field: text("field"), Message: text("message")}
	if r.Reason == "" {
		r.Reason = ReasonInvalid
	}
	return r
}

// refusal is the verdict on an operation that was refused alone, by 400, 413 or
// 422.
func refusal(status int, body []byte) Rejection {
	var answer struct {
		Errors []json.RawMessage `json:"errors"`
		Meta   struct {
			Error  string   `json:"error"`
			Errors []string `json:"errors"`
		} `json:"meta"`
	}
	_ = json.Unmarshal(body, &answer) // free text is reported as it is
	r := Rejection{Reason: ReasonInvalid}
	switch {
	case len(answer.Errors) > 0:
		r = described(answer.Errors[0])
	case answer.Meta.Error != "":
		r.Message = answer.Meta.Error
	case len(answer.Meta.Errors) > 0:
		r.Message = strings.Join(answer.Meta.Errors, "; ")
	}
	if r.Field == "" && r.Message == "" {
		r.Message = excerpt(body)
	}
	if status == http.StatusRequestEntityTooLarge {
		r.Reason = ReasonTooLarge
	}
	r.Status = status
	return r
}

// blame is the verdict on an operation whose request fails alone, again and again,
// while others are accepted. It is unknown unless the status says that nothing was
// applied.
func blame(o outcome) Rejection {
	r := Rejection{Unknown: true, Reason: ReasonUnknown, Status: statusOf(o.reply)}
	if r.Status >= 300 && r.Status < 500 && r.Status != http.StatusRequestTimeout {
		r.Unknown, r.Reason = false, ReasonRefused
	}
	r.Message = fmt.Sprintf("the request with this row alone fails while others succeed: %v", o.reason)
	return r
}

// ownReasons are the reasons that callers branch on. They are never changed, even if a
// secret looks like a part of them.
var ownReasons = []string{ReasonRequired, ReasonInvalid, ReasonTooLarge, ReasonRefused, ReasonUnknown}

// reported makes verdicts fit for a report: without secrets, and short.
func reported(all []Rejection, secrets *strings.Replacer) []Rejection {
	for i := range all {
		r := &all[i]
		for _, text := range []*string{&r.Reason, &r.Field, &r.Message} {
			if !slices.Contains(ownReasons, *text) {
				*text = shortened(secrets.Replace(*text))
			}
		}
	}
	return all
}
