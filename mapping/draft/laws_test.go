package draft

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/jsontext"
	"github.com/ciobulk/ciobulk/internal/slowtest"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
)

// begun is when the runs of these tests begin.
var begun = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// checkDraft holds a draft to its promises: it parses, binds to the very file, is the
// same again, and rejects none of the rows that it saw but where a CHECK says so.
func checkDraft(t *testing.T, text string, o Options) {
	t.Helper()
	in, err := openText(text)
	if err != nil {
		return
	}
	o, err = o.complete(in)
	if err != nil {
		t.Fatalf("%v\nof %q", err, text)
	}
	d, err := draftBy(formsOf(o), in, o)
	if _, is := errors.AsType[*rows.Error](err); is {
		return
	}
	if err != nil {
		t.Fatalf("%v\nof %q", err, text)
	}
	in, _ = openText(text)
	if again, err := draftBy(formsOf(o), in, o); err != nil || string(again.YAML) != string(d.YAML) {
		t.Fatalf("%v: another draft of %q:\n%s\nthe first\n%s", err, text, again.YAML, d.YAML)
	}
	if len(checkLine.FindAll(d.YAML, -1)) != d.Checks {
		t.Fatalf("%d checks in\n%s", d.Checks, d.YAML)
	}
	m, err := mapping.Parse("draft", d.YAML, !d.Match)
	if err != nil {
		t.Fatalf("%v\n%s", err, d.YAML)
	}
	if d.Incomplete && d.Checks == 0 {
		t.Fatalf("nothing asks for what is missing in\n%s", d.YAML)
	}
	if !d.Match || d.Incomplete {
		return
	}
	if err := m.SetVerb(o.Verb); err != nil {
		t.Fatal(err)
	}
	checkRows(t, m, text, string(d.YAML))
}

var checkLine = regexp.MustCompile(`(?m)^ *# CHECK: `)

func checkRows(t *testing.T, m *mapping.Mapping, text, draft string) {
	t.Helper()
	in, _ := openText(text)
	mapper := bind(t, m, in).Mapper(in, mapping.Terms{Begun: begun})
	var b rows.Block
	for seen := 0; seen < sampleRows; seen += b.Len() {
		err := in.Next(&b, 1000, 1<<20)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := range b.Len() {
			if _, _, outcome := mapper.Append(nil, &b, i); outcome == mapping.Rejected && !announced(draft, mapper.Rejection()) {
				t.Fatalf("row %d: %+v\n%s\nof %q", i+1, mapper.Rejection(), draft, text)
			}
		}
	}
}

// announced reports whether a draft has a CHECK where a rejection comes from.
func announced(draft string, r customerio.Rejection) bool {
	start := ""
	switch name, is := strings.CutPrefix(r.Field, "attributes."); {
	case r.Field == "": // unreadable, or too large altogether
		return strings.Contains(draft, "of them cannot be read") || strings.Contains(r.Message, "the operation is")
	case is:
		start = "  " + yamlText(name) + ": "
	case strings.HasSuffix(r.Field, ".object_id"):
		start = "  id: "
	case strings.HasSuffix(r.Field, ".object_type_id"):
		start = "  type: "
	case strings.HasPrefix(r.Field, "secondary."):
		start = "merge: "
	case strings.HasPrefix(r.Field, "device."):
		start = "  " + strings.TrimPrefix(r.Field, "device.") + ": "
	case strings.HasPrefix(r.Field, "identifiers."):
		start = "match: "
	case r.Field == "name" && strings.Contains(draft, "\npage:"):
		start = "  url: "
	default:
		start = "  " + r.Field + ": "
	}
	before, _, found := strings.Cut("\n"+draft, "\n"+start)
	return found && strings.Contains(before[strings.LastIndexByte(before, '\n'):], "# CHECK: ")
}

