package document

import (
	"errors"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"
)

// libraryTexts are mistakes by the beginning of what the YAML library says of them.
var libraryTexts = map[string]string{
	"could not find flow mapping end":               "a: {b: c\n",
	"sequence end token":                            "a: [b, c\n",
	"',' or '}'":                                    "a:\n  b: {c: d e, f: g\n  h: i\n",
	"',' or ']'":                                    "a: {b: [c}\n",
	"could not find end character of double":        "a: \"b\n",
	"could not find end character of single":        "a: 'b\n",
	"value is not allowed in this context. map key": "a: \"b\" c\n",
	"value is not allowed in this context":          "a: {b: c}}\n",
	"mapping value is not allowed":                  "a: b: c\n",
	"found character '\t'":                          "a:\n\tb: c\n",
	"tab character":                                 "a: {b: c,\td: e}\n",
	"found a tab":                                   "a: |\n\tb\n",
	"non-map value":                                 "a: b\nc\n",
	"unexpected key name":                           "a\nb: c\n",
	"found unknown escape":                          "a: \"\\q\"\n",
	"not enough length for escaped":                 "a: \"\\u12\"",
	"found an invalid key":                          "a:\n  [b]: c\n",
	"map key definition includes":                   "a: {b\n: c}\n",
	"invalid header option":                         "a: |x\n b\n",
	"unexpected scalar value":                       "a: {b: *}\n",
	"could not find flow map content":               "a: {b c: d, e",
	"unexpected directive value":                    "a: %b\n",
	"undefined alias name":                          "a: *\n",
	"undefined anchor value":                        "a: &b\n",
	"could not find '[' character":                  "a: ]\n",
	"block sequence entries are not allowed":        "a: -\n b\n",
}

// The YAML library still says what we translate: each beginning is that of a message,
// and each is tried.
func TestLibraryTexts(t *testing.T) {
	t.Parallel()
	for _, known := range plainly {
		source, tried := libraryTexts[known.begins]
		if !tried {
			t.Errorf("%q is not tried", known.begins)
			continue
		}
		_, err := parser.ParseBytes([]byte(source), 0)
		var said yaml.Error
		if !errors.As(err, &said) || !strings.HasPrefix(said.GetMessage(), known.begins) {
			t.Errorf("of %q the library says %v, not %q", source, err, known.begins)
			continue
		}
		if _, err := Parse("x.yaml", []byte(source)); err == nil || !strings.Contains(err.Error(), known.msg) && !strings.Contains(err.Error(), "matches this") {
			t.Errorf("%q: %v, want %q", source, err, known.msg)
		}
	}
	if len(plainly) != len(libraryTexts) {
		t.Errorf("%d texts, %d tries", len(plainly), len(libraryTexts))
	}
}
