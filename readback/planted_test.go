package readback

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/mapping"
)

const plantedYAML = `match: {id: id}
attributes:
  email: {column: email}
  plan: {column: plan}
  n: {column: n, type: number}
  zip: {column: zip}
  o: {column: o, type: json}
  cio_subscription_preferences.topics.topic_1: {column: topic, type: boolean}
`

const header = "id,email,plan,n,zip,o,topic\n"

// Each kind of difference is found, with the attribute and the reason, or is rightly
// none.
func TestPlantedDifferences(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, rows    string
		before, after []string // operations of others
		want          string   // attribute why; empty: the same
		reason        string
	}{
		{name: "suppressed", rows: "1,,pro,,,,\n", before: []string{`{"type":"person","action":"suppress","identifiers":{"id":"1"}}`}, want: "id not there"},
		{name: "conflict", rows: "1,a@example.com,pro,,,,\n", before: []string{identify("2", `{"email":"a@example.com"}`)}, want: "email absent", reason: "failed_attribute_change"},
		{name: "unrelated", rows: "1,,pro,,,,\n", before: []string{identify("2", `{"email":"a@example.com"}`)},
			after: []string{identify("1", `{"email":"a@example.com"}`), identify("1", `{"plan":"free"}`)}, want: "plan another value"},
		{name: "cut", rows: "1,,professional,,,,\n", after: []string{identify("1", `{"plan":"profess"}`)}, want: "plan cut"},
		{name: "type", rows: "1,,,,00123,,\n", after: []string{identify("1", `{"zip":123}`)}, want: "zip text became a number"},
		{name: "case of a value", rows: "1,,Pro,,,,\n", after: []string{identify("1", `{"plan":"pro"}`)}, want: "plan differs by case"},
		{name: "case of a name", rows: "1,,pro,,,,\n", after: []string{identify("1", `{"plan":null,"Plan":"pro"}`)}, want: "plan absent, but there is an attribute whose name differs by case"},
		{name: "deleted after", rows: "1,,pro,,,,\n", after: []string{`{"type":"person","action":"delete","identifiers":{"id":"1"}}`}, want: "id not there", reason: "profile_delete"},
		{name: "topic", rows: "1,,,,,,true\n", after: []string{identify("1", `{"cio_subscription_preferences.topics.topic_1":false}`)}, want: "cio_subscription_preferences.topics.topic_1 another value"},
		{name: "same topic", rows: "1,,,,,,true\n", after: []string{identify("1", `{"cio_subscription_preferences.topics.topic_2":false}`)}},
		{name: "order of keys", rows: `1,,,,,"{""a"":1,""b"":[1,2]}",` + "\n", after: []string{identify("1", `{"o":{"b":[1.0,2],"a":1}}`)}},
		{name: "1e3", rows: "1,,,1e3,,,\n", after: []string{identify("1", `{"n":1000}`)}},
		{name: "1.50", rows: "1,,,1.50,,,\n", after: []string{identify("1", `{"n":1.5}`)}},
		{name: "another number", rows: "1,,,1e3,,,\n", after: []string{identify("1", `{"n":1001}`)}, want: "n another value"},
		{name: "case of an email", rows: "1,A@Example.com,,,,,\n", after: []string{identify("2", `{"email":"a@example.com"}`)}},
		{name: "not in the rows", rows: "1,,pro,,,,\n", after: []string{identify("1", `{"zip":"9","_own":1}`)}},
		{name: "the last row counts", rows: "1,,free,2,,,\n1,,pro,,,,\n"},
		{name: "stale", rows: "1,,pro,,,,\n", before: []string{
			`{"type":"person","action":"identify","identifiers":{"id":"1"},"timestamp":2000000000,"attributes":{"plan":"free"}}`}, want: "plan another value", reason: "skipped_update"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, simulator.Config{})
			path := file(t, "people.csv", header+c.rows)
			operations := sent(t, open(t, path, plantedYAML, mapping.Upsert))
			if c.name == "stale" { // as a client that dates its upserts sends them
				for i, op := range operations {
					operations[i] = strings.Replace(op, `"attributes"`, `"timestamp":1000000000,"attributes"`, 1)
				}
			}
			w.operate(c.before...)
			w.operate(operations...)
			w.operate(c.after...)
			j := w.job(open(t, path, plantedYAML, mapping.Upsert))
			r := w.do(j)
			got := ""
			for _, a := range r.Attributes {
				got = strings.TrimSpace(got + " " + a.Attribute + " " + a.Why)
			}
			if got != c.want || r.ReadBack != 1 {
				t.Errorf("got %q, want %q; %s", got, c.want, text(r))
			}
			if c.name == "unrelated" && len(r.Reasons) > 0 {
				t.Errorf("reasons %s, want none", text(r.Reasons))
			}
			if c.reason != "" && !strings.Contains(text(r.Reasons), c.reason) {
				t.Errorf("reasons %s, want %s", text(r.Reasons), c.reason)
			}
		})
	}
}

