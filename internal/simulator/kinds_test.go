package simulator

import (
	"fmt"
	"testing"
)

// onObject is an operation about the object acme of type 1.
func onObject(action string, more ...string) string {
	return entityOf(`"type":"object"`, append([]string{`"action":"` + action + `"`, `"identifiers":{"object_type_id":"1","object_id":"acme"}`}, more...)...)
}

func entityOf(typ string, more ...string) string {
	text := "{" + typ
	for _, m := range more {
		text += "," + m
	}
	return text + "}"
}

// related is cio_relationships of one element.
func related(identifiers, attributes string) string {
	return `"cio_relationships":[{"identifiers":{` + identifiers + `},"relationship_attributes":{` + attributes + `}}]`
}

const acme = `"object_type_id":"1","object_id":"acme"`

// kindFacts are about the entities besides people's own and their events.
func kindFacts() []fact {
	device := func(members string) string { return on("add_device", "id", who, `"device":{`+members+`}`) }
	merged := func(primary, secondary string) string {
		return entityOf(`"type":"person"`, `"action":"merge"`, `"primary":{`+primary+`}`, `"secondary":{`+secondary+`}`)
	}
	object := func(identifiers string) string {
		return entityOf(`"type":"object"`, `"action":"identify"`, `"identifiers":{`+identifiers+`}`)
	}
	delivery := func(name string) string {
		return entityOf(`"type":"delivery"`, `"action":"event"`, `"identifiers":{"id":"d1"}`, `"name":"`+name+`"`, `"attributes":{"device_token":"t"}`)
	}
	return []fact{
		taken("a device", device(`"token":"t","platform":"ios","last_used":1713484800,"attributes":{"app":"1"}`)),
		turned("a device without a token", "required", "device.token", device(`"platform":"ios"`)),
		turned("a device with an empty token", "required", "device.token", device(`"token":"","platform":"ios"`)),
		turned("a device without a platform", "required", "device.platform", device(`"token":"t"`)),
		turned("a device of another platform", "invalid", "device.platform", device(`"token":"t","platform":"windows"`)),
		turned("a device with a time that is text", "invalid", "device.last_used", device(`"token":"t","platform":"ios","last_used":"now"`)),
		turned("no device", "required", "device", on("add_device", "id", who)),
		taken("a device goes", on("delete_device", "id", who, `"device":{"token":"t"}`)),
		taken("an unknown device goes", on("delete_device", "id", who, `"device":{"token":"none"}`)),

		taken("an object", onObject("identify", `"attributes":{"name":"Acme"}`)),
		taken("an object of a person", onObject("identify", related(`"id":"`+who+`"`, ``))),
		turned("an object without a type", "required", "identifiers.object_type_id", object(`"object_id":"acme"`)),
		turned("an object without an id", "required", "identifiers.object_id", object(`"object_type_id":"1"`)),
		turned("an object of a type with letters", "invalid", "identifiers.object_type_id", object(`"object_type_id":"company","object_id":"acme"`)),
		turned("an object of a type that is a number", "invalid", "identifiers.object_type_id", object(`"object_type_id":1,"object_id":"acme"`)),
		turned("an object by two identifiers", "invalid", "identifiers", object(acme+`,"cio_object_id":"ob1"`)),
		taken("an object by a cio_object_id that nothing has", object(`"cio_object_id":"ob7"`)),
		turned("an object's value of 1001 bytes", "invalid", "attributes.a", onObject("identify", `"attributes":{"a":"`+repeat("x", 1001)+`"}`)),
		turned("an event of an object", "invalid", "action", onObject("event", `"name":"n"`)),
		taken("a visitor's object", onObject("identify_anonymous", related(`"anonymous_id":"v"`, ``))),
		taken("an unknown object goes", entityOf(`"type":"object"`, `"action":"delete"`, `"identifiers":{"object_type_id":"9","object_id":"none"}`)),

		taken("a relationship", on("add_relationships", "id", who, related(acme, `"role":"boss"`))),
		turned("no relationships", "required", "cio_relationships", on("add_relationships", "id", who)),
		turned("relationships that are an object", "invalid", "cio_relationships", on("add_relationships", "id", who, `"cio_relationships":{}`)),
		turned("a relationship with no object", "required", "cio_relationships.identifiers", on("add_relationships", "id", who, `"cio_relationships":[{}]`)),
		taken("a relationship of an object", onObject("add_relationships", related(`"id":"`+who+`"`, ``))),
		turned("a relationship of an object by phone", "invalid", "cio_relationships.identifiers", onObject("add_relationships", related(`"phone":"+15005550006"`, ``))),
		taken("a relationship goes", on("delete_relationships", "id", who, related(acme, ``))),
		taken("a relationship of an object goes", onObject("delete_relationships", related(`"id":"`+who+`"`, ``))),

		taken("a merge of people who do not exist", merged(`"id":"none"`, `"email":"none@example.com"`)),
		turned("a merge without a second person", "required", "secondary", entityOf(`"type":"person"`, `"action":"merge"`, `"primary":{"id":"1"}`)),
		turned("a merge of one person", "invalid", "secondary", merged(`"id":"1"`, `"id":"1"`)),
		turned("a merge by phone", "invalid", "primary", merged(`"phone":"+15005550006"`, `"id":"1"`)),

		taken("a metric", delivery("opened")),
		turned("another metric", "invalid", "name", delivery("seen")),
	}
}

