package mapping

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/jsontext"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// appendDetails appends what follows the identifiers of an operation that is neither an
// event nor about the attributes of its subject.
func appendDetails(m *Mapper, dst []byte, r *rows.Row) (_ []byte, ok bool) {
	switch {
	case m.action == Merge:
		return appendMerge(m, dst, r)
	case m.action.isDevice():
		return appendDevice(m, dst, r)
	case m.action.relates():
		return appendRelation(m, dst, r)
	}
	return dst, true
}

// lacking rejects a row whose operation the mapping says nothing of.
func lacking(m *Mapper, key string) bool {
	return m.reject(customerio.ReasonRequired, key, fmt.Sprintf("the mapping has no key %q", key))
}

// appendType appends the type of the row's object after its id, if it is found by both.
func appendType(m *Mapper, dst []byte, r *rows.Row) (_ []byte, ok bool) {
	o := m.plan.object
	if o.typeAt < 0 { // all have one type, or are found by cio_object_id
		return append(dst, o.typ...), true
	}
	cell := r.Cells[o.typeAt]
	text, reason, problem := convert.Trim(cell.Text), customerio.ReasonInvalid, ""
	switch {
	case cell.Kind == rows.Absent, cell.Kind == rows.Null, len(text) == 0:
		reason, problem = customerio.ReasonRequired, convert.EmptyProblem
	case !isObjectType(text):
		problem = convert.Quote(text) + " is not the type of an object, which is a number such as 1"
	}
	dst = append(dst, `,"object_type_id":`...)
	start := len(dst)
	dst = append(append(append(dst, '"'), text...), '"')
	if m.record != nil {
		m.record.add(Part{Role: MatchPart, Name: "object_type_id", Source: FromColumn, From: o.typeBy}, o.typeAt, cell, dst[start:], problem)
	}
	if problem != "" {
		return dst, m.reject(reason, "identifiers.object_type_id", inColumn(o.typeBy, problem))
	}
	return dst, true
}

// matchedBy names what the row's person or object is found by; of an object with its
// type, for ids are unique in one type only.
func matchedBy(m *Mapper) string {
	o := m.plan.object
	switch {
	case !m.leading || m.by.Match == customerio.CioObjectID:
		return string(m.by.Match)
	case o.typeAt >= 0:
		return fmt.Sprintf("%s of type %s", m.by.Match, convert.Trim(m.row.Cells[o.typeAt].Text))
	}
	return fmt.Sprintf("%s of type %s", m.by.Match, m.plan.mapping.object.typ)
}

// appendMerge appends the profile that is merged into the row's person and vanishes.
func appendMerge(m *Mapper, dst []byte, r *rows.Row) (_ []byte, ok bool) {
	k := m.plan.merge
	if k == nil {
		return dst, lacking(m, "merge")
	}
	value, reason, problem := k.Identifier.read(r.Cells[k.at])
	if problem == "" && isSame(m, k, value) {
		problem = convert.Quote(value) + " is the profile that it would be merged into"
	}
	if problem == "" && !slices.Contains(mergeMatches, m.by.Match) {
		problem = "a merge does not find the first profile by " + string(m.by.Match)
	}
	if m.record != nil {
		m.record.identifier(k, r, value, problem)
	}
	if problem != "" {
		return dst, m.reject(cmp.Or(reason, customerio.ReasonInvalid), "secondary."+string(k.Match), inColumn(k.column, problem))
	}
	dst = append(append(append(dst, `,"secondary":{"`...), k.Match...), `":`...)
	return append(jsontext.AppendString(dst, value), '}'), true
}

// isSame reports whether the second profile is the row's person.
func isSame(m *Mapper, k *boundKey, value []byte) bool {
	by, first, _, problem := m.person()
	if problem != "" || by.Match != k.Match {
		return false
	}
	return bytes.Equal(first, value) || k.Match == customerio.Email && bytes.EqualFold(first, value)
}

// appendDevice appends the row's device.
func appendDevice(m *Mapper, dst []byte, r *rows.Row) (_ []byte, ok bool) {
	d := m.plan.device
	if d == nil {
		return dst, lacking(m, "device")
	}
	dst = append(dst, `,"device":{"token":`...)
	if dst, ok = appendPart(m, dst, &d.token, r, nil); !ok && m.record == nil {
		return dst, false
	}
	if m.action == DeviceRemove {
		return append(dst, '}'), ok
	}
	if d.platform == nil {
		return dst, lacking(m, "device.platform")
	}
	dst = append(dst, `,"platform":`...)
	if dst, ok = appendPart(m, dst, d.platform, r, platformOf); !ok && m.record == nil {
		return dst, false
	}
	at, dated, ok := timeOf(m, d.lastUsed, "device.last_used", r)
	if !ok && m.record == nil {
		return dst, false
	}
	if dated {
		dst = strconv.AppendInt(append(dst, `,"last_used":`...), at, 10)
	}
	start := len(dst)
	dst, ok = m.attributes(append(dst, `,"attributes":`...), r)
	if m.count == 0 {
		dst = dst[:start]
	}
	return append(dst, '}'), ok
}

