package mapping

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
)

// machineName is a name that no spreadsheet's reader made: it stays as it is.
var machineName = regexp.MustCompile(`^[a-z][A-Za-z0-9_]*(?:\.[a-z][A-Za-z0-9_]*)*$`)

// maxColumnName bounds the names of columns that are drafted, in bytes.
const maxColumnName = 500

// unusable says why a column cannot be named in a mapping, or nothing.
func (d *draft) unusable(p *profile) string {
	switch {
	case p.name == "" && d.in.Format == rows.CSV:
		return fmt.Sprintf("column %d has no name: give it one to send it", p.index+1)
	case p.name == "":
		return "a name that is empty cannot be used"
	case !utf8.ValidString(p.name): // of a JSONL line that cannot be read
		return fmt.Sprintf("the name %q is not UTF-8", shown(p.name))
	case len(p.name) > maxColumnName:
		return fmt.Sprintf("column %d has a name of %d bytes: choose a shorter one", p.index+1, len(p.name))
	case d.in.Format == rows.CSV && d.called[p.name] > 1:
		return fmt.Sprintf("%d columns are called %q: rename all but one", d.called[p.name], p.name)
	}
	return ""
}

// ownNames are those that Customer.io gives a meaning, with the type that they must
// have.
var ownNames = map[string]struct {
	types string
	why   string
}{
	"created_at":                   {"timestamp", "Customer.io takes created_at for a time"},
	"unsubscribed":                 {"boolean", "Customer.io takes unsubscribed for true or false"},
	"phone":                        {"phone", "Customer.io takes phone for a number with its country code, and init --country DE would read German ones"},
	"email":                        {"email", "Customer.io takes email for an address"},
	"cio_subscription_preferences": {"json", "Customer.io takes preferences for an object"},
}

// refusedNames cannot be set, or not without a decision.
var refusedNames = map[string]string{
	"id":           "id would set or change the person's identifier; drop the # if that is meant",
	"cio_id":       "cio_id is given out by Customer.io and cannot be set",
	"anonymous_id": "anonymous_id joins a person with visits of a website; drop the # if that is meant",
}

// attribute returns what a column's attribute is called, adding to c what must be
// said about it, and why it is better not sent, or nothing.
func (d *draft) attribute(p *profile, c *decision, match customerio.Match) (name, refused string) {
	name = snake(p.name)
	if _, own := ownNames[name]; machineName.MatchString(p.name) && !own {
		name = p.name
	}
	if p.hint.field == customerio.Email && p.hint.rank < weak && strings.HasPrefix(c.options, "type: email") && match != customerio.Email && d.used["email"] == "" {
		name = "email"
	}
	if name == "" {
		name = fmt.Sprintf("column_%d", p.index+1)
	}
	if why := refusedNames[name]; why != "" {
		return name, why
	}
	if own, is := ownNames[name]; is && d.ownType(c) != own.types {
		c.check("%s: these are other values, so they are called %s_text", own.why, name)
		name += "_text"
	}
	if name == "unsubscribed" {
		c.note("true unsubscribes the person")
	}
	return d.unused(shortName(name), p, c), ""
}

// ownType is the type of the values.
func (d *draft) ownType(c *decision) string {
	_, rest, _ := strings.Cut(c.options, "type: ")
	typ, _, _ := strings.Cut(rest, ",")
	return typ
}

// shortName cuts a name to the limit, with room for a number behind it.
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

// unused returns the name, with a number if another column's is the same but for
// case.
func (d *draft) unused(name string, p *profile, c *decision) string {
	first := name
	for n := 2; d.used[strings.ToLower(name)] != ""; n++ {
		name = fmt.Sprintf("%s_%d", first, n)
	}
	if name != first {
		c.check("%s is what column %q is called: this one is another attribute", first, shown(d.used[strings.ToLower(first)]))
	}
	d.used[strings.ToLower(name)] = p.name
	return name
}

// plainYAML is text that needs no quotes.
var plainYAML = regexp.MustCompile(`^\pL(?:[\pL\pN _./-]*[\pL\pN])?$`)

// quotedYAML are words that YAML, or an older one, reads as something else.
var quotedYAML = regexp.MustCompile(`(?i)^(?:true|false|yes|no|on|off|null|y|n|nan|inf)$`)

// yamlText spells text as YAML.
func yamlText(text string) string {
	if plainYAML.MatchString(text) && !quotedYAML.MatchString(text) && !looksLikeNumber(text) {
		return text
	}
	printable := true
	for _, r := range text {
		printable = printable && r >= ' ' && r < 0x7f || r >= 0xa1 && r < 0x2000
	}
	if printable && strings.Contains(text, `"`) || strings.Contains(text, `\`) && printable {
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return escapedYAML(text)
}

// escapedYAML spells text in double quotes, with escapes for what is not plainly
// seen.
func escapedYAML(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r >= ' ' && r < 0x7f, r >= 0xa1 && r < 0x300, r >= 0x370 && r < 0x2000, r >= 0x3000 && r < 0xd800:
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08X`, r)
		default:
			fmt.Fprintf(&b, `\u%04X`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// shown is text for a comment: short, and on one line.
func shown(text string) string {
	runes := []rune(printable(strings.Join(strings.Fields(text), " ")))
	if len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return string(runes)
}
