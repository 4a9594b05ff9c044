package simulator

import (
	"fmt"
	"strings"
)

const who = "ciobulk-conformance"

// padded is the JSON object with spaces inside until it has n bytes.
func padded(object string, n int) string {
	return "{" + strings.Repeat(" ", n-len(object)) + object[1:]
}

func repeat(s string, n int) string { return strings.Repeat(s, n) }

// taken and turned are facts about a batch of one operation.
func taken(name, operation string) fact {
	return fact{name, batchOf(operation), 200, nil}
}

func turned(name, reason, field, operation string) fact {
	return fact{name, batchOf(operation), 207, []verdictEntry{at(0, reason, field)}}
}

func malformed(name, body string) fact {
	return fact{name, body, 400, []verdictEntry{{nil, "invalid", "batch"}}}
}

func at(i int, reason, field string) verdictEntry { return verdictEntry{&i, reason, field} }

func requestFacts() []fact {
	good, bad := identify(who, `"plan":"pro"`), on("identify", "id", "")
	mixed := fact{"207 names the rejected, all others are accepted", batchOf(good, bad, good, bad), 207,
		[]verdictEntry{at(1, "required", "identifiers.id"), at(3, "required", "identifiers.id")}}
	return []fact{
		{"200 is an empty object", batchOf(good), 200, nil},
		mixed,
		{"an empty batch is accepted", batchOf(), 200, nil},
		{"white space is accepted", " \n{ \"batch\" :\t[ " + good + " , " + good + " ] }\r\n", 200, nil},
		malformed("an empty body is malformed", ""),
		malformed("not JSON is malformed", "hello"),
		malformed("cut JSON is malformed", `{"batch":[`),
		malformed("Latin-1 is malformed", batchOf(identify(who, "\"city\":\"K\xf6ln\""))),
		malformed("an array is malformed", "["+good+"]"),
		malformed("a missing batch is malformed", `{}`),
		malformed("a null batch is malformed", `{"batch":null}`),
		malformed("an object for a batch is malformed", `{"batch":{}}`),
		{"a body of 500,000 bytes is accepted", padded(batchOf(good), 500_000), 200, nil},
		{"a body of 500,001 bytes is too large", padded(batchOf(good), 500_001), 413, nil},
		{"a body of twice the limit is too large", padded(batchOf(good), 1_000_000), 413, nil},
		taken("an entity of 32,000 bytes is accepted", padded(good, 32_000)),
		{"a larger entity is rejected by index", batchOf(good, padded(good, 32_001)), 207,
			[]verdictEntry{at(1, "invalid", "batch")}},
	}
}

func identifierFacts() []fact {
	with := func(identifiers string) string {
		return `{"type":"person","action":"identify","identifiers":` + identifiers + `}`
	}
	bare := `{"type":"person","action":"identify"}`
	return []fact{
		taken("an id", with(`{"id":"`+who+`"}`)),
		taken("an email", with(`{"email":"`+who+`@example.com"}`)),
		taken("a phone", with(`{"phone":"+15005550006"}`)),
		taken("an unknown cio_id is dropped with 200", with(`{"cio_id":"ffffffffffff"}`)),
		turned("identifiers are required", "required", "identifiers", bare),
		turned("null identifiers are required", "required", "identifiers", with(`null`)),
		turned("an identifier is required", "required", "identifiers", with(`{}`)),
		turned("identifiers are an object", "invalid", "identifiers", with(`"x"`)),
		turned("two identifiers are one too many", "invalid", "identifiers", with(`{"id":"1","email":"a@example.com"}`)),
		turned("another identifier", "invalid", "identifiers", with(`{"user_id":"1"}`)),
		turned("an empty id", "required", "identifiers.id", with(`{"id":""}`)),
		turned("a null email", "required", "identifiers.email", with(`{"email":null}`)),
		turned("a number for an id", "invalid", "identifiers.id", with(`{"id":42}`)),
		turned("an object for a phone", "invalid", "identifiers.phone", with(`{"phone":{}}`)),
		taken("an id of 150 bytes", with(`{"id":"`+repeat("é", 75)+`"}`)),
		turned("an id of 152 bytes in 76 characters", "invalid", "identifiers.id", with(`{"id":"`+repeat("é", 76)+`"}`)),
		taken("escapes count as what they mean", with(`{"id":"`+repeat(`\u00e9`, 75)+`"}`)),
	}
}

func entityFacts() []fact {
	of := func(typ, action string) string {
		return fmt.Sprintf(`{%s%s"identifiers":{"id":%q},"name":"n"}`, typ, action, who)
	}
	person := `"type":"person",`
	facts := []fact{
		turned("a type is required", "required", "type", of("", `"action":"identify",`)),
		turned("another type", "invalid", "type", of(`"type":"thing",`, `"action":"identify",`)),
		turned("an action is required", "required", "action", of(person, "")),
		turned("an empty action", "required", "action", of(person, `"action":"",`)),
		turned("another action", "invalid", "action", of(person, `"action":"upsert",`)),
		turned("an entity is an object", "invalid", "batch", `"identify"`),
		turned("an entity is not null", "invalid", "batch", `null`),
		taken("a timestamp of unix seconds", on("identify", "id", who, `"timestamp":1700000000`)),
		turned("a fraction of a second", "invalid", "timestamp", on("identify", "id", who, `"timestamp":1.5`)),
		turned("a date as text", "invalid", "timestamp", on("event", "id", who, `"name":"n"`, `"timestamp":"2026-01-01"`)),
		taken("deleting an unknown person", on("delete", "id", who+"-nobody")),
	}
	for _, action := range []string{"identify", "event", "page", "screen", "suppress", "unsuppress", "delete"} {
		facts = append(facts, taken("the action "+action, of(person, `"action":"`+action+`",`)))
	}
	return facts
}

