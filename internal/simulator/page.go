package simulator

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"strconv"
)

// PageEnd is how a list of people says that there are no more. A client must
// understand all of them. Any other word means EndEmpty.
type PageEnd string

// The ends of a list. The zero value is that of the documentation.
const (
	EndEmpty  PageEnd = ""       // "next":""
	EndNull   PageEnd = "null"   // "next":null
	EndAbsent PageEnd = "absent" // no "next"
	EndPage   PageEnd = "page"   // a "next" that leads to an empty page, which ends with EndEmpty
)

// An identifierSet is a person's identifiers, null where there is none.
type identifierSet struct {
	ID    *string `json:"id"`
	Email *string `json:"email"`
	CioID string  `json:"cio_id"`
}

func (p *person) identifierSet() identifierSet {
	set := identifierSet{CioID: p.cioID()}
	if id := p.identifiers[byID]; id != "" {
		set.ID = &id
	}
	if email := p.identifiers[byEmail]; email != "" {
		set.Email = &email
	}
	return set
}

// A page is part of a list of people. IDs has "" for those without an id.
type page struct {
	Identifiers []identifierSet `json:"identifiers"`
	IDs         []string        `json:"ids"`
	Next        json.RawMessage `json:"next,omitempty"`
}

// A span is the page that a query asks for: people from the serial start on, at most
// limit. A list that changes between pages neither repeats nor omits people who were
// in it all the time.
type span struct {
	start uint64
	limit int
}

func spanOf(q url.Values, usual, most int) (at span, err error) {
	at.limit = usual
	if q.Has("limit") {
		at.limit, err = strconv.Atoi(q.Get("limit"))
		if err != nil || at.limit < 1 || at.limit > most {
			return at, fmt.Errorf("limit must be a number from 1 to %d", most)
		}
	}
	if token := q.Get("start"); token != "" {
		text, err := base64.RawURLEncoding.DecodeString(token)
		if err == nil {
			at.start, err = strconv.ParseUint(string(text), 10, 32)
		}
		if err != nil {
			return at, errors.New("start is not the next of another page")
		}
	}
	return at, nil
}

// page takes people until the limit. They come in the order of their serials.
func (at span) page(people iter.Seq[*person], c Config) page {
	g := page{Identifiers: []identifierSet{}, IDs: []string{}}
	var serials []uint64
	for p := range people {
		if len(g.IDs) == at.limit {
			g.Next = token(moved(serials, p.serial, c.App.PageShift))
			return g
		}
		g.Identifiers = append(g.Identifiers, p.identifierSet())
		g.IDs = append(g.IDs, p.identifiers[byID])
		serials = append(serials, p.serial)
	}
	switch {
	case c.PageEnd == EndAbsent:
	case c.PageEnd == EndNull:
		g.Next = json.RawMessage("null")
	case c.PageEnd == EndPage && len(g.IDs) > 0:
		g.Next = token(serials[len(serials)-1] + 1)
	default:
		g.Next = json.RawMessage(`""`)
	}
	if len(g.IDs) == 0 && c.App.NullLists {
		g.Identifiers, g.IDs = nil, nil
	}
	return g
}

// moved is where the next page begins if n people moved to it from this one, or, for a
// negative n, from it to this one. A page advances by at least one.
func moved(serials []uint64, next uint64, shift int) uint64 {
	switch {
	case shift > 0 && len(serials) > 1:
		return serials[max(1, len(serials)-shift)]
	case shift < 0:
		return next + uint64(-shift)
	}
	return next
}

// token is a next as JSON. It is opaque, so that no client computes with it.
func token(serial uint64) json.RawMessage {
	text := base64.RawURLEncoding.EncodeToString(strconv.AppendUint(nil, serial, 10))
	return json.RawMessage(`"` + text + `"`)
}