// oddNames are headers that people and programs have made.
var oddNames = []string{
	"plain", "First Name", `say "it"`, "it's", "a: b", "a:b", ": ", "#hash", "a # b", "#", "[x]", "{x}", "{", "]", "!tag", "!", "*star", "&and", "%", "@at", "`tick`",
	"- dash", "-", "--- ", "---", "...", "? ask", "?", "|", ">", "a|b", "yes", "no", "Yes", "null", "~", "true", "FALSE", "on", "y", "123", "1.5", "1e3", "0x1F", "0o7", ".inf", "-.inf", ".nan",
	"2025-12-31", "12:30", "1_000", "<<", "=", "a=b", "back\\slash", "\\", `\n`, "new\nline", "tab\there", "\ttab", "nb\u00a0sp", "zero\u200bwidth", "\ufefffeff", "ls\u2028x", "nel\u0085x", "\x01\x1b[31m", "del\x7f",
	"über", "Straße", "e\u0301", "U\u0308ber", "日本語", "Имя", "עברית", "😀", "a,b", "a;b", "'quoted'", "''", `""`, `"`, "'", "a'b\"c", "$x", "${x}", "$env", "a.b.c", ".a", "a.", "_", "_x", "__", "_row", "_reason",
	"id", "ID", "Id", "email", "E-Mail", "cio_id", "created_at", "unsubscribed", "phone", "anonymous_id", "cio_subscription_preferences", "cio_subscription_preferences.topics.topic_1", "_update",
	"Name", "name", "NAME", "name_2", "same", "same", "", "", " ", "  led", "trail  ", "column_3", "match", "attributes", "operation", strings.Repeat("long ", 40), strings.Repeat("ä", 149), strings.Repeat("x", 600), strings.Repeat("😀", 100),
	"%Y", "%s %d %v %%!", "{{customer.x}}", "<b>", "--", "-- x", "C:\\dir", "http://x/?a=b#c", "a\r\nb", "ﬁ", "İ", "ǅ", "x: {column: y}", "# CHECK: no", "key: |", "a\"b\u200b\\c", "it's \"\\\"", "firstName", "firstname",
}

// Whatever the columns are called, the draft is a mapping for them.
func TestDraftOddNames(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	line := func(cells []string) string {
		var b []byte
		for i, c := range cells {
			if i > 0 {
				b = append(b, ',')
			}
			b = rows.AppendCSVCell(b, []byte(c), ',')
		}
		return string(b) + "\n"
	}
	others := []mapping.Action{mapping.Event, mapping.Page, mapping.Delete, mapping.Member, mapping.DeviceAdd, mapping.ObjectUpsert, mapping.RelationshipAdd, mapping.Merge}
	for i, name := range oddNames {
		file := line([]string{"user id", name, "other"}) + line([]string{"1", "x", "2"})
		checkDraft(t, file, Options{})
		checkDraft(t, file, Options{Verb: others[i%len(others)]})
		checkDraft(t, line([]string{name, "z"})+line([]string{"1", "x"}), Options{Match: "id=z"})
		if member := string(jsontext.AppendString(nil, name)); name != "id" {
			checkDraft(t, `{"id":"1",`+member+`:"x"}`+"\n"+`{"id":2,`+member+`:null}`+"\n", Options{})
		}
	}
	cells := make([]string, len(oddNames))
	for i := range cells {
		cells[i] = fmt.Sprint("v", i)
	}
	checkDraft(t, line(oddNames)+line(cells), Options{})
	if d := drafted(t, line(oddNames)+line(cells), Options{}); strings.Count(string(d.YAML), "\n  ") < 100 {
		t.Errorf("few of the columns are drafted:\n%s", d.YAML)
	}
}

// More columns than can be sent are no reason to fail.
func TestDraftManyColumns(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	for _, n := range []int{299, 300, 301, 302, 1500} {
		var names, cells strings.Builder
		for i := range n {
			fmt.Fprintf(&names, ",column %d", i)
			fmt.Fprintf(&cells, ",%d", i)
		}
		checkDraft(t, "id"+names.String()+"\n1"+cells.String()+"\n", Options{})
	}
	var b strings.Builder
	for i := range 6000 {
		fmt.Fprintf(&b, `{"id":%d,"k%d":"x","k%d":7}`+"\n", i, i, i+1)
	}
	checkDraft(t, b.String(), Options{})
}

