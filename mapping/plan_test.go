package mapping

import (
	"slices"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/rows"
)

func TestOnlyExisting(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"match: {id: id}\nonly: existing\n":                                 `"_update":true,"a":"x"`,
		"match: {id: id}\nonly: existing\nattributes:\n":                    `"_update":true`,
		"match: {id: id}\nonly: existing\nattributes: {b: {value: {}}}\n":   `"_update":true,"b":{}`,
		"match: {id: id}\nattributes: {b: {value: {}}, c: {value: {d: 1}}}": `"b":{},"c":{"d":1}`,
		"match: {id: id}\n": `"a":"x"`,
	} {
		if got := sent(t, parse(t, source), "id,a\n1,x\n"); got != want {
			t.Errorf("%s\n got %s\nwant %s", source, got, want)
		}
	}
}

func TestWhere(t *testing.T) {
	t.Parallel()
	const rejected = "invalid where: "
	for _, tt := range []struct {
		name, where string
		flags       []string
		input       string
		want        []string
	}{
		{"none", "", nil, "id,a\n1,x\n2,y\n", []string{"{1}", "{2}"}},
		{"mapping", `a == "x"`, nil, "id,a\n1,x\n2,y\n", []string{"{1}", "filtered"}},
		{"flag", "", []string{`a == "x"`}, "id,a\n1,x\n2,y\n", []string{"{1}", "filtered"}},
		{"both", `a == "x"`, []string{`id != "1"`}, "id,a\n1,x\n2,x\n3,y\n", []string{"filtered", "{2}", "filtered"}},
		{"two flags", "", []string{`a == "x"`, `id != "1"`}, "id,a\n1,x\n2,x\n3,y\n", []string{"filtered", "{2}", "filtered"}},
		{"never", "false", nil, "id,a\n1,x\n", []string{"filtered"}},
		{"always", "true", nil, "id,a\n1,x\n", []string{"{1}"}},
		{"fails", `int(a) > 1`, nil, "id,a\n1,2\n2,x\n3,\n", []string{"{1}", rejected + "the expression fails: int(x) does not work", rejected + "the expression fails: int() does not work"}},
		{"filtered before it is rejected", `a == "x"`, nil, "id,a\n,y\n,x\n", []string{"filtered", `required identifiers.id: column "id": is empty`}},
		{"broken before it is filtered", `false`, nil, "id,aé\n1\n\"2\"3,x\n1,\xff\n", []string{"ragged: 1 cell where the header has 2; add what is missing",
			`malformed: column "id", byte 4: text after a closing quote; quotes inside a cell must be doubled`, `invalid_utf8: column "aé", byte 3: byte 0xff at offset 18 in the file is not UTF-8`}},
		{"JSONL", `a == 1 and b`, nil, `{"id":1,"a":1,"b":true}` + "\n" + `{"id":2,"a":1,"b":false}` + "\n" + `{"id":3,"a":"1","b":true}` + "\n", []string{"{1}", "filtered", "filtered"}},
		{"JSONL, not boolean", `a`, nil, `{"id":1,"a":true}` + "\n" + `{"id":2,"a":1}` + "\n" + `{"id":3}` + "\n",
			[]string{"{1}", rejected + "the expression fails: bool(int) does not work", "filtered"}},
		{"JSONL, absent", `a != "test"`, nil, `{"id":1,"a":"test"}` + "\n" + `{"id":2}` + "\n", []string{"filtered", "{2}"}},
		{"JSONL, broken", `a`, nil, `{"id":1,"a":true}` + "\n[1]\n" + `{"id":1,"id":2}` + "\n", []string{"{1}", "malformed: byte 1: an array where an object is needed",
			`duplicate_name: column "id", byte 9: this name appears twice in the object; it is not clear which value is meant`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			source := "match: {id: id}\nattributes:\n"
			if tt.where != "" {
				source += "where: '" + tt.where + "'\n"
			}
			m := parse(t, source)
			for _, flag := range tt.flags {
				m.AddWhere(flag)
			}
			var got []string
			for _, r := range mapRows(t, m, tt.input) {
				text := r.String()
				if r.outcome == Send {
					text = "{" + strings.Split(r.operation, `"`)[13] + "}"
				}
				got = append(got, text)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("\n got %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestRest(t *testing.T) {
	t.Parallel()
	const (
		csv   = "id,Plan,age,_row,_line,_input,_reason,_field,_message,_status,_other,cio_id,,email,x\n1,pro,17,1,2,i,r,f,m,400,o,c,n,a@b,\n"
		jsonl = `{"id":1,"Plan":"pro","age":17,"_row":1,"_other":2,"cio_id":"c","":"n","email":"a@b","x":null,"nested":{"_a":[1]}}` + "\n"
	)
	for _, tt := range []struct{ name, options, csv, jsonl string }{
		{"no attributes", "", `"Plan":"pro","age":"17","email":"a@b"`, `"Plan":"pro","age":17,"email":"a@b","nested":{"_a":[1]}`},
		{"empty attributes", "attributes:\n", ``, ``},
		{"attributes", "attributes: {plan: Plan}\n", `"plan":"pro"`, `"plan":"pro"`},
		{"drop", "rest: drop\n", ``, ``},
		{"keep", "rest: keep\nattributes: {plan: Plan}\n", `"plan":"pro","age":"17","email":"a@b"`, `"plan":"pro","age":17,"email":"a@b","nested":{"_a":[1]}`},
		{"keep, one of the name", "rest: keep\nattributes: {age: {column: Plan}}\n", `"age":"pro","email":"a@b"`, `"age":"pro","email":"a@b","nested":{"_a":[1]}`},
		{"keep, a constant of the name", "rest: keep\nattributes: {age: {value: 1}, Plan: {expr: '\"p\"'}, nested: {value: 2}}\n", `"age":1,"Plan":"p","nested":2,"email":"a@b"`, `"age":1,"Plan":"p","nested":2,"email":"a@b"`},
		{"keep and clear", "rest: keep\nempty: clear\nattributes: {plan: Plan}\n", `"plan":"pro","age":"17","email":"a@b","x":""`, `"plan":"pro","age":17,"email":"a@b","x":"","nested":{"_a":[1]}`},
		{"keep and reject", "rest: keep\nempty: reject\n", `required attributes.x: column "x": is empty`, `required attributes.x: column "x": is empty`},
		{"what an expression reads is kept", "rest: keep\nattributes: {plan: {expr: 'upper(Plan)'}}\n", `"plan":"PRO","Plan":"pro","age":"17","email":"a@b"`, `"plan":"PRO","Plan":"pro","age":17,"email":"a@b","nested":{"_a":[1]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := parse(t, "match: {id: id}\n"+tt.options)
			if got := sent(t, m, csv); got != tt.csv {
				t.Errorf("CSV\n got %s\nwant %s", got, tt.csv)
			}
			if got := sent(t, m, jsonl); got != tt.jsonl {
				t.Errorf("JSONL\n got %s\nwant %s", got, tt.jsonl)
			}
		})
	}
}

// TestDuplicateColumns: only a column that is asked for must be the only one.
func TestDuplicateColumns(t *testing.T) {
	t.Parallel()
	const input = "id,x,x,y\n1,a,b,c\n"
	if got := sent(t, parse(t, "match: {id: id}\nattributes: {y: y, x: {value: 1}}\nrest: keep\n"), input); got != `"y":"c","x":1` {
		t.Error(got)
	}
	if got := sent(t, parse(t, "match: {id: id}\nattributes: {y: y}\n"), input); got != `"y":"c"` {
		t.Error(got)
	}
}

// TestManyNames: beyond what a parser remembers it gives columns to other names.
func TestManyNames(t *testing.T) {
	t.Parallel()
	var input strings.Builder
	name := func(i int) string {
		return "n" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + string(rune('ऀ'+i))
	}
	for i := range 9000 {
		input.WriteString(`{"id":"1","` + name(i) + `":1,"_` + name(i) + `":2,"twice` + name(i%50) + `":3}` + "\n")
	}
	m, err := FromMatch("id")
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range mapRows(t, m, input.String()) {
		if want := `"` + name(i) + `":1,"twice` + name(i%50) + `":3`; r.String() != want {
			t.Fatalf("row %d:\n got %s\nwant %s", i+1, r, want)
		}
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		mapping, input string
		want           []string
	}{
		{"match: {id: id}\nattributes: {a: a}\n", "id,a\n1,2\n", nil},
		{"match: {id: id}\n", "id,_x,cio_id,_row,_line\n1,2,3,4,5\n", []string{`column "_x" is not sent: the name is reserved by Customer.io`, `column "cio_id" is not sent: the name is reserved by Customer.io`}},
		{"match: {id: id}\nattributes: {a: pln, b: zzz, c: {expr: zzz}}\nwhere: 'let v = 1; plam == v and $env.city == \"\"'\n", `{"id":1,"plan":2}` + "\n", []string{
			`none of the first objects of people.jsonl has "pln"; did you mean "plan"?`, `none of the first objects of people.jsonl has "zzz"`,
			`none of the first objects of people.jsonl has "plam"; did you mean "plan"?`, `none of the first objects of people.jsonl has "city"`}},
	} {
		if got := bind(t, parse(t, tt.mapping), open(t, tt.input)).Notes; !slices.Equal(got, tt.want) {
			t.Errorf("%s\n got %q\nwant %q", tt.mapping, got, tt.want)
		}
	}
}

func TestWorkspace(t *testing.T) {
	t.Parallel()
	if m := parse(t, "match: {id: id}\nworkspace: 4711\n"); m.Workspace != 4711 {
		t.Error(m.Workspace)
	}
	if m := parse(t, "match: {id: id}\n"); m.Workspace != 0 {
		t.Error(m.Workspace)
	}
}

// TestRow returns the row of the last Append.
func TestRow(t *testing.T) {
	t.Parallel()
	in := open(t, "id,a\n1,x\n,y\n")
	mapper := bind(t, parse(t, "match: {id: id}\n"), in).Mapper(in, Terms{})
	var b rows.Block
	if err := in.Next(&b, 10, 1000); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"1,x", ",y"} {
		mapRow(t, mapper, &b, i)
		if r := mapper.Row(); string(r.Raw) != want || r.Number != int64(i+1) {
			t.Errorf("%+v", r)
		}
	}
}
