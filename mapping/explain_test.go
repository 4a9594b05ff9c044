package mapping

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/jsontext"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// explained are mappings of every verb, for inputs with the columns id, a, b, c.
var explained = append([]string{
	lawful,
	"match: {phone: {column: id, country: DE}}\nattributes: {a: {column: a, type: phone, country: FR}, b: {column: b, type: integer, thousands: '.'}, e: {column: c, type: email}}\n",
	"match: {id: id}\nevent: {name: {column: a, values: {P: Paid}, default: ' None '}, timestamp: b, id: {column: c, trim: true}}\nattributes: {x: {column: b, empty: clear}}\n",
	"match: {cio_id: id}\noperation: event\nevent: {name: {expr: 'a + b'}, timestamp: {column: c, layout: '%d.%m.%Y', zone: Asia/Tokyo, empty: reject, range: any}}\nrest: keep\n",
	"match: {email: id}\npage: {url: {value: ' https://x '}, id: {expr: 'c'}}\nrest: keep\nwhere: 'a != \"\"'\n",
	"match: {id: id}\noperation: {column: a}\nevent: {name: b}\nrest: keep\nonly: existing\n",
	"match: {id: id}\noperation: {column: a}\npage: {url: c}\nattributes: {a: {column: b, lower: true}}\n",
	"match: [{id: b}, {email: id}, {cio_id: {column: c, accept: [x]}}]\nrest: keep\n",
	"match: [{email: id}, {id: a}]\noperation: {column: c}\nevent: {name: b}\n",
	"match: {email: id}\noperation: suppress\nwhere: 'b != \"x\"'\n",
	"match: {id: id}\noperation: segment\n",
}, lenient...)

const explainedRows = "1,P,1767135600,01ARZ3NDEKTSV4RRFFQ69G5FAV\n a@b.de , p ,31/12/2025,31.12.2025\nÄ@B.de,event,\"1,5\",yes\n,delete,,\n" +
	"0151 23456789,page,1.234,a@b.c\ncio_7,upsert,x,\"{\"\"x\"\": [1]}\"\n2,,,\n3,x\n\xff,,,\n4,Event,\" \t\",\" \"\n5,suppress,\"a|b\",\x01\u202e\n"

// An explanation says what Append does: of random mappings and rows, its parts put
// together are the operation byte for byte, and the first problem is the reason why
// the row is rejected.
func FuzzExplain(f *testing.F) {
	for _, source := range explained {
		f.Add(source, explainedRows)
		f.Add(source, `"id":1,"a":"event","b":null,"c":[{}],"_x":1,"_row":2,"n":true`+"\n"+`"id":" c@d.e ","a":"","b":1767135600,"n":" x "`+"\n\n"+`"id":"2","a":{"b":1},"b":false,"c":1e5`+"\n")
	}
	f.Fuzz(func(t *testing.T, source, body string) {
		for _, changing := range []string{"now", "keys", "values(", "toPairs"} {
			if strings.Contains(source, changing) {
				return // not the same when it is asked again
			}
		}
		m, err := Parse("people.yaml", []byte(source), false)
		if err != nil {
			m = parse(t, explained[len(body)%len(explained)])
		}
		if err := m.SetVerb(m.Verb()); err != nil {
			t.Fatal(err)
		}
		checkExplanations(t, m, "id,a,b,c\n"+body)
		if lines := strings.ReplaceAll(strings.TrimSuffix(body, "\n"), "\n", "}\n{"); body != "" {
			checkExplanations(t, m, `{"id":0,"a":0,"b":0,"c":0}`+"\n{"+lines+"}\n")
		}
	})
}

