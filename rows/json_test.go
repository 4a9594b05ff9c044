package rows

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/internal/jsontext"
	"github.com/ciobulk/ciobulk/rows/charset"
)

var jsonlCases = []struct {
	name, text string
	want       []string
}{
	{"kinds", `{"a":"x","b":1,"c":true,"d":false,"e":null,"f":{},"g":[]}`,
		[]string{`1:1 a="x" b=1 c=true d=false e=null f={} g=[]`}},
	{"order and absence", "{\"a\":1,\"b\":2}\n{\"b\":3}\n{\"c\":4,\"a\":5}\n{}\n",
		[]string{`1:1 a=1 b=2`, `2:2 b=3`, `3:3 c=4 a=5`, `4:4`}},
	{"digits are kept", `{"a":1234567890123456789,"b":1e400,"c":0.10,"d":-0,"e":-1.5E+07}`,
		[]string{`1:1 a=1234567890123456789 b=1e400 c=0.10 d=-0 e=-1.5E+07`}},
	{"nested values as they stand", `{"a": { "b" :[1 , {"c":"\u0041"}] } }`,
		[]string{`1:1 a={ "b" :[1 , {"c":"\u0041"}] }`}},
	{"white space", " \t{ \"a\"\t: 1 , \"b\" :\t\"2\" } \t\n", []string{`1:1 a=1 b="2"`}},
	{"escapes", `{"a":"\"\\\/\b\f\n\r\t\u00e9\u20AC","\u0062":"x"}`, []string{`1:1 a="\"\\/\b\f\n\r\té€" b="x"`}},
	{"escaped NUL", `{"a":"\u0000"}`, []string{`1:1 a="\x00"`}},
	{"surrogate pair", `{"a":"\ud83d\ude00"}`, []string{`1:1 a="😀"`}},
	{"an empty name", `{"":1}`, []string{`1:1 =1`}},
	{"blank lines", "\n\r\n{\"a\":1}\n\n\n{\"a\":2}\n\n", []string{`1:3 a=1`, `2:6 a=2`}},
	{"CRLF", "{\"a\":1}\r\n{\"a\":2}\r\n", []string{`1:1 a=1`, `2:2 a=2`}},
	{"last line without newline", "{\"a\":1}\n{\"a\":2}", []string{`1:1 a=1`, `2:2 a=2`}},
	{"last line ends in a carriage return", "{\"a\":1}\r", []string{`1:1 a=1`}},
	{"byte order mark", "\ufeff{\"a\":1}\n", []string{`1:1 a=1`}},

	{"high surrogate alone", `{"a":"\ud83d"}`, []string{`1:1 !malformed @7`}},
	{"low surrogate alone", `{"a":"\ude00\ud83d"}`, []string{`1:1 !malformed @7`}},
	{"high surrogate and a letter", `{"a":"\ud83d\u0041"}`, []string{`1:1 !malformed @7`}},
	{"surrogate alone in a nested value", `{"a":["\udead"]}`, []string{`1:1 !malformed @8`}},
	{"surrogate alone in a name", `{"\udead":1}`, []string{`1:1 !malformed @3`}},
	{"duplicate name", `{"a":1,"b":2,"a":3}`, []string{`1:1 !duplicate_name a@14`}},
	{"duplicate name, escaped", `{"a":1,"\u0061":1}`, []string{`1:1 !duplicate_name a@8`}},
	{"duplicate name in a nested object", `{"a":{"b":1,"b":2}}`, []string{`1:1 a={"b":1,"b":2}`}},
	{"the same name in two rows", "{\"a\":1}\n{\"a\":1}", []string{`1:1 a=1`, `2:2 a=1`}},
	{"array", `{}` + "\n" + `[{"a":1}]`, []string{`1:1`, `2:2 !malformed @1`}},
	{"scalars", "{}\n\"x\"\n12\ntrue\nnull\nnix", []string{`1:1`,
		`2:2 !malformed @1`, `3:3 !malformed @1`, `4:4 !malformed @1`, `5:5 !malformed @1`, `6:6 !malformed @1`}},
	{"junk after the object", `{"a":1} x`, []string{`1:1 !malformed @9`}},
	{"two objects on a line", `{"a":1}{"a":2}`, []string{`1:1 !malformed @8`}},
	{"an object over two lines", "{\"a\":\n1}", []string{`1:1 !malformed @6`, `2:2 !malformed @2`}},
	{"commas", "{\"a\":1,}\n{,\"a\":1}\n{\"a\":1 \"b\":2}", []string{`1:1 !malformed @8`, `2:2 !malformed @2`, `3:3 !malformed @8`}},
	{"names without quotes", `{a:1}`, []string{`1:1 !malformed @2`}},
	{"numbers that are none", "{\"a\":01}\n{\"a\":1.}\n{\"a\":.5}\n{\"a\":+1}\n{\"a\":1e}\n{\"a\":-}\n{\"a\":NaN}", []string{
		`1:1 !malformed @7`, `2:2 !malformed @8`, `3:3 !malformed @6`, `4:4 !malformed @6`,
		`5:5 !malformed @8`, `6:6 !malformed @7`, `7:7 !malformed @6`}},
	{"escapes that are none", "{\"a\":\"\\x\"}\n{\"a\":\"\\u12g4\"}\n{\"a\":\"\\", []string{
		`1:1 !malformed @7`, `2:2 !malformed @7`, `3:3 !malformed @7`}},
	{"unclosed", "{\"a\":\"x\n{\"a\n{\"a\"\n{\"a\":[1\n{", []string{
		`1:1 !malformed @8`, `2:2 !malformed @4`, `3:3 !malformed @5`, `4:4 !malformed @8`, `5:5 !malformed @2`}},
	{"control characters", "{\"a\":\"x\ty\"}\n{\"a\x00\":1}\n{\"a\":\"\x7f\"}", []string{
		`1:1 !malformed @8`, `2:2 !malformed @4`, `3:3 a="\x7f"`}},
	{"NUL between values", "{\"a\":1\x00}", []string{`1:1 !malformed @7`}},
	{"not UTF-8", "{\"a\":1,\"b\":\"x\xff\"}\n{\"\xc3\":1}\n{\"a\":[\"\xed\xa0\x80\"]}", []string{
		`1:1 !invalid_utf8 b@14`, `2:2 !invalid_utf8 @3`, `3:3 !invalid_utf8 a@8`}},
	{"as deep as may be", nested(jsontext.MaxDepth), []string{`1:1 a=` + nested(jsontext.MaxDepth)[5:2*jsontext.MaxDepth+3]}},
	{"deeper than may be", nested(jsontext.MaxDepth + 1), []string{`1:1 !malformed @205`}},
	{"depth bomb", `{"a":` + strings.Repeat("[", 1<<20), []string{`1:1 !malformed @205`}},
	{"depth bomb of objects", strings.Repeat(`{"a":`, 1<<18), []string{`1:1 !malformed @1001`}},
}

