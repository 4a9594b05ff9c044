package customerio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
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

// profile is a person as the App API words one.
type profile struct {
	ID           text              `json:"id"`
	Identifiers  map[string]text   `json:"identifiers"`
	Attributes   map[string]text   `json:"attributes"`
	Unsubscribed text              `json:"unsubscribed"`
	Devices      []json.RawMessage `json:"devices"`
}

func (f *profile) person() Person {
	p := Person{
		PersonRef:    PersonRef{string(f.Identifiers["id"]), string(f.Identifiers["email"]), string(f.Identifiers["cio_id"])},
		Attributes:   make(map[string]string, len(f.Attributes)),
		Unsubscribed: strings.EqualFold(string(f.Unsubscribed), "true") || f.Unsubscribed == "1",
		Devices:      len(f.Devices),
	}
	if f.Identifiers == nil {
		p.ID = string(f.ID)
	}
	for name, value := range f.Attributes {
		p.Attributes[name] = string(value)
	}
	return p
}

// Person returns the person who has an identifier. A cio_id is asked for as it
// is, and then with the prefix "cio_", which some of the service's answers want.
func (a *App) Person(ctx context.Context, match Match, value string) (Person, error) {
	var f profile
	q, err := ofPerson(match, value, "/attributes")
	if err != nil {
		return Person{}, err
	}
	err = a.ask(ctx, q, "customer", &f)
	if e, ok := errors.AsType[*Error](err); ok && e.Trouble == NotFound && match == CioID && !strings.HasPrefix(value, cioPrefix) {
		prefixed, _ := ofPerson(match, cioPrefix+value, "/attributes")
		prefixed.absent = e
		err = a.ask(ctx, prefixed, "customer", &f)
	}
	if err != nil {
		return Person{}, err
	}
	return f.person(), nil
}

// cioPrefix is what parts of the API want before a cio_id.
const cioPrefix = "cio_"

// MaxPeopleAttributes is how many people PeopleBy takes at most.
const MaxPeopleAttributes = 100

// PeopleBy returns what the workspace knows of people, by identifiers of one kind, in no
// particular order. Those who are not there are left out. Where no one has one of the
// cio_ids, they are asked for again with the prefix "cio_", as Person does.
func (a *App) PeopleBy(ctx context.Context, match Match, values []string) ([]Person, error) {
	people, err := a.peopleBy(ctx, match, values)
	if err != nil || match != CioID || len(people) > 0 || len(values) == 0 {
		return people, err
	}
	prefixed := make([]string, len(values))
	for i, id := range values {
		prefixed[i] = cioPrefix + id
	}
	return a.peopleBy(ctx, match, prefixed)
}

// PeopleByCioID is PeopleBy with cio_ids.
func (a *App) PeopleByCioID(ctx context.Context, cioIDs []string) ([]Person, error) {
	return a.PeopleBy(ctx, CioID, cioIDs)
}

func (a *App) peopleBy(ctx context.Context, match Match, values []string) ([]Person, error) {
	body, err := json.Marshal(map[string][]string{"ids": values})
	if err != nil {
		return nil, err
	}
	q := post("/v1/customers/attributes", "id_type="+string(match), body)
	var found []struct {
		Customer profile `json:"customer"`
	}
	if err := a.ask(ctx, q, "customers", &found); err != nil {
		return nil, err
	}
	people := make([]Person, len(found))
	for i := range found {
		people[i] = found[i].Customer.person()
	}
	return people, nil
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
	if match != Phone { // which is an id_type here, and not one of segments
		if err := idType(match); err != nil {
			return nil, err
		}
	}
	if value == "" {
		return nil, &Error{Trouble: Misuse, Msg: fmt.Sprintf("the %s of the person is empty", match)}
	}
	q := get("/v1/customers/"+escape(value)+what, "id_type="+string(match))
	q.absent = &Error{Trouble: NotFound, Status: http.StatusNotFound, Msg: fmt.Sprintf("no one has the %s %q in this workspace", match, value)}
	return q, nil
}

// text is a string, which the service may also write as a number or null. A value
// that is not a string becomes its JSON, null the empty string.
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
