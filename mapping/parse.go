package mapping

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/mapping/document"
	"github.com/ciobulk/ciobulk/mapping/expression"
)

// maxSource bounds a mapping in bytes.
const maxSource = 1 << 20

// Parse reads a mapping. file is its name in errors, which are of type *Error and
// show where the mistake is. matchGiven says that SetMatch follows, so that the
// mapping need not name a match field.
func Parse(file string, source []byte, matchGiven bool) (*Mapping, error) {
	if len(source) > maxSource {
		return nil, &Error{File: file, Msg: fmt.Sprintf("%d bytes are too many for a mapping; the limit is %d", len(source), maxSource),
			Hint: "is it the input?"}
	}
	root, err := document.Parse(file, source)
	if err != nil {
		return nil, err
	}
	p := &parser{spec: &Mapping{file: file, source: source, root: root, verb: Upsert, duplicates: KeepDuplicates}}
	if err := root.Fields("a mapping", "match: {id: user_id}", p.fields()); err != nil {
		return nil, err
	}
	if len(p.spec.keys) == 0 && !matchGiven && !p.spec.object.node.Given() {
		return nil, p.spec.noMatch()
	}
	return p.spec, p.finish()
}

// noMatch says that nothing identifies people.
func (m *Mapping) noMatch() error {
	e := m.root.Errorf(`add a line such as "match: {id: user_id}"`, "no match field")
	e.Case = NoMatch
	return e
}

// parser turns the nodes of a document into a Mapping.
type parser struct {
	spec       *Mapping
	attributes bool   // there is such a key
	rest       string // as it is written
}

func (p *parser) fields() []document.Field {
	m := p.spec
	return []document.Field{
		{Name: "operation", Read: p.operation},
		{Name: "match", Read: p.match},
		{Name: "attributes", Read: p.readAttributes},
		{Name: "rest", Read: func(n document.Node) error { return n.Word(&p.rest, restNames...) }},
		{Name: "empty", Read: func(n document.Node) error { return readEmpty(n, &m.empty) }},
		{Name: "where", Read: p.where},
		{Name: "only", Read: p.only},
		{Name: "duplicates", Read: func(n document.Node) error { return n.Word((*string)(&m.duplicates), duplicateNames...) }},
		{Name: "event", Read: func(n document.Node) error { return readEvent(n, &m.event, "event", "name") }},
		{Name: "page", Read: func(n document.Node) error { return readEvent(n, &m.page, "page", "url") }},
		{Name: "screen", Read: func(n document.Node) error { return readEvent(n, &m.screen, "screen", "name") }},
		{Name: "timestamp", Read: func(n document.Node) error { return m.timestamp.readTime(n) }},
		{Name: "device", Read: m.device.read},
		{Name: "object", Read: m.object.read},
		{Name: "relationship", Read: func(n document.Node) error {
			return readNamed(n, `for example "relationship: {role: Role}"`, "relationship", &m.relationship)
		}},
		{Name: "order", Read: func(n document.Node) error { return n.Word(&m.order, orderPerson, orderObject) }},
		{Name: "merge", Read: p.merge},
		{Name: "segment", Read: func(n document.Node) error { return n.Filled(&m.segment) }},
		{Name: "workspace", Read: p.workspace},
	}
}

// The words that keys of the mapping know.
var (
	restNames      = []string{"drop", "keep"}
	emptyNames     = []string{"omit", "clear", "reject"}
	onlyNames      = []string{"existing"}
	rangeNames     = []string{"any"}
	duplicateNames = []string{string(KeepDuplicates), string(LastDuplicate), string(RejectDuplicates)}
)

func (p *parser) operation(n document.Node) error {
	m := p.spec
	if n.Kind == document.Mapping {
		err := n.Fields("operation", "", p.operationFields())
		if err == nil && m.operationBy.column == "" {
			return n.Errorf("for example operation: {column: Action}", "operation has no column")
		}
		return err
	}
	m.operationNode = n
	return n.Word((*string)(&m.operation), operationNames()...)
}

func (p *parser) operationFields() []document.Field {
	return []document.Field{{Name: "column", Read: p.spec.operationBy.read}}
}

// match reads the identifier that people are found by, or a list of them.
func (p *parser) match(n document.Node) error {
	m := p.spec
	items := []document.Node{n}
	if n.Kind == document.List {
		if items = n.Items; len(items) == 0 {
			return n.Errorf(`for example "match: [{id: ID}, {email: E-mail}]"`, "match is an empty list")
		}
	}
	var keys []matchKey
	for _, item := range items {
		var k matchKey
		if err := k.read(item, "match"); err != nil {
			return err
		}
		if at := slices.IndexFunc(keys, func(other matchKey) bool { return other.Match == k.Match }); at >= 0 {
			return item.Errorf("name each identifier once", "match has %s twice", k.Match)
		}
		keys = append(keys, k)
	}
	m.keys, m.matchNode = keys, n
	return nil
}

// matchKey is a column that may identify a row's person, and how its cells do.
type matchKey struct {
	reference
	Identifier
}

