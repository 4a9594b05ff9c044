package mapping

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping/document"
)

// objectSpec says which object a row is about, or which one its person is related to.
type objectSpec struct {
	node   document.Node
	typ    string    // digits, for all rows; empty where a column has it or nothing says it
	typeBy reference // the column that has it
	key    matchKey  // of the object; no column: the usual one
}

// The columns that identify an object where the mapping does not say which.
const (
	objectColumn = "object_id"
	idColumn     = "id" // of files that have rows of objects alone
)

// typeColumns may have an object's type where the mapping does not say which column.
var typeColumns = []string{"object_type_id", "object_type"}

// Columns are the names of columns that the action takes for something other than the
// row's person, where the mapping says nothing else.
func (a Action) Columns() []string {
	switch {
	case a.isDevice():
		return []string{tokenKey, platformKey, lastUsedKey}
	case a.relates():
		return append([]string{objectColumn}, typeColumns...)
	case a == Merge:
		return mergeColumns
	}
	return nil
}

// mergeColumns may have the second profile where the mapping does not say which column.
var mergeColumns = []string{string(Merge), "merge_id", "merge_email", "merge_cio_id"}

func (o *objectSpec) read(n document.Node) error {
	o.node = n
	if n.Kind != document.Mapping {
		return n.Errorf(`for example "object: {type: 1, id: Company ID}"`, "object must be its type, and the column of its id")
	}
	fields := []document.Field{
		{Name: "type", Read: o.readType},
		{Name: "id", Read: func(n document.Node) error { return o.readKey(n, customerio.ObjectID) }},
		{Name: string(customerio.CioObjectID), Read: func(n document.Node) error { return o.readKey(n, customerio.CioObjectID) }},
	}
	if err := n.Fields("object", "", fields); err != nil {
		return err
	}
	typ, typed := n.At("type")
	switch {
	case o.key.column == "":
		return n.Errorf("add for example id: Company ID", "object has no id")
	case o.key.Match == customerio.CioObjectID && typed:
		return typ.Key.Errorf("drop it", "an object that is found by cio_object_id has its type already")
	}
	return nil
}

// readType reads a number, or the column that has it.
func (o *objectSpec) readType(n document.Node) error {
	if n.Kind == document.Mapping {
		return n.Fields("type", "{column: Type}", []document.Field{{Name: "column", Read: o.typeBy.read}})
	}
	if !n.Kind.Scalar() || !isObjectType(n.Value) {
		return n.Errorf("its number is in the address of its page in Customer.io; for a column, write type: {column: Type}", "%s is not the type of an object, which is a number such as 1", n.Shown())
	}
	o.typ = n.Value
	return nil
}

func (o *objectSpec) readKey(n document.Node, match customerio.Match) error {
	if o.key.column != "" {
		return n.Errorf("keep one of them", "object has both id and cio_object_id")
	}
	return o.key.readColumn(match, n)
}

// isObjectType reports whether text is the number of a type of objects, which are
// counted from 1 (https://docs.customer.io/api/track/).
func isObjectType[T string | []byte](text T) bool {
	if len(text) == 0 || len(text) > 18 || text[0] == '0' {
		return false
	}
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}

// ObjectTypeOption takes the place of the mapping's object type.
const ObjectTypeOption document.Option = "object-type"

// SetObjectType says the type of the objects. A mapping that says another one refuses.
func (m *Mapping) SetObjectType(typ int64) error {
	o, text := &m.object, strconv.FormatInt(typ, 10)
	said := o.typ
	if o.typeBy.column != "" {
		said = "a column"
	}
	switch {
	case o.key.Match == customerio.CioObjectID:
		return &Error{Option: ObjectTypeOption, Msg: "the mapping finds objects by cio_object_id, which has no type", Hint: "leave it out"}
	case said != "" && said != text:
		return &Error{Option: ObjectTypeOption, Msg: "the mapping says that the objects are of type " + said + ", and not " + text, Hint: "change one of them"}
	}
	o.typ, m.typeGiven = text, true
	return nil
}

