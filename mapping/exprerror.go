package mapping

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/rows"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/file"
)

// expressionError shows a mistake where it stands in the expression.
func (m *Mapping) expressionError(e expression, in *rows.Input, err error) error {
	msg, offset := err.Error(), 0
	if at, ok := errors.AsType[*file.Error](err); ok {
		msg, offset = at.Message, at.From
	}
	msg, hint := explain(msg, in)
	if msg == endsEarly && strings.Contains(m.line(e.place.line), " #") {
		hint = "quote the expression: behind a blank, # starts a comment"
	}
	text := []rune(e.text)
	offset = min(offset, len(text))
	if e.flag != "" {
		before := strings.Split(string(text[:offset]), "\n")
		line := len(before)
		return &Error{File: e.flag, Line: line, Column: utf8.RuneCountInString(before[line-1]) + 1,
			Source: printable(strings.Split(e.text, "\n")[line-1]), Msg: msg, Hint: hint}
	}
	return m.wrong(m.within(e.place, text, offset), hint, "%s", msg)
}

const endsEarly = "the expression ends where more of it is needed"

var (
	unexpected = regexp.MustCompile(`^unexpected token (\w+)(?:\("(.*)"\))?$`)
	mismatched = regexp.MustCompile(`^invalid operation: (\S+) \(mismatched types? (.*?)(?: and (.*))?\)$`)
	condition  = regexp.MustCompile(`^(?:expected bool, but got (.*)|non-bool expression \(type (.*)\) used as condition)$`)
)

// explain says what the expression library says in words for people who do not
// know its own, and what to do.
func explain(msg string, in *rows.Input) (_, hint string) {
	if name, ok := strings.CutPrefix(msg, noFunction); ok {
		if slices.Contains(columnNames(in), name) {
			hint = fmt.Sprintf("%q is a column: drop the parentheses", name)
		} else {
			hint = meant(name, builtin.Names)
		}
		return fmt.Sprintf("there is no function %q", name), hint
	}
	if name, ok := strings.CutPrefix(msg, "unknown name "); ok {
		name = strings.TrimPrefix(name, mark)
		return fmt.Sprintf("there is no column %q in %s", name, in.Name), columnHint(name, in)
	}
	if name, ok := strings.CutPrefix(msg, "cannot redeclare "); ok {
		return fmt.Sprintf("%q is taken", name), "give the variable another name"
	}
	if t := unexpected.FindStringSubmatch(msg); t != nil {
		return unexpectedToken(t[1], t[2])
	}
	if t := condition.FindStringSubmatch(msg); t != nil {
		return "the condition is of type " + t[1] + t[2] + ", neither true nor false", `compare it, for example Plan == "pro"`
	}
	if t := mismatched.FindStringSubmatch(msg); t != nil {
		if in.Format == rows.CSV && strings.Contains(msg, "string") {
			hint = "the columns of a CSV file are text: write for example int(Age) > 17"
		}
		if t[3] == "" {
			return fmt.Sprintf("%s does not work on %s", t[1], t[2]), hint
		}
		return fmt.Sprintf("%s %s %s does not work", t[2], t[1], t[3]), hint
	}
	return goWords.Replace(strings.TrimSpace(msg)), ""
}

func unexpectedToken(kind, text string) (msg, hint string) {
	switch {
	case kind == "EOF":
		return endsEarly, ""
	case text == "=":
		return `unexpected "="`, "compare with =="
	case kind == "Identifier" && (strings.EqualFold(text, "and") || strings.EqualFold(text, "or")):
		hint = "write it in lower case"
	case kind == "Identifier":
		hint = `write $env["First Name"] for a column whose name is not a word`
	}
	return fmt.Sprintf("unexpected %q", text), hint
}

// within returns where character offset of the text stands whose scalar starts at
// p: behind quotes and escapes, on the lines of a block or a folded scalar. If it
// loses its way it returns p.
func (m *Mapping) within(p place, text []rune, offset int) place {
	var source []rune
	for _, line := range m.lines[p.line-1:] {
		source = append(append(source, line...), '\n')
	}
	source = source[p.column-1:]
	at := 0
	switch source[0] {
	case '"', '\'':
		at = 1
	case '|', '>':
		at = 1 + slices.Index(source, '\n')
	}
	for i, r := range text {
		blank := unicode.IsSpace(r)
		for !blank && at < len(source) && (unicode.IsSpace(source[at]) || continued(source, at)) {
			at++
		}
		if i == offset {
			break
		}
		n := spelt(source[at:], r, source[0])
		if n == 0 && !blank {
			return p
		}
		at += n
	}
	for _, r := range source[:at] {
		p.column++
		if r == '\n' {
			p = place{p.line + 1, 1}
		}
	}
	return p
}

// continued reports whether a backslash in double quotes joins two lines.
func continued(source []rune, at int) bool {
	return source[0] == '"' && source[at] == '\\' && at+1 < len(source) && source[at+1] == '\n'
}

// spelt returns how many characters of source, a scalar that starts with quote
// if it has any, stand for r: none for one that the end of a line stands for.
func spelt(source []rune, r, quote rune) int {
	switch {
	case len(source) == 0:
		return 0
	case quote == '"' && source[0] == '\\' && len(source) > 1:
		return max(2, escapes[source[1]])
	case quote == '\'' && r == '\'' && source[0] == r:
		return 2
	case source[0] == r && r != '\n':
		return 1
	}
	return 0
}

// escapes are those of more than two characters.
var escapes = map[rune]int{'x': 4, 'u': 6, 'U': 10}
