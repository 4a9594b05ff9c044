package mapping

import (
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/mapping/convert"
)

func TestAsItStands(t *testing.T) {
	t.Parallel()
	checkCells(t, false, []cell{
		{"", "pro", `"pro"`}, {"", "00123", `"00123"`}, {"", "9223372036854775808", `"9223372036854775808"`}, {"", "+49151", `"+49151"`},
		{"", " pro ", `" pro "`}, {"", " ", `" "`}, {"", "true", `"true"`}, {"", "null", `"null"`}, {"", "NULL", `"NULL"`}, {"", "[1]", `"[1]"`},
		{"", "a\"b\\c\n\t\x01\u2028é😀", `"a\"b\\c\n\t\u0001` + "\u2028é😀\""}, {"", "", ""}, {"", "=1+1", `"=1+1"`},
		{"trim: true", " pro\u00a0", `"pro"`}, {"trim: true", " \t", ""}, {"trim: false", " pro", `" pro"`},
		{"type: string", " 007 ", `" 007 "`}, {"type: string, trim: true", " 007 ", `"007"`}, {"type: string", " ", `" "`}, {"type: string", "", ""},
	})
	checkCells(t, true, []cell{
		{"", `"pro"`, `"pro"`}, {"", `1.10`, `1.10`}, {"", `12345678901234567890123`, `12345678901234567890123`}, {"", `-0.0e-5`, `-0.0e-5`}, {"", `1e999`, `1e999`},
		{"", `true`, `true`}, {"", `false`, `false`}, {"", `null`, ""}, {"", `""`, ""}, {"", ``, ""}, {"", `"\u00e9\n"`, `"é\n"`},
		{"", `{"a":[1, 2.50,{}]}`, `{"a":[1, 2.50,{}]}`}, {"", `[]`, `[]`}, {"", `{}`, `{}`}, {"", `["\ud83d\ude00"]`, `["\ud83d\ude00"]`},
		{"type: string", `1.10`, `"1.10"`}, {"type: string", `true`, `"true"`}, {"type: string", `[1]`, `"[1]" is not of type string`}, {"type: string", `null`, ""},
		{"lower: true", `1E5`, `1E5`}, {"upper: true", `true`, `true`}, {"type: string, upper: true", `true`, `"TRUE"`}, {"upper: true", `"a"`, `"A"`},
		{"trim: true", `" a "`, `"a"`}, {"trim: true", `7`, `7`}, {"lower: true", `["A"]`, `["A"]`},
	})
}

func TestBooleans(t *testing.T) {
	t.Parallel()
	const boolean, german = "type: boolean", "type: boolean, true: [Ja, JA!, 1, Größe], false: nein"
	none := func(text string) cell {
		return cell{boolean, text, convert.Quote([]byte(text)) + " is none of the words for true (true, yes, 1) and false (false, no, 0)"}
	}
	checkCells(t, false, []cell{
		{boolean, "true", "true"}, {boolean, "TRUE", "true"}, {boolean, "True", "true"}, {boolean, "yes", "true"}, {boolean, "YES", "true"}, {boolean, "1", "true"},
		{boolean, "false", "false"}, {boolean, "False", "false"}, {boolean, "no", "false"}, {boolean, "No", "false"}, {boolean, "0", "false"}, {boolean, " no ", "false"},
		{boolean, "", ""}, {boolean, " ", ""},
		none("y"), none("n"), none("t"), none("f"), none("on"), none("off"), none("2"), none("-1"), none("00"), none("1.0"), none("ja"), none("truе"), none("true."),
		{german, "ja", "true"}, {german, "JA", "true"}, {german, "ja!", "true"}, {german, "1", "true"}, {german, "GRÖẞE", "true"}, {german, "größe", "true"}, {german, "NEIN", "false"},
		{german, "true", `"true" is none of the words for true (Ja, JA!, 1, Größe) and false (nein)`},
		{"type: boolean, values: {j: yes, n: no}", "j", "true"}, {"type: boolean, default: no", "", "false"},
		{"type: boolean, true: [' a b '], false: x", "A B", "true"},
	})
	checkCells(t, true, []cell{
		{boolean, `true`, "true"}, {boolean, `false`, "false"}, {boolean, `1`, "true"}, {boolean, `"no"`, "false"}, {boolean, `null`, ""},
		{german, `true`, "true"}, {german, `false`, "false"}, {german, `"true"`, `"true" is none of the words for true (Ja, JA!, 1, Größe) and false (nein)`},
		{"type: boolean, upper: true", `true`, "true"}, {boolean, `[true]`, `"[true]" is not of type boolean`}, {boolean, `{}`, `"{}" is not of type boolean`},
	})
}

