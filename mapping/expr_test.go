package mapping

import (
	"strings"
	"testing"
)

// TestExpressions evaluates expressions for a row of CSV and the same of JSONL.
// An empty want means that nothing is sent.
func TestExpressions(t *testing.T) {
	t.Parallel()
	const (
		csv     = "id,Plan,Age,First Name,Größe,date,count,Empty\n1,pro,17,Ada,xl,2025-01-31,3,\n"
		jsonl   = `{"id":"1","Plan":"pro","Age":17,"Big":12345678901234567890,"Price":1.50,"VIP":true,"First Name":"Größe","tags":["a","b"],"date":"2025-01-31","count":3,"None":null,"Object":{"a":{"b":1.0}},"Empty":""}` + "\n"
		fails   = "invalid attributes.a: the expression fails: "
		notUTF8 = "invalid attributes.a: the expression's result is not UTF-8: "
	)
	for _, tt := range []struct{ name, input, rule, want string }{
		{"text", csv, `expr: 'upper(Plan)'`, `"PRO"`},
		{"text of two columns", csv, `expr: 'trim($env["First Name"] + " " + Größe)'`, `"Ada xl"`},
		{"integer", csv, `expr: 'int(Age) + 1'`, `18`},
		{"large integer", csv, `expr: '9223372036854775807'`, `9223372036854775807`},
		{"float", csv, `expr: 'int(Age) / 2'`, `8.5`},
		{"whole float", csv, `expr: 'float(Age)'`, `17`},
		{"float with an exponent", csv, `expr: '1e21'`, `1e+21`},
		{"boolean", csv, `expr: 'int(Age) > 16'`, `true`},
		{"nil", csv, `expr: 'nil'`, ``},
		{"nil under clear", csv, `expr: 'nil', empty: clear`, `""`},
		{"nil under reject", csv, `expr: 'nil', empty: reject`, `required attributes.a: is empty`},
		{"nil with a default", csv, `expr: 'nil', default: x`, `"x"`},
		{"empty text", csv, `expr: 'Empty', empty: clear`, `""`},
		{"list", csv, `expr: '[Plan, 1, 2.5, true, nil, "<é&>"]'`, `["pro",1,2.5,true,null,"\u003cé\u0026\u003e"]`},
		{"list of nothing", csv, `expr: '[]', empty: reject`, `[]`},
		{"parts", csv, `expr: 'split("a,b", ",")'`, `["a","b"]`},
		{"range", csv, `expr: '1..3'`, `[1,2,3]`},
		{"object", csv, `expr: '{"b": Plan, "a": {"c": 1}}'`, `{"a":{"c":1},"b":"pro"}`},
		{"object as text", csv, `expr: 'toJSON({"a": 1})', type: json`, "{\n  \"a\": 1\n}"},
		{"point in time", csv, `expr: 'date("2025-01-31T12:00:00.9+01:00")'`, at("2025-01-31T12:00:00+01:00")},
		{"point in time as timestamp", csv, `expr: 'date(date)', type: timestamp, layout: unix`, at("2025-01-31T00:00:00Z")},
		{"point in time beyond", csv, `expr: 'date("9999-12-31") + duration("48h")', type: timestamp, layout: unix`, `invalid attributes.a: "253402387200" is not between the years 0 and 9999`},
		{"part of a date", csv, `expr: 'date(date).Year()'`, `2025`},
		{"named number", csv, `expr: 'date(date).Month()'`, `1`},
		{"duration", csv, `expr: 'date(date) - date("2025-01-30")'`, `invalid attributes.a: the expression's result is a duration; say in what, for example by .Hours()`},
		{"hours", csv, `expr: '(date(date) - date("2025-01-30")).Hours()'`, `24`},
		{"bytes", csv, `expr: 'b"abc"'`, `"abc"`},
		{"bytes of no text", csv, `expr: 'b"\xff"'`, notUTF8 + `"\xff"`},
		{"half a letter", csv, `expr: 'Größe[0:1] + "ö"[0:1]'`, notUTF8 + `"x\xc3"`},
		{"half a letter in a list", csv, `expr: '["ö"[0:1]]'`, notUTF8 + `"[\"\\ufffd\"]"`},
		{"base64", csv, `expr: 'fromBase64("/w==")'`, notUTF8 + `"\xff"`},
		{"not a number", csv, `expr: '0.0 / 0.0'`, `invalid attributes.a: the expression's result is not a number`},
		{"infinite", csv, `expr: '1 / 0'`, `invalid attributes.a: the expression's result is not a number`},
		{"infinite in a list", csv, `expr: '[1 / 0]'`, `invalid attributes.a: the expression's result cannot be sent: json: unsupported value: +Inf`},
		{"no number", csv, `expr: 'int(Plan)'`, fails + `int(pro) does not work`},
		{"no number at all", csv, `expr: 'int(Empty)'`, fails + `int() does not work`},
		{"no date", csv, `expr: 'date(Plan)'`, fails + `invalid date pro`},
		{"beyond a list", csv, `expr: '[1][5]'`, fails + `index out of range: 5 (array length is 1)`},
		{"too large", csv, `expr: '1..10000000'`, fails + `its lists have more than 200,000 elements`},
		{"variable", csv, `expr: 'let count2 = int(count) * 2; count2 + 1'`, `7`},
		{"predicate", csv, `expr: 'count([1, 2, 3], # > 1)'`, `2`},
		{"column and function of one name", csv, `expr: 'count + string(count([1], true)) + $env.count + $env?.["count"]'`, `"3133"`},
		{"no column at all", csv, `expr: '"con" + "stant"'`, `"constant"`},
		{"converted", csv, `expr: 'Age + ".0"', type: number`, `17.0`},
		{"converted to text", csv, `expr: 'int(Age)', type: string`, `"17"`},
		{"converted, not to be", csv, `expr: 'Plan', type: integer`, `invalid attributes.a: "pro" is not an integer`},
		{"list to an integer", csv, `expr: '[1]', type: integer`, `invalid attributes.a: "[1]" is not of type integer`},
		{"values", csv, `expr: 'Plan', values: {pro: P}, lower: true`, `"p"`},
		{"values of numbers", csv, `expr: 'int(Age)', values: {17: young}`, `"young"`},
		{"decimal", csv, `expr: '1.5', type: number, decimal: ","`, `1.5`},
		{"too long", csv, `expr: 'repeat("é", 501)'`, `invalid attributes.a: the value is 1002 bytes; the limit is 1000`},

		{"JSONL text", jsonl, `expr: 'upper(Plan)'`, `"PRO"`},
		{"JSONL number", jsonl, `expr: 'Age + 1'`, `18`},
		{"JSONL float", jsonl, `expr: 'Price * 2'`, `3`},
		{"JSONL number beyond 64 bits", jsonl, `expr: 'Big > 1'`, `true`},
		{"JSONL boolean", jsonl, `expr: 'VIP and Age == 17'`, `true`},
		{"JSONL null", jsonl, `expr: 'None ?? "none"'`, `"none"`},
		{"JSONL absent", jsonl, `expr: 'Nope ?? "none"'`, `"none"`},
		{"JSONL absent compared", jsonl, `expr: 'Nope == "x"'`, `false`},
		{"JSONL absent, larger", jsonl, `expr: 'Nope > 1'`, fails + `nil > int does not work`},
		{"JSONL absent as a number", jsonl, `expr: 'int(Nope)'`, fails + `the value is nil`},
		{"JSONL text and number", jsonl, `expr: 'Plan + 1'`, fails + `string + int does not work`},
		{"JSONL number as text", jsonl, `expr: 'upper(Age)'`, fails + `the value is int, not string`},
		{"JSONL list", jsonl, `expr: 'tags[1]'`, `"b"`},
		{"JSONL list whole", jsonl, `expr: 'tags'`, `["a","b"]`},
		{"JSONL field", jsonl, `expr: 'Object.a.b'`, `1`},
		{"JSONL field that is not there", jsonl, `expr: 'Object?.x?.b'`, ``},
		{"JSONL predicate", jsonl, `expr: 'filter(tags, # != "a")'`, `["b"]`},
		{"JSONL name of two words", jsonl, `expr: '$env["First Name"]'`, `"Größe"`},
		{"JSONL column and function of one name", jsonl, `expr: 'date(date).Day() + count + count(tags, true) + $env.count'`, `39`},
		{"JSONL variable called as a column", jsonl, `expr: 'let Plan = Plan + "!"; Plan'`, `"pro!"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := parse(t, "match: {id: id}\nattributes: {a: {"+tt.rule+"}}\n")
			got := strings.TrimPrefix(sent(t, m, tt.input), `"a":`)
			if got != tt.want {
				t.Errorf("%s:\n got %s\nwant %s", tt.rule, got, tt.want)
			}
		})
	}
}

// TestConstants sends YAML's values as JSON's.
func TestConstants(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`import-2026`: `"import-2026"`, `"a\tb\u00e9"`: `"a\tbé"`, `'it''s'`: `"it's"`, `""`: `""`, `yes`: `"yes"`, `2025-01-01`: `"2025-01-01"`, `12:30`: `"12:30"`, `1.2.3`: `"1.2.3"`,
		`true`: `true`, `False`: `false`, `"true"`: `"true"`, `null`: `null`, `~`: `null`, ``: `null`,
		`0`: `0`, `-12`: `-12`, `9223372036854775807`: `9223372036854775807`, `18446744073709551616`: `18446744073709551616`, `"007"`: `"007"`,
		`1.10`: `1.10`, `-0.5`: `-0.5`, `.5`: `0.5`, `1e3`: `1e3`, `1.5e-3`: `1.5e-3`, `1e999`: `"1e999"`,
		`[a, 1, [true], {b: null}]`: `["a",1,[true],{"b":null}]`, `[]`: `[]`, `{}`: `{}`, `{b: 1, "a c": [x]}`: `{"b":1,"a c":["x"]}`,
		"|\n    line\n    two": `"line\ntwo\n"`, ">-\n    line\n    two": `"line two"`, "\n    - a\n    - b": `["a","b"]`, "\n    b: 1": `{"b":1}`, `"😀\u2028\x00"`: "\"😀\u2028\\u0000\"",
	} {
		m := parse(t, "match: {id: id}\nattributes:\n  a:\n   value: "+source+"\n")
		if got := sent(t, m, "id\n1\n"); got != `"a":`+want {
			t.Errorf("%s:\n got %s\nwant %s", source, got, want)
		}
	}
}

// TestNames sends attributes under their names as they are written.
func TestNames(t *testing.T) {
	t.Parallel()
	m := parse(t, `match: {id: id}
attributes:
  cio_subscription_preferences.topics.topic_1: {column: x, type: boolean}
  "with \"quotes\" \\ and\ttab": x
  größe 😀: x
  id: x
  email: x
  true: x
  12: x
`)
	want := `"cio_subscription_preferences.topics.topic_1":true,"with \"quotes\" \\ and\ttab":"yes","größe 😀":"yes","id":"yes","email":"yes","true":"yes","12":"yes"`
	if got := sent(t, m, "id,x\n1,yes\n"); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}
