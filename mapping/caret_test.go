package mapping

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestExpressionPlaces wants the caret under the column that is not there,
// however the expression is written.
func TestExpressionPlaces(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"plain":                  "where: id == Nope\n",
		"plain after blanks":     "where:    id == Nope   # Nope\n",
		"plain on the next line": "where:\n  id == Nope\n",
		"plain over lines":       "where: id == \"Größe\"\n   and\n   id ==   Nope\n",
		"single quotes":          "where: 'id == Nope'\n",
		"single quotes inside":   "where: 'id == ''x'' or ''Nope'' == Nope'\n",
		"single over lines":      "where: 'id == ''x''\n\n   or\n     id == Nope'\n",
		"double quotes":          "where: \"id == Nope\"\n",
		"escapes":                "where: \"id == \\\"x\\\" or \\\"\\u00e9\\x41\\U0001f600\\t\\\\\\\\\\\" == Nope\"\n",
		"double over lines":      "where: \"id == 'x'\n   or \\\n    id == Nope\"\n",
		"literal":                "where: |\n  id == Nope\n",
		"literal of lines":       "where: |\n  id == 'x'\n\n    or\n  id == Nope\n",
		"literal, stripped":      "where: |-\n    id == 'x' or\n      id == Nope",
		"literal with tabs":      "where: |\n  id == 'x' or\n  \tid ==\tNope\n",
		"folded":                 "where: >\n  id == 'x' or\n  id == Nope\n",
		"folded with a gap":      "where: >\n  id == 'x'\n\n\n  or id == Nope\n",
		"folded, deeper":         "where: >\n  id == 'x' or\n      id == Nope\n  and true\n",
		"flow":                   "attributes: {größe: {expr: id + Nope}, b: {value: 1}}\n",
		"flow with quotes":       "attributes: {größe: \t{expr: 'id + \"ü日本😀\" + Nope'}}\n",
		"tabs":                   "where:\tid\t==\tNope\n",
		"more bytes":             "where: '\"ü日本😀é\" == Nope' # ü\n",
		"decomposed":             "where: '\"u\u0308\" == Nope'\n",
		"DOS":                    "where: |\r\n  id == 'x' or\r\n  id == Nope\r\n",
		"comments in it":         "where: |\n  id == 'x' // Nope\n  /* Nope */ or Nope == id\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := parse(t, source+"\nmatch: {id: id}\n").Bind(open(t, "id\n1\n"))
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Msg != `there is no column "Nope" in people.csv` {
				t.Fatal(err)
			}
			if text := string([]rune(e.Source)[e.Column-1:]); !strings.HasPrefix(text, "Nope") {
				t.Errorf("the caret is under %q:\n%v", text, err)
			}
			lines := strings.Split(e.Error(), "\n")
			caret := strings.Index(lines[2], "^")
			if width := width(lines[1][:strings.LastIndex(lines[1], "Nope")]); name != "comments in it" && name != "plain after blanks" && caret != width {
				t.Errorf("the caret is at %d, not at %d:\n%v", caret, width, err)
			}
		})
	}
}

// width returns how many places text takes on a terminal, of the characters that
// the tests use.
func width(text string) int {
	n := utf8.RuneCountInString(text)
	for wide, more := range map[string]int{"日": 1, "本": 1, "😀": 1, "\u0308": -1} {
		n += more * strings.Count(text, wide)
	}
	return n
}