// The seeds of FuzzExplain are there, and come to every outcome under every action.
func TestExplainSeeds(t *testing.T) {
	t.Parallel()
	if seeds, err := filepath.Glob("testdata/fuzz/FuzzExplain/*"); err != nil || len(seeds) == 0 {
		t.Errorf("%d committed seeds, %v", len(seeds), err)
	}
	seen := make(map[string]bool)
	for _, source := range explained {
		m := parse(t, source)
		if err := m.SetVerb(m.Verb()); err != nil {
			t.Fatal(err)
		}
		for outcome := range checkExplanations(t, m, "id,a,b,c\n"+explainedRows) {
			seen[outcome] = true
		}
	}
	for _, want := range []string{"upsert 0", "upsert 1", "upsert 2", "event 0", "event 2", "page 0", "page 1", "page 2",
		"delete 2", "suppress 0", "suppress 2", "segment 0", "segment 2", " 2"} {
		if !seen[want] {
			t.Errorf("no row of %q among %v", want, seen)
		}
	}
}

// checkExplanations explains all rows and returns which outcomes there were.
func checkExplanations(t *testing.T, m *Mapping, input string) map[string]bool {
	t.Helper()
	seen := make(map[string]bool)
	in, err := opened(input)
	if _, ok := errors.AsType[*rows.Error](err); ok {
		return seen // not even text
	}
	plan, err := m.Bind(in)
	if err != nil {
		return seen
	}
	var b rows.Block
	if err := in.Next(&b, 100, 1<<20); err != nil {
		if _, ok := errors.AsType[*rows.Error](err); !ok && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		return seen
	}
	appending, explaining := plan.Mapper(in, Terms{}), plan.Mapper(in, Terms{})
	for i := range b.Len() {
		want, _, outcome := appending.Append(nil, &b, i)
		e := explaining.Explain(&b, i)
		if e.Outcome != outcome || !bytes.Equal(e.Operation, want) || outcome == Rejected && e.Rejection != appending.Rejection() {
			t.Fatalf("row %d of %q: %+v, Append says %d, %s, %+v", i+1, input, e, outcome, want, appending.Rejection())
		}
		seen[fmt.Sprintf("%s %d", e.Action, outcome)] = true
		switch outcome {
		case Send:
			if got := assembled(m, e); got != string(want) {
				t.Fatalf("row %d of %q: the parts are\n%s\nthe operation\n%s", i+1, input, got, want)
			}
			if appending.Action() != e.Action || appending.Live() != e.Live {
				t.Fatalf("row %d of %q: %s, live %t; Append says %s, %t", i+1, input, e.Action, e.Live, appending.Action(), appending.Live())
			}
		case Rejected:
			checkProblem(t, e)
		}
		checkSteps(t, explaining, e)
		checkColumns(t, m, e)
	}
	return seen
}

// assembled puts an operation together from its explanation.
func assembled(m *Mapping, e Explanation) string {
	if e.Action == Member {
		return e.Parts[0].JSON
	}
	text := string(e.Action.prefix(customerio.Match(e.Parts[0].Name), false)) + e.Parts[0].JSON + "}"
	if !e.Action.attributed() {
		return text + "}"
	}
	var attributes []string
	if m.onlyUpdate && e.Action == Upsert {
		attributes = append(attributes, `"_update":true`)
	}
	for _, p := range e.Parts[1:] {
		member := string(jsontext.AppendString(nil, map[bool]string{true: p.Name, false: p.Role}[p.Role == AttributePart])) + ":" + p.JSON
		switch {
		case p.JSON == "":
		case p.Role == AttributePart:
			attributes = append(attributes, member)
		default:
			text += "," + member
		}
	}
	return text + `,"attributes":{` + strings.Join(attributes, ",") + "}}"
}

// checkProblem wants the reason of a rejection to be the first part's that has one,
// unless it is the row's as a whole.
func checkProblem(t *testing.T, e Explanation) {
	t.Helper()
	for _, whole := range []string{"where", "operation", "attributes", "event", "page"} {
		if e.Rejection.Field == whole {
			return
		}
	}
	if e.Record != "" || strings.HasPrefix(e.Rejection.Message, "the operation is ") {
		return
	}
	for _, p := range e.Parts {
		if p.Problem != "" {
			if !strings.HasSuffix(e.Rejection.Message, p.Problem) {
				t.Fatalf("%q; the first problem is %q of %+v", e.Rejection.Message, p.Problem, p)
			}
			return
		}
	}
	t.Fatalf("nothing explains %+v: %+v", e.Rejection, e)
}