// read reads the field and its column. what is the key of the mapping.
func (k *matchKey) read(n document.Node, what string) error {
	if n.Kind != document.Mapping || len(n.Pairs) == 0 {
		fields := "id, email, cio_id, phone, anonymous_id"
		if what == "merge" {
			fields = "id, email, cio_id"
		}
		return n.Errorf(fmt.Sprintf(`for example "%s: {id: user_id}"`, what), "%s must be one of %s and its column", what, fields)
	}
	if len(n.Pairs) > 1 {
		first, second := n.Pairs[0].Key, n.Pairs[1].Key
		hint := "keep one of them"
		if what == "match" {
			hint = fmt.Sprintf("keep one, or write a list, where the first that is filled finds the person: [{%s: …}, {%s: …}]", first.Value, second.Value)
		}
		return second.Errorf(hint, "%s has two fields, %s and %s", what, first.Value, second.Value)
	}
	key, value := n.Pairs[0].Key, n.Pairs[0].Value
	match, ok := matchFields[key.Value]
	if !ok {
		return key.Errorf(matchHint(key.Value), "%q is not a match field", key.Value)
	}
	return k.readColumn(match, value)
}

// readColumn reads the column that holds an identifier, or how its values are written.
func (k *matchKey) readColumn(match customerio.Match, value document.Node) error {
	k.Match = match
	if value.Kind != document.Mapping {
		return k.reference.read(value)
	}
	if err := value.Fields("match", "", k.fields()); err != nil {
		return err
	}
	if k.column == "" {
		return value.Errorf("add for example column: Phone", "match has no column")
	}
	return nil
}

// fields are the keys of a match column that say how its values are written.
func (k *matchKey) fields() []document.Field {
	return []document.Field{
		{Name: "column", Read: k.reference.read},
		{Name: "accept", Read: func(n document.Node) error { return n.Words(&k.Accept) }},
		{Name: "country", Read: func(n document.Node) error {
			if k.Match != customerio.Phone {
				return n.Errorf("drop it", "country goes with phone, and match is by %s", k.Match)
			}
			return readCountry(n, &k.Country)
		}},
	}
}

// merge reads how the profile is found that is merged into the one of the match.
func (p *parser) merge(n document.Node) error {
	if err := p.spec.merge.read(n, "merge"); err != nil {
		return err
	}
	return p.spec.merge.checkMerge(n)
}

func (p *parser) where(n document.Node) error {
	var e expression.Source
	err := readExpression(n, &e)
	p.spec.where = append(p.spec.where, e)
	return err
}

func (p *parser) only(n document.Node) error {
	var word string
	p.spec.onlyUpdate = true
	return n.Word(&word, onlyNames...)
}

func (p *parser) workspace(n document.Node) error {
	id, err := strconv.ParseInt(n.Value, 10, 64)
	if n.Kind != document.Integer || err != nil || id <= 0 {
		return n.Errorf("write its number without quotes, such as 4711", "%s is not the number of a workspace", n.Shown())
	}
	p.spec.Workspace = id
	return nil
}

// finish applies what holds for all attributes and checks each as a whole.
func (p *parser) finish() error {
	m := p.spec
	m.keepRest = p.rest == "keep" || p.rest == "" && !p.attributes
	for i := range m.relationship {
		if err := m.relationship[i].part(); err != nil {
			return err
		}
	}
	for i := range m.attributes {
		a := &m.attributes[i]
		if _, own := a.options.At("empty"); !own {
			a.rule.Empty = m.empty
		}
		if err := a.compile(); err != nil {
			return err
		}
	}
	return nil
}

// read reads a column's name.
func (r *reference) read(n document.Node) error {
	r.node = n
	if !n.Kind.Scalar() || n.Value == "" {
		return n.Errorf("write the column's name as it is in the input", "%s where a column's name is needed", n.Shown())
	}
	r.column = n.Value
	return nil
}

// readExpression reads an expression.
func readExpression(n document.Node, e *expression.Source) error {
	e.Node = n
	if !n.Kind.Scalar() || strings.TrimSpace(n.Value) == "" {
		n.Value = ""
		return n.Errorf(`write it in quotes, for example 'Plan != "test"'`, "%s where an expression is needed", n.Shown())
	}
	e.Text = n.Value
	return nil
}

// compile checks the attribute's rule as a whole, and shows a mistake where it is
// in the mapping.
func (a *attribute) compile() error {
	if a.rule.Type == convert.List && a.rule.Array == "" {
		a.rule.Array, a.rule.Timestamp.Layout = a.rule.Timestamp.Layout, ""
	}
	return a.place(a.rule.Compile())
}

// place shows a mistake of the rule where it is in the mapping.
func (a *attribute) place(err error) error {
	mistake, is := errors.AsType[*convert.Mistake](err)
	if !is {
		return err
	}
	option, found := a.options.At(mistake.Key)
	if v, is := option.Value.At(mistake.Value); is && mistake.Key == "values" {
		return v.Value.Errorf(mistake.Hint, "%s", mistake.Msg)
	}
	hint := mistake.Hint
	if near := document.Meant(option.Value.Value, mistake.Meant); near != "" {
		hint = near
	}
	switch {
	case !found:
		return a.node.Errorf(hint, "%s", mistake.Msg)
	case mistake.At > 0:
		return option.Value.ErrorIn(mistake.At-1, hint, "%s", mistake.Msg)
	case mistake.OfValue:
		return option.Value.Errorf(hint, "%s", mistake.Msg)
	}
	return option.Key.Errorf(hint, "%s", mistake.Msg)
}

var matchFields = map[string]customerio.Match{
	"id": customerio.ID, "email": customerio.Email, "cio_id": customerio.CioID, "phone": customerio.Phone,
	"anonymous_id": customerio.AnonymousID,
}

func matchHint(written string) string {
	return document.MeantOr(written, []string{"id", "email", "cio_id", "phone", "anonymous_id"})
}

func operationNames() []string { return append(actionNames(), string(Member)) }

func actionNames() (names []string) {
	for _, a := range actions {
		names = append(names, string(a))
	}
	return slices.Clip(names)
}
