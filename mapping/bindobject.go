package mapping

import (
	"fmt"
	"slices"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping/convert"
)

// boundObject is an object bound to columns.
type boundObject struct {
	boundKey
	typ    []byte // what follows the identifier of an object, where all have the same type
	typeAt int    // the column of the type; -1: there is none
	typeBy string // its name
}

// any reports whether an operation of the mapping may be such an action.
func (b *binder) any(is func(Action) bool) bool { return slices.ContainsFunc(b.spec.Actions(), is) }

// bindObject binds the object that rows are about or related to; nil where none is.
func (b *binder) bindObject() (*boundObject, error) {
	m := b.spec
	asked := m.verb.OfObject() || m.verb.relates()
	if !b.any(func(a Action) bool { return a == Upsert || a.OfObject() || a.relates() }) || !asked && m.object.key.column == "" {
		return nil, nil
	}
	key, err := b.objectKey()
	if err != nil {
		return nil, err
	}
	o := &boundObject{boundKey: boundKey{matchKey: key, prefix: make(map[Action][]byte)}, typeAt: -1}
	if o.at, err = b.resolve(key.reference, asked); err != nil {
		return nil, err
	}
	b.plan.named[key.column] = true
	for _, a := range m.Actions() {
		if m.leads(a) {
			o.prefix[a] = a.prefix(key.Match, m.anonymous() && a != ObjectDelete)
		}
	}
	return o, b.bindType(o)
}

// objectKey returns the column that identifies objects: the mapping's, or the usual one.
func (b *binder) objectKey() (*matchKey, error) {
	m := b.spec
	if m.object.key.column != "" {
		return &m.object.key, nil
	}
	column := objectColumn
	if count(b.in, column) == 0 && m.verb.OfObject() && len(m.keys) == 0 {
		column = idColumn
	}
	if count(b.in, column) == 0 {
		return nil, &Error{File: b.in.Name, Case: NoColumn, Msg: "the mapping does not name the objects, and no column is called " + objectColumn,
			Hint: "add to the mapping object: {type: 1, id: A Column}, or call a column " + objectColumn}
	}
	return &matchKey{reference{column: column}, Identifier{Match: customerio.ObjectID}}, nil
}

// bindType binds the type of the objects.
func (b *binder) bindType(o *boundObject) (err error) {
	m := b.spec
	by := m.object.typeBy
	if by.column == "" && m.object.typ == "" {
		if i := slices.IndexFunc(typeColumns, func(name string) bool { return count(b.in, name) > 0 }); i >= 0 {
			by.column = typeColumns[i]
		}
	}
	switch {
	case o.Match == customerio.CioObjectID:
		return nil
	case m.object.typ != "":
		o.typ = []byte(`,"object_type_id":"` + m.object.typ + `"`)
		return nil
	case by.column == "":
		e := &Error{File: b.in.Name, Msg: "nothing says of which type the objects are"}
		if m.object.node.Given() {
			e = m.object.node.Errorf("", "object has no type")
		}
		e.Case, e.Hint = NoObjectType, "write in a mapping object: {type: 1, id: …}; the number is in the address of the type's page in Customer.io"
		return e
	}
	o.typeBy = by.column
	o.typeAt, err = b.resolve(by, true)
	b.plan.named[by.column] = true
	return err
}

// bindMerge binds the profile that is merged into another.
func (b *binder) bindMerge() (*boundKey, error) {
	m := b.spec
	k := &m.merge
	if !m.Merges() {
		return nil, nil
	}
	if k.column == "" {
		var err error
		if k, err = b.usualMerge(); err != nil {
			return nil, err
		}
	}
	at, err := b.resolve(k.reference, m.verb == Merge)
	b.plan.named[k.column] = true
	b.note("there are merges, each of two people: rows are sent in the order of the file, one request at a time")
	return &boundKey{matchKey: k, at: at}, err
}