// checkSteps wants the steps to lead to the JSON: the last text, converted by a rule
// that prepares nothing, is what is sent.
func checkSteps(t *testing.T, m *Mapper, e Explanation) {
	t.Helper()
	for _, p := range e.Parts {
		if p.JSON != "" && p.Problem != "" {
			t.Fatalf("both sent and a problem: %+v", p)
		}
		if p.Role != AttributePart || p.JSON == "" || p.Source == FromConstant {
			continue
		}
		last := p.Cell
		if n := len(p.Steps); n > 0 {
			last = p.Steps[n-1].Value
		}
		bare := convert.Rule{Empty: convert.Clear}
		for _, s := range m.plan.steps {
			if s.attribute.name == p.Name {
				bare = s.attribute.rule
				bare.Lower, bare.Upper, bare.Values, bare.Default = false, false, nil, nil
			}
		}
		got, problem := m.values.Append(nil, &bare, rows.Cell{Kind: last.Kind, Text: []byte(last.Text)})
		if problem != "" || string(got) != p.JSON {
			t.Fatalf("%+v: the last step makes %s %s", p, got, problem)
		}
	}
}

// checkColumns wants each column once, and an action where the row names one.
func checkColumns(t *testing.T, m *Mapping, e Explanation) {
	t.Helper()
	of := make(map[string]bool)
	for _, p := range e.Parts {
		if p.Source == FromColumn || p.Source == FromRest {
			of[p.From] = true
		}
	}
	for _, u := range e.Unsent {
		if of[u.Column] {
			t.Fatalf("%q is both sent and not sent: %+v", u.Column, e)
		}
		of[u.Column] = true
	}
	if bad := e.Rejection.Field == "operation"; e.Record == "" && (bad && e.Action != "" || !bad && e.Action == "" && e.Outcome != Filtered) {
		t.Fatalf("%q is the action of %+v", e.Action, e)
	}
}

// The id of an event is the column's if it has one, and derived otherwise.
func TestExplainIDs(t *testing.T) {
	t.Parallel()
	m := parse(t, "operation: event\nmatch: {id: id}\nevent: {name: {value: N}, id: {column: u, trim: true}}\n")
	if err := m.SetVerb(Event); err != nil {
		t.Fatal(err)
	}
	in := open(t, "id,u\n1, 01arz3ndektsv4rrffq69g5fav\n2,\n3,x\n")
	mapper := bind(t, m, in).Mapper(in, Terms{})
	var b rows.Block
	if err := in.Next(&b, 10, 1<<20); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{`column u " 01arz3ndektsv4rrffq69g5fav" [{trim {1 01arz3ndektsv4rrffq69g5fav}}] "01ARZ3NDEKTSV4RRFFQ69G5FAV" `,
		`derived  "" [] * `, `column u "x" []  "x" is not a ULID, 26 characters such as 01ARZ3NDEKTSV4RRFFQ69G5FAV`} {
		parts := mapper.Explain(&b, i).Parts
		p := parts[slices.IndexFunc(parts, func(p Part) bool { return p.Role == IDPart })]
		if p.Source == Derived && len(p.JSON) == 28 {
			p.JSON = "*"
		}
		if got := fmt.Sprintf("%s %s %q %v %s %s", p.Source, p.From, p.Cell.Text, p.Steps, p.JSON, p.Problem); got != want {
			t.Errorf("row %d: got %s, want %s", i+1, got, want)
		}
	}
}

