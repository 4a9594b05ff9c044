package document

import (
	"strings"
	"testing"
)

// TestPlaces wants the place of every key and value of difficult documents: each has
// a text of its own, which must start there.
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
		"comments":              "# ü: x\nk1: v1 # {k9: x}\n  # deeper\nk2: # after\n  k3: v3\n",
		"numbers and booleans":  "k1: 12\nk2: [true, 13.5, 0x10, null, ~]\nk3: {k4: False}\n",
		"DOS":                   "k1: v1\r\nk2:\r\n  k3: v3\r\n  k4: {k5: v5}\r\n",
		"old Macintosh":         "k1: v1\rk2:\r  k3: v3\r",
		"byte order mark":       "\ufeffk1: v1\nk2: {k3: v2}\n",
		"empty lines in front":  "\n\n\nk1: v1\n",
		"blanks after values":   "k1: v1   \nk2:   \n  k3: v3  \n",
		"colon in a plain text": "k1: v1:x\nk2: http://v\nk3: {k4: v4}\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root, err := Parse("people.yaml", []byte(source))
			if err != nil {
				t.Fatal(err)
			}
			checkNode(t, root)
		})
	}
}

func checkNode(t *testing.T, n Node) {
	t.Helper()
	switch n.Kind {
	case List:
		if text := textAt(n); !strings.HasPrefix(text, "[") && !strings.HasPrefix(text, "-") {
			t.Errorf("a list at %v, where %q is", n.Place, text)
		}
		for _, item := range n.Items {
			checkNode(t, item)
		}
	case Mapping:
		for _, p := range n.Pairs {
			checkText(t, p.Key)
			checkNode(t, p.Value)
		}
	default:
		checkText(t, n)
	}
}

func checkText(t *testing.T, n Node) {
	t.Helper()
	text := textAt(n)
	if strings.HasPrefix(text, "|") || strings.HasPrefix(text, ">") {
		return
	}
	if words := strings.Fields(n.Value); len(words) > 0 && !strings.HasPrefix(strings.TrimLeft(text, `'"`), words[0]) {
		t.Errorf("%q at %v, where %q is", n.Value, n.Place, text)
	}
}

func textAt(n Node) string { return string([]rune(n.Line())[n.Place.Column-1:]) }

func TestCaret(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ü", 200)
	for _, tt := range []struct {
		name, line string
		column     int
		want       string
	}{
		{"first", "abc", 1, "    7 | abc\n        ^"},
		{"after the end", "abc", 4, "    7 | abc\n           ^"},
		{"far after the end", "abc", 6, "    7 | abc\n             ^"},
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

// TestLost: what is not in the source is shown at its start.
func TestLost(t *testing.T) {
	t.Parallel()
	root, err := Parse("people.yaml", []byte("match: {id: a}\nwhere: a == b\n"))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]Place{"a == b": {2, 13}, "a != b": {2, 8}, "something else": {2, 8}} {
		if got := root.doc.within(Place{2, 8}, []rune(text), 5); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
