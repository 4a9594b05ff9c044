package mapping

import (
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/mapping/convert"
)

// Arrays as Postgres and Python write them are sent as lists, or reject their row.
func TestArrays(t *testing.T) {
	t.Parallel()
	const postgres, python = "type: list, layout: postgres", "type: list, layout: python"
	not := func(options, text string) cell {
		example := `{blue,"dark red"}`
		if options == python {
			example = `['blue', 'dark red']`
		}
		return cell{options, text, convert.Quote([]byte(text)) + " is not a list of layout " + options[len("type: list, layout: "):] + ", such as " + example}
	}
	checkCells(t, false, []cell{
		{postgres, "{red}", `["red"]`}, {postgres, "{red, green ,7}", `["red","green","7"]`}, {postgres, "{}", "[]"}, {postgres, "", ""},
		{postgres, `{"dark red","a,b","say \"hi\"","back\\slash"}`, `["dark red","a,b","say \"hi\"","back\\slash"]`},
		{postgres, `{NULL,null,"NULL"}`, `[null,null,"NULL"]`}, {postgres, "{Zürich,東京}", `["Zürich","東京"]`}, {postgres, `{""}`, `[""]`},
		not(postgres, "red"), not(postgres, "{red"), not(postgres, "{red}x"), not(postgres, "{red,}"), not(postgres, "{,}"), not(postgres, "{{a},{b}}"),
		not(postgres, `{a"b}`), not(postgres, `{"a}`), not(postgres, `{"a\`), not(postgres, "[0:1]={a,b}"), not(postgres, "['a']"),
		{python, "['red']", `["red"]`}, {python, `["red", 'it\'s', u'x']`, `["red","it's","x"]`}, {python, "[]", "[]"}, {python, "[1, 2.5, -3]", "[1,2.5,-3]"},
		{python, "[True, False, None]", "[true,false,null]"}, {python, `['caf\xe9', '\u20ac', 'a\nb']`, `["café","€","a\nb"]`}, {python, `['a',]`, `["a"]`},
		not(python, "[red]"), not(python, "['a'"), not(python, "['a' 'b']"), not(python, "[['a']]"), not(python, "('a', 'b')"), not(python, `['\q']`), not(python, "{'a'}"), not(python, "[nan]"),
	})
	for _, tt := range []struct{ options, want string }{
		{"type: list, layout: mysql", `"mysql" is not a layout of lists`},
		{`type: list, layout: python, separator: ","`, `a list has either a separator or a layout`},
	} {
		_, err := Parse("people.yaml", []byte("match: {id: id}\nattributes: {a: {column: c, "+tt.options+"}}\n"), false)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.options, err)
		}
	}
}