// platformOf returns a platform as the service writes it, or why the text is none.
func platformOf(text []byte) (_ []byte, problem string) {
	for _, known := range platforms {
		if name := known[1 : len(known)-1]; bytes.EqualFold(text, name) {
			return name, ""
		}
	}
	return nil, convert.Quote(text) + " is neither ios nor android; in a mapping: platform: {column: …, values: {A: android, I: ios}}"
}

// appendPart appends the text of a part of a device, which must not be empty, and is
// checked and changed by valid unless that is nil.
func appendPart(m *Mapper, dst []byte, s *step, r *rows.Row, valid func([]byte) ([]byte, string)) (_ []byte, ok bool) {
	start, reason := len(dst), customerio.ReasonInvalid
	cell, text, problem := textOf(m, s, r)
	value := convert.Trim(text.Text)
	if problem == "" && len(value) == 0 {
		reason, problem = customerio.ReasonRequired, convert.EmptyProblem
	}
	if problem == "" && valid != nil {
		value, problem = valid(value)
	}
	if problem == "" {
		dst = jsontext.AppendString(dst, value)
	}
	if m.record != nil {
		m.record.step(DevicePart, s, cell, dst[start:], problem)
	}
	if problem != "" {
		return dst, m.reject(reason, "device."+s.attribute.name, inColumn(s.attribute.column.column, problem))
	}
	return dst, true
}

// appendRelation appends the relationship between the row's person and its object. An
// upsert has none where the cell of the other one is empty.
func appendRelation(m *Mapper, dst []byte, r *rows.Row) (_ []byte, ok bool) {
	start := len(dst)
	if m.plan.object == nil {
		return dst, lacking(m, "object")
	}
	dst = append(dst, `,"cio_relationships":[{"identifiers":{`...)
	related, ok := true, false
	if m.leading {
		dst, related, ok = relatedPerson(m, dst)
	} else {
		dst, related, ok = relatedObject(m, dst, r)
	}
	if !related || !ok && m.record == nil {
		return dst[:start], ok
	}
	dst = append(dst, '}')
	if m.action == RelationshipRemove {
		return append(dst, "}]"...), ok
	}
	before, sound := len(dst), false
	dst, sound = relationAttributes(m, append(dst, `,"relationship_attributes":`...), r)
	if m.count == 0 {
		dst = dst[:before]
	}
	return append(dst, "}]"...), ok && sound
}

// relationAttributes appends the attributes of a relationship. Where it is what the row is
// about, they are the row's.
func relationAttributes(m *Mapper, dst []byte, r *rows.Row) (_ []byte, ok bool) {
	if m.action == RelationshipAdd {
		return m.attributes(dst, r)
	}
	brace := len(dst)
	m.count = 0
	dst, ok = m.members(dst, m.plan.relation, r)
	return closed(dst, brace), ok
}

// relatedPerson appends the identifier of the person whom the row's object is related
// to. An upsert of an object may have none.
func relatedPerson(m *Mapper, dst []byte) (_ []byte, related, ok bool) {
	filled := func(k boundKey) bool { return !k.nothing(m.row.Cells[k.at]) }
	if m.action == ObjectUpsert && !slices.ContainsFunc(m.plan.keys, filled) {
		return dst, false, true
	}
	k, value, reason, problem := m.person()
	if problem == "" && k.Match == customerio.Phone {
		problem = "an object's relationships are not found by phone"
	}
	if m.record != nil {
		m.record.identifier(k, m.row, value, problem)
	}
	if problem != "" {
		return dst, true, m.reject(cmp.Or(reason, customerio.ReasonInvalid), "cio_relationships."+string(k.Match), inColumn(k.column, problem))
	}
	dst = append(append(append(dst, '"'), k.Match...), `":`...)
	return jsontext.AppendString(dst, value), true, true
}

// relatedObject appends the identifiers of the object that the row's person is related
// to. An upsert of a person may have none.
func relatedObject(m *Mapper, dst []byte, r *rows.Row) (_ []byte, related, ok bool) {
	o := m.plan.object
	cell := r.Cells[o.at]
	if m.action == Upsert && o.nothing(cell) {
		return dst, false, true
	}
	value, reason, problem := o.Identifier.read(cell)
	if m.record != nil {
		m.record.identifier(&o.boundKey, r, value, problem)
	}
	if problem != "" {
		return dst, true, m.reject(reason, "cio_relationships."+string(o.Match), inColumn(o.column, problem))
	}
	dst = append(append(append(dst, '"'), o.Match...), `":`...)
	dst = jsontext.AppendString(dst, value)
	dst, ok = appendType(m, dst, r)
	return dst, true, ok
}

// asText makes the value of a member that was written from start text, if it is not.
func asText(dst []byte, start int, name []byte) []byte {
	value := valueIn(dst[start:], name)
	switch {
	case len(value) == 0 || value[0] == '"' || string(value) == "null":
		return dst
	case value[0] == '{' || value[0] == '[':
		return jsontext.AppendString(dst[:len(dst)-len(value)], slices.Clone(value))
	}
	dst = append(dst, `""`...)
	copy(dst[len(dst)-1-len(value):], value)
	dst[len(dst)-2-len(value)] = '"'
	return dst
}
