package mapping

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
)

// lawful is a mapping with everything in it, for an input with lawfulNames.
const lawful = `# People, as the shop knows them
operation: upsert
match: {email: id}
attributes:
  a: {column: a, lower: true, default: free, values: {P: pro, "": none}}
  age: {column: a, type: integer, empty: reject}
  balance: {column: b, type: number, decimal: ","}
  "active": {column: c, type: boolean, true: [yes, 1, "ä"], false: [no, 0]}
  signed_up: {column: b, type: timestamp, layout: 02/01/2006, zone: Europe/Berlin}
  seen: {column: c, type: timestamp, layout: iso8601}
  sheet: {column: a, type: timestamp, layout: excel, zone: America/Sao_Paulo}
  tags: {column: b, type: list, separator: "|", trim: true}
  address: {column: c, type: json}
  full: {expr: 'trim(a + " " + b)', upper: true}
  source: {value: {of: [import, 2026, 1.50, true, null]}}
rest: keep
empty: clear
where: >
  a != "test"
  and b != 'x'
only: existing
duplicates: keep
workspace: 4711
`

// lenient are mappings that let most rows through.
var lenient = []string{
	"match: {id: id}\n",
	"match: {id: id}\nonly: existing\nempty: clear\nrest: keep\nattributes: {x: {column: a, trim: true, lower: true}, y: {column: b, upper: true, default: Y}, d: {value: [1]}}\n",
	"match: {id: id}\nattributes: {a: {column: a, type: list, separator: ö, trim: true}, b: {column: b, values: {'': x, 1: y}}, c: {column: c, type: string}}\n",
	"match: {id: id}\nattributes: {a: {column: a, type: number}}\nrest: keep\n",
	"match: {id: id}\nattributes: {a: {column: a, type: json}, b: {column: b, type: timestamp, layout: iso8601, zone: UTC}}\n",
	"match: {id: id}\nattributes: {a: {expr: '[a, b ?? c]'}, b: {expr: 'b'}, c: {column: c, type: boolean}}\nwhere: 'true'\n",
	"match: {email: id}\n",
	"match: {cio_id: id}\nrest: drop\n",
}

// goldenSources are the mappings of the golden files.
func goldenSources(tb testing.TB) (sources []string) {
	tb.Helper()
	files, _ := filepath.Glob("testdata/errors/*.txt")
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			tb.Fatal(err)
		}
		for _, part := range strings.Split(string(text), "=== ")[1:] {
			_, source, _ := strings.Cut(part, "\n")
			source, _, _ = strings.Cut(source, "~~~\n")
			sources = append(sources, bytesOf.Replace(source))
		}
	}
	if len(sources) < 100 {
		tb.Fatalf("%d sources", len(sources))
	}
	return sources
}

// FuzzParse: whatever the mapping, it is read, or refused at a place inside it.
func FuzzParse(f *testing.F) {
	for _, source := range append(goldenSources(f), lawful, strings.ReplaceAll(lawful, "\n", "\r\n")) {
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		for _, given := range []bool{false, true} {
			m, err := Parse("people.yaml", []byte(source), given)
			if err == nil && given {
				err = m.SetMatch("id")
			}
			check := func(err error) {
				if e, ok := errors.AsType[*Error](err); ok {
					checkPlace(t, e, string([]rune(source)))
					_ = e.Error()
				} else if err != nil {
					t.Fatalf("%T: %v", err, err)
				}
			}
			if check(err); err != nil {
				continue
			}
			for _, input := range []string{"id,a,b,c\n", `{"id":1,"a":1,"b":1,"c":1}` + "\n"} {
				_, err = m.Bind(open(t, input))
				check(err)
			}
		}
	})
}

