package draft

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/mapping/convert"
)

// machineName is a name that a program wrote: it stays as it is.
var machineName = regexp.MustCompile(`^[a-z][A-Za-z0-9_]*(?:\.[a-z][A-Za-z0-9_]*)*$`)

// ownNames are names to which Customer.io gives a meaning, with the type that their
// values must have.
var ownNames = map[string]struct {
	typ convert.Type
	why string
}{
	"created_at":                   {convert.Time, "Customer.io reads created_at as a time"},
	"unsubscribed":                 {convert.Boolean, "Customer.io reads unsubscribed as true or false"},
	"phone":                        {convert.Phone, "Customer.io reads phone as a number with its country code"},
	"email":                        {convert.Email, "Customer.io reads email as an address"},
	"cio_subscription_preferences": {convert.JSON, "Customer.io reads preferences as an object"},
}

// topicPrefix begins the names of single topics of the preferences.
const topicPrefix = "cio_subscription_preferences.topics."

// refusedNames cannot be set, or not without a decision.
var refusedNames = map[string]string{
	"id":           "id would set or change the person's identifier; drop the # if that is intended",
	"cio_id":       "cio_id is assigned by Customer.io and cannot be set",
	"anonymous_id": "anonymous_id merges a person with visits of a website; drop the # if that is intended",
}

// attributeLines returns the lines of a column, and whether it is sent. Otherwise
// they are comments.
func (w *writer) attributeLines(p *column) (lines string, sent bool) {
	if why := w.unusable(p); why != "" {
		return w.checked(shown(why) + "; it is not sent"), false
	}
	if p.filled == 0 && w.good() > 0 {
		return fmt.Sprintf("  # %s: %s  # always empty\n", yamlText(shortName(w.plainName(p))), yamlText(p.name)), false
	}
	c := choose(w.sample, p)
	if w.options.Verb == mapping.DeviceAdd { // whose attributes are text
		c.options, c.checks = "", nil
	}
	name, refused := w.attribute(c)
	off := ""
	if refused != "" {
		c.checks = append([]string{refused}, c.checks...)
		off = "# "
	}
	for _, check := range c.checks {
		lines += w.checked(check)
	}
	w.zoned = w.zoned || c.zoned
	value := yamlText(p.name)
	if c.options != "" {
		value = fmt.Sprintf("{column: %s, %s}", value, c.options)
	}
	return lines + fmt.Sprintf("  %s%s: %s  # %s\n", off, yamlText(name), value, c), off == ""
}

// checked returns the line of an open question about an attribute.
func (w *writer) checked(text string) string {
	w.checks++
	return "  # CHECK: " + text + "\n"
}

// attribute returns the name of a column's attribute, and why it is better not sent,
// or nothing. It adds to c what must be said about the name.
func (w *writer) attribute(c *choice) (name, refused string) {
	p := c.column
	name = w.plainName(p)
	if _, own := ownNames[name]; machineName.MatchString(p.name) && !own && w.firstRow == "" {
		name = p.name
	}
	if p.hint.field == customerio.Email && p.hint.rank < weak && c.typ == convert.Email && w.field != customerio.Email && w.used["email"] == "" {
		name = "email"
	}
	if why := refusedNames[name]; why != "" {
		return name, why
	}
	if strings.HasPrefix(name, topicPrefix) && !c.suits(convert.Boolean) {
		return name, "Customer.io reads a topic as true or false, and these are other values"
	}
	if own, is := ownNames[name]; is && !c.suits(own.typ) {
		why := own.why
		if own.typ == convert.Phone && p.signs.apostrophes == 0 {
			why = withAdvice(why, ", ", w.options.Advice.Country)
		}
		c.check("%s: these are other values, so they are called %s_text", why, name)
		name += "_text"
	}
	if name == "unsubscribed" {
		c.note("true unsubscribes the person")
	}
	return w.unused(shortName(name), c), ""
}

// plainName returns the column's name in snake_case, or its number where there is
// none or where it is a value.
func (w *writer) plainName(p *column) string {
	if name := snake(p.name); name != "" && w.firstRow == "" {
		return name
	}
	return fmt.Sprintf("column_%d", p.index+1)
}

// shortName cuts a name to the limit, with room for a number after it.
func shortName(name string) string {
	end := customerio.MaxAttributeName - 5
	if len(name) <= end {
		return name
	}
	for !utf8.RuneStart(name[end]) {
		end--
	}
	return strings.TrimRight(name[:end], "_.")
}

// unused returns the name, with a number if another column's differs only in case.
func (w *writer) unused(name string, c *choice) string {
	first := name
	for n := 2; w.used[strings.ToLower(name)] != ""; n++ {
		name = fmt.Sprintf("%s_%d", first, n)
	}
	if name != first {
		c.check("column %q is called %s already: this one is another attribute", shown(w.used[strings.ToLower(first)]), first)
	}
	w.used[strings.ToLower(name)] = c.name
	return name
}
