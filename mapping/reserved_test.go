package mapping

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/internal/jsontext"
	"github.com/ciobulk/ciobulk/rows"
)

// sentOn maps the one row of text in a run that begins in 2026.
func sentOn(tb testing.TB, m *Mapping, text string) string {
	tb.Helper()
	in := open(tb, text)
	mapper := bind(tb, m, in).Mapper(in, Terms{Begun: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	return mapRow(tb, mapper, blockOf(tb, in), 0).String()
}

const (
	boolAdvice = "; in a mapping: unsubscribed: {column: …, type: boolean, true: [yes], false: [no]}"
	timeAdvice = "; in a mapping: created_at: {column: …, type: timestamp, layout: iso8601, zone: Europe/Berlin}"
)

// What the service reads itself is sent as it reads it, with a mapping and without.
func TestServiceAttributes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"unsubscribed", "TRUE", "true"}, {"unsubscribed", "Oui", "true"}, {"unsubscribed", "ja", "true"}, {"unsubscribed", " yes ", "true"}, {"unsubscribed", "1", "true"}, {"unsubscribed", "1.0", "true"}, {"unsubscribed", "SÌ", "true"},
		{"unsubscribed", "FALSCH", "false"}, {"unsubscribed", "0", "false"}, {"unsubscribed", "Não", "false"}, {"unsubscribed", "", ""},
		{"unsubscribed", "perhaps", `"perhaps" is not a word for true or false` + boolAdvice}, {"unsubscribed", "2", `"2" is not a word for true or false` + boolAdvice}, {"unsubscribed", "NULL", `"NULL" is not a word for true or false` + boolAdvice},
		{"created_at", "1704164645", "1704164645"}, {"created_at", "1704164645.75", "1704164645"}, {"created_at", "2024-01-02T03:04:05Z", "1704164645"}, {"created_at", "2024-01-02 04:04:05+01", "1704164645"}, {"created_at", "", ""},
		{"created_at", "1704164645123", `"1704164645123" is not between the years 0 and 9999; is it in milliseconds (layout: unix_ms)?` + timeAdvice},
		{"created_at", "2024-01-02 03:04:05", `"2024-01-02 03:04:05" names no zone, and the mapping neither; add for example zone: Europe/Berlin` + timeAdvice},
		{"created_at", "02.01.2024", `"02.01.2024" is not an ISO 8601 date, such as 2025-12-31T23:59:00Z` + timeAdvice}, {"created_at", "0", `"0" is read as 1970-01-01 00:00 UTC, before 1990; if that is meant, as for birthdays, write range: any in the mapping` + timeAdvice},
		{"cio_subscription_preferences", `{"topics":{"topic_1":true,"topic_2":false},"x":[1]}`, `{"topics":{"topic_1":true,"topic_2":false},"x":[1]}`}, {"cio_subscription_preferences", `{}`, `{}`},
		{"cio_subscription_preferences", `yes`, `"yes" is not an object of preferences, such as {"topics": {"topic_1": true}}`}, {"cio_subscription_preferences", `[true]`, `"[true]" is not an object of preferences, such as {"topics": {"topic_1": true}}`},
		{"cio_subscription_preferences", `{"topics": {"topic_1":"TRUE", "topic_2" : 0,"a\"b":" Oui "}, "x":"yes"}`, `{"topics": {"topic_1":true, "topic_2" : false,"a\"b":true}, "x":"yes"}`},
		{"cio_subscription_preferences", `{"topics":{"topic_1":"maybe"}}`, `"topic_1" in the preferences is "\"maybe\"", neither true nor false, as in {"topics": {"topic_1": true}}`}, {"cio_subscription_preferences", `{"topics":{"t":[true]}}`, `"t" in the preferences is "[true]", neither true nor false, as in {"topics": {"topic_1": true}}`},
		{"cio_subscription_preferences", `{"topics":{"t":null}}`, `"t" in the preferences is "null", neither true nor false, as in {"topics": {"topic_1": true}}`}, {"cio_subscription_preferences", `{"topics":1}`, `"{\"topics\":1}" holds no object of topics, such as {"topics": {"topic_1": true}}`},
		{"cio_subscription_preferences.topics.topic_7", "Nein", "false"}, {"cio_subscription_preferences.topics.topic_7", "maybe", `"maybe" is not a word for true or false; in a mapping: {column: …, type: boolean, true: [yes], false: [no]}`},
		{"Unsubscribed", "yes", `"yes"`}, {"created", "yesterday", `"yesterday"`},
	} {
		member := `"` + c.name + `":`
		csv := "id," + c.name + "\n1," + string(rows.AppendCSVCell(nil, []byte(c.text), ',')) + "\n"
		mapped := "id,c\n1," + string(rows.AppendCSVCell(nil, []byte(c.text), ',')) + "\n"
		jsonl := `{"id":"1",` + member + string(jsontext.AppendString(nil, c.text)) + "}\n"
		alone, err := FromMatch("id")
		if err != nil {
			t.Fatal(err)
		}
		for _, got := range []string{
			sentOn(t, alone, csv), sentOn(t, alone, jsonl), sentOn(t, parse(t, "match: {id: id}\nattributes: {"+c.name+": c}\n"), mapped),
			sentOn(t, parse(t, "match: {id: id}\nattributes: {"+c.name+": {expr: c}}\n"), mapped),
		} {
			got = strings.TrimPrefix(got, "invalid attributes."+c.name+": ")
			for _, column := range []string{"c", c.name} {
				got = strings.TrimPrefix(got, `column "`+column+`": `)
			}
			if got = strings.TrimPrefix(got, member); got != c.want {
				t.Errorf("%s %q:\n got %s\nwant %s", c.name, c.text, got, c.want)
			}
		}
	}
}

