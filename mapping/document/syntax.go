package document

import (
	"errors"
	"strings"

	"github.com/goccy/go-yaml"
)

// plainly translates the messages of the YAML library for people who do not know
// its terms. A message is recognized by its beginning.
var plainly = []struct{ begins, msg, hint string }{
	{"could not find flow mapping end", "this { is never closed", "close it, or quote the value if it is text"},
	{"sequence end token", "this [ is never closed", "close it, or quote the value if it is text"},
	{"',' or '}'", "a comma or a } is missing in front of this", "close what is open above it; " + quoteMarks},
	{"',' or ']'", "a comma or a ] is missing in front of this", "close what is open above it; " + quoteMarks},
	{"could not find end character of double", "this quote is never closed", `close it; inside double quotes a quote is written \"`},
	{"could not find end character of single", "this quote is never closed", "close it; inside single quotes a quote is written twice"},
	{"value is not allowed in this context. map key", "text after the end of a value", "quote the value as a whole"},
	{"value is not allowed in this context", "this does not belong here", "indent the line as its neighbours are"},
	{"mapping value is not allowed", "a colon and a space inside a value",
		"quote the value if they are a part of it, or indent the line below as its neighbours are"},
	{"found character '\t'", "a tab where only spaces are allowed", "indent with spaces"},
	{"tab character", "a tab where only spaces are allowed", "indent with spaces"},
	{"found a tab", "a tab where only spaces are allowed", "indent with spaces"},
	{"non-map value", "this line has no colon followed by a space", "a line is a key, a colon, a space and a value"},
	{"unexpected key name", "this line has no colon followed by a space", "a line is a key, a colon, a space and a value"},
	{"found unknown escape", "an escape that YAML does not know", "in single quotes a backslash is a backslash"},
	{"not enough length for escaped", "an escape that is not complete", "in single quotes a backslash is a backslash"},
	{"found an invalid key", "a list or keys and values cannot be a key", quoteMarks},
	{"map key definition includes", "a key must be on one line", ""},
	{"invalid header option", "this does not belong here", quoteMarks},
	{"could not find flow map content", "this { has a key without a value", quoteMarks},
	{"unexpected directive value", "a value cannot start with %", "quote it"},
	{"undefined alias name", "a value cannot start with *", "quote it"},
	{"undefined anchor value", "a value cannot start with &", "quote it"},
	{"could not find '[' character", "no [ is open that this ] could match", "drop it, or quote the value"},
	{"block sequence entries are not allowed", "a list cannot start on the line of its key", "start it on the next line, indented"},
	{"unexpected scalar value", "this does not belong here", quoteMarks},
}

const quoteMarks = "quote values that hold one of { } [ ] , or start with one of | > & * ! % @ ` #"

func syntaxError(d *Document, err error) error {
	var yamlError yaml.Error
	if !errors.As(err, &yamlError) {
		return d.errorAt(Place{1, 1}, "", "not YAML: %v", err)
	}
	p, text := d.inside(yamlError.GetToken()), yamlError.GetMessage()
	switch first := []rune(d.line(p.Line) + " ")[p.Column-1]; {
	case strings.HasSuffix(text, "is a reserved character"):
		return d.errorAt(p, "quote it", "a value cannot start with %c", first)
	case strings.HasPrefix(text, "value is not allowed") && (first == '}' || first == ']'):
		return d.errorAt(p, "close what was opened last, or drop it", "nothing that is open matches this %c", first)
	}
	for _, known := range plainly {
		if strings.HasPrefix(text, known.begins) {
			return d.errorAt(p, known.hint, "%s", known.msg)
		}
	}
	return d.errorAt(p, "", "not YAML: %s", text)
}