func TestLists(t *testing.T) {
	t.Parallel()
	const list, trimmed = `type: list, separator: "|"`, `type: list, separator: "|", trim: true`
	checkCells(t, false, []cell{
		{list, "a|b|c", `["a","b","c"]`}, {list, "a", `["a"]`}, {list, "a|", `["a",""]`}, {list, "|", `["",""]`}, {list, "a||b", `["a","","b"]`},
		{list, " a | b ", `["a "," b"]`}, {trimmed, " a | b ", `["a","b"]`}, {trimmed, "a| |b", `["a","","b"]`},
		{list, `a"b|c\d`, `["a\"b","c\\d"]`}, {list, "ä|日本", `["ä","日本"]`}, {list, "", ""}, {list, "  ", ""}, {list, "[1,2]", `["[1,2]"]`},
		{`type: list, separator: ", "`, "a, b,c", `["a","b,c"]`}, {`type: list, separator: " "`, " a b ", `["a","b"]`}, {`type: list, separator: "\t"`, "a\tb", `["a","b"]`},
		{`type: list, separator: "ö"`, "aöböc", `["a","b","c"]`}, {`type: list, separator: "\n"`, "a\nb", `["a","b"]`}, {list + ", upper: true", "a|b", `["A","B"]`},
		{list + ", default: x|y", "", `["x","y"]`},
		{list, strings.Repeat("a|", 249), "[" + strings.Repeat(`"a",`, 249) + `""]`},
		{list, strings.Repeat("a|", 249) + "a", "the value is 1001 bytes; the limit is 1000"},
	})
	checkCells(t, true, []cell{
		{list, `"a|b"`, `["a","b"]`}, {list, `["a", 1,null]`, `["a", 1,null]`}, {list, `[]`, `[]`}, {list, `5`, `["5"]`}, {list, `true`, `["true"]`},
		{list, `{"a":1}`, `"{\"a\":1}" is not of type list`}, {list, `null`, ""}, {list, `"[1]"`, `["[1]"]`},
	})
}

func TestJSON(t *testing.T) {
	t.Parallel()
	const json = "type: json"
	not := func(text string) cell {
		return cell{json, text, convert.Quote([]byte(text)) + ` is not JSON, such as {"city": "Berlin"}`}
	}
	fits := `"` + strings.Repeat("é", 499) + `"`
	checkCells(t, false, []cell{
		{json, `{"a": [1, 2.50, "x"]}`, `{"a": [1, 2.50, "x"]}`}, {json, ` [ ] `, `[ ]`}, {json, "{\n\t\"a\":\r\n1 }", "{\n\t\"a\":\r\n1 }"}, {json, `1.10`, `1.10`}, {json, `"a"`, `"a"`},
		{json, `true`, `true`}, {json, `null`, `null`}, {json, `""`, `""`}, {json, `{"a":1,"a":2}`, `{"a":1,"a":2}`}, {json, ``, ""}, {json, fits, fits},
		{json, `["` + strings.Repeat("é", 499) + `"]`, "the value is 1002 bytes; the limit is 1000"},
		not(`{a:1}`), not(`{'a':1}`), not(`{"a":1,}`), not(`[1 2]`), not(`{"a":1`), not(`"a`), not(`01`), not(`NaN`), not(`True`), not(`{} {}`), not(`// {}`), not(`"\ud83d"`),
		not("\"a\nb\""), not(strings.Repeat("[", 201) + strings.Repeat("]", 201)), not(`pro`), not("{}\u00a0{}"),
	})
	checkCells(t, true, []cell{
		{json, `{"a": 1}`, `{"a": 1}`}, {json, `"{\"a\": 1}"`, `{"a": 1}`}, {json, `"pro"`, `"pro" is not JSON, such as {"city": "Berlin"}`}, {json, `7`, `7`}, {json, `true`, `true`}, {json, `null`, ""},
	})
}