// numbered are n attributes.
func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"a%d":%d`, i, i)
	}
	return b.String()[1:]
}

func attributeFacts() []fact {
	many := func(n int) string { return identify(who, numbered(n)) }
	set := func(value string) string { return identify(who, `"plan":`+value) }
	name := func(name string) string { return identify(who, `"`+name+`":1`) }
	const field = "attributes.plan"
	return []fact{
		taken("all kinds of values", identify(who, `"a":"x","b":1.50,"c":true,"d":null,"e":"","f":[1],"g":{"h":2}`)),
		taken("null attributes", on("identify", "id", who, `"attributes":null`)),
		turned("attributes are an object", "invalid", "attributes", on("identify", "id", who, `"attributes":[]`)),
		taken("a value of 1000 bytes", set(`"`+repeat("é", 500)+`"`)),
		turned("a value of 1002 bytes in 501 characters", "invalid", field, set(`"`+repeat("é", 501)+`"`)),
		taken("a value of 1000 bytes in escapes", set(`"`+repeat(`\u00e9`, 500)+`"`)),
		turned("a value of 1001 bytes in escapes", "invalid", field, set(`"`+repeat(`\n`, 1001)+`"`)),
		taken("an array of 1000 bytes of text", set(`["`+repeat("x", 996)+`"]`)),
		turned("an array of 1001 bytes of text", "invalid", field, set(`["`+repeat("x", 997)+`"]`)),
		turned("an object of 1001 bytes of text", "invalid", field, set(`{"a":"`+repeat("x", 993)+`"}`)),
		taken("a name of 150 bytes", name(repeat("é", 75))),
		turned("a name of 152 bytes", "invalid", "attributes."+repeat("é", 76), name(repeat("é", 76))),
		turned("an attribute without a name", "invalid", "attributes", name("")),
		taken("300 attributes", many(300)),
		turned("301 attributes", "invalid", "attributes", many(301)),
		taken("an id among the attributes of 150 bytes", identify(who, `"id":"`+repeat("x", 150)+`"`)),
		turned("an id among the attributes of 151 bytes", "invalid", "attributes.id", identify(who, `"id":"`+repeat("x", 151)+`"`)),
		{"one of several", batchOf(set(`1`), set(`"`+repeat("x", 1001)+`"`), set(`2`)), 207, []verdictEntry{at(1, "invalid", field)}},
	}
}

func eventFacts() []fact {
	event := func(more ...string) string { return on("event", "id", who, more...) }
	id := func(id string) string { return event(`"name":"n"`, `"id":"`+id+`"`) }
	return []fact{
		turned("a name is required", "required", "name", event()),
		turned("an empty name", "required", "name", event(`"name":""`)),
		turned("a name of spaces", "required", "name", event(`"name":"  \t"`)),
		turned("a number for a name", "invalid", "name", event(`"name":1`)),
		taken("a name of 100 bytes after trimming", event(`"name":" `+repeat("é", 50)+` "`)),
		turned("a name of 102 bytes", "invalid", "name", event(`"name":"`+repeat("é", 51)+`"`)),
		taken("an event of 301 attributes", event(`"name":"n"`, `"attributes":{`+numbered(301)+`}`)),
		taken("an event's value of 1001 bytes", event(`"name":"n"`, `"attributes":{"a":"`+repeat("x", 1001)+`"}`)),
		taken("an event of 32,000 bytes", padded(event(`"name":"n"`), 32_000)),
		turned("an event of 32,001 bytes", "invalid", "batch", padded(event(`"name":"n"`), 32_001)),
		turned("a page's name of 101 bytes", "invalid", "name", on("page", "id", who, `"name":"`+repeat("x", 101)+`"`)),
		turned("a screen's name of 101 bytes", "invalid", "name", on("screen", "id", who, `"name":"`+repeat("x", 101)+`"`)),
		turned("a page has a name", "required", "name", on("page", "id", who)),
		taken("a ULID", id("01ARZ3NDEKTSV4RRFFQ69G5FAV")),
		taken("the same ULID again", id("01ARZ3NDEKTSV4RRFFQ69G5FAV")),
		taken("the largest ULID", id("7ZZZZZZZZZZZZZZZZZZZZZZZZZ")),
		turned("a ULID of more than 128 bits", "invalid", "id", id("8ZZZZZZZZZZZZZZZZZZZZZZZZZ")),
		turned("a ULID with a letter I", "invalid", "id", id("01ARZ3NDEKTSV4RRFFQ69G5FAI")),
		turned("a ULID of 25 characters", "invalid", "id", id("01ARZ3NDEKTSV4RRFFQ69G5FA")),
		turned("a UUID", "invalid", "id", id("123e4567-e89b-42d3-a456-426614174000")),
		turned("a number for an id of an event", "invalid", "id", event(`"name":"n"`, `"id":1`)),
	}
}
