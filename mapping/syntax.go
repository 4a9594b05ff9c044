package mapping

import (
	"errors"
	"strings"

	"github.com/goccy/go-yaml"
)

// plainly says what the YAML library says, in words for people who do not know
// its own. Its messages are told by how they begin.
var plainly = []struct{ begins, msg, hint string }{
	{"could not find flow mapping end", "this { is never closed", "close it, or quote the value if it is text"},
	{"sequence end token", "this [ is never closed", "close it, or quote the value if it is text"},
	{"',' or '}'", "a comma or a } is missing in front of this", "close what is open above it; " + quoteMarks},
	{"',' or ']'", "a comma or a ] is missing in front of this", "close what is open above it; " + quoteMarks},
	{"could not find end character of double", "this quote is never closed", `close it; inside double quotes a quote is written \"`},
	{"could not find end character of single", "this quote is never closed", "close it; inside single quotes a quote is written twice"},
	{"value is not allowed in this context. map key", "text behind the end of a value", "quote the value as a whole"},
	{"value is not allowed in this context", "this does not belong here", "indent the line as its neighbours are"},
	{"mapping value is not allowed", "a colon and a space inside a value",
		"quote the value if they are a part of it, or indent the line below as its neighbours are"},
	{"found character '\t'", "a tab where only spaces may stand", "indent with spaces"},
	{"tab character", "a tab where only spaces may stand", "indent with spaces"},
	{"found a tab", "a tab where only spaces may stand", "indent with spaces"},
	{"non-map value", "this line has no colon with a space behind it", "a line is a key, a colon, a space and a value"},
	{"unexpected key name", "this line has no colon with a space behind it", "a line is a key, a colon, a space and a value"},
	{"found unknown escape", "an escape that YAML does not know", "in single quotes a backslash is a backslash"},
	{"not enough length for escaped", "an escape that is not complete", "in single quotes a backslash is a backslash"},
	{"found an invalid key", "a list or keys and values cannot be a key", quoteMarks},
	{"map key definition includes", "a key must stand on one line", ""},
	{"invalid header option", "this does not belong here", quoteMarks},
	{"unexpected scalar value", "this does not belong here", quoteMarks},
}

const quoteMarks = "quote values that hold one of { } [ ] , or start with one of | > & * ! % @ ` #"

func (m *Mapping) syntaxError(err error) error {
	var yamlError yaml.Error
	if !errors.As(err, &yamlError) {
		return m.wrong(place{1, 1}, "", "not YAML: %v", err)
	}
	p, text := m.inside(yamlError.GetToken()), yamlError.GetMessage()
	switch first := []rune(m.line(p.line) + " ")[p.column-1]; {
	case strings.HasSuffix(text, "is a reserved character"):
		return m.wrong(p, "quote it", "a value cannot start with %c", first)
	case strings.HasPrefix(text, "value is not allowed") && (first == '}' || first == ']'):
		return m.wrong(p, "close what was opened last, or drop it", "nothing is open that this %c could close", first)
	}
	for _, known := range plainly {
		if strings.HasPrefix(text, known.begins) {
			return m.wrong(p, known.hint, "%s", known.msg)
		}
	}
	return m.wrong(p, "", "not YAML: %s", text)
}
