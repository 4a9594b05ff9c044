package mapping

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
)

// mapAll maps all rows of CSV, and returns the operations and rejections as lines.
func mapAll(t *testing.T, mapping, file string, format rows.Format) (all []string, m *Mapper) {
	t.Helper()
	spec, err := Parse("m.yaml", []byte(mapping), false)
	if err != nil {
		t.Fatal(err)
	}
	if err := spec.SetVerb(Upsert); err != nil {
		t.Fatal(err)
	}
	in, err := rows.Open("-", rows.Options{Stdin: strings.NewReader(file), Format: format})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	p, err := spec.Bind(in)
	if err != nil {
		t.Fatal(err)
	}
	m = p.Mapper(in, Terms{})
	var b rows.Block
	for in.Next(&b, 100, 1<<20) == nil {
		for i := range b.Len() {
			op, _, outcome := m.Append(nil, &b, i)
			if outcome == Send {
				all = append(all, strings.TrimPrefix(string(op), `{"type":"person","action":"identify",`))
			} else {
				r := m.Rejection()
				all = append(all, fmt.Sprintf("%s %s: %s", r.Reason, r.Field, r.Message))
			}
		}
	}
	return all, m
}

// The first identifier whose cell is filled finds the person, in the order of the
// mapping and not of the columns.
func TestMatchList(t *testing.T) {
	t.Parallel()
	const spec = "match: [{id: ID}, {email: Mail}, {phone: {column: Tel, country: DE}}]\nattributes: {email: Mail, plan: Plan}\n"
	got, _ := mapAll(t, spec, "Mail,ID,Tel,Plan\na@example.com,1,,x\nb@example.com,,0151 23456789,y\n,,0151 23456789,z\n, ,,w\nno address,,,v\n,'7,,u\n", rows.CSV)
	want := []string{
		`"identifiers":{"id":"1"},"attributes":{"email":"a@example.com","plan":"x"}}`,
		`"identifiers":{"email":"b@example.com"},"attributes":{"email":"b@example.com","plan":"y"}}`,
		`"identifiers":{"phone":"+4915123456789"},"attributes":{"plan":"z"}}`,
		`required identifiers: the columns "ID", "Mail", "Tel" are all empty`,
		`invalid identifiers.email: column "Mail": `,
		`invalid identifiers.id: column "ID": `,
	}
	for i, w := range want {
		if !strings.HasPrefix(got[i], w) {
			t.Errorf("row %d: %s\nwant %s", i+1, got[i], w)
		}
	}
	got, _ = mapAll(t, "match: [{id: id}, {email: email}]\nattributes: {plan: plan}\n", `{"id":1,"plan":"x"}`+"\n"+`{"id":null,"email":"b@example.com","plan":"y"}`+"\n"+`{"email":"c@example.com"}`+"\n", rows.JSONL)
	for i, w := range []string{`"identifiers":{"id":"1"}`, `"identifiers":{"email":"b@example.com"}`, `"identifiers":{"email":"c@example.com"}`} {
		if !strings.HasPrefix(got[i], w) {
			t.Errorf("object %d: %s\nwant %s", i+1, got[i], w)
		}
	}
}

// Lists that cannot be right say what is wrong.
func TestMatchListMistakes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"match: []":                       "empty list",
		"match: [{id: a}, {id: b}]":       "match has id twice",
		"match: [id]":                     "must be one of",
		"match: [{id: a, email: b}]":      "match has two fields",
		"match: {id: a, email: b}":        "match has two fields",
		"match: [{id: a}, {name: b}]":     "not a match field",
		"match: [{id: {accept: [none]}}]": "match has no column",
	} {
		if _, err := Parse("m.yaml", []byte(text), false); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	m, err := Parse("m.yaml", []byte("match: [{id: a}, {email: b}]"), false)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.SetVerb(Member); err == nil || !strings.Contains(err.Error(), "one identifier") {
		t.Errorf("a segment: %v", err)
	}
	if err := m.SetMatch("phone=c"); err != nil || m.Match() != customerio.Phone || m.SetVerb(Member) != nil {
		t.Errorf("another match takes the place of the list: %v", err)
	}
}

// A person who is asked for is found by any of the identifiers.
func TestMatchListFinds(t *testing.T) {
	t.Parallel()
	_, m := mapAll(t, "match: [{id: id}, {email: email}]", "id,email\n1,a@example.com\n,B@example.com\n", rows.CSV)
	in, err := rows.Open("-", rows.Options{Stdin: strings.NewReader("id,email\n1,a@example.com\n,B@example.com\n"), Format: rows.CSV})
	if err != nil {
		t.Fatal(err)
	}
	var b rows.Block
	if err := in.Next(&b, 100, 1<<20); err != nil {
		t.Fatal(err)
	}
	for value, want := range map[string][2]bool{"1": {true, false}, "b@example.com": {false, true}, "a@example.com": {false, false}} {
		if got := [2]bool{m.Finds([]byte(value), &b, 0), m.Finds([]byte(value), &b, 1)}; got != want {
			t.Errorf("%s: %v, want %v", value, got, want)
		}
	}
}

// A word for nothing is like an empty cell, unless it is accepted; what is filled and
// wrong is not passed over. Each row keeps its own action.
func TestMatchListWords(t *testing.T) {
	t.Parallel()
	got, _ := mapAll(t, "match: [{id: {column: id, accept: [None]}}, {email: mail}]\noperation: {column: do}\nattributes: {plan: plan}\n",
		"id,mail,do,plan\nNULL,a@example.com,upsert,x\nNone,b@example.com,upsert,y\nn/a,c@example.com,delete,\n#N/A,-,upsert,z\n,d@example,delete,\n,,suppress,\n7,,suppress,\n", rows.CSV)
	for i, w := range []string{
		`"identifiers":{"email":"a@example.com"},"attributes":{"plan":"x"}}`, `"identifiers":{"id":"None"},"attributes":{"plan":"y"}}`,
		`{"type":"person","action":"delete","identifiers":{"email":"c@example.com"}}`,
		`required identifiers: the columns "id", "mail" are all empty, or words for nothing`,
		`invalid identifiers.email: column "mail": "d@example" is not an email address: the domain has no dot`,
		`required identifiers: the columns "id", "mail" are all empty`,
		`{"type":"person","action":"suppress","identifiers":{"id":"7"}}`,
	} {
		if got[i] != w {
			t.Errorf("row %d: %s\nwant %s", i+1, got[i], w)
		}
	}
}

// Effects and receipts go by the identifier of each row.
func TestMatchListEffects(t *testing.T) {
	t.Parallel()
	in := open(t, "id,mail\n7,ann@example.org\n,Bob@example.org\n")
	m := bind(t, parse(t, "match: [{id: id}, {email: mail}]\nattributes: {email: mail}\n"), in).Mapper(in, Terms{Effects: true})
	b := blockOf(t, in)
	for i, want := range []string{"7 [{email ann@example.org}] id 7", "Bob@example.org [] email Bob@example.org"} {
		if _, _, outcome := m.Append(nil, b, i); outcome != Send {
			t.Fatal(m.Rejection())
		}
		got := fmt.Sprintf("%s %s", m.Effects().Identifier, m.Effects().Claims)
		value, _, _ := m.Identify(b, i)
		if got = fmt.Sprintf("%s %s %s", got, m.Match(), value); got != want {
			t.Errorf("row %d: %s, want %s", i+1, got, want)
		}
	}
}