// shownOf is what a person has besides attributes.
func shownOf(t *testing.T, w *Workspace, kind, value string) string {
	t.Helper()
	p := personOf(t, w, kind, value)
	text := ""
	for _, d := range p.Devices {
		text += fmt.Sprintf("%s %s %d %s;", d.Token, d.Platform, d.LastUsed, d.Attributes)
	}
	for _, r := range p.Relations {
		text += fmt.Sprintf("%s/%s %s;", r.Object.Type, r.Object.ID, r.Attributes)
	}
	return text
}

func TestDevices(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	add := func(id, token, more string) string {
		return on("add_device", "id", id, `"device":{"token":"`+token+`","platform":"ios"`+more+`}`)
	}
	accept(t, w, identify("1", ``), identify("2", ``), add("1", "a", `,"last_used":7,"attributes":{"v":"1"}`), add("1", "b", ``), add("1", "a", `,"attributes":{"v":"2"}`), add("3", "c", ``))
	equal(t, "devices", shownOf(t, w, "id", "1"), "a ios 7 map[v:\"2\"];b ios 0 map[];")
	equal(t, "of an unknown person", w.Stats().Nobody, 1)
	accept(t, w, add("2", "a", ``))
	equal(t, "a token moves", shownOf(t, w, "id", "1")+"|"+shownOf(t, w, "id", "2"), "b ios 0 map[];|a ios 0 map[];")
	accept(t, w, on("delete_device", "id", "1", `"device":{"token":"a"}`), on("delete_device", "id", "1", `"device":{"token":"b"}`))
	equal(t, "of another person, and of this one", w.Stats().Nobody, 2)
	equal(t, "devices", w.Stats().Devices, 1)
	accept(t, w, on("delete", "id", "2"))
	equal(t, "of a deleted person", w.Stats().Devices, 0)
}

