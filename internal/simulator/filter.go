package simulator

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/ciobulk/ciobulk/internal/simulator/scan"
)

// A filter reports whether it matches a person. It is valid only for the state, and
// the moment, that it was made for.
type filter func(p *person) bool

var errFilter = errors.New("a filter is an object of one of and, or, not, segment and attribute")

// parseFilter reads the filter at the root of a search, which is valid JSON.
func (s *state) parseFilter(text string) (filter, error) {
	name, _, err := condition(text)
	leaf := name == "segment" || name == "attribute"
	if err == nil && leaf && s.config.FilterNeedsList {
		return nil, fmt.Errorf("the root of a filter is and, or or not, not %s", name)
	}
	return s.filter(text)
}

func (s *state) filter(text string) (filter, error) {
	name, value, err := condition(text)
	if err != nil {
		return nil, err
	}
	switch name {
	case "and", "or":
		return s.listFilter(name == "and", value)
	case "not":
		inner, err := s.filter(value)
		return func(p *person) bool { return !inner(p) }, err
	case "segment":
		return s.segmentFilter(value)
	case "attribute":
		return s.attributeFilter(value)
	}
	return nil, errFilter
}

// condition is the only member of an object.
func condition(text string) (name, value string, err error) {
	if text == "" || text[0] != '{' {
		return "", "", errFilter
	}
	n := 0
	for m, v := range scan.Members(text) {
		name, value = m, v
		n++
	}
	if n != 1 {
		return "", "", errFilter
	}
	return name, value, nil
}

func (s *state) listFilter(all bool, array string) (filter, error) {
	if array[0] != '[' {
		return nil, errors.New("and and or take an array of filters")
	}
	var list []filter
	for e := range scan.Elements(array) {
		f, err := s.filter(e)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	if len(list) == 0 {
		return nil, errors.New("and and or take at least one filter")
	}
	return func(p *person) bool {
		for _, f := range list {
			if f(p) != all {
				return !all
			}
		}
		return all
	}, nil
}

// segmentFilter refuses a segment that does not exist; the documentation does not say
// whether the service finds no one instead.
func (s *state) segmentFilter(text string) (filter, error) {
	_, value, err := condition(text)
	id, notNumber := strconv.Atoi(value)
	if err != nil || notNumber != nil {
		return nil, errors.New("a segment filter has an id, which is a number")
	}
	g := s.segment(id)
	if g == nil {
		return nil, fmt.Errorf("there is no segment %d", id)
	}
	return func(p *person) bool { return g.members.has(p.serial) }, nil
}

func (s *state) attributeFilter(text string) (filter, error) {
	if text[0] != '{' {
		return nil, errors.New("an attribute filter is an object")
	}
	parts := map[string]string{}
	for name, value := range scan.Members(text) {
		parts[name] = shown(value)
	}
	field := parts["field"]
	value, valued := parts["value"]
	switch {
	case field == "":
		return nil, errors.New("an attribute filter has a field")
	case parts["operator"] == "exists":
		return func(p *person) bool { _, has := p.field(field); return has }, nil
	case parts["operator"] != "eq":
		return nil, errors.New("the operator of an attribute filter is eq or exists")
	case !valued:
		return nil, errors.New("eq needs a value")
	}
	return s.equalFilter(field, value), nil
}

// equalFilter compares emails as identifiers, and other attributes as they are shown.
func (s *state) equalFilter(field, value string) filter {
	k, identifier := kindOf(field)
	return func(p *person) bool {
		got, has := p.field(field)
		if identifier {
			return has && s.config.key(k, got) == s.config.key(k, value)
		}
		return has && got == value
	}
}