// JSONL values of the right type pass as they are, and a mapping's own type holds.
func TestServiceAttributesTyped(t *testing.T) {
	t.Parallel()
	alone, err := FromMatch("id")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		`"unsubscribed":true`: `"unsubscribed":true`, `"unsubscribed":false`: `"unsubscribed":false`, `"unsubscribed":1`: `"unsubscribed":true`, `"unsubscribed":null`: "",
		`"created_at":1704164645`: `"created_at":1704164645`, `"created_at":true`: `invalid attributes.created_at: column "created_at": "true" is not an ISO 8601 date, such as 2025-12-31T23:59:00Z` + timeAdvice,
		`"cio_subscription_preferences":{"topics":{"topic_1":true}}`: `"cio_subscription_preferences":{"topics":{"topic_1":true}}`, `"unsubscribed":{}`: `invalid attributes.unsubscribed: column "unsubscribed": "{}" is not of type boolean` + boolAdvice,
		`"cio_subscription_preferences":{"topics":{"topic_1":1}}`: `"cio_subscription_preferences":{"topics":{"topic_1":true}}`,
	} {
		if got := sentOn(t, alone, `{"id":"1",`+text+"}\n"); got != want {
			t.Errorf("%s:\n got %s\nwant %s", text, got, want)
		}
	}
	for options, want := range map[string]string{
		"unsubscribed: {column: c, type: boolean, true: [x], false: ['-']}": `"unsubscribed":true`, "unsubscribed: {column: c, values: {x: 'yes'}}": `"unsubscribed":true`, "unsubscribed: {column: d, default: 'no'}": `"unsubscribed":false`,
		"unsubscribed: {value: 'yes'}": `"unsubscribed":true`, "unsubscribed: {value: false}": `"unsubscribed":false`, "unsubscribed: {expr: 'c == \"x\"'}": `"unsubscribed":true`,
		"created_at: {column: e, type: timestamp, layout: '%d.%m.%Y', zone: UTC}": `"created_at":1704153600`, "created_at: {value: '2024-01-02T00:00:00Z'}": `"created_at":1704153600`, "created_at: {value: 1704153600}": `"created_at":1704153600`,
	} {
		if got := sentOn(t, parse(t, "match: {id: id}\nattributes: {"+options+"}\n"), "id,c,d,e\n1,x,,02.01.2024\n"); got != want {
			t.Errorf("%s: %s, want %s", options, got, want)
		}
	}
	for options, want := range map[string]string{
		"unsubscribed: {column: c, type: string}": "people.yaml:2:46: Customer.io reads unsubscribed as true or false, and not in the form of type string", "created_at: {column: c, type: integer}": "people.yaml:2:44: Customer.io reads created_at as unix seconds, and not in the form of type integer",
		"unsubscribed: {column: c, default: perhaps}": "people.yaml:2:49: the default does not convert", "unsubscribed: {value: perhaps}": `people.yaml:2:14: "perhaps" is not a word for true or false`, "cio_subscription_preferences: {column: c, type: list, separator: '|'}": "people.yaml:2:62: Customer.io reads",
	} {
		_, err := parse(t, "match: {id: id}\nattributes: {"+options+"}\n").Bind(open(t, "id,c\n1,x\n"))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", options, err, want)
		}
	}
}

