package simulator

import (
	"encoding/json"
	"strings"
)

// An Event is an event, page or screen that the workspace accepted. Deleting a
// person does not remove the events, so that a test can count what arrived.
type Event struct {
	Sequence   int64           `json:"sequence"` // position among the accepted operations
	Action     string          `json:"action"`
	Name       string          `json:"name"`
	Kind       string          `json:"kind"` // the identifier that the operation used
	Value      string          `json:"value"`
	CioID      string          `json:"cio_id,omitempty"`    // of the person at that time, if there was one
	ID         string          `json:"id,omitempty"`        // the ULID in upper case
	Timestamp  int64           `json:"timestamp,omitempty"` // zero if there was none
	Attributes json.RawMessage `json:"attributes,omitempty"`

	owner key // its person in a fingerprint: never a cio_id
}

// A ulid is its 26 characters in upper case. The zero value means none.
type ulid [26]byte

func (u ulid) String() string { return strings.Trim(string(u[:]), "\x00") }

// parseULID accepts upper and lower case. Each of the 26 characters has five bits,
// but the first uses only three of them: the number has 128 bits.
func parseULID(s string) (u ulid, ok bool) {
	const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	if len(s) != len(u) || s[0] > '7' {
		return u, false
	}
	copy(u[:], strings.ToUpper(s))
	for _, c := range u {
		if strings.IndexByte(crockford, c) < 0 {
			return ulid{}, false
		}
	}
	return u, true
}

// parseEvent checks the members that only events have.
func (c *Config) parseEvent(op *operation, p parts) *refusal {
	switch op.action {
	case "event", "page", "screen":
	default:
		return nil
	}
	if op.typ != "person" {
		return nil
	}
	name, problem := textOf("name", p.name)
	if problem != nil {
		return problem
	}
	op.name = strings.Clone(strings.TrimSpace(name))
	switch {
	case op.name == "":
		return required("name")
	case len(op.name) > maxEventName && !(c.LongPageNames && op.action == "page"):
		return invalid("name", "event name cannot be longer than %d bytes", maxEventName) // as the real service answers for pages
	case absent(p.id):
		return nil
	}
	id, problem := textOf("id", p.id)
	if problem != nil {
		return invalid("id", "id must be a ULID")
	}
	var valid bool
	if op.id, valid = parseULID(id); !valid {
		return invalid("id", "id must be a ULID")
	}
	return nil
}

// A dedup remembers event ids: the last window of them, or all if window is zero.
type dedup struct {
	window int
	seen   map[ulid]struct{}
	ring   []ulid // the remembered ones, when there is a window
	oldest int
}

// add reports whether the id is new.
func (d *dedup) add(id ulid) bool {
	if _, repeated := d.seen[id]; repeated {
		return false
	}
	d.seen[id] = struct{}{}
	switch {
	case d.window <= 0:
	case len(d.ring) < d.window:
		d.ring = append(d.ring, id)
	default:
		delete(d.seen, d.ring[d.oldest])
		d.ring[d.oldest] = id
		d.oldest = (d.oldest + 1) % d.window
	}
	return true
}
