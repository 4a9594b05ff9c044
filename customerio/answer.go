package customerio

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"unicode"
)

// meaning is what an answer says about a request as a whole.
type meaning int

const (
	settled meaning = iota // every operation has its verdict
	refused                // as a whole: one operation or its size is the reason
	again                  // try again later
	strange                // nothing more can be sent
)

// maxAnswer bounds how much of an answer is read, in bytes: a thousand errors
// with long messages fit.
const maxAnswer = 4 << 20

// classify decides what an answer means. A success that is not JSON is
// somebody else's answer (a captive portal, a proxy's page).
func classify(r *reply) meaning {
	switch {
	case r.status == http.StatusMultiStatus:
		return settled
	case r.status >= 200 && r.status < 300:
		if len(bytes.TrimSpace(r.body)) > 0 && !json.Valid(r.body) {
			return again
		}
		return settled
	case r.status == http.StatusBadRequest, r.status == http.StatusUnprocessableEntity,
		r.status == http.StatusRequestEntityTooLarge:
		return refused
	case r.status == http.StatusRequestTimeout, r.status == http.StatusTooManyRequests,
		r.status == http.StatusTooEarly, r.status >= 500:
		return again
	}
	return strange
}

// judge returns the operations of n that a settling answer does not accept.
// A success that carries errors is a 207 by another name: it happens.
func judge(r *reply, n int) []Rejection {
	if r.status != http.StatusMultiStatus {
		var answer struct {
			Errors json.RawMessage `json:"errors"`
		}
		_ = json.Unmarshal(r.body, &answer) // no object, no errors
		var list []json.RawMessage
		if answer.Errors == nil || json.Unmarshal(answer.Errors, &list) == nil && len(list) == 0 {
			return nil
		}
	}
	return listed(r.status, r.body, n)
}

// listed reads the errors of a 207. An entry names an operation by its index,
// counted from 0. If one names none that there is, or if the list is empty or
// not there, any operation may be meant: all that are not named are unknown.
// An index that stands twice is in doubt as well.
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

// entry reads one error of a 207; ok is false if it names no operation.
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

// refusal is the verdict on an operation that was refused alone, by 400 or 413.
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

// excerpt makes one short line of a body, with nothing in it that moves a
// terminal's cursor.
func excerpt(body []byte) string {
	text := strings.ToValidUTF8(string(body[:min(len(body), 200)]), "")
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if text == "" {
		return "no explanation was given"
	}
	return text
}
