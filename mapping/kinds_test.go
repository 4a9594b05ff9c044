package mapping

import (
	"strings"
	"testing"
)

// mapped maps the rows of text for a verb and returns each operation, or why there is
// none. source is a mapping, or "--match FIELD[=COLUMN]"; it may end in a line "type N",
// which stands for the option.
func mapped(t *testing.T, verb Action, source, text string) (all []string) {
	t.Helper()
	var m *Mapping
	source, typ, typed := strings.Cut(source, "\ntype ")
	match, option := strings.CutPrefix(source, "--match ")
	switch {
	case option:
		var err error
		if m, err = FromMatch(match); err != nil {
			t.Fatal(err)
		}
	case source == "":
		m = OfObjects()
	default:
		m = parse(t, source)
	}
	if typed {
		if err := m.SetObjectType(int64(typ[0] - '0')); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.SetVerb(verb); err != nil {
		return []string{err.Error()}
	}
	in := open(t, text)
	if _, err := m.Bind(in); err != nil {
		return []string{err.Error()}
	}
	for _, r := range mapRows(t, m, text) {
		if r.outcome == Send {
			all = append(all, r.operation)
			continue
		}
		all = append(all, r.String())
	}
	return all
}

// What each verb makes of rows, as the API takes it.
func TestKindsOfOperations(t *testing.T) {
	t.Parallel()
	const person = `{"type":"person","action":"`
	for _, c := range []struct {
		verb         Action
		source, text string
		want         string // of the rows, each in a line
	}{
		// Devices: attributes are text.
		{DeviceAdd, "--match id", "id,token,platform,last_used,app\n1,abc,iOS,1700000000,2.1\n",
			person + `add_device","identifiers":{"id":"1"},"device":{"token":"abc","platform":"ios","last_used":1700000000,"attributes":{"app":"2.1"}}}`},
		{DeviceAdd, "--match id", "id,token,platform\n1,abc,android\n", person + `add_device","identifiers":{"id":"1"},"device":{"token":"abc","platform":"android"}}`},
		{DeviceAdd, "--match email", `{"email":"a@b.de","token":"t","platform":"ios","n":5,"b":true,"x":null,"o":{"a":1},"s":"ü"}`,
			person + `add_device","identifiers":{"email":"a@b.de"},"device":{"token":"t","platform":"ios","attributes":{"n":"5","b":"true","o":"{\"a\":1}","s":"ü"}}}`},
		{DeviceAdd, "match: {cio_id: c}\ndevice: {token: T, platform: {column: P, values: {A: android}}, app_version: V, build: {column: B, type: integer}}\nrest: drop", "c,T,P,V,B\ncio_a3,x,A,9,007\n",
			person + `add_device","identifiers":{"cio_id":"a3"},"device":{"token":"x","platform":"android","attributes":{"app_version":"9","build":"7"}}}`},
		{DeviceAdd, "--match id", "id,token,platform\n1,,ios\n1,t,windows\n1,t,\n",
			"required device.token: column \"token\": is empty\ninvalid device.platform: column \"platform\": \"windows\" is neither ios nor android; in a mapping: platform: {column: …, values: {A: android, I: ios}}\nrequired device.platform: column \"platform\": is empty"},
		{DeviceRemove, "--match phone", "phone,token,platform\n+4915123456789,abc,\n", person + `delete_device","identifiers":{"phone":"+4915123456789"},"device":{"token":"abc"}}`},

		// Objects.
		{ObjectUpsert, "\ntype 1", "object_id,name,created_at\nacme,Acme,2024-01-02T03:04:05Z\n",
			`{"type":"object","action":"identify","identifiers":{"object_id":"acme","object_type_id":"1"},"attributes":{"name":"Acme","created_at":1704164645}}`},
		{ObjectUpsert, "\ntype 2", "id,name\nacme,Acme\n", `{"type":"object","action":"identify","identifiers":{"object_id":"acme","object_type_id":"2"},"attributes":{"name":"Acme"}}`},
		{ObjectUpsert, "--match id=Nr\ntype 2", "Nr,name\nacme,Acme\n", `{"type":"object","action":"identify","identifiers":{"object_id":"acme","object_type_id":"2"},"attributes":{"name":"Acme"}}`},
		{ObjectUpsert, "object: {type: {column: T}, id: O}\nattributes: {n: n}", "O,T,n\nacme,1,x\nacme, 22 ,y\nacme,,z\nacme,x1,z\n",
			`{"type":"object","action":"identify","identifiers":{"object_id":"acme","object_type_id":"1"},"attributes":{"n":"x"}}` + "\n" +
				`{"type":"object","action":"identify","identifiers":{"object_id":"acme","object_type_id":"22"},"attributes":{"n":"y"}}` + "\n" +
				"required identifiers.object_type_id: column \"T\": is empty\ninvalid identifiers.object_type_id: column \"T\": \"x1\" is not the type of an object, which is a number such as 1"},
		{ObjectUpsert, "object: {cio_object_id: C}\nattributes: {n: n}", "C,n\nobb7,x\n", `{"type":"object","action":"identify","identifiers":{"cio_object_id":"obb7"},"attributes":{"n":"x"}}`},
		{ObjectUpsert, "match: {id: P}\nobject: {type: 1, id: O}\nattributes: {n: n}\nrelationship: {role: R}", "P,O,n,R\n7,acme,x,boss\n,acme,y,\n",
			`{"type":"object","action":"identify","identifiers":{"object_id":"acme","object_type_id":"1"},"attributes":{"n":"x"},"cio_relationships":[{"identifiers":{"id":"7"},"relationship_attributes":{"role":"boss"}}]}` + "\n" +
				`{"type":"object","action":"identify","identifiers":{"object_id":"acme","object_type_id":"1"},"attributes":{"n":"y"}}`},
		{ObjectUpsert, "match: {anonymous_id: A}\nobject: {type: 1, id: O}\nattributes: {n: n}", "A,O,n\nv1,acme,x\n",
			`{"type":"object","action":"identify_anonymous","identifiers":{"object_id":"acme","object_type_id":"1"},"attributes":{"n":"x"},"cio_relationships":[{"identifiers":{"anonymous_id":"v1"}}]}`},
		{ObjectDelete, "\ntype 1", "object_id,name\nacme,Acme\n", `{"type":"object","action":"delete","identifiers":{"object_id":"acme","object_type_id":"1"}}`},
		{ObjectDelete, "object: {cio_object_id: C}", "C\nobb7\n", `{"type":"object","action":"delete","identifiers":{"cio_object_id":"obb7"}}`},

		// Relationships begin with the person, unless order says otherwise.
		{RelationshipAdd, "--match id\ntype 1", "id,object_id,role\n1,acme,boss\n1,beta,\n",
			person + `add_relationships","identifiers":{"id":"1"},"cio_relationships":[{"identifiers":{"object_id":"acme","object_type_id":"1"},"relationship_attributes":{"role":"boss"}}]}` + "\n" +
				person + `add_relationships","identifiers":{"id":"1"},"cio_relationships":[{"identifiers":{"object_id":"beta","object_type_id":"1"}}]}`},
		{RelationshipAdd, "match: {email: E}\nobject: {type: 1, id: O}\nrelationship: {since: {column: S, type: integer}}\norder: object", "E,O,S\na@b.de,acme,7\n",
			`{"type":"object","action":"add_relationships","identifiers":{"object_id":"acme","object_type_id":"1"},"cio_relationships":[{"identifiers":{"email":"a@b.de"},"relationship_attributes":{"since":7}}]}`},
		{RelationshipAdd, "--match anonymous_id=A", "A,object_id,object_type_id\nv1,acme,3\n",
			`{"type":"object","action":"identify_anonymous","identifiers":{"object_id":"acme","object_type_id":"3"},"cio_relationships":[{"identifiers":{"anonymous_id":"v1"}}]}`},
		{RelationshipAdd, "--match id\ntype 1", `{"id":"1","object_id":"acme","n":5}`, person + `add_relationships","identifiers":{"id":"1"},"cio_relationships":[{"identifiers":{"object_id":"acme","object_type_id":"1"},"relationship_attributes":{"n":5}}]}`},
		{RelationshipAdd, "--match id\ntype 1", "id,object_id\n1,\n", `required cio_relationships.object_id: column "object_id": is empty`},
		{RelationshipAdd, "match: {id: id}\nobject: {type: 1, id: O}\nrelationship: {n: {column: n, type: integer}}", "id,O,n\n1,,x\n1,a,x\n",
			"required cio_relationships.object_id: column \"O\": is empty\ninvalid attributes.n: column \"n\": \"x\" is not an integer"},
		{RelationshipRemove, "match: [{id: id}, {phone: p}]\nobject: {type: 1, id: O}", "id,p,O\n,+4915123456789,acme\n",
			person + `delete_relationships","identifiers":{"phone":"+4915123456789"},"cio_relationships":[{"identifiers":{"object_id":"acme","object_type_id":"1"}}]}`},
		{RelationshipRemove, "match: {id: id}\nobject: {cio_object_id: O}\norder: object", "id,O\n1,obb7\n",
			`{"type":"object","action":"delete_relationships","identifiers":{"cio_object_id":"obb7"},"cio_relationships":[{"identifiers":{"id":"1"}}]}`},

		// Merges.
		{Merge, "match: {id: Keep}\nmerge: {email: Drop}", "Keep,Drop\n1,a@b.de\n1,\n", person + `merge","primary":{"id":"1"},"secondary":{"email":"a@b.de"}}` + "\n" + `required secondary.email: column "Drop": is empty`},
		{Merge, "--match email", "email,merge\na@b.de,c@d.de\na@b.de,A@B.de\n", person + `merge","primary":{"email":"a@b.de"},"secondary":{"email":"c@d.de"}}` + "\n" + `invalid secondary.email: column "merge": "A@B.de" is the profile that it would be merged into`},
		{Merge, "--match id", "id,merge_cio_id\n1,cio_a3\n", person + `merge","primary":{"id":"1"},"secondary":{"cio_id":"a3"}}`},

		// Upserts that relate the person, and have a time.
		{Upsert, "match: {id: id}\nattributes: {n: n}\nobject: {type: 1, id: O}\nrelationship: {role: R}\ntimestamp: at", "id,n,O,R,at\n1,x,acme,boss,1700000000\n2,y,,boss,\n3,z,acme,,1\n4,z,acme,,soon\n",
			person + `identify","identifiers":{"id":"1"},"timestamp":1700000000,"attributes":{"n":"x"},"cio_relationships":[{"identifiers":{"object_id":"acme","object_type_id":"1"},"relationship_attributes":{"role":"boss"}}]}` + "\n" +
				person + `identify","identifiers":{"id":"2"},"attributes":{"n":"y"}}` + "\n" +
				`invalid timestamp: column "at": "1" is read as 1970-01-01 00:00 UTC, before 1990; if that is meant, as for birthdays, write range: any in the mapping` + "\n" +
				`invalid timestamp: column "at": "soon" is not an ISO 8601 date, such as 2025-12-31T23:59:00Z`},
	} {
		if got := strings.Join(mapped(t, c.verb, c.source, c.text), "\n"); got != c.want {
			t.Errorf("%s, %q, %q:\n got %s\nwant %s", c.verb, c.source, c.text, got, c.want)
		}
	}
}

// Events of visitors have another form, for the call that takes them one at a time.
func TestAnonymousEvents(t *testing.T) {
	t.Parallel()
	for verb, want := range map[Action]string{
		Event:  `{"anonymous_id":"v1","name":"x","id":"`,
		Page:   `{"anonymous_id":"v1","name":"x","type":"page","id":"`,
		Screen: `{"anonymous_id":"v1","name":"x","type":"screen","id":"`,
	} {
		got := mapped(t, verb, "--match anonymous_id=A", "A,"+defaultColumns[verb]+",n\nv1,x,5\n")[0]
		if !strings.HasPrefix(got, want) || !strings.HasSuffix(got, `","data":{"n":"5"}}`) {
			t.Errorf("%s: %s", verb, got)
		}
	}
}

// One input may have all kinds of rows; each is of the person or the object that it is
// about, whose rows have one hash.
func TestKindsByColumn(t *testing.T) {
	t.Parallel()
	const source = "operation: {column: do}\nmatch: {id: id}\nobject: {type: 1, id: o}\ndevice: {token: t, platform: {value: ios}}\nmerge: {id: m}\nattributes: {n: n}\nrelationship: {n: n}"
	const text = "do,id,o,t,m,n\nupsert,1,,,,a\nobject upsert,,acme,,,b\ndevice add,1,,tok,,c\nrelationship add,1,acme,,,d\nmerge,1,,,2,\nobject delete,,acme,,,\nDevice Remove,1,,tok,,\nrelationship remove,1,acme,,,\n"
	results := mapRows(t, parse(t, source), text)
	want := []string{"identify", "identify", "add_device", "add_relationships", "merge", "delete", "delete_device", "delete_relationships"}
	if len(results) != len(want) {
		t.Fatalf("%d rows", len(results))
	}
	for i, r := range results {
		object := strings.HasPrefix(r.operation, `{"type":"object"`)
		if r.outcome != Send || !strings.Contains(r.operation, `"action":"`+want[i]+`"`) || object != (i == 1 || i == 5) {
			t.Errorf("row %d: %s", i+1, r)
		}
		if of := results[0]; object {
			of = results[1]
			if r.hash != of.hash {
				t.Errorf("row %d has another hash", i+1)
			}
		} else if r.hash != of.hash {
			t.Errorf("row %d has another hash", i+1)
		}
	}
	missing := mapRows(t, parse(t, "operation: {column: do}\nmatch: {id: id}"), text)
	for i, key := range map[int]string{2: "device", 3: "object", 4: "merge"} {
		if want := "required " + key + `: the mapping has no key "` + key + `"`; missing[i].String() != want {
			t.Errorf("got %s, want %s", missing[i], want)
		}
	}
}
