package expression

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/mapping/document"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/file"
)

// expressionError shows a mistake where it is in the expression.
func expressionError(e Source, in *rows.Input, err error, columnHint func(string) string) error {
	msg, offset := err.Error(), 0
	if at, ok := errors.AsType[*file.Error](err); ok {
		msg, offset = at.Message, at.From
	}
	msg, hint := translate(msg, in, columnHint)
	if msg == endsEarly && strings.Contains(e.Node.Line(), " #") {
		hint = "quote the expression: after a blank, # starts a comment"
	}
	text := []rune(e.Text)
	offset = min(offset, len(text))
	if e.Node.Given() {
		return e.Node.ErrorIn(offset, hint, "%s", msg)
	}
	before := strings.Split(string(text[:offset]), "\n")
	line := len(before)
	return &document.Error{Option: e.Option, Line: line, Column: utf8.RuneCountInString(before[line-1]) + 1,
		Source: document.Printable(strings.Split(e.Text, "\n")[line-1]), Msg: msg, Hint: hint}
}

const endsEarly = "the expression ends where more of it is needed"

var (
	unexpected = regexp.MustCompile(`^unexpected token (\w+)(?:\("(.*)"\))?$`)
	mismatched = regexp.MustCompile(`^invalid operation: (\S+) \(mismatched types? (.*?)(?: and (.*))?\)$`)
	condition  = regexp.MustCompile(`^(?:expected bool, but got (.*)|non-bool expression \(type (.*)\) used as condition)$`)
)

// translate says what the expression library says, for people who do not know its
// terms, and what to do.
func translate(msg string, in *rows.Input, columnHint func(string) string) (_, hint string) {
	if name, ok := strings.CutPrefix(msg, noFunction); ok {
		if slices.ContainsFunc(in.Columns, func(c rows.Column) bool { return c.Name == name }) {
			hint = fmt.Sprintf("%q is a column: drop the parentheses", name)
		} else {
			hint = document.Meant(name, builtin.Names)
		}
		return fmt.Sprintf("there is no function %q", name), hint
	}
	if name, ok := strings.CutPrefix(msg, "unknown name "); ok {
		name = strings.TrimPrefix(name, mark)
		return fmt.Sprintf("there is no column %q in %s", name, in.Name), columnHint(name)
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
