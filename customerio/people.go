package customerio

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// PersonRef is the identifiers of a person. Those that they do not have are
// empty.
type PersonRef struct {
	ID    string `json:"id"`
	Email string `json:"email"`
	CioID string `json:"cio_id"`
}

// Person is what the workspace knows of a person.
type Person struct {
	PersonRef
	// Attributes are strings, as the service gives them; what it gives as
	// another JSON value is that value's JSON, and empty for null.
	Attributes   map[string]string
	Unsubscribed bool
	Devices      int // their number
}

// Person returns the person who has an identifier, which may not be a Phone.
func (a *App) Person(ctx context.Context, match Match, value string) (Person, error) {
	var answer struct {
		ID           text              `json:"id"`
		Identifiers  map[string]text   `json:"identifiers"`
		Attributes   map[string]text   `json:"attributes"`
		Unsubscribed text              `json:"unsubscribed"`
		Devices      []json.RawMessage `json:"devices"`
	}
	q, err := ofPerson(match, value, "/attributes")
	if err != nil {
		return Person{}, err
	}
	if err := a.ask(ctx, q, "customer", &answer); err != nil {
		return Person{}, err
	}
	p := Person{
		PersonRef:    PersonRef{string(answer.Identifiers["id"]), string(answer.Identifiers["email"]), string(answer.Identifiers["cio_id"])},
		Attributes:   make(map[string]string, len(answer.Attributes)),
		Unsubscribed: answer.Unsubscribed == "true" || answer.Unsubscribed == "1",
		Devices:      len(answer.Devices),
	}
	if answer.Identifiers == nil {
		p.ID = string(answer.ID)
	}
	for name, value := range answer.Attributes {
		p.Attributes[name] = string(value)
	}
	return p, nil
}

// PersonSegments returns the segments that a person is in, who is found as
// Person does it. The service may leave out their Type and State.
func (a *App) PersonSegments(ctx context.Context, match Match, value string) ([]Segment, error) {
	q, err := ofPerson(match, value, "/segments")
	if err != nil {
		return nil, err
	}
	var all []Segment
	err = a.ask(ctx, q, "segments", &all)
	return all, err
}

// ofPerson is the question for something of a person.
func ofPerson(match Match, value, what string) (*request, error) {
	if err := idType(match); err != nil {
		return nil, err
	}
	if value == "" {
		return nil, &Error{Trouble: Misuse, Msg: fmt.Sprintf("the %s of the person is empty", match)}
	}
	q := get("/v1/customers/"+escape(value)+what, "id_type="+string(match))
	q.absent = &Error{Trouble: NotFound, Status: http.StatusNotFound, Msg: fmt.Sprintf("there is nobody with the %s %q in this workspace", match, value)}
	return q, nil
}

// text is a string, which the service writes as a number or null as well. What
// is no string is its JSON; null is empty.
type text string

func (t *text) UnmarshalJSON(b []byte) error {
	switch {
	case string(b) == "null":
		*t = ""
	case b[0] == '"':
		return json.Unmarshal(b, (*string)(t))
	default:
		*t = text(b)
	}
	return nil
}
