package mapping

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestPlaces wants every key and value of nasty documents to be found where it
// stands: each has a text of its own, which must start there.
func TestPlaces(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"block":                 "match:\n  id: v1\nattributes:\n  k1: v2\n\n  # comment\n  k2:   v3   # comment\nrest: v4\n",
		"flow":                  "match: {id: v1}\nattributes: {k1: v2, k2: {k3: v3,k4: [v4,  v5]} , k5 : v6}\n",
		"flow over lines":       "match: {id: v1\n  }\nattributes: {\n  k1: v2,\n    k2: {k3:\n v3, k4: [v4,\n\n  v5]}\n}\n",
		"list":                  "match:\n- v1\n-   v2\n- - v3\n  - v4\n- k1: v5\n  k2: v6\n",
		"list below a key":      "match:\n  - k1: v1\n    k2:\n      - v2\n",
		"quotes":                "match: {'k1': 'v1', \"k2\": \"v2\"}\nattributes:\n  'k3': \"v3 \\\"x\\\" \\u00e9\"\n  k4: 'v4 ''x'''\n  k5: v5\n",
		"more bytes":            "größe: v1\nü: {日本: v2, \"😀\": v3, é: 'v4'} # ß\nk1: ünü {v}\n",
		"decomposed":            "u\u0308: v1\nk1: {o\u0308: v2, k2: v3}\n",
		"tabs between":          "k1:\tv1\nk2: {k3:\tv2,  k4: v3\t}\nk5:  \t v4\n",
		"literal":               "k1: |\n  a\n\n  b\nk2: v2\nk3:   >-\n  c\n  d\n\nk4: v4\n",
		"literal that is deep":  "k1:\n    k2: |+\n      a: b\n\n\n    k3: v3\n",
		"plain over lines":      "k1: v1\n  goes on\n  and on\nk2: v2\n",
		"quotes over lines":     "k1: \"v1\n  goes on \\\n  and on\"\nk2: 'v2\n\n  ends'\nk3: v3\n",
		"document start":        "---\nk1: v1\nk2: {k3: v2}\n",
		"comments":              "# ü: x\nk1: v1 # {k9: x}\n  # deeper\nk2: # behind\n  k3: v3\n",
		"numbers and booleans":  "k1: 12\nk2: [true, 13.5, 0x10, null, ~]\nk3: {k4: False}\n",
		"DOS":                   "k1: v1\r\nk2:\r\n  k3: v3\r\n  k4: {k5: v5}\r\n",
		"old Macintosh":         "k1: v1\rk2:\r  k3: v3\r",
		"byte order mark":       "\ufeffk1: v1\nk2: {k3: v2}\n",
		"empty lines in front":  "\n\n\nk1: v1\n",
		"blanks behind values":  "k1: v1   \nk2:   \n  k3: v3  \n",
		"colon in a plain text": "k1: v1:x\nk2: http://v\nk3: {k4: v4}\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := &Mapping{file: "people.yaml", source: []byte(source)}
			root, err := m.readYAML()
			if err != nil {
				t.Fatal(err)
			}
			checkNode(t, m, root)
		})
	}
}

func checkNode(t *testing.T, m *Mapping, n node) {
	t.Helper()
	switch n.kind {
	case listNode:
		if text := textAt(m, n.place); !strings.HasPrefix(text, "[") && !strings.HasPrefix(text, "-") {
			t.Errorf("a list at %v, where %q is", n.place, text)
		}
		for _, item := range n.items {
			checkNode(t, m, item)
		}
	case mappingNode:
		for _, p := range n.pairs {
			checkText(t, m, p.place, p.key)
			checkNode(t, m, p.value)
		}
	default:
		checkText(t, m, n.place, n.text)
	}
}

func checkText(t *testing.T, m *Mapping, p place, want string) {
	t.Helper()
	text := textAt(m, p)
	if strings.HasPrefix(text, "|") || strings.HasPrefix(text, ">") {
		return
	}
	if words := strings.Fields(want); len(words) > 0 && !strings.HasPrefix(strings.TrimLeft(text, `'"`), words[0]) {
		t.Errorf("%q at %v, where %q is", want, p, text)
	}
}

func textAt(m *Mapping, p place) string { return string([]rune(m.line(p.line))[p.column-1:]) }

// TestExpressionPlaces wants the caret under the column that is not there,
// however the expression is written.
func TestExpressionPlaces(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"plain":                  "where: id == Nope\n",
		"plain behind blanks":    "where:    id == Nope   # Nope\n",
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
			if width := width(lines[1][:strings.LastIndex(lines[1], "Nope")]); name != "comments in it" && name != "plain behind blanks" && caret != width {
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

func TestCaret(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ü", 200)
	for _, tt := range []struct {
		name, line string
		column     int
		want       string
	}{
		{"first", "abc", 1, "    7 | abc\n        ^"},
		{"behind the end", "abc", 4, "    7 | abc\n           ^"},
		{"far behind the end", "abc", 6, "    7 | abc\n             ^"},
		{"wide", "日本x", 3, "    7 | 日本x\n            ^"},
		{"combined", "u\u0308x", 3, "    7 | u\u0308x\n         ^"},
		{"start of a long line", long, 2, "    7 | " + strings.Repeat("ü", 62) + "…\n         ^"},
		{"middle of a long line", long, 100, "    7 | …" + strings.Repeat("ü", 120) + "…\n        " + strings.Repeat(" ", 60) + "^"},
		{"end of a long line", long, 201, "    7 | …" + strings.Repeat("ü", 59) + "\n        " + strings.Repeat(" ", 60) + "^"},
		{"no line", "", 3, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := &Error{File: "f", Line: 7, Column: tt.column, Source: tt.line, Msg: "wrong"}
			_, got, _ := strings.Cut(e.Error(), "\n")
			if got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// TestLost: what does not stand in the source is shown at its start.
func TestLost(t *testing.T) {
	t.Parallel()
	m := parse(t, "match: {id: a}\nwhere: a == b\n")
	for text, want := range map[string]place{"a == b": {2, 13}, "a != b": {2, 8}, "something else": {2, 8}} {
		if got := m.within(place{2, 8}, []rune(text), 5); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