func TestObjects(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	accept(t, w, identify("1", ``), onObject("identify", `"attributes":{"name":"Acme","plan":"pro"}`), onObject("identify", `"attributes":{"plan":null}`, related(`"id":"1"`, `"role":"boss"`)))
	accept(t, w, on("identify", "id", "2", related(`"object_type_id":"2","object_id":"new"`, ``)), on("add_relationships", "id", "1", related(`"cio_object_id":"ob00000001"`, `"since":7`)))
	equal(t, "objects", fmt.Sprintf("%s", w.Objects()), `[{{1 acme} ob00000001 map[name:"Acme"]} {{2 new} ob00000002 map[]}]`)
	equal(t, "of the first", shownOf(t, w, "id", "1"), "1/acme map[role:\"boss\" since:7];")
	equal(t, "of the second, who is new", shownOf(t, w, "id", "2"), "2/new map[];")
	accept(t, w, onObject("delete_relationships", related(`"id":"1"`, ``)), on("delete_relationships", "id", "2", related(`"object_type_id":"2","object_id":"none"`, ``)))
	equal(t, "relationships", w.Stats().Relations, 1)
	accept(t, w, entityOf(`"type":"object"`, `"action":"delete"`, `"identifiers":{"cio_object_id":"ob00000002"}`))
	equal(t, "an object goes with its relationships", [2]int{w.Stats().Relations, w.Stats().Objects}, [2]int{0, 1})
}

func TestVisitors(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	accept(t, w, onObject("identify_anonymous", related(`"anonymous_id":"v1"`, `"seen":1`)), identify("1", `"anonymous_id":"v1"`), identify("2", `"anonymous_id":"v2"`))
	equal(t, "carried over", shownOf(t, w, "id", "1")+shownOf(t, w, "id", "2"), "1/acme map[seen:1];")
}

func TestMerge(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	g := w.AddSegment("s", true)
	accept(t, w, identify("1", `"plan":"pro"`), on("identify", "email", "a@b.de", `"attributes":{"plan":"free","city":"Ulm"}`),
		on("add_device", "email", "a@b.de", `"device":{"token":"t","platform":"ios"}`), on("add_relationships", "email", "a@b.de", related(acme, ``)),
		on("event", "email", "a@b.de", `"name":"n"`))
	enrol(w, "add", g, "?id_type=email", "a@b.de")
	merged := entityOf(`"type":"person"`, `"action":"merge"`, `"primary":{"id":"1"}`, `"secondary":{"email":"A@b.de"}`)
	accept(t, w, merged)
	equal(t, "people", len(w.People()), 1)
	equal(t, "attributes", attributesOf(t, w, "1"), `{"city":"Ulm","plan":"pro"}`)
	equal(t, "email", personOf(t, w, "email", "a@b.de").ID, "1")
	equal(t, "device and relationship", shownOf(t, w, "id", "1"), "t ios 0 map[];1/acme map[];")
	equal(t, "members", membersOf(t, w, g), []string{"1"})
	equal(t, "event", w.Events()[0].CioID, personOf(t, w, "id", "1").CioID)
	accept(t, w, merged)
	equal(t, "again", w.Stats().Nobody, 1)
}

// A workspace of one kind of identifier refuses the others.
func TestIdentifiersOfAWorkspace(t *testing.T) {
	t.Parallel()
	for kinds, want := range map[string][]int{"": {200, 200, 200}, "id": {200, 207, 207}, "email": {207, 200, 207}, "id,email": {200, 200, 207}} {
		w := New(Config{Identifiers: kinds})
		var got []int
		for _, c := range [][2]string{{"id", "1"}, {"email", "a@b.de"}, {"phone", "+15005550006"}} {
			got = append(got, sendBatch(w, on("identify", c[0], c[1])).Code)
		}
		equal(t, kinds, got, want)
	}
}

func TestAutoMerge(t *testing.T) {
	t.Parallel()
	for auto, want := range map[bool]int{true: 1, false: 2} {
		w := New(Config{AutoMerge: auto})
		accept(t, w, identify("1", `"a":1`), on("identify", "email", "a@b.de", `"attributes":{"b":2}`), identify("1", `"email":"a@b.de"`))
		equal(t, "people", len(w.People()), want)
	}
	w := New(Config{AutoMerge: true})
	accept(t, w, identify("1", `"email":"x@b.de"`), on("identify", "email", "a@b.de"), identify("1", `"email":"a@b.de"`))
	equal(t, "one with two identifiers is not merged", len(w.People()), 2)
}