// FuzzAppend: whatever the mapping and the cells, an operation is one that the
// service can read and that is within its limits, and a row is mapped as if it
// were the only one.
func FuzzAppend(f *testing.F) {
	const plain = "match: {id: id}\n"
	for _, seed := range []struct{ source, body string }{
		{lawful, "a@b,7,\"1,5\",yes\n,,,\nÄ@B,test,31/12/2025,2025-12-31T10:00:00Z\nx@y,45000.5,a|b,\"{\"\"x\"\": [1]}\"\n"},
		{plain, "1,\"a\"\"\n\",b,c\n2,\x00,\u2028,😀\n\xff,,,\n3,x\n"},
		{plain, `"id":1,"a":1e5,"b":null,"c":[{}],"_x":1,"n":true` + "\n" + `"id":2` + "\n" + `"id":"3","a":"","b":"\u0000\ud83d\ude00"` + "\n"},
		{plain + "attributes: {a: {column: a, upper: true}, b: {column: b, type: list, separator: \"\\u00a9\"}}\nrest: keep\n", "1,straße,a©b,x\n2,,,\n"},
		{plain + "attributes: {a: {expr: 'a[0:2]'}, b: {expr: 'fromBase64(b)'}, d: {expr: '[c, int(c), {\"x\": c}]'}}\nempty: clear\n", "1,größe,/w==,7\n2,a,YQ==,b\n"},
		{plain + "attributes: {a: {expr: 'b ?? c'}, d: {expr: 'date(a)'}, e: {expr: 'a > b'}}\n", `"id":1,"a":"2025-01-01","b":2` + "\n" + `"id":2,"a":3,"b":2.5,"c":"x"` + "\n"},
	} {
		f.Add(seed.source, seed.body)
	}
	f.Fuzz(func(t *testing.T, source, body string) {
		for _, changing := range []string{"now", "keys", "values(", "toPairs"} {
			if strings.Contains(source, changing) {
				return // not the same when it is asked again
			}
		}
		m, err := Parse("people.yaml", []byte(source), false)
		if err != nil {
			m = parse(t, lenient[len(body)%len(lenient)]) // the cells deserve their turn
		}
		checkOperations(t, m, "id,a,b,c\n"+body)
		if lines := strings.ReplaceAll(strings.TrimSuffix(body, "\n"), "\n", "}\n{"); body != "" {
			checkOperations(t, m, `{"id":0,"a":0,"b":0,"c":0}`+"\n{"+lines+"}\n")
		}
	})
}

func checkOperations(t *testing.T, m *Mapping, input string) {
	t.Helper()
	in, err := opened(input)
	if _, ok := errors.AsType[*rows.Error](err); ok {
		return // not even text
	}
	plan, err := m.Bind(in)
	if err != nil {
		return
	}
	var b rows.Block
	if err := in.Next(&b, 100, 1<<20); err != nil {
		if _, ok := errors.AsType[*rows.Error](err); !ok && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		return
	}
	mapper := plan.Mapper(in, Terms{})
	for i := range b.Len() {
		got := mapRow(t, mapper, &b, i)
		if want := mapRow(t, plan.Mapper(in, Terms{}), &b, i); got != want {
			t.Fatalf("row %d of %q:\n got %+v\nalone %+v", i+1, input, got, want)
		}
		if got.outcome == Send {
			checkOperation(t, got.operation)
		}
	}
}

// checkOperation wants what the service promises to accept.
func checkOperation(t *testing.T, text string) {
	t.Helper()
	var operation struct {
		Type, Action string
		Identifiers  map[string]string
		Attributes   json.RawMessage
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	err := d.Decode(&operation)
	if err == nil && d.More() {
		err = errors.New("something after it")
	}
	if err != nil || !json.Valid([]byte(text)) || !utf8.ValidString(text) || len(text) > customerio.MaxOperation {
		t.Fatalf("%d bytes, %v: %s", len(text), err, text)
	}
	if operation.Type != "person" || operation.Action != "identify" || len(operation.Identifiers) != 1 {
		t.Fatal(text)
	}
	for field, value := range operation.Identifiers {
		if _, ok := matchFields[field]; !ok || strings.TrimSpace(value) == "" {
			t.Fatal(text)
		}
	}
	checkAttributes(t, operation.Attributes)
}

// checkAttributes reads an object member by member, as a map would hide names
// that are there twice.
func checkAttributes(t *testing.T, text []byte) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	start, err := d.Token()
	if err != nil || start != json.Delim('{') {
		t.Fatalf("%s: %v", text, err)
	}
	seen := make(map[string]bool)
	for d.More() {
		token, err := d.Token()
		name, ok := token.(string)
		var value json.RawMessage
		if err == nil {
			err = d.Decode(&value)
		}
		if err != nil || !ok || seen[name] || len(name) > customerio.MaxAttributeName || name == "" || reserved(name) && name != "_update" {
			t.Fatalf("%s, %q: %v", text, name, err)
		}
		seen[name] = true
		size := len(value)
		if value[0] == '"' {
			var decoded string
			if err := json.Unmarshal(value, &decoded); err != nil {
				t.Fatal(err)
			}
			size = len(decoded)
		}
		if size > customerio.MaxAttributeValue {
			t.Fatalf("%q is %d bytes", name, size)
		}
	}
	delete(seen, "_update")
	if len(seen) > customerio.MaxAttributes {
		t.Fatalf("%d attributes", len(seen))
	}
}