// FuzzDraft: of whatever text, the draft keeps its promises.
func FuzzDraft(f *testing.F) {
	for _, seed := range []string{
		"id,a\n1,31.12.2025\n2,1.2.2025\n3,never\n", "id;b\n1;1.234,5\n2;n/a\n", "Kunden-Nr;E-Mail;Seit\n00123;a@b.de;03/04/2025\n",
		"email,phone,tags,x\na@b.de,+4915123456789,a|b,x\nc@d.de,0151,b,\n", `{"id":1,"at":1762165920,"o":{"a":[1]}}` + "\n" + `{"id":"2","at":"2025-01-01"}` + "\n",
		"user_id,token,platform,last_used,v\n1,t,ios,1762165920,2.10\n2,,windows,never,\n", "email,company_id,object_type,role\na@b.de,acme,1,boss\nc@d.de,,x,\n", "id,duplicate\n1,2\n1,1\n2,\n",
		"id,d\n1,45992\n2,#N/A\n", "id,v\n1,true\n2,perhaps\n", "\"a\nb\",id\n1,2\n", "id,id\n1,2\n", ",\n,\n", "id,t\n1,1762165920123\n", "id,n\n1,1.23E+15\n2,007\n",
	} {
		f.Add(seed, uint8(0))
		f.Add(seed, uint8(1))
		f.Add(seed, uint8(128))
		f.Add(seed, uint8(128+48+1))
		for verb := range 7 {
			f.Add(seed, uint8(5+verb)<<1)
		}
	}
	f.Fuzz(func(t *testing.T, text string, how uint8) {
		verbs := []mapping.Action{mapping.Upsert, mapping.Event, mapping.Page, mapping.Delete, mapping.Member,
			mapping.DeviceAdd, mapping.DeviceRemove, mapping.ObjectUpsert, mapping.ObjectDelete, mapping.RelationshipAdd, mapping.RelationshipRemove, mapping.Merge}
		if in, err := openText(text); err == nil && how >= 128 {
			for _, name := range names(in)[:min(1, len(names(in)))] {
				field := []string{"id", "email", "cio_id", "phone"}[how>>4&3]
				if o := (Options{Match: field + "=" + name, Country: []string{"", "DE"}[how&1]}); bindable(in, o) {
					checkDraft(t, text, o)
				}
			}
			return
		}
		checkDraft(t, text, Options{Verb: verbs[int(how>>1)%len(verbs)], Country: []string{"", "DE"}[how&1], Zone: "Europe/Berlin"})
	})
}

// bindable reports whether the match that is asked for can be had.
func bindable(in *rows.Input, o Options) bool {
	_, err := o.complete(in)
	return err == nil
}

// The seeds that are kept are there.
func TestDraftSeeds(t *testing.T) {
	t.Parallel()
	if files, err := filepath.Glob("testdata/fuzz/FuzzDraft/*"); err != nil || len(files) < 4 {
		t.Errorf("%d seeds, %v", len(files), err)
	}
}

// The drafts of files that people have, as they were when someone last read them.
func TestDraftGolden(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path string
		o    Options
	}{
		{"../../samples/people.csv", Options{}}, {"../../samples/orders.csv", Options{Verb: mapping.Event}}, {"../../samples/views.jsonl", Options{Verb: mapping.Page}},
		{"../../samples/signups.jsonl", Options{}}, {"../../samples/leavers.csv", Options{Verb: mapping.Delete}},
		{"testdata/kunden.csv", Options{Zone: "Europe/Berlin", Country: "DE"}}, {"testdata/damaged.csv", Options{}},
	} {
		in, err := rows.Open(c.path, rows.Options{})
		if err != nil {
			t.Fatal(err)
		}
		d, err := Draft(in, c.o)
		in.Close()
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", filepath.Base(c.path)+".yaml")
		if *update {
			if err := os.WriteFile(path, d.YAML, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(path); err != nil || string(want) != string(d.YAML) {
			t.Errorf("%v: %s is now\n%s", err, path, d.YAML)
		}
		text, err := os.ReadFile(c.path)
		if err != nil {
			t.Fatal(err)
		}
		checkDraft(t, string(text), c.o)
	}
}

// What a draft writes for a form is that form's rule to a run.
func TestFormOptions(t *testing.T) {
	t.Parallel()
	all := formsOf(Options{Zone: "Asia/Tokyo", Country: "DE"})
	values := []string{"yes", "0", "true", "1,5", "1.234,5", "1'234", "12", "01.02.2024", "2024-02-01", "2024-02-01 03:04:05 +0100", "3.4.2024 5:06 pm", "20240102T030405Z",
		"1704164645", "45292.5", "a|b ", "a, b", `{a,"b"}`, "['a']", `{"a":1}`, "a@b.de", "0151 23456789", "+4915123456789"}
	for i := range all {
		f := &all[i]
		source := "match: {id: id}\nattributes: {a: {column: c, " + f.options()
		if f.rule.Timestamp.AnyDate {
			source += ", range: any"
		}
		source += "}}\n"
		if f.kind == formEither || f.kind == formPreferences {
			continue // an event's, which TestDraftGolden has; and a name's, which TestDraftTypes has
		}
		for _, value := range values {
			want, problem := newConverter(&Options{}).Append([]byte(`"a":`), &f.rule, rows.Cell{Kind: rows.Text, Text: []byte(value)})
			got := attributesOf(t, source, "id,c\n1,"+string(rows.AppendCSVCell(nil, []byte(value), ','))+"\n")
			if problem == "" && got != string(want) || problem != "" && !strings.Contains(got, problem) {
				t.Fatalf("%s of %s: a run makes %s, the form %s %s", f.options(), value, got, want, problem)
			}
		}
	}
	if len(all) < 300 {
		t.Errorf("%d forms", len(all))
	}
}
