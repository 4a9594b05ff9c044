package rows

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/internal/slowtest"
)

var arrayCases = []struct {
	name, text string
	want       []string
}{
	{"one line", `[{"id":"1","n":1.50},{"id":"2"}]`, []string{`1:1 id="1" n=1.50`, `2:1 id="2"`}},
	{"a line each", "[\n{\"a\":1},\n{\"a\":2}\n]\n", []string{`1:2 a=1`, `2:3 a=2`}},
	{"pretty", "\ufeff\n[\r\n  {\r\n    \"a\": \"x\",\r\n    \"b\": [\r\n      1\r\n    ]\r\n  },\r\n  {\r\n    \"a\": 12345678901234567890\r\n  }\r\n]\r\n",
		[]string{"1:3 a=\"x\" b=[\r\n      1\r\n    ]", `2:9 a=12345678901234567890`}},
	{"empty", "[\n]", nil},
	{"no objects", "[\n1,\n\"x\",[],null]", []string{`1:2 !malformed @1`, `2:3 !malformed @1`, `3:3 !malformed @1`, `4:3 !malformed @1`}},
	{"a name twice, and a byte", "[{\"a\":1,\"a\":2},\n{\"a\":\"é\xff\"}]", []string{`1:1 !duplicate_name a@8`, `2:2 !invalid_utf8 a@9`}},
	{"broken in the middle", "[{\"a\":1},\n{\"a\":\n tru},\n{\"a\":3}\n]", []string{`1:1 a=1`, "standard input:3: not JSON: expected true (offset 17)"}},
	{"no comma", "[{\"a\":1}\n{\"a\":2}]", []string{"standard input:2: not JSON: expected ',' or ']' after an element (offset 9)"}},
	{"a comma too many", "[{\"a\":1},\n]", []string{`1:1 a=1`, "standard input:2: not JSON: expected a value (offset 10)"}},
	{"cut off", "[{\"a\":1},\n{\"a\":2},\n{\"a", []string{`1:1 a=1`, `2:2 a=2`, "standard input:3: not JSON: a string that is never closed (offset 22)"}},
	{"cut off between", "[{\"a\":1},\n", []string{`1:1 a=1`, "standard input:2: not JSON: expected a value (offset 10)"}},
	{"never closed", "[{\"a\":1}\n", []string{"standard input:2: not JSON: the array is never closed (offset 9)"}},
	{"something after", "[{\"a\":1}]\n\n[]", []string{`1:1 a=1`, "standard input:3: not JSON: unexpected text after the array (offset 11)"}},
}

func TestArray(t *testing.T) {
	t.Parallel()
	for _, c := range arrayCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			compare(t, "rows", read(t, c.text, Options{}), c.want)
		})
	}
}

// An array, pretty or not, has the rows of its elements on lines of their own.
func TestArrayIsJSONL(t *testing.T) {
	t.Parallel()
	lines := jsonlOf(people(5000))
	withoutLine := func(rows []string) []string {
		for i, row := range rows {
			number, rest, _ := strings.Cut(row, ":")
			_, rest, _ = strings.Cut(rest, " ")
			rows[i] = number + " " + rest
		}
		return rows
	}
	want := withoutLine(read(t, string(lines), Options{}))
	array := "[" + strings.Join(strings.Split(strings.TrimSpace(string(lines)), "\n"), ",") + "]"
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, []byte(array), "", "  "); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"packed": array, "pretty": pretty.String()} {
		compare(t, name, withoutLine(read(t, text, Options{})), want)
	}
}

// An element beyond the bound ends the reading where it starts.
func TestArrayElementTooLong(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	for name, text := range map[string]string{
		"closed": "[{},\n{\"a\":\"" + strings.Repeat("x", MaxRecord) + "\"}]",
		"open":   "[{},\n{\"a\":\"" + strings.Repeat("x", 2*MaxRecord),
	} {
		compare(t, name, read(t, text, Options{}), []string{"1:1", "standard input:2: a record of more than 16 MiB starts on this line"})
	}
}
