package mapping

import (
	"bytes"
	"fmt"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/mapping/document"
)

// eventSpec says what an event or a view of a page or screen consists of, besides
// attributes.
type eventSpec struct {
	name      attribute // of an event or a screen; of a page, its URL
	timestamp attribute // if it has a source
	id        attribute // if it has a source
}

// readEvent reads the parts of an event, or of a view: the name of a page is its URL.
// what is the key in the mapping, and name that of the name.
func readEvent(n document.Node, e *eventSpec, what, name string) error {
	if n.Kind != document.Mapping {
		return n.Errorf(fmt.Sprintf(`for example "%s: {%s: {column: A Column}}"`, what, name), "%s must be keys and values", what)
	}
	if err := n.Fields(what, "", e.fields(name)); err != nil {
		return err
	}
	if !e.name.given() {
		return n.Errorf(fmt.Sprintf("add for example %s: {column: A Column}", name), "%s has no %s", what, name)
	}
	return e.finish(what)
}

// fields are the keys of an event or, where name is url, of a page view.
func (e *eventSpec) fields(name string) []document.Field {
	part := func(name string, a *attribute) document.Field {
		return document.Field{Name: name, Read: func(n document.Node) error {
			a.name, a.node = name, n
			return a.read(n)
		}}
	}
	return []document.Field{part(name, &e.name), part("timestamp", &e.timestamp), part("id", &e.id)}
}

// finish checks the rules of the parts.
func (e *eventSpec) finish(what string) error {
	for _, a := range []*attribute{&e.name, &e.id} {
		if typ, given := a.options.At("type"); given && a.rule.Type != convert.String {
			return typ.Value.Errorf("drop the type", "%s of %s is text", a.name, what)
		}
		if a.constant != nil && a.constant[0] != '"' {
			return a.node.Errorf("put it in quotes", "%s of %s is text", a.name, what)
		}
	}
	if err := e.name.checkConstantName(what); err != nil {
		return err
	}
	if e.id.constant != nil {
		return e.id.node.Errorf("name the column that holds it, or drop it", "one id for all rows: the service would take the first and ignore the others")
	}
	if err := e.timestamp.asTime(what); err != nil {
		return err
	}
	for _, a := range []*attribute{&e.name, &e.timestamp, &e.id} {
		if err := a.part(); err != nil {
			return err
		}
	}
	return nil
}

// checkConstantName refuses a name for all rows that no row can have.
func (a *attribute) checkConstantName(what string) error {
	if a.constant == nil {
		return nil
	}
	text := bytes.TrimSpace(a.constant[1 : len(a.constant)-1])
	switch {
	case len(text) == 0:
		return a.node.Errorf("write a name", "the %s's %s is empty", what, a.name)
	case len(text) > customerio.MaxEventName:
		return a.node.Errorf("choose a shorter one", "the %s's %s is %d bytes; the limit is %d", what, a.name, len(text), customerio.MaxEventName)
	}
	a.constant = append(append([]byte{'"'}, text...), '"')
	return nil
}
