package simulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// A Mishap says what happens to a request, in one of these forms:
//
//	"500"            an answer of this status, as the service words it
//	"502 page"       with a page of HTML, as a proxy or a firewall sends it
//	"200 ANYTHING"   with any other text as its body
//	"cut"            the connection is reset, and nothing is applied
//	"cut after"      the connection is closed after all is applied
//	"hang"           no answer; nothing is applied
//	"short"          a 200 without the body that its header announces; nothing is applied
type Mishap string

// UnmarshalJSON takes a text of one of the forms, or a number for a status. An
// empty text means none.
func (m *Mishap) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) != nil {
		text = string(data)
	}
	if _, _, ok := parseMishap(text); !ok && !named(text) && text != "" {
		return fmt.Errorf("%q is not a mishap: it is cut, cut after, hang, short, or a status, which page or a body may follow", text)
	}
	*m = Mishap(text)
	return nil
}

func named(text string) bool {
	return text == "cut" || text == "cut after" || text == "hang" || text == "short"
}

// parseMishap takes a status and its body apart.
func parseMishap(text string) (status int, body string, ok bool) {
	first, body, _ := strings.Cut(text, " ")
	status, err := strconv.Atoi(first)
	return status, body, err == nil && status >= 200 && status <= 599
}

// Poison is what happens to the requests whose body holds a text, by that text.
type Poison map[string]Mishap

// of returns the mishap of a body; it is empty if none applies.
func (p Poison) of(body []byte) Mishap {
	for text, m := range p {
		if bytes.Contains(body, []byte(text)) {
			return m
		}
	}
	return ""
}

// fate is what a mishap comes to.
func (m Mishap) fate() fate {
	switch m {
	case "":
		return fate{}
	case "cut":
		return fate{cutBefore: true}
	case "cut after":
		return fate{cutAfter: true}
	case "hang":
		return fate{hang: true}
	case "short":
		return fate{answer: &reply{status: http.StatusOK, short: true}}
	}
	status, body, _ := parseMishap(string(m))
	answer := failure(status, strings.ToLower(http.StatusText(status)))
	switch {
	case body == "page":
		answer = reply{status: status, page: fmt.Sprintf("<html><body><h1>%d %s</h1></body></html>\n", status, http.StatusText(status))}
	case body != "":
		answer = reply{status: status, text: &body}
	}
	return fate{answer: &answer}
}
