package mapping

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/rows"
	"github.com/oklog/ulid/v2"
)

// idsOf maps events and returns their ids, in the order of the rows.
func idsOf(t *testing.T, mapping, text string, o rows.Options, terms Terms) (ids []string) {
	t.Helper()
	o.Stdin = strings.NewReader(text)
	in, err := rows.Open("-", o)
	if err != nil {
		t.Fatal(err)
	}
	m := parse(t, mapping)
	if err := m.SetVerb(m.operation); err != nil {
		t.Fatal(err)
	}
	mapper := bind(t, m, in).Mapper(in, terms)
	var b rows.Block
	if err := in.Next(&b, 1000, 1<<20); err != nil {
		t.Fatal(err)
	}
	for i := range b.Len() {
		op, _, outcome := mapper.Append(nil, &b, i)
		if outcome != Send {
			t.Fatalf("row %d: %+v", i+1, mapper.Rejection())
		}
		ids = append(ids, regexp.MustCompile(`"id":"([0-7][0-9A-HJKMNP-TV-Z]{25})"`).FindStringSubmatch(string(op))[1])
	}
	return ids
}

const eventMapping = "operation: event\nmatch: {email: e}\nevent: {name: {column: n}}\n"

// An id is that of its row, wherever and whenever it is made, and of no other.
func TestDerivedIDs(t *testing.T) {
	t.Parallel()
	const text = "e,n,x\na@b.de,Paid,1\na@b.de,Paid,1\n"
	seed := Terms{Seeds: []Seed{SeedOf("", 10, "digest", "")}}
	base := idsOf(t, eventMapping, text, rows.Options{}, seed)
	if again := idsOf(t, eventMapping, text, rows.Options{}, seed); fmt.Sprint(again) != fmt.Sprint(base) {
		t.Errorf("the same rows have the ids %v and %v", base, again)
	}
	quoted := strings.ReplaceAll(text, "Paid", `"Paid"`)
	if again := idsOf(t, eventMapping, quoted, rows.Options{}, seed); fmt.Sprint(again) != fmt.Sprint(base) {
		t.Errorf("the same cells have the ids %v and %v", base, again)
	}
	seen := map[string]string{base[0]: "row 1", base[1]: "row 2"}
	if len(seen) != 2 {
		t.Error("two rows share an id")
	}
	for name, c := range map[string]struct {
		mapping, text string
		seed          Seed
	}{
		"another cell":     {eventMapping, strings.Replace(text, ",1", ",2", 1), seed.Seeds[0]},
		"cells moved":      {eventMapping, "e,n,x\na@b.de,Paid1,\n", seed.Seeds[0]},
		"another name":     {strings.Replace(eventMapping, "n}", "n, upper: true}", 1), text, seed.Seeds[0]},
		"another action":   {"operation: page\nmatch: {email: e}\npage: {url: {column: n}}\n", text, seed.Seeds[0]},
		"another size":     {eventMapping, text, SeedOf("", 11, "digest", "")},
		"another digest":   {eventMapping, text, SeedOf("", 10, "digesu", "")},
		"a run of its own": {eventMapping, text, SeedOf("", 10, "digest", "nonce")},
	} {
		id := idsOf(t, c.mapping, c.text, rows.Options{}, Terms{Seeds: []Seed{c.seed}})[0]
		if other, twice := seen[id]; twice {
			t.Errorf("%s has the id of %s", name, other)
		}
		seen[id] = name
	}
}

// A row in a file of rejected rows has the id that it had in its input.
func TestDerivedIDsOfRejectedRows(t *testing.T) {
	t.Parallel()
	seeds := Terms{Seeds: []Seed{SeedOf("a", 10, "a", ""), SeedOf("b", 10, "b", "")}, Class: rows.AnyClass}
	for name, c := range map[string]struct{ original, rejected string }{
		"csv": {
			"e,n,x\nz@b.de,No,1\n\"a@b.de\",\"Paid, twice\",\"say \"\"hi\"\"\"\n",
			"e,n,x,_row,_line,_input,_reason,_field,_message,_status\n\"a@b.de\",\"Paid, twice\",\"say \"\"hi\"\"\",2,3,b,unknown,,\"no, it is, not\",207\n",
		},
		"jsonl": {
			`{"e":"z@b.de","n":"No"}` + "\n" + `{"e":"a@b.de","n":"Paid \u00e9","x":[1, 2],"y":null}` + "\n",
			`{"e":"a@b.de","n":"Paid \u00e9","x":[1, 2],"y":null,"_row":2,"_line":2,"_input":"b","_reason":"unknown","_field":"","_message":"x","_status":207}` + "\n",
		},
	} {
		want := idsOf(t, eventMapping, c.original, rows.Options{}, Terms{Seeds: []Seed{{Sum: seeds.Seeds[1].Sum}}})[1]
		got := idsOf(t, eventMapping, c.rejected, rows.Options{Rejected: true}, seeds)
		if len(got) != 1 || got[0] != want {
			t.Errorf("%s: the id was %s and is %v", name, want, got)
		}
	}
}