func TestValues(t *testing.T) {
	t.Parallel()
	const values = `values: {P: pro, F: free, "": none, " ": blank, gone: "", 1: one, 2: 3, true: "Yes", null: nil}`
	checkCells(t, false, []cell{
		{values, "P", `"pro"`}, {values, "F", `"free"`}, {values, "p", `"p"`}, {values, "X", `"X"`}, {values, "", `"none"`}, {values, " ", `"blank"`}, {values, "gone", ""},
		{values, "1", `"one"`}, {values, "2", `"3"`}, {values, "true", `"Yes"`}, {values, "null", `"nil"`}, {values, " P", `" P"`},
		{values + ", trim: true", " P ", `"pro"`}, {values + ", trim: true", " ", `"none"`}, {values + ", upper: true", "P", `"PRO"`}, {values + ", lower: true", "X", `"x"`},
		{values + ", empty: reject", "gone", "required attributes.a: column \"c\": is empty"}, {values + ", default: x", "gone", `"x"`},
		{"values: {A: 1, B: 2}, type: integer", "A", "1"}, {"values: {A: 1, B: 2}, type: integer", " B ", "2"}, {"values: {A: 1}, type: integer", "7", "7"},
		{"values: {A: 1}, type: integer", "C", `"C" is not an integer`}, {"values: {}", "a", `"a"`},
	})
	checkCells(t, true, []cell{
		{values, `"P"`, `"pro"`}, {values, `1`, `"one"`}, {values, `1.0`, `1.0`}, {values, `7`, `7`}, {values, `true`, `"Yes"`}, {values, `false`, `false`}, {values, `null`, `"none"`},
		{values, `""`, `"none"`}, {values, ``, ""}, {values, `["P"]`, `["P"]`}, {"values: {1: 2}, type: integer", `1`, "2"}, {"values: {a: b}, lower: true", `1E5`, `1E5`},
	})
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	const required = `required attributes.a: column "c": is empty`
	checkCells(t, false, []cell{
		{"empty: omit", "", ""}, {"empty: clear", "", `""`}, {"empty: reject", "", required}, {"empty: reject", " ", `" "`}, {"empty: reject, trim: true", " ", required},
		{"empty: clear, type: integer", " ", `""`}, {"empty: reject, type: integer", " ", required}, {"empty: clear", "x", `"x"`},
		{"default: x", "", `"x"`}, {"default: x", "y", `"y"`}, {"default: x", " ", `" "`}, {"default: x, trim: true", " ", `"x"`}, {"default: X, lower: true", "", `"X"`},
		{"default: 0", "", `"0"`}, {"default: 0, type: integer", "", "0"}, {"default: 5, empty: reject", "", `"5"`}, {"default: 5, empty: clear", "", `"5"`},
		{"default: true, type: boolean", "", "true"}, {"default: '[]', type: json", "", "[]"}, {"default: 2025-01-01, type: timestamp, layout: iso8601, zone: UTC", "", at("2025-01-01T00:00:00Z")},
		{"default: P, values: {P: pro}", "", `"P"`},
	})
	checkCells(t, true, []cell{
		{"empty: omit", `null`, ""}, {"empty: clear", `null`, `""`}, {"empty: reject", `null`, required}, {"empty: clear", `""`, `""`},
		{"empty: omit", ``, ""}, {"empty: clear", ``, ""}, {"empty: reject", ``, required}, {"default: x", `null`, `"x"`}, {"default: x", ``, `"x"`}, {"default: x", `""`, `"x"`},
		{"empty: clear, type: json", `null`, `""`}, {"empty: clear", `[]`, `[]`}, {"empty: reject", `{}`, `{}`}, {"empty: reject", `0`, `0`}, {"empty: reject", `false`, `false`},
	})
}