// Objects reports whether an operation of the mapping may be about an object.
func (m *Mapping) Objects() bool {
	return m.verb.OfObject() || m.operationBy.column != "" && m.object.node.Given()
}

// Merges reports whether an operation of the mapping may be a merge.
func (m *Mapping) Merges() bool {
	return m.verb == Merge || m.operationBy.column != "" && m.merge.column != ""
}

// leads reports whether operations of an action begin with the object, so that those of
// one object are sent in their order: those about objects, and relationships if the
// mapping says so or the person is anonymous, who cannot begin one.
func (m *Mapping) leads(a Action) bool {
	return a.OfObject() || a.relates() && (m.order == orderObject || m.anonymous())
}

// firstKey is the first key of people, whatever the verb is.
func (m *Mapping) firstKey() matchKey {
	if len(m.keys) == 0 {
		return matchKey{}
	}
	return m.keys[0]
}

// checkSubjects refuses what the verb cannot find its people or objects by.
func (m *Mapping) checkSubjects() error {
	if m.source == nil && m.verb.OfObject() && len(m.keys) > 0 { // it is of --match alone
		k := m.keys[0]
		if m.keys = nil; k.Match != customerio.ID {
			return &Error{Option: MatchOption, Msg: "objects are found by object_id, and not by " + string(k.Match), Hint: "to relate people to them in the same call, write a mapping"}
		}
		k.Match = customerio.ObjectID
		m.object.key = k
	}
	if len(m.keys) == 0 && !m.verb.OfObject() {
		return m.noMatch()
	}
	if m.verb == Member && len(m.keys) > 1 {
		return m.matchNode.Errorf("keep one of them", "people in a segment are found by one identifier, and match is a list")
	}
	for _, k := range m.keys {
		if hint, problem := m.unfit(k.Match); problem != "" {
			return m.wrongMatch(k, hint, problem)
		}
	}
	return nil
}

// unfit says why the verb cannot find people by a field, or nothing.
func (m *Mapping) unfit(match customerio.Match) (hint, problem string) {
	leads := slices.ContainsFunc(m.Actions(), m.leads)
	switch {
	case match == customerio.AnonymousID && (len(m.keys) > 1 || len(m.Actions()) > 1):
		return "send those rows with a mapping of their own", "anonymous_id is of visitors who are not known: their rows cannot be among those of people"
	case match == customerio.AnonymousID && !m.verb.isEvent() && m.verb != RelationshipAdd && m.verb != ObjectUpsert:
		return "events, pages, screens, object upsert and relationship add take it", fmt.Sprintf("%s does not find people by anonymous_id", m.verb)
	case match == customerio.Phone && m.verb == Merge:
		return "it finds them by id, email or cio_id", "merge does not find people by phone"
	case match == customerio.Phone && leads && m.operationBy.column == "":
		return "objects are related to people by id, email or cio_id; relationship add without order: object takes phone", "an object's relationships are not found by phone"
	}
	return "", ""
}

// wrongMatch is an error about a key of people, where it is.
func (m *Mapping) wrongMatch(k matchKey, hint, problem string) error {
	if m.matchNode.Given() && k.option == "" {
		return m.matchNode.Errorf(hint, "%s", problem)
	}
	return &Error{Option: MatchOption, Msg: problem, Hint: hint}
}

// anonymous reports whether people are found by what identified them as visitors.
func (m *Mapping) anonymous() bool { return m.firstKey().Match == customerio.AnonymousID }

// Anonymous reports whether the rows are events of visitors who are not known yet,
// which the API takes one at a time, by another call.
func (m *Mapping) Anonymous() bool { return m.anonymous() && m.verb.isEvent() }

// The words of order.
const (
	orderPerson = "person"
	orderObject = "object"
)

// checkMerge refuses a second profile that cannot be found.
func (k *matchKey) checkMerge(n document.Node) error {
	if !slices.Contains(mergeMatches, k.Match) {
		return n.Errorf("it is found by id, email or cio_id", "merge cannot find a profile by %s", k.Match)
	}
	return nil
}

// mergeMatches are what profiles that are merged are found by.
var mergeMatches = []customerio.Match{customerio.ID, customerio.Email, customerio.CioID}
