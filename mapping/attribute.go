package mapping

import (
	"fmt"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/mapping/document"
	"github.com/ciobulk/ciobulk/mapping/expression"
)

// attribute says where one attribute's value comes from and how it is converted.
// Exactly one of column, expr and constant is its source.
type attribute struct {
	name     string
	node     document.Node // its name; of a part of an event, its value
	options  document.Node // keys and values, if it has them
	column   reference
	expr     expression.Source
	constant []byte // JSON
	size     int    // of the constant, as the service counts it
	rest     bool   // only rest: keep sends it
	apart    bool   // a change of its value alone is not a change of the row
	rule     convert.Rule
}

// given reports whether the mapping has the attribute.
func (a *attribute) given() bool {
	return a.column.column != "" || a.expr.Text != "" || a.constant != nil
}

func (p *parser) readAttributes(n document.Node) error {
	p.attributes = true
	if n.Kind == document.Null {
		return nil
	}
	return readNamed(n, `for example "first_name: First Name"`, "attributes", &p.spec.attributes)
}

// readNamed reads names and where their values come from. what is the key that they are
// below.
func readNamed(n document.Node, example, what string, to *[]attribute) error {
	if n.Kind != document.Mapping {
		return n.Errorf(example, "%s must be names and their columns", what)
	}
	for _, pair := range n.Pairs {
		a := attribute{name: pair.Key.Value, node: pair.Key}
		if err := checkName(pair.Key); err != nil {
			return err
		}
		if err := a.read(pair.Value); err != nil {
			return err
		}
		*to = append(*to, a)
	}
	return nil
}

// checkName refuses names that the service keeps for itself.
func checkName(n document.Node) error {
	switch name := n.Value; {
	case name == "":
		return n.Errorf("write the attribute's name before the colon", "an attribute without a name")
	case len(name) > customerio.MaxAttributeName:
		return n.Errorf("choose a shorter name", "the attribute's name is %d bytes; the limit is %d", len(name), customerio.MaxAttributeName)
	case name == "_update":
		return n.Errorf(`to update existing people only, write "only: existing"`, "%q is reserved by Customer.io and cannot be set", name)
	case reserved(name):
		return n.Errorf("choose another name", "%q is reserved by Customer.io and cannot be set", name)
	}
	return nil
}

// reserved reports whether a name is Customer.io's own: those that start with an
// underscore, and the identifier that it gives out itself.
func reserved(name string) bool {
	return strings.HasPrefix(name, "_") || name == string(customerio.CioID)
}

// readTime reads a timestamp of the row's change.
func (a *attribute) readTime(n document.Node) error {
	a.name, a.node = "timestamp", n
	if err := a.read(n); err != nil {
		return err
	}
	if err := a.asTime("the mapping"); err != nil {
		return err
	}
	return a.part()
}

// read reads a column's name, or the attribute's keys and values.
func (a *attribute) read(n document.Node) error {
	if n.Kind != document.Mapping {
		return a.column.read(n)
	}
	a.options = n
	if err := n.Fields(fmt.Sprintf("attribute %q", a.name), "", a.fields()); err != nil {
		return err
	}
	var sources []document.Node
	for _, f := range a.sources() {
		if option, given := n.At(f.Name); given {
			sources = append(sources, option.Key)
		}
	}
	if len(sources) == 0 {
		return a.node.Errorf("add for example column: First Name", "attribute %q has none of column, expr and value", a.name)
	}
	if len(sources) > 1 {
		return later(sources[0], sources[1]).Errorf("keep one of them", "attribute %q has both %s and %s", a.name, sources[0].Value, sources[1].Value)
	}
	for _, pair := range n.Pairs {
		if other := pair.Key; a.constant != nil && other.Value != "value" && other.Value != "compare" {
			return other.Errorf("drop it", "attribute %q is a constant: %s does not apply", a.name, other.Value)
		}
	}
	return nil
}

// later returns the node that comes later in the document.
func later(a, b document.Node) document.Node {
	if a.Place.Line > b.Place.Line || a.Place.Line == b.Place.Line && a.Place.Column > b.Place.Column {
		return a
	}
	return b
}

func (a *attribute) fields() []document.Field {
	compare := document.Field{Name: "compare", Read: a.readCompare}
	return append(append(a.sources(), compare), ruleFields(&a.rule)...)
}

func (a *attribute) readCompare(n document.Node) error {
	compare := true
	err := n.Flag(&compare)
	a.apart = !compare
	return err
}

// sources are the keys of which an attribute has exactly one.
func (a *attribute) sources() []document.Field {
	return []document.Field{
		{Name: "column", Read: a.column.read},
		{Name: "expr", Read: func(n document.Node) error { return readExpression(n, &a.expr) }},
		{Name: "value", Read: a.readConstant},
	}
}

func (a *attribute) readConstant(n document.Node) (err error) {
	if a.constant, err = appendConstant(nil, n); err != nil {
		return err
	}
	if a.size = len(a.constant); n.Kind == document.String {
		a.size = len(n.Value)
	}
	return nil
}

// checkLimit refuses a value of the mapping itself that is too long for an attribute
// of a person.
func (a *attribute) checkLimit() error {
	if problem := convert.TooLong(a.size, customerio.MaxAttributeValue); problem != "" {
		return a.node.Errorf("an attribute of a person cannot be longer; one of an event can", "%s", problem)
	}
	return a.place(a.rule.CheckLimit(customerio.MaxAttributeValue))
}

// part checks an attribute that is a part of an operation, and not of a person.
func (a *attribute) part() error {
	if compare, given := a.options.At("compare"); given {
		return compare.Key.Errorf("drop it", "compare is for attributes of people")
	}
	return a.compile()
}

// asTime makes a part a timestamp, if it is given. what is the part of the mapping that
// it belongs to.
func (a *attribute) asTime(what string) error {
	if typ, given := a.options.At("type"); given && a.rule.Type != convert.Time {
		return typ.Value.Errorf(`write "type: timestamp", or drop the type`, "%s of %s is a timestamp", a.name, what)
	}
	if !a.given() {
		return nil
	}
	if a.constant != nil {
		return a.node.Errorf("name the column that holds it", "one timestamp for all rows")
	}
	a.rule.Type = convert.Time
	if a.rule.Timestamp.Layout == "" {
		a.rule.Timestamp.Layout = convert.UnixOrISO
	}
	return nil
}