// Of events and deletes these attributes are like others. A name in another case is
// noted.
func TestServiceAttributesElsewhere(t *testing.T) {
	t.Parallel()
	m := parse(t, "operation: event\nmatch: {id: id}\nevent: {name: {value: n}}\nattributes: {unsubscribed: c, created_at: {column: c, type: string}}\n")
	if err := m.SetVerb(Event); err != nil {
		t.Fatal(err)
	}
	if got := sentOn(t, m, "id,c\n1,perhaps\n"); !strings.HasSuffix(got, `"unsubscribed":"perhaps","created_at":"perhaps"`) {
		t.Error(got)
	}
	for _, text := range []string{"id,Unsubscribed,CREATED_AT\n1,x,y\n", `{"id":"1","Unsubscribed":"x","CREATED_AT":"y"}` + "\n"} {
		alone, err := FromMatch("id")
		if err != nil {
			t.Fatal(err)
		}
		notes := bind(t, alone, open(t, text)).Notes
		for _, want := range []string{`"Unsubscribed" is sent as an attribute of that name, which Customer.io does not read: it reads unsubscribed`, `"CREATED_AT" is sent as an attribute of that name, which Customer.io does not read: it reads created_at`} {
			if !slices.Contains(notes, want) {
				t.Errorf("%q is not among %q", want, notes)
			}
		}
	}
	for i := range serviceAttributes {
		r := serviceAttributes[i].rule
		if err := r.Compile(); err != nil {
			t.Errorf("%s: %v", serviceAttributes[i].name, err)
		}
	}
}

// A mapping accepts words for nothing as identifiers.
func TestAccept(t *testing.T) {
	t.Parallel()
	m := parse(t, "match: {id: {column: id, accept: [None, '-']}}\n")
	for _, c := range []struct{ text, want string }{
		{"None", ""}, {"NONE", ""}, {"-", ""}, {"NULL", `required identifiers.id: column "id": "NULL" is a word for nothing; if it is an identifier, write match: {id: {column: …, accept: ['NULL']}}`}, {"''", "invalid"},
	} {
		r := mapRows(t, m, "id,x\n"+c.text+",1\n")[0]
		if c.want == "" && r.outcome != Send || !strings.HasPrefix(r.rejection, c.want) {
			t.Errorf("%q: %+v, want %s", c.text, r, c.want)
		}
	}
	if err := parse(t, "match: {phone: {column: p, accept: None, country: DE}}\n"); err == nil {
		t.Error("no mapping")
	}
}

// The reference lists the words that are read as true and false.
func TestWordsAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/reference/mapping.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(page)), " ")
	if want := strings.Join(yesWords, ", ") + " · " + strings.Join(noWords, ", ") + "."; !strings.Contains(text, want) {
		t.Errorf("the page does not have: %s", want)
	}
}
