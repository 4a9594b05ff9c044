package mapping

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/rows"
)

// happen maps one row under a mapping of events or page views, on terms, and
// returns the operation after the identifier without its id, or why there is
// none.
func happen(t *testing.T, source, text string, terms Terms) string {
	t.Helper()
	m := parse(t, source)
	if err := m.SetVerb(m.operation); err != nil {
		t.Fatal(err)
	}
	in := open(t, text)
	mapper := bind(t, m, in).Mapper(in, terms)
	var b rows.Block
	if err := in.Next(&b, 10, 1<<20); err != nil || b.Len() != 1 {
		t.Fatalf("%d rows, %v", b.Len(), err)
	}
	r := mapRow(t, mapper, &b, 0)
	if r.outcome != Send {
		return r.String()
	}
	if mapper.Live() {
		r.operation += " live"
	}
	_, operation, _ := strings.Cut(r.operation, `"}`)
	before, after, found := strings.Cut(operation, `,"id":"`)
	if !found || len(after) < 26 {
		t.Fatalf("no id in %s", operation)
	}
	return before + after[27:]
}

// What the parts of an event and of a page view make of a row.
func TestHappenings(t *testing.T) {
	t.Parallel()
	const live = 1_700_000_000
	for _, c := range []struct{ mapping, text, want string }{
		{"event: {name: n}", "id,n\n1, Paid \n", `,"name":"Paid","attributes":{}} live`},
		{"event: {name: n}", "id,n,x\n1,\"Say \"\"é\"\"\",\\\n", `,"name":"Say \"é\"","attributes":{"x":"\\"}} live`},
		{"event: {name: {column: n, lower: true, default: None}}", "id,n\n1,PAID\n", `,"name":"paid","attributes":{}} live`},
		{"event: {name: {column: n, default: None}}", "id,n\n1, \n", `,"name":"None","attributes":{}} live`},
		{"event: {name: {column: n, values: {p: Paid}}}", "id,n\n1,p\n", `,"name":"Paid","attributes":{}} live`},
		{"event: {name: {value: ' Two words '}}", "id\n1\n", `,"name":"Two words","attributes":{}} live`},
		{"event: {name: {expr: 'n + \"!\"'}}\nrest: drop", "id,n\n1,Paid\n", `,"name":"Paid!","attributes":{}} live`},
		{"event: {name: n}", "id,n\n1,\n", `required name: column "n": is empty`},
		{"event: {name: {expr: 'n'}}", "id,n\n1,\n", `required name: is empty`},
		{"event: {name: n}", "id,n\n1," + strings.Repeat("é", 50) + "\n", `,"name":"` + strings.Repeat("é", 50) + `","attributes":{}} live`},
		{"event: {name: n}", "id,n\n1," + strings.Repeat("é", 51) + "\n", `invalid name: column "n": the name is 102 bytes; the limit is 100`},
		{"event: {name: n}", `{"id":"1","n":5}`, `,"name":"5","attributes":{}} live`},
		{"event: {name: n}", `{"id":"1","n":null}`, `required name: column "n": is empty`},
		{"event: {name: n}", `{"id":"1","n":["a"]}`, `invalid name: column "n": "[\"a\"]" is neither text nor a number`},

		{"event: {name: n, timestamp: t}", "id,n,t\n1,P,1699999999\n", `,"name":"P","timestamp":1699999999,"attributes":{}}`},
		{"event: {name: n, timestamp: t}", "id,n,t\n1,P,1700000000\n", `,"name":"P","timestamp":1700000000,"attributes":{}} live`},
		{"event: {name: n, timestamp: t}", "id,n,t\n1,P,\n", `,"name":"P","attributes":{}} live`},
		{"event: {name: n, timestamp: {column: t, empty: reject}}", "id,n,t\n1,P,\n", `required timestamp: column "t": is empty`},
		{"event: {name: n, timestamp: {column: t, layout: unix_ms}}", "id,n,t\n1,P,1600000000999\n", `,"name":"P","timestamp":1600000000,"attributes":{}}`},
		{"event: {name: n, timestamp: {column: t, zone: Europe/Berlin}}", "id,n,t\n1,P,2020-01-01 01:00:00\n", `,"name":"P","timestamp":1577836800,"attributes":{}}`},
		{"event: {name: n, timestamp: t}", "id,n,t\n1,P,2020-01-01T00:00:00Z\n", `,"name":"P","timestamp":1577836800,"attributes":{}}`},
		{"event: {name: n, timestamp: t}", `{"id":"1","n":"P","t":1577836800}`, `,"name":"P","timestamp":1577836800,"attributes":{}}`},
		{"event: {name: n, timestamp: t}", `{"id":"1","n":"P","t":null}`, `,"name":"P","attributes":{}} live`},
		{"event: {name: n, timestamp: t}", `{"id":"1","n":"P"}`, `,"name":"P","attributes":{}} live`},
		{"event: {name: n, timestamp: t}", `{"id":"1","n":"P","t":true}`, `invalid timestamp: column "t": "true" is not an ISO 8601 date, such as 2025-12-31T23:59:00Z`},

		{"event: {name: n, id: i}", "id,n,i\n1,P,01ARZ3NDEKTSV4RRFFQ69G5FAI\n", `invalid id: column "i": "01ARZ3NDEKTSV4RRFFQ69G5FAI" is not a ULID, 26 characters such as 01ARZ3NDEKTSV4RRFFQ69G5FAV`},
		{"event: {name: n, id: i}", "id,n,i\n1,P,1\n", `invalid id: column "i": "1" is not a ULID, 26 characters such as 01ARZ3NDEKTSV4RRFFQ69G5FAV`},
		{"event: {name: n, id: i}", "id,n,i\n1,P,\n", `,"name":"P","attributes":{}} live`},
		{"event: {name: n, id: i}", "id,n,i\n1,P, 7zzzzzzzzzzzzzzzzzzzzzzzzz \n", `,"name":"P","attributes":{}} live`},

		// Columns that have a part are not data as well; an attribute may say so.
		{"event: {name: n}\nattributes: {called: n, k: {value: 5}}", "id,n\n1,P\n", `,"name":"P","attributes":{"called":"P","k":5}} live`},
		{"event: {name: n}\nrest: keep", "id,n,a\n1,P,b\n", `,"name":"P","attributes":{"a":"b"}} live`},
		{"event: {name: n}\nwhere: 'n == \"Q\"'", "id,n\n1,P\n", `filtered`},
	} {
		t.Run(fmt.Sprintf("%s/%.40q", c.mapping, c.text), func(t *testing.T) {
			t.Parallel()
			rest := ""
			if !strings.Contains(c.mapping, "rest:") {
				rest = "\nrest: keep"
			}
			if got := happen(t, "operation: event\nmatch: {id: id}\n"+c.mapping+rest+"\n", c.text, Terms{LiveFrom: live}); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
			if strings.Contains(c.mapping, "rest:") || strings.Contains(c.want, "limit is 100") {
				return
			}
			page := strings.Replace(c.mapping, "event: {name:", "page: {url:", 1)
			if got := happen(t, "operation: page\nmatch: {id: id}\n"+page+rest+"\n", c.text, Terms{LiveFrom: live}); got != c.want && !strings.Contains(c.want, " name: ") {
				t.Errorf("as a page view\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

// What may start a campaign can be left out; the rest is sent as it is.
func TestNoTriggers(t *testing.T) {
	t.Parallel()
	const source = "operation: event\nmatch: {id: id}\nevent: {name: n, timestamp: t}\n"
	terms := Terms{LiveFrom: 1_700_000_000, NoTriggers: true}
	for at, want := range map[string]string{
		"1699999999": `,"name":"P","timestamp":1699999999,"attributes":{}}`, "1700000000": "filtered", "": "filtered",
		"9999999999": "filtered", "soon": `invalid timestamp: column "t": "soon" is not an ISO 8601 date, such as 2025-12-31T23:59:00Z`,
	} {
		if got := happen(t, source, "id,n,t\n1,P,"+at+"\n", terms); got != want {
			t.Errorf("%q:\n got %s\nwant %s", at, got, want)
		}
	}
}

// What rows that say themselves what is done come to.
func TestOperationColumn(t *testing.T) {
	t.Parallel()
	const source = "operation: {column: do}\nmatch: {id: id}\nevent: {name: {value: Did}}\nattributes: {x: x}\n"
	const person = `{"type":"person","action":"%s","identifiers":{"id":"1"}`
	for do, want := range map[string]string{
		"upsert": fmt.Sprintf(person, "identify") + `,"attributes":{"x":"y"}}`, " Delete ": fmt.Sprintf(person, "delete") + "}",
		"SUPPRESS": fmt.Sprintf(person, "suppress") + "}", "unsuppress": fmt.Sprintf(person, "unsuppress") + "}",
		"event": fmt.Sprintf(person, "event") + `,"name":"Did"`,
		"page":  `required page: the mapping has no key "page"`,
		"":      `required operation: column "do": is empty`, " ": `required operation: column "do": is empty`,
		"segment":  `invalid operation: column "do": "segment" is none of upsert, delete, suppress, unsuppress, event, page, screen, merge, device add, device remove, object upsert, object delete, relationship add, relationship remove`,
		"identify": `invalid operation: column "do": "identify" is none of upsert, delete, suppress, unsuppress, event, page, screen, merge, device add, device remove, object upsert, object delete, relationship add, relationship remove`,
	} {
		for _, text := range []string{"id,do,x\n1," + do + ",y\n", `{"id":"1","do":"` + do + `","x":"y"}`} {
			m := parse(t, source)
			if err := m.SetVerb(Upsert); err != nil {
				t.Fatal(err)
			}
			r := mapRows(t, m, text)[0]
			got := r.operation
			if r.outcome == Rejected {
				got = r.rejection
			}
			if !strings.HasPrefix(got, want) || do != "event" && got != want {
				t.Errorf("%q:\n got %s\nwant %s", do, got, want)
			}
		}
	}
}

// The laws of ids: they hang on the row as it was read, not on how it was
// written, where it is in a block, or what is read besides.
func TestIDLaws(t *testing.T) {
	t.Parallel()
	seed := Terms{Seeds: []Seed{SeedOf("", 1, "d", "")}}
	ids := func(text string, o rows.Options) []string { return idsOf(t, eventMapping, text, o, seed) }
	base := ids("e,n,x\na@b.de,P,1\nc@d.de,P,2\na@b.de,P,1\n", rows.Options{})
	for name, text := range map[string]string{
		"line endings": "e,n,x\r\na@b.de,P,1\r\nc@d.de,P,2\r\na@b.de,P,1", "quotes": "e,n,x\n\"a@b.de\",\"P\",\"1\"\n\"c@d.de\",P,2\na@b.de,P,1\n",
		"a byte order mark": "\ufeffe,n,x\na@b.de,P,1\nc@d.de,P,2\na@b.de,P,1\n", "an empty line": "e,n,x\na@b.de,P,1\n\nc@d.de,P,2\na@b.de,P,1\n",
	} {
		if got := ids(text, rows.Options{Format: rows.CSV}); fmt.Sprint(got) != fmt.Sprint(base) {
			t.Errorf("%s changes the ids", name)
		}
	}
	if got := ids("e;n;x\na@b.de;P;1\nc@d.de;P;2\na@b.de;P;1\n", rows.Options{Delimiter: ';'}); fmt.Sprint(got) != fmt.Sprint(base) {
		t.Error("the delimiter changes the ids")
	}
	object := ids(`{"e":"a@b.de","n":"P","x":"1"}`, rows.Options{Format: rows.JSONL})[0]
	for text, same := range map[string]bool{
		`{"e" : "a\u0040b.de", "n":"P", "x":"1"}`: true,
		`{"e":"a@b.de","n":"P","x":1}`:            false, `{"e":"a@b.de","n":"P","x":null}`: false, `{"e":"a@b.de","n":"P"}`: false,
		`{"e":"a@b.de","n":"P","y":"1"}`: false, `{"e":"a@b.de","n":"P","x":"1","y":""}`: false,
	} {
		if got := ids(text, rows.Options{Format: rows.JSONL})[0]; (got == object) != same {
			t.Errorf("%s: the same id is %t", text, got == object)
		}
	}
	seen := map[string]bool{base[0]: true, base[1]: true, base[2]: true, object: true}
	if len(seen) != 4 {
		t.Errorf("%d ids, want 4", len(seen))
	}
}

// Every row of a file of rejected rows has the id that it had, however it was
// written, in a file of one input and of several.
func TestIDsOfManyRejectedRows(t *testing.T) {
	t.Parallel()
	cells := []string{"plain", "", `say "hi"`, "a,b", "two\nlines", " spaces ", "é", "=1+1", `\`, "'"}
	var original, rejected strings.Builder
	original.WriteString("e,n,x\n")
	rejected.WriteString("e,n,x," + strings.Join(rows.ReportColumns, ",") + "\n")
	line := 2
	for i, c := range cells {
		row := "a@b.de,P," + string(rows.AppendCSVCell(nil, []byte(c), ','))
		original.WriteString(row + "\n")
		if i%3 != 0 {
			fmt.Fprintf(&rejected, "%s,%d,%d,in.csv,unknown,,\"x, y\",207\n", row, i+1, line)
		}
		line += 1 + strings.Count(row, "\n")
	}
	seeds := []Seed{SeedOf("other.csv", 1, "d", ""), SeedOf("in.csv", 2, "e", "nonce")}
	all := idsOf(t, eventMapping, original.String(), rows.Options{}, Terms{Seeds: []Seed{{Sum: seeds[1].Sum}}})
	for name, seeds := range map[string][]Seed{"one": seeds[1:], "several": seeds} {
		got := idsOf(t, eventMapping, rejected.String(), rows.Options{Rejected: true, Format: rows.CSV}, Terms{Seeds: seeds, Class: rows.UnknownClass})
		var want []string
		for i := range cells {
			if i%3 != 0 {
				want = append(want, all[i])
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("of %s inputs: ids are\n%v\nwant\n%v", name, got, want)
		}
	}
}
