package simulator

import (
	"strings"

	"github.com/ciobulk/ciobulk/internal/simulator/graph"

	"github.com/ciobulk/ciobulk/internal/simulator/scan"
)

// A profile is what the App API shows of a person. Times of changes are never known.
// unsubscribed is true for true, 1, "1" and the text true in any case;
// every other value means subscribed (https://docs.customer.io/api/track/).
type profile struct {
	Customer struct {
		ID           string            `json:"id"` // "" if there is none
		Identifiers  identifierSet     `json:"identifiers"`
		Attributes   map[string]string `json:"attributes"`
		Timestamps   struct{}          `json:"timestamps"`
		Unsubscribed bool              `json:"unsubscribed"`
		Devices      []graph.Device    `json:"devices"`
	} `json:"customer"`
}

func profileOf(s *state, p *person) (f profile) {
	c := &f.Customer
	c.ID, c.Identifiers = p.identifiers[byID], p.identifierSet()
	c.Devices = append([]graph.Device{}, s.graph.Devices(graph.Person(p.serial))...)
	c.Attributes = make(map[string]string, len(p.attributes)+4)
	for _, a := range p.attributes {
		c.Attributes[a.name.Value()] = shown(a.value)
	}
	for k := byID; k <= byCioID; k++ {
		if value, has := p.field(k.String()); has {
			c.Attributes[k.String()] = value
		}
	}
	if value := shown(valueOf(p.attributes, "unsubscribed")); strings.EqualFold(value, "true") || value == "1" {
		c.Unsubscribed = true
	}
	return f
}

// field returns an attribute or identifier as it is shown.
func (p *person) field(name string) (value string, has bool) {
	k, identifier := kindOf(name)
	switch {
	case k == byCioID:
		return p.cioID(), true
	case identifier:
		return p.identifiers[k], p.identifiers[k] != ""
	}
	at, has := search(p.attributes, name)
	if !has {
		return "", false
	}
	return shown(p.attributes[at].value), true
}

// shown returns a value as it is read back: as text.
func shown(value string) string {
	if strings.HasPrefix(value, `"`) {
		return scan.Decoded(value)
	}
	return value
}