// The time of an id is that of its event, and one that never changes where the event
// has none.
func TestTimeOfIDs(t *testing.T) {
	t.Parallel()
	const mapping = "operation: event\nmatch: {email: e}\nevent: {name: {column: n}, timestamp: {column: at, range: any}}\n"
	text := "e,n,at\na@b.de,Paid,1700000000\na@b.de,Paid,\na@b.de,Paid,1969-12-31T23:59:59Z\na@b.de,Paid,2030-01-01T00:00:00Z\n"
	for i, id := range idsOf(t, mapping, text, rows.Options{}, Terms{}) {
		parsed, err := ulid.ParseStrict(id)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"2023-11-14T22:13:20Z", "2020-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2030-01-01T00:00:00Z"}[i]
		if got := ulid.Time(parsed.Time()).UTC().Format(time.RFC3339); got != want {
			t.Errorf("row %d: %s has the time %s, want %s", i+1, id, got, want)
		}
	}
}

// An id does not change when a spreadsheet moves columns and adds empty ones, or when
// rows of a rejected file move; a row that was added by hand has an id of its own.
func TestIDsAfterASpreadsheet(t *testing.T) {
	t.Parallel()
	seeds := []Seed{SeedOf("a.csv", 10, "a", ""), SeedOf("b.csv", 10, "b", "")}
	want := idsOf(t, eventMapping, "e,n,x,y\na@b.de,Paid,1,\na@b.de,Paid,2,z\n", rows.Options{}, Terms{Seeds: []Seed{{Sum: seeds[1].Sum}}})
	got := idsOf(t, eventMapping, "_input;y;_reason;n;_line;x;note;_row;e\nb.csv;z;unknown;Paid;3;2;;2;a@b.de\n;;;Paid;;1;;;a@b.de\nb.csv;;invalid;Paid;2;1;;1;a@b.de\n",
		rows.Options{}, Terms{Seeds: seeds})
	if got[0] != want[1] || got[2] != want[0] || got[1] == want[0] || got[1] == want[1] {
		t.Errorf("the ids %v became %v", want, got)
	}
}

// A row whose place in its input is not known is refused, not given another id.
func TestOriginOfRejectedRows(t *testing.T) {
	t.Parallel()
	both := []Seed{SeedOf("a.csv", 10, "a", ""), SeedOf("b.csv", 10, "b", "")}
	for row, want := range map[string]string{
		"1,2,a.csv,unknown":  "",
		"1,2,,unknown":       `column "_input": is empty`,
		"1,2,c.csv,unknown":  `column "_input": "c.csv" is not an input of the run`,
		"x,2,a.csv,unknown":  `column "_row": damaged`,
		"1,,a.csv,unknown":   `column "_row": damaged`,
		",,a.csv,unknown":    `column "_row": damaged`,
		"-1,2,a.csv,unknown": `column "_row": damaged`,
	} {
		in := open(t, "e,n,_row,_line,_input,_reason\na@b.de,Paid,"+row+"\n")
		m := parse(t, eventMapping)
		if err := m.SetVerb(Event); err != nil {
			t.Fatal(err)
		}
		mapper := bind(t, m, in).Mapper(in, Terms{Seeds: both})
		var b rows.Block
		if err := in.Next(&b, 1, 1); err != nil {
			t.Fatal(err)
		}
		_, _, outcome := mapper.Append(nil, &b, 0)
		if got := mapper.Rejection().Message; (outcome == Send) != (want == "") || outcome != Send && !strings.HasPrefix(got, want) {
			t.Errorf("%s: %d, %q; want %q", row, outcome, got, want)
		}
	}
}

// Duplicates name the row that is sent instead, and its input where there are several.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	d := Duplicates{Instead: []Instead{{1, 0}, {5, 9}}, Inputs: []InputRows{{"a.csv", 0}}}
	if got := d.instead(1) + ", " + d.instead(2) + ", " + d.instead(5); got != "row 1, another row, row 10" {
		t.Error(got)
	}
	d.Inputs = append(d.Inputs, InputRows{"b.csv", 8})
	if got := d.instead(1) + ", " + d.instead(5); got != "row 1 of a.csv, row 2 of b.csv" {
		t.Error(got)
	}
}
