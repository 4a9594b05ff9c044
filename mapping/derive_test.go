package mapping

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/rows"
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
	const text = "e,n,x\na@b,Paid,1\na@b,Paid,1\n"
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
		"cells moved":      {eventMapping, "e,n,x\na@b,Paid1,\n", seed.Seeds[0]},
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
	seeds := Terms{Seeds: []Seed{SeedOf("a", 10, "a", ""), SeedOf("b", 10, "b", "")}, Class: AnyClass}
	for name, c := range map[string]struct{ original, rejected string }{
		"csv": {
			"e,n,x\nz@b,No,1\n\"a@b\",\"Paid, twice\",\"say \"\"hi\"\"\"\n",
			"e,n,x,_row,_line,_reason,_field,_message,_status\n\"a@b\",\"Paid, twice\",\"say \"\"hi\"\"\",2,3,unknown,,\"b:3: no, it is, not\",207\n",
		},
		"jsonl": {
			`{"e":"z@b","n":"No"}` + "\n" + `{"e":"a@b","n":"Paid \u00e9","x":[1, 2],"y":null}` + "\n",
			`{"e":"a@b","n":"Paid \u00e9","x":[1, 2],"y":null,"_row":2,"_line":2,"_reason":"unknown","_field":"","_message":"b:2: x","_status":207}` + "\n",
		},
	} {
		want := idsOf(t, eventMapping, c.original, rows.Options{}, Terms{Seeds: seeds.Seeds[1:]})[1]
		got := idsOf(t, eventMapping, c.rejected, rows.Options{Rejected: true}, seeds)
		if len(got) != 1 || got[0] != want {
			t.Errorf("%s: the id was %s and is %v", name, want, got)
		}
	}
}

// Duplicates know the first and the last row of a person.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	for rule, want := range map[DuplicateRule]string{LastDuplicate: "3 3 - -", RejectDuplicates: "- 0 - 0"} {
		d := NewDuplicates(rule)
		for row, hash := range []uint64{7, 7, 8, 7} {
			if err := d.Add(hash, int64(row)); err != nil {
				t.Fatal(err)
			}
		}
		d.Done()
		var got []string
		for row, hash := range []uint64{7, 7, 8, 7} {
			other, is := d.Instead(hash, int64(row))
			if got = append(got, fmt.Sprint(other)); !is {
				got[row] = "-"
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", rule, got, want)
		}
	}
}
