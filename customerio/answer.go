package customerio

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"
)

// meaning is what an answer says about a request as a whole.
type meaning int

const (
	settled meaning = iota // every operation has its verdict
	refused                // as a whole: one operation or its size is the reason
	busy                   // the service asks for fewer requests
	failed                 // not a clear answer; the request may have been applied
	denied                 // 401 or 403
	strange                // another refusal, which time may not change
)

// maxAnswer bounds how much of an answer is read, in bytes: a thousand errors
// with long messages fit.
const maxAnswer = 4 << 20

// classify decides what the answer to a question means.
func classify(r *reply) meaning {
	if r.status >= 200 && r.status < 300 {
		if len(bytes.TrimSpace(r.body)) > 0 && !json.Valid(r.body) {
			return failed // of a captive portal, or a proxy's page
		}
		return settled
	}
	return classifyStatus(r)
}

// classifyBatch decides what the answer to a batch means. Only a clear answer is
// acceptance: of JSON that is not an object, or that reports an error, anything
// may be true.
func classifyBatch(r *reply) meaning {
	switch {
	case r.status == http.StatusMultiStatus && (r.cut || json.Valid(r.body)):
		return settled // judge leaves in doubt what it does not say
	case r.status >= 200 && r.status < 300:
		if explicit(r) {
			return settled
		}
		return failed
	}
	return classifyStatus(r)
}

func classifyStatus(r *reply) meaning {
	switch {
	case r.status == http.StatusBadRequest, r.status == http.StatusUnprocessableEntity,
		r.status == http.StatusRequestEntityTooLarge:
		return refused
	case r.status == http.StatusTooManyRequests, r.status == http.StatusTooEarly,
		r.status == http.StatusServiceUnavailable && r.header.Get("Retry-After") != "":
		return busy
	case r.status == http.StatusRequestTimeout, r.status >= 500:
		return failed
	case r.status == http.StatusUnauthorized, r.status == http.StatusForbidden:
		return denied
	}
	return strange
}

// explicit reports whether the body of a success says that it is one, or what is not
// accepted. An empty body does, if the server said that it would be empty.
func explicit(r *reply) bool {
	if len(bytes.TrimSpace(r.body)) == 0 {
		return !r.open
	}
	var a struct {
		Errors, Error, Success json.RawMessage
		Meta                   json.RawMessage
	}
	if r.cut || json.Unmarshal(r.body, &a) != nil || bytes.TrimSpace(r.body)[0] != '{' {
		return false
	}
	if says(a.Errors) {
		return true // judge reads them
	}
	var meta struct{ Error, Errors json.RawMessage }
	_ = json.Unmarshal(a.Meta, &meta) // what is not an object reports nothing
	success := strings.Trim(strings.ToLower(string(a.Success)), `"`)
	return !says(a.Error) && !says(meta.Error) && !says(meta.Errors) && success != "false" && success != "0"
}

// says reports whether a member of an answer is there and holds something.
func says(member json.RawMessage) bool {
	switch string(bytes.Join(bytes.Fields(member), nil)) {
	case "", "null", "false", `""`, "[]":
		return false
	}
	return true
}

// own reports whether a refusal has the form that Customer.io's have
// (https://docs.customer.io/api/track/), and is not a proxy's or a firewall's.
func own(r *reply) bool {
	var members struct{ Errors, Meta json.RawMessage }
	return json.Unmarshal(r.body, &members) == nil && (says(members.Errors) || says(members.Meta))
}

// maxExcerpt bounds, in bytes, what is shown of an answer.
const maxExcerpt = 200

// excerpt makes one short line of a body, of printable characters.
func excerpt(body []byte) string {
	text := strings.ToValidUTF8(string(body[:min(len(body), maxExcerpt)]), "")
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
	if text == "" {
		return "no explanation was given"
	}
	return text
}

// maxReason bounds, in bytes, each part of a rejection's explanation.
const maxReason = 500

// shortened cuts a text that is too long for a report.
func shortened(text string) string {
	const end = "…"
	if len(text) <= maxReason {
		return text
	}
	n := maxReason - len(end)
	for !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n] + end
}
