package draft

import (
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
)

func readBackOf(t *testing.T, file string, format rows.Format) *Drafted {
	t.Helper()
	in, err := rows.Open("-", rows.Options{Stdin: strings.NewReader(file), Format: format, Delimiter: ','})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	d, err := ReadBack(in, "")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A column has a type only where all of its values come back as they are.
func TestReadBackTypes(t *testing.T) {
	t.Parallel()
	for values, want := range map[string]string{
		"true,false": "type: boolean", "true,yes": "", "TRUE,true": "", "1,0": "type: integer", "12,-3": "type: integer",
		"007,12": "", "+1,2": "", "123456789012345": "type: integer", "1234567890123456": "", "-0": "",
		"1.5,2": "type: number", "1.50": "", "1e3": "", ".5": "", "1;5": "",
		`{"a":1};[1]`: "type: json", `{"a": 1}`: "", `{"a":`: "", "{}": "type: json", "text": "", "2026-01-01": "",
	} {
		var file strings.Builder
		file.WriteString("id,v\n")
		separator := ","
		if strings.ContainsAny(values, "{[") {
			separator = ";"
		}
		for _, v := range strings.Split(values, separator) {
			file.WriteString("1,\"" + strings.ReplaceAll(v, `"`, `""`) + "\"\n")
		}
		text := string(readBackOf(t, file.String(), rows.CSV).YAML)
		line := "  v: v\n"
		if want != "" {
			line = "  v: {column: v, " + want + "}\n"
		}
		if !strings.Contains(text, line) {
			t.Errorf("%s: want %q in\n%s", values, line, text)
		}
		if _, err := mapping.Parse("m.yaml", []byte(text), false); err != nil {
			t.Errorf("%s: %v", values, err)
		}
	}
}

// People are found by what each of them has; names stay as they are.
func TestReadBackMatch(t *testing.T) {
	t.Parallel()
	for file, want := range map[string][]string{
		"id,email,cio_id\n1,a@example.com,a1\n2,,a2\n":        {"match: {id: id}\n", "  email: email\n"},
		"id,email,cio_id\n,a@example.com,a1\n":                {"match: {email: email}\n"},
		"id,email,cio_id\n1,,a1\n,a@example.com,a2\n":         {"match: [{id: id}, {email: email}]", "rest: drop\n"},
		"id,email,cio_id,phone\n,,a1,+15005550006\n":          {"match: {phone: phone}\n"},
		"id,email,cio_id\n1,,a1\n,,a2\n":                      {"match: {id: id}\n", "# CHECK: 1 row without id, email and phone"},
		"id,email,cio_id,Plan,plan,_x,a b: #\n1,,a,b,c,d,e\n": {"  Plan: Plan\n", "  plan: plan\n", `  "a b: #": "a b: #"`},
		"id,created_at\n1,1700000000\n":                       {"created_at: {column: created_at, type: timestamp, layout: unix, range: any}"},
		"id,v\n1,1\n2,2\n3,x\n":                               {"# CHECK: 2 of 3 values would fit type: integer"},
		"id,v\n":                                              {"match: {id: id}\n"},
	} {
		text := string(readBackOf(t, file, rows.CSV).YAML)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%q: want %q in\n%s", file, w, text)
			}
		}
		if strings.Contains(text, "cio_id:") || strings.Contains(text, "_x") {
			t.Errorf("%q: the service's own attributes in\n%s", file, text)
		}
	}
}

// Names that appear late in JSONL are attributes too.
func TestReadBackJSONL(t *testing.T) {
	t.Parallel()
	text := string(readBackOf(t, `{"id":"1","a":"true"}`+"\n"+`{"id":"2","a":"","late":"[1]"}`+"\n", rows.JSONL).YAML)
	for _, want := range []string{"  a: {column: a, type: boolean}\n", "  late: {column: late, type: json}\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("want %q in\n%s", want, text)
		}
	}
}