// nested returns an object of n levels, itself the first.
func nested(n int) string {
	return `{"a":` + strings.Repeat("[", n-1) + strings.Repeat("]", n-1) + "}"
}

func TestJSONL(t *testing.T) {
	t.Parallel()
	for _, c := range jsonlCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			compare(t, "rows", read(t, c.text, Options{Format: JSONL, Encoding: charset.UTF8}), c.want)
		})
	}
}

// TestNames gives a parser names in an order of its own.
func TestNames(t *testing.T) {
	t.Parallel()
	in := stream(JSONL, 0, strings.NewReader("{\"new\":1,\"a\":\"2\"}\n{\"b\":null}\n"))
	var b Block
	if err := in.Next(&b, 10, 100); err != nil {
		t.Fatal(err)
	}
	p := in.Parser([]string{"b", "a"})
	r := p.Row(&b, 0)
	if got := fmt.Sprint(p.Columns(), r.Order); got != "[{b} {a} {new}] [2 1]" {
		t.Errorf("columns and order %s", got)
	}
	if r.Cells[0].Kind != Absent || r.Cells[1].Kind != Text || r.Cells[2].Kind != Number {
		t.Errorf("cells %v", r.Cells)
	}
	if r = p.Row(&b, 1); len(r.Cells) != 3 || r.Cells[0].Kind != Null || r.Cells[2].Kind != Absent {
		t.Errorf("cells %v", r.Cells)
	}
}

// TestManyNames has more names than a parser remembers.
func TestManyNames(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	var want []string
	for i := range 3 * maxNames {
		fmt.Fprintf(&text, "{\"x%d\":%d,\"a\":0}\n", i, i)
		want = append(want, fmt.Sprintf("%d:%d x%d=%d a=0", i+1, i+1, i, i))
	}
	in := stream(JSONL, 0, strings.NewReader(text.String()))
	var b Block
	if err := in.Next(&b, 3*maxNames, text.Len()); err != nil {
		t.Fatal(err)
	}
	p := in.Parser([]string{"a"})
	var got []string
	for i := range b.Len() {
		got = append(got, show(p, p.Row(&b, i)))
		if len(p.Columns()) > 1+maxNames+1 {
			t.Fatalf("%d names are remembered", len(p.Columns()))
		}
	}
	if !slices.Equal(got, want) {
		t.Error("names were mixed up when they became too many")
	}
}
