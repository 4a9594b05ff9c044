package mapping

import (
	"bytes"
	"slices"

	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/mapping/document"
)

// deviceSpec says what a device consists of, besides the attributes of its row.
type deviceSpec struct {
	node                      document.Node
	token, platform, lastUsed attribute
	attributes                []attribute
}

// The keys of a device, which are the columns' names where the mapping has no device.
const (
	tokenKey    = "token"
	platformKey = "platform"
	lastUsedKey = "last_used"
)

func (d *deviceSpec) read(n document.Node) error {
	d.node = n
	if n.Kind != document.Mapping {
		return n.Errorf(`for example "device: {token: Token, platform: OS}"`, "device must be keys and values")
	}
	for _, pair := range n.Pairs {
		a := attribute{name: pair.Key.Value, node: pair.Key}
		if err := a.read(pair.Value); err != nil {
			return err
		}
		switch a.name {
		case tokenKey:
			d.token = a
		case platformKey:
			d.platform = a
		case lastUsedKey:
			d.lastUsed = a
		default:
			if err := checkName(pair.Key); err != nil {
				return err
			}
			if err := a.compile(); err != nil {
				return err
			}
			d.attributes = append(d.attributes, a)
		}
	}
	return d.finish()
}

// finish checks the rules of the parts.
func (d *deviceSpec) finish() error {
	if !d.token.given() {
		return d.node.Errorf("add for example token: Device Token", "device has no token")
	}
	for _, a := range []*attribute{&d.token, &d.platform} {
		if typ, given := a.options.At("type"); given && a.rule.Type != convert.String {
			return typ.Value.Errorf("drop the type", "%s of device is text", a.name)
		}
	}
	if d.token.constant != nil {
		return d.token.node.Errorf("name the column that holds it", "one token for all rows")
	}
	if c := d.platform.constant; c != nil && !slices.ContainsFunc(platforms, func(p []byte) bool { return bytes.Equal(p, c) }) {
		return d.platform.node.Errorf("write value: ios or value: android", "the platform of a device is ios or android")
	}
	if err := d.lastUsed.asTime("device"); err != nil {
		return err
	}
	for _, a := range []*attribute{&d.token, &d.platform, &d.lastUsed} {
		if err := a.part(); err != nil {
			return err
		}
	}
	return nil
}

// platforms are what Customer.io sends push messages to, as JSON
// (https://docs.customer.io/api/track/).
var platforms = [][]byte{[]byte(`"ios"`), []byte(`"android"`)}
