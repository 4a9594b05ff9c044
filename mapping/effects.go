package mapping

import (
	"bytes"

	"github.com/ciobulk/ciobulk/customerio"
)

// Effects is what an operation does that may not be meant, for a caller that asks
// for it by Terms.Effects. It is valid until the next Append.
type Effects struct {
	Identifier []byte   // the person's or the object's, as it is sent
	Object     bool     // it is an object's
	Cleared    []string // attributes that an upsert clears, by "" or null
	Claims     []Claim
}

// Claim is an identifier that an upsert gives the person as an attribute, besides
// the one that the person is found by. Value is JSON without the quotes.
type Claim struct {
	Match customerio.Match
	Value []byte
}

// begin begins the effects of a row.
func (e *Effects) begin(identifier []byte, object bool) {
	e.Identifier, e.Object, e.Cleared, e.Claims = identifier, object, e.Cleared[:0], e.Claims[:0]
}

// attribute notes an attribute of an upsert: nothing where it is not sent. claims is
// the identifier that it gives to a person who is found by match.
func (e *Effects) attribute(name string, claims, match customerio.Match, value []byte) {
	switch {
	case len(value) == 0:
	case string(value) == `""` || string(value) == "null":
		e.Cleared = append(e.Cleared, name)
	case claims != "" && claims != match && !e.Object:
		e.Claims = append(e.Claims, Claim{claims, bytes.Trim(value, `"`)})
	}
}

// claimed returns the identifier that an attribute gives to the person, or nothing.
func claimed(name string) customerio.Match {
	for _, m := range []customerio.Match{customerio.ID, customerio.Email} {
		if bytes.EqualFold([]byte(name), []byte(m)) {
			return m
		}
	}
	return ""
}