// A cio_id that no one has is missing, and does not end the comparison of the others.
func TestUnknownCioID(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Config{})
	w.operate(identify("1", `{"plan":"pro"}`))
	known := w.w.People()[0].CioID
	path := file(t, "people.csv", "cio_id,plan\n"+known+",pro\na3ffff,pro\n")
	r := w.do(w.job(open(t, path, "match: {cio_id: cio_id}\nattributes: {plan: plan}\n", mapping.Upsert)))
	if r.Same != 1 || r.Missing != 1 || r.Differs != 0 {
		t.Errorf("got %s", text(r))
	}
}

// What is not right at first and is right within the time to settle is late, and counts
// as the same.
func TestLag(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Config{AppLag: time.Hour})
	path := file(t, "people.csv", "id,plan\n1,pro\n2,free\n")
	const yaml = "match: {id: id}\nattributes: {plan: plan}\n"
	w.operate(sent(t, open(t, path, yaml, mapping.Upsert))...)
	j := w.job(open(t, path, yaml, mapping.Upsert))
	j.Settle = time.Minute
	go func() { // the second request shows that the first was answered
		for w.w.Stats().AppRequests < 2 && t.Context().Err() == nil {
			time.Sleep(time.Millisecond)
		}
		w.w.CatchUp()
	}()
	if r := w.do(j); r.Late != 2 || r.Same != 2 || r.Differs+r.Missing != 0 {
		t.Errorf("got %s", text(r))
	}
}

// The people of deletes and suppressions are looked for; those who are there differ.
func TestAbsent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Config{})
	w.operate(identify("1", `{}`))
	path := file(t, "people.csv", "id\n1\n2\n3\n")
	r := w.do(w.job(open(t, path, "match: {id: id}\n", mapping.Delete)))
	if r.Same != 2 || r.Differs != 1 || r.Attributes[0].Why != "still there" {
		t.Errorf("got %s", text(r))
	}
}

// The file of differences has all rows of who differs, in order, and is input again.
func TestWriteDifferences(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ rows, want string }{
		"people.csv": {
			"id;plan;n\n1;pro;\n2;\"a;b\";7\n1;;1\n2;;8\n",
			"id;plan;n;_attribute;_expected;_found\n2;\"a;b\";7;plan;a;b;'=x\n2;;8;n;8;9\n",
		},
		"people.jsonl": {
			`{"id":"1","plan":"pro"}` + "\n" + `{"id":"2","plan":"a;b","n":7,"more":[1, 2]}` + "\n" + `{"id":"2","n":8}` + "\n",
			`{"id":"2","plan":"a;b","n":7,"more":[1, 2],"_attribute":"plan","_expected":"a;b","_found":"=x"}` + "\n" +
				`{"id":"2","n":8,"_attribute":"n","_expected":"8","_found":"9"}` + "\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, simulator.Config{})
			const yaml = "match: {id: id}\nattributes: {plan: plan, n: {column: n, type: integer}}\n"
			path := file(t, name, c.rows)
			w.operate(sent(t, open(t, path, yaml, mapping.Upsert))...)
			w.operate(identify("2", `{"plan":"=x","n":9}`))
			j := w.job(open(t, path, yaml, mapping.Upsert))
			if r := w.do(j); r.Differs != 1 || r.Same != 1 {
				t.Fatalf("got %s", text(r))
			}
			for range 2 { // also of a file that has such columns already
				to := path + "-differs" + name[6:]
				if err := j.WriteDifferences(t.Context(), open(t, path, yaml, mapping.Upsert).Sources, to); err != nil {
					t.Fatal(err)
				}
				got, err := os.ReadFile(to)
				want := strings.Replace(c.want, "plan;a;b", `plan;"a;b"`, 1)
				if err != nil || string(got) != want {
					t.Fatalf("got %s, want %s; %v", got, want, err)
				}
				path = to
				j = w.job(open(t, path, yaml, mapping.Upsert))
				if r := w.do(j); r.Differs != 1 {
					t.Fatalf("got %s", text(r))
				}
			}
		})
	}
}

// A key that may not read activities costs the reasons alone.
func TestNoActivities(t *testing.T) {
	t.Parallel()
	w := newWorld(t, simulator.Config{App: simulator.AppConfig{Denied: []string{"/v1/activities"}}})
	path := file(t, "people.csv", "id,plan\n1,pro\n")
	j := w.job(open(t, path, "match: {id: id}\nattributes: {plan: plan}\n", mapping.Upsert))
	noted := ""
	j.Note = func(text string) { noted += text }
	if r := w.do(j); r.Missing != 1 || len(r.Reasons) != 0 || !strings.Contains(noted, "the reasons are not known") {
		t.Errorf("got %s, %s", text(r), noted)
	}
}
