package mapping

import (
	"fmt"
	"strings"
	"testing"
)

// TestValueLimit counts bytes of the value itself, not of its JSON and not
// characters.
func TestValueLimit(t *testing.T) {
	t.Parallel()
	ascii, two, three := strings.Repeat("x", 1000), strings.Repeat("é", 500), strings.Repeat("日", 333)+"x"
	quotes := strings.Repeat(`"`, 1000)
	const tooLong = "the value is %d bytes; the limit is 1000"
	checkCells(t, false, []cell{
		{"", ascii, `"` + ascii + `"`}, {"", ascii + "x", fmt.Sprintf(tooLong, 1001)}, {"", two, `"` + two + `"`}, {"", two + "x", fmt.Sprintf(tooLong, 1001)},
		{"", three, `"` + three + `"`}, {"", three + "x", fmt.Sprintf(tooLong, 1001)}, {"", quotes, `"` + strings.Repeat(`\"`, 1000) + `"`}, {"", quotes + `"`, fmt.Sprintf(tooLong, 1001)},
		{"type: string", ascii + "é", fmt.Sprintf(tooLong, 1002)}, {"trim: true", ascii + " ", `"` + ascii + `"`}, {"upper: true", strings.Repeat("ɐ", 500), fmt.Sprintf(tooLong, 1500)},
		{"values: {x: '" + ascii + "'}", "x", `"` + ascii + `"`},
	})
	list := `["` + strings.Repeat("x", 996) + `"]`
	checkCells(t, true, []cell{
		{"", list, list}, {"", `["` + strings.Repeat("x", 997) + `"]`, fmt.Sprintf(tooLong, 1001)}, {"", `["` + strings.Repeat("é", 499) + `"]`, fmt.Sprintf(tooLong, 1002)},
		{"", `{"a":` + strings.Repeat(" ", 995) + `1}`, fmt.Sprintf(tooLong, 1002)}, {"", strings.Repeat("7", 1000), strings.Repeat("7", 1000)}, {"", strings.Repeat("7", 1001), fmt.Sprintf(tooLong, 1001)},
		{"", `"` + strings.Repeat(`\u00e9`, 500) + `"`, `"` + two + `"`}, {"", `"` + strings.Repeat(`\u00e9`, 501) + `"`, fmt.Sprintf(tooLong, 1002)},
		{"type: json", `"` + strings.Repeat(" ", 500) + `7` + strings.Repeat(" ", 500) + `"`, `7`},
	})
}

func TestNameLimit(t *testing.T) {
	t.Parallel()
	const rejected = "invalid attributes.%s: column %q: the attribute's name is %d bytes; the limit is 150"
	m, err := FromMatch("id")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{strings.Repeat("n", 150), strings.Repeat("é", 75), strings.Repeat("n", 151), strings.Repeat("é", 75) + "n"} {
		want := fmt.Sprintf("%q:1", name)
		if len(name) > 150 {
			want = fmt.Sprintf(rejected, name, name, len(name))
		}
		if got := sent(t, m, fmt.Sprintf(`{"id":"1",%q:1}`, name)+"\n"); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	}
}

// TestCountLimit counts what is sent, of the mapping and the rest together; the
// option to update only does not count.
func TestCountLimit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, options string
		columns       int
		empty         int
		want          string
	}{
		{"300", "", 300, 0, ""},
		{"301", "", 301, 0, "invalid attributes: 301 attributes; the limit is 300"},
		{"301, one empty", "", 301, 1, ""},
		{"301, one cleared", "empty: clear\n", 301, 1, "invalid attributes: 301 attributes; the limit is 300"},
		{"300 and an option", "only: existing\n", 300, 0, ""},
		{"300 and a constant", "rest: keep\nattributes: {x: {value: 1}}\n", 300, 0, "invalid attributes: 301 attributes; the limit is 300"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := parse(t, "match: {id: id}\n"+tt.options)
			header, row, object := "id", "1", `{"id":"1"`
			for i := range tt.columns {
				value := "v"
				if i < tt.empty {
					value = ""
				}
				header += fmt.Sprintf(",c%d", i)
				row += "," + value
				object += fmt.Sprintf(`,"c%d":%q`, i, value)
			}
			for _, input := range []string{header + "\n" + row + "\n", object + "}\n"} {
				got := sent(t, m, input)
				if n := strings.Count(got, `"c`); tt.want == "" && n != tt.columns-tt.empty || tt.want != "" && got != tt.want {
					t.Errorf("%.9s: %d attributes: %.100s", input, n, got)
				}
			}
		})
	}
}