// TestEmptyForAll: an attribute's own word takes precedence over the mapping's.
func TestEmptyForAll(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ all, own, input, want string }{
		{"", "", "id,c,d\n1,,\n", ``},
		{"omit", "", "id,c,d\n1,,\n", ``},
		{"clear", "", "id,c,d\n1,,\n", `"a":"","b":""`},
		{"reject", "", "id,c,d\n1,x,\n", `required attributes.b: column "d": is empty`},
		{"clear", "omit", "id,c,d\n1,,\n", `"b":""`},
		{"omit", "clear", "id,c,d\n1,,\n", `"a":""`},
		{"clear", "reject", "id,c,d\n1,,\n", `required attributes.a: column "c": is empty`},
		{"reject", "omit", "id,c,d\n1,,x\n", `"b":"x"`},
		{"clear", "", `{"id":"1","c":null}` + "\n", `"a":""`},
		{"reject", "clear", `{"id":"1","c":null}` + "\n", `required attributes.b: column "d": is empty`},
	} {
		source := "match: {id: id}\nattributes: {a: {column: c}, b: d}\n"
		if tt.all != "" {
			source += "empty: " + tt.all + "\n"
		}
		if tt.own != "" {
			source = strings.Replace(source, "column: c", "column: c, empty: "+tt.own, 1)
		}
		if got := sent(t, parse(t, source), tt.input); got != tt.want {
			t.Errorf("all %q, own %q, %q:\n got %s\nwant %s", tt.all, tt.own, tt.input, got, tt.want)
		}
	}
}

func TestCase(t *testing.T) {
	t.Parallel()
	checkCells(t, false, []cell{
		{"lower: true", "ABCxyzÄÖÜẞΣİ@[`{", `"` + strings.ToLower("ABCxyzÄÖÜẞΣİ@[`{") + `"`}, {"upper: true", "abcXYZäöüßςı@[`{", `"` + strings.ToUpper("abcXYZäöüßςı@[`{") + `"`},
		{"lower: true", "pro", `"pro"`}, {"upper: true", "", ""}, {"lower: false, upper: true", "a", `"A"`}, {"lower: true", "日本", `"日本"`},
		{"lower: true, values: {a: X}", "a", `"x"`}, {"lower: true, values: {a: X}", "A", `"a"`}, {"upper: true, type: boolean", "yes", "true"},
		{"lower: true, type: timestamp, layout: '2006-01-02t15:04:05', zone: UTC", "2025-01-01T10:00:00", at("2025-01-01T10:00:00Z")},
	})
}

// An attribute with compare: false is sent and not compared.
func TestCompareFalse(t *testing.T) {
	t.Parallel()
	m := parse(t, `match: {id: id}
attributes:
  name: name
  synced_at: {column: at, compare: false}
  batch: {value: 7, compare: false}
  seen: {expr: 'at + "!"', compare: false}
`)
	for comparing, want := range map[bool]string{
		false: `{"type":"person","action":"identify","identifiers":{"id":"1"},"attributes":{"name":"Ann","synced_at":"today","batch":7,"seen":"today!"}}`,
		true:  `{"type":"person","action":"identify","identifiers":{"id":"1"},"attributes":{"name":"Ann"}}`,
	} {
		in := open(t, "id,name,at\n1,Ann,today\n")
		mapper := bind(t, m, in).Mapper(in, Terms{Comparing: comparing})
		if op, _, outcome := mapper.Append(nil, blockOf(t, in), 0); outcome != Send || string(op) != want {
			t.Errorf("comparing %v: %s, outcome %d; want %s", comparing, op, outcome, want)
		}
	}
}