// usualMerge finds the column of the second profile by its name: merge, of the field
// that the first one is found by, or merge_ and a field.
func (b *binder) usualMerge() (*matchKey, error) {
	var found []*matchKey
	if count(b.in, string(Merge)) > 0 {
		found = append(found, &matchKey{reference{column: string(Merge)}, Identifier{Match: b.spec.key().Match}})
	}
	for _, match := range mergeMatches {
		if name := "merge_" + string(match); count(b.in, name) > 0 {
			found = append(found, &matchKey{reference{column: name}, Identifier{Match: match}})
		}
	}
	if len(found) == 1 {
		return found[0], nil
	}
	msg := "the mapping does not name the second profile, and no column is called " + convert.Listed(mergeColumns)
	if len(found) > 1 {
		msg = fmt.Sprintf("the columns %q and %q both name a second profile", found[0].column, found[1].column)
	}
	return nil, &Error{File: b.in.Name, Case: NoColumn, Msg: msg, Hint: "add to the mapping for example merge: {email: A Column}"}
}

// boundDevice is a device bound to columns.
type boundDevice struct {
	token    step
	platform *step // nil: there is none
	lastUsed *step // nil: there is none
}

// bindDevice binds a device. If the mapping does not have it and all rows are one, its
// parts are in the columns of their names.
func (b *binder) bindDevice() (*boundDevice, error) {
	d, asked := b.spec.device, b.spec.verb.isDevice()
	if !b.any(Action.isDevice) || !d.node.Given() && !asked {
		return nil, nil
	}
	if !d.node.Given() {
		if count(b.in, tokenKey) == 0 {
			return nil, &Error{File: b.in.Name, Case: NoColumn, Msg: "the mapping does not name the devices' tokens, and no column is called token",
				Hint: "add to the mapping device: {token: A Column, platform: A Column}, or call a column token"}
		}
		for name, a := range map[string]*attribute{tokenKey: &d.token, platformKey: &d.platform, lastUsedKey: &d.lastUsed} {
			if count(b.in, name) > 0 {
				*a = attribute{name: name, column: reference{column: name}}
			}
		}
		_ = d.lastUsed.asTime("device") // it has nothing that could be wrong
		_ = d.lastUsed.compile()
	}
	if !d.platform.given() && b.spec.verb == DeviceAdd {
		return nil, b.noPlatform(d)
	}
	bound := &boundDevice{}
	var err error
	if bound.token, err = b.step(&d.token, asked); err != nil {
		return nil, err
	}
	if bound.platform, err = b.optional(&d.platform); err != nil {
		return nil, err
	}
	if bound.lastUsed, err = b.optional(&d.lastUsed); err != nil {
		return nil, err
	}
	for i := range d.attributes {
		s, err := b.step(&d.attributes[i], false)
		if err != nil {
			return nil, err
		}
		b.plan.ofDevice = append(b.plan.ofDevice, detailed(s))
	}
	return bound, nil
}

func (b *binder) noPlatform(d deviceSpec) error {
	const hint = "add to the mapping for example device: {token: …, platform: {value: ios}}, or call a column platform"
	if d.node.Given() {
		return d.node.Errorf(hint, "device has no platform")
	}
	return &Error{File: b.in.Name, Case: NoColumn, Msg: "nothing says of which platform the devices are, ios or android", Hint: hint}
}

// bindRelationship binds the attributes of relationships.
func (b *binder) bindRelationship() error {
	for i := range b.spec.relationship {
		s, err := b.step(&b.spec.relationship[i], false)
		if err != nil {
			return err
		}
		b.plan.relation = append(b.plan.relation, detailed(s))
	}
	if b.spec.verb == RelationshipAdd && len(b.spec.attributes) > 0 {
		b.note("attributes of the mapping are not sent: those of a relationship are below relationship")
	}
	return nil
}

// detailed returns a step of an attribute that people do not have.
func detailed(s step) step {
	s.own = -1
	s.simple = s.column >= 0
	s.plain = s.simple && s.attribute.rule.Plain()
	return s
}