// What is said of one row: each step, and each column that is not sent.
func TestExplain(t *testing.T) {
	t.Parallel()
	const mapping = `match: {email: Mail}
attributes:
  plan: {column: Plan, trim: true, values: {P: PRO}, lower: true}
  tier: {column: Tier, default: free}
  age: {column: Age, type: integer, empty: reject}
  at: {column: At, type: timestamp, layout: 02/01/2006, zone: Europe/Berlin}
  on: {column: On, type: boolean, "true": [ja, oui], "false": nein}
  note: {column: Note, empty: clear}
  gone: {column: Note}
  full: {expr: 'Plan + Extra', upper: true}
  src: {value: [1]}
where: 'Mail != "x"'
`
	in := open(t, "Mail,Plan,Tier,Age,At,On,Note,Extra,Dropped,,_row\n Ada@X.de , P,,,31/12/2025,JA,, z,7,8,9\n")
	m := bind(t, parse(t, mapping), in).Mapper(in, Terms{})
	var b rows.Block
	if err := in.Next(&b, 10, 1<<20); err != nil {
		t.Fatal(err)
	}
	e := m.Explain(&b, 0)
	var got strings.Builder
	for _, c := range e.Conditions {
		fmt.Fprintf(&got, "where %s %t %s\n", c.Text, c.Holds, c.Problem)
	}
	for _, p := range e.Parts {
		fmt.Fprintf(&got, "%s %s %s %s %q", p.Role, p.Name, p.Source, p.From, p.Cell.Text)
		for _, s := range p.Steps {
			fmt.Fprintf(&got, " > %s %q", s.Name, s.Value.Text)
		}
		fmt.Fprintf(&got, " > %s: %s%s %s\n", p.As, p.JSON, p.Problem, p.Time)
	}
	for _, u := range e.Unsent {
		fmt.Fprintf(&got, "not %s %q: %s\n", u.Column, u.Cell.Text, u.Why)
	}
	const want = `where Mail != "x" true 
match email column Mail " Ada@X.de " > trim "Ada@X.de" > identifier: "Ada@X.de" 
attribute plan column Plan " P" > trim "P" > values "PRO" > lower "pro" > text: "pro" 
attribute tier column Tier "" > default "free" > text: "free" 
attribute age column Age "" > empty: reject: is empty 
attribute at column At "31/12/2025" > timestamp 02/01/2006 Europe/Berlin: 1767135600 2025-12-31T00:00:00+01:00
attribute on column On "JA" > boolean true: [ja, oui] false: "nein": true 
attribute note column Note "" > empty: clear: "" 
attribute gone column Note "" > empty: omit:  
attribute full expr Plan + Extra " P z" > upper " P Z" > text: " P Z" 
attribute src value  "" > : [1] 
not Extra " z": rest: drop; expressions read it
not Dropped "7": rest: drop
not  "8": the column has no name
not _row "9": it is of an earlier run's report
`
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
	if e.Rejection.Reason != customerio.ReasonRequired || e.Outcome != Rejected || e.Operation != nil {
		t.Errorf("%+v", e)
	}
}

// A person is found however the identifier is written.
func TestFinds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		match, cell, value string
		want               bool
	}{
		{"{email: id}", " Ada@X.de", "ada@x.DE", true},
		{"{email: id}", "ada@x.de", "ada@x.d", false},
		{"{email: id}", "not an address", "NOT an address", true},
		{"{id: id}", "A", "a", false},
		{"{id: id}", "00123", "123", false},
		{"{id: id}", "", "x", false},
		{"{cio_id: id}", "cio_7", "7", true},
		{"{cio_id: id}", "cio_7", "cio_7", true},
		{"{phone: {column: id, country: DE}}", "0151 23456789", "+4915123456789", true},
	} {
		in := open(t, "id,a\n\""+c.cell+"\",1\n")
		m := bind(t, parse(t, "match: "+c.match+"\n"), in).Mapper(in, Terms{})
		var b rows.Block
		if err := in.Next(&b, 10, 1<<20); err != nil {
			t.Fatal(err)
		}
		if got := m.Finds([]byte(c.value), &b, 0); got != c.want {
			t.Errorf("%+v: %t", c, got)
		}
	}
}

// The verb is what the mapping says, before the command line does.
func TestMappingVerb(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]Action{
		"":                                  Upsert,
		"operation: suppress\n":             Suppress,
		"operation: {column: a}\n":          Upsert,
		"event: {name: a}\n":                Event,
		"page: {url: a}\n":                  Page,
		"segment: News\n":                   Member,
		"segment: News\nattributes: {a: a}": Upsert,
	} {
		if got := parse(t, "match: {id: id}\n"+source).Verb(); got != want {
			t.Errorf("%q: %s, want %s", source, got, want)
		}
	}
}