// TestOperationLimit fills an operation to the byte.
func TestOperationLimit(t *testing.T) {
	t.Parallel()
	m := parse(t, "match: {id: id}\n")
	for _, size := range []int{31_999, 32_000, 32_001, 32_010} {
		header, row := "id", "1"
		length := len(operation("id", "1"))
		for i := 0; length < size; i++ {
			name := fmt.Sprintf("c%02d", i)
			overhead := len(`"c00":"",`)
			if i == 0 {
				overhead--
			}
			value := min(900, size-length-overhead)
			if left := size - length - overhead - value; left > 0 && left < 20 {
				value -= 20 // so that another attribute fits
			}
			header, row = header+","+name, row+","+strings.Repeat("v", value)
			length += overhead + value
		}
		r := mapRows(t, m, header+"\n"+row+"\n")[0]
		want := fmt.Sprintf("invalid: the operation is %d bytes; the limit is 32000", size)
		if size <= 32_000 && len(r.operation) != size || size > 32_000 && r.rejection != want {
			t.Errorf("%d: %d bytes, %s", size, len(r.operation), r.rejection)
		}
	}
}

// TestEventLimits: an event has no limits but the whole's, and its name's. In one
// input with people the limits are each row's own.
func TestEventLimits(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1001)
	items := `[` + strings.Repeat(`{"sku":"abc","n":1},`, 80) + `{}]`
	many := ""
	for i := range 301 {
		many += fmt.Sprintf(`,"k%d":%d`, i, i)
	}
	m := parse(t, "match: {id: id}\noperation: {column: do}\nevent: {name: name}\npage: {url: name}\nrest: keep\n")
	const tooLong, tooMany = "the value is %d bytes; the limit is 1000", "invalid attributes: 301 attributes; the limit is 300"
	for _, tt := range []struct{ do, name, rest, want string }{
		{"event", "Order", `,"a":"` + long + `"`, `"a":"` + long + `"`},
		{"upsert", "", `,"a":"` + long + `"`, "invalid attributes.a: column \"a\": " + fmt.Sprintf(tooLong, 1001)},
		{"page", "/a", `,"a":` + items, `"a":` + items},
		{"upsert", "", `,"a":` + items, "invalid attributes.a: column \"a\": " + fmt.Sprintf(tooLong, len(items))},
		{"event", "Order", many, many[1:]},
		{"upsert", "", many, tooMany},
		{"event", "Order", `,"a":"` + strings.Repeat("y", 32_000) + `"`, "invalid: the operation is 32130 bytes; the limit is 32000"},
		{"event", strings.Repeat("é", 50), "", ""},
		{"event", strings.Repeat("é", 50) + "e", "", "invalid name: column \"name\": the name is 101 bytes; the limit is 100"},
		{"page", "https://example.com/" + strings.Repeat("a", 81), "", "invalid name: column \"name\": the name is 101 bytes; the limit is 100"},
		{"page", "https://example.com/" + strings.Repeat("a", 80), "", ""},
	} {
		got := sent(t, m, fmt.Sprintf(`{"id":"1","do":%q,"name":%q%s}`, tt.do, tt.name, tt.rest)+"\n")
		if tt.do == "upsert" {
			got = strings.TrimPrefix(got, `"name":"",`)
		}
		if got != tt.want {
			t.Errorf("%s %.40s: %.200s\nwant %.200s", tt.do, tt.name+tt.rest, got, tt.want)
		}
	}
}
