package readback

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
)

// Difference is one attribute of a person that is not as the rows say.
type Difference struct {
	Attribute       string
	Expected, Found string // as text; empty: absent
	Why             string // in words
	row             int64  // that set the attribute last
}

const (
	preferences         = "cio_subscription_preferences"
	computedPreferences = "_cio_subscription_preferences_computed"
	unsubscribed        = "unsubscribed"
)

// Compare compares what rows set of a person, as the JSON of each attribute, with what
// was read back, where every value is text. Attributes that the rows do not set do not
// count, nor those that the service computes.
func Compare(set map[string]string, found *customerio.Person) (all []Difference) {
	for name, value := range set {
		if d, differs := compareOne(name, value, found); differs {
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b Difference) int { return strings.Compare(a.Attribute, b.Attribute) })
	return all
}

func compareOne(name, value string, found *customerio.Person) (d Difference, differs bool) {
	got, has := lookUp(name, found)
	d = Difference{Attribute: name, Expected: plain(value), Found: got}
	base, topic, dotted := strings.Cut(name, ".")
	switch {
	case strings.HasPrefix(name, "_") || name == string(customerio.CioID):
		return d, false
	case name == unsubscribed:
		d.Found = strconv.FormatBool(found.Unsubscribed || truthy(got))
		d.Why = "another value"
		return d, truthy(plain(value)) != (d.Found == "true")
	case name == preferences && !cleared(value):
		return topicsOf(d, found)
	case dotted && base == preferences:
		return topicAt(d, topic, found)
	case cleared(value):
		d.Why = "not cleared"
		return d, has && got != ""
	case strings.EqualFold(name, string(customerio.Email)) && sameFold(d.Expected, got):
		return d, false
	case !has || got == "":
		d.Why = absent(name, found)
		return d, true
	case same(value, got):
		return d, false
	}
	d.Why = why(d.Expected, got)
	return d, true
}

// lookUp finds an attribute as it was read back: identifiers may be beside the others.
func lookUp(name string, p *customerio.Person) (value string, has bool) {
	if value, has = p.Attributes[name]; has && value != "" {
		return value, true
	}
	switch {
	case strings.EqualFold(name, string(customerio.ID)):
		return p.ID, p.ID != ""
	case strings.EqualFold(name, string(customerio.Email)):
		return p.Email, p.Email != ""
	}
	return value, has
}

// same reports whether a value reads back as text.
func same(value, got string) bool {
	switch value[0] {
	case '"':
		return plain(value) == got
	case '{', '[':
		want, ok := canonical(value)
		form, is := canonical(got)
		return ok && is && want == form
	case 't', 'f':
		return strings.EqualFold(value, got)
	}
	want, ok := decimal(value)
	form, is := decimal(got)
	return ok && (is && want == form || want == secondsOf(got))
}

// secondsOf returns the decimal form of the seconds of a date; empty for other text.
func secondsOf(text string) string {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return ""
	}
	form, _ := decimal(strconv.FormatInt(t.Unix(), 10))
	return form
}

// topicsOf compares the topics that rows set with those of the person: others of theirs
// do not count.
func topicsOf(d Difference, found *customerio.Person) (Difference, bool) {
	var want struct {
		Topics map[string]json.RawMessage `json:"topics"`
	}
	d.Why = "another value"
	if json.Unmarshal([]byte(d.Expected), &want) != nil {
		return d, !same(d.Expected, d.Found)
	}
	for topic, value := range want.Topics {
		if got, has := preference("topics."+topic, found); !has && !cleared(string(value)) || has && got != plain(string(value)) {
			return d, true
		}
	}
	return d, false
}

// topicAt compares one topic, which rows set by its dotted name.
func topicAt(d Difference, path string, found *customerio.Person) (Difference, bool) {
	got, has := preference(path, found)
	d.Found, d.Why = got, "another value"
	if cleared(d.Expected) || d.Expected == "" {
		d.Why = "not cleared"
		return d, has
	}
	if !has {
		d.Why = "absent"
	}
	return d, got != d.Expected
}

// preference returns what a person's preferences have at a dotted path: their own, or
// those that the service computes from them.
func preference(path string, found *customerio.Person) (value string, has bool) {
	for _, name := range []string{preferences, computedPreferences} {
		if value, has = at(found.Attributes[name], path); has {
			return value, true
		}
	}
	return "", false
}

func at(object, path string) (value string, has bool) {
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(object), &members) != nil {
		return "", false
	}
	name, rest, deeper := strings.Cut(path, ".")
	member, has := members[name]
	switch {
	case !has || string(member) == "null":
		return "", false
	case deeper:
		return at(string(member), rest)
	}
	return plain(string(member)), true
}

// plain returns a JSON value as text: a string without quotes and escapes, null as
// nothing.
func plain(value string) string {
	var text string
	if strings.HasPrefix(value, `"`) && json.Unmarshal([]byte(value), &text) == nil {
		return text
	}
	if value == "null" {
		return ""
	}
	return value
}

// cleared reports whether a value removes its attribute.
func cleared(value string) bool { return value == "null" || value == `""` }

// truthy reports whether a value of unsubscribed unsubscribes.
func truthy(text string) bool { return text == "1" || strings.EqualFold(text, "true") }

// sameFold compares without regard to case, also that of letters with two lower cases.
func sameFold(a, b string) bool { return strings.EqualFold(a, b) || folded(a) == folded(b) }

func folded(text string) string { return strings.ToLower(strings.ToUpper(text)) }

// absent says that an attribute is not there, and whether one is whose name differs by
// case alone.
func absent(name string, p *customerio.Person) string {
	for other := range p.Attributes {
		if other != name && strings.EqualFold(other, name) {
			return "absent, but there is an attribute whose name differs by case"
		}
	}
	return "absent"
}

// why says how a value differs.
func why(expected, got string) string {
	want, number := decimal(strings.TrimLeft(expected, "+0"))
	form, is := decimal(got)
	switch {
	case number && is && want == form:
		return "text became a number"
	case strings.HasPrefix(expected, got):
		return "cut"
	case strings.EqualFold(expected, got):
		return "differs by case"
	}
	return "another value"
}
