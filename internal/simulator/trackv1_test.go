package simulator

import (
	"fmt"
	"testing"
)

// The calls of version 1 do what entities of version 2 do.
func TestTrackV1(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"PUT", "/api/v1/customers/1", `{"email":"a@b.de","plan":"pro","created_at":1700000000}`, 200},
		{"PUT", "/api/v1/customers/a%40b.de", `{"plan":"team","_timestamp":1700000001}`, 200},
		{"PUT", "/api/v1/customers/cio_a3000000", `{"city":"Ulm","cio_relationships":{"action":"add_relationships","relationships":[{"identifiers":{"object_type_id":"1","object_id":"acme"}}]}}`, 200},
		{"PUT", "/api/v1/customers/1/devices", `{"device":{"id":"tok","platform":"ios","last_used":7}}`, 200},
		{"PUT", "/api/v1/customers/1/devices", `{"device":{"platform":"ios"}}`, 400},
		{"PUT", "/api/v1/customers/1/devices", `{}`, 400},
		{"PUT", "/api/v1/customers/1", `[]`, 400},
		{"POST", "/api/v1/customers/1/events", `{"name":"bought","data":{"price":5},"id":"01ARZ3NDEKTSV4RRFFQ69G5FAV","timestamp":1700000000}`, 200},
		{"POST", "/api/v1/customers/1/events", `{"name":"bought","id":"01ARZ3NDEKTSV4RRFFQ69G5FAV"}`, 200},
		{"POST", "/api/v1/customers/1/events", `{"name":"/home","type":"page"}`, 200},
		{"POST", "/api/v1/customers/1/events", `{"name":"x","type":"other"}`, 400},
		{"POST", "/api/v1/customers/1/events", `{}`, 400},
		{"POST", "/api/v1/events", `{"name":"looked","anonymous_id":"v1","data":{}}`, 200},
		{"POST", "/api/v1/events", `{"anonymous_id":"v1"}`, 400},
		{"PUT", "/api/v1/customers/2", `{"anonymous_id":"v1"}`, 200},
		{"POST", "/api/v1/merge_customers", `{"primary":{"cio_id":"cio_a3000000"},"secondary":{"id":"2"}}`, 200},
		{"POST", "/api/v1/merge_customers", `{"primary":{"id":"1"}}`, 400},
		{"POST", "/api/v1/forms/f1/submit", `{"data":{"email":"c@d.de","name":"C"}}`, 200},
		{"POST", "/api/v1/forms/f1/submit", `{"data":{"email_address":"c@d.de"}}`, 400},
		{"POST", "/api/v1/forms/f1/submit", `{"data":{"email":"c@d.de","id":"1"}}`, 400},
		{"POST", "/api/v1/metrics", `{"delivery_id":"d","metric":"opened"}`, 200},
		{"POST", "/api/v1/push/events", `{"delivery_id":"d"}`, 400},
		{"DELETE", "/api/v1/customers/1/devices/tok", ``, 200},
		{"POST", "/api/v1/customers/c@d.de/suppress", ``, 200},
		{"POST", "/api/v1/customers/c@d.de/unsuppress", ``, 200},
		{"DELETE", "/api/v1/customers/nobody", ``, 200},
	} {
		if rec := ask(w, c.method, c.path, c.body); rec.Code != c.status {
			t.Errorf("%s %s %s: %d %s", c.method, c.path, c.body, rec.Code, rec.Body)
		}
	}
	equal(t, "people", len(w.People()), 1)
	equal(t, "attributes", attributesOf(t, w, "1"), `{"anonymous_id":"v1","city":"Ulm","created_at":1700000000,"plan":"team"}`)
	equal(t, "the rest", shownOf(t, w, "email", "a@b.de"), "1/acme map[];")
	var events []string
	for _, e := range w.Events() {
		events = append(events, fmt.Sprint(e.Action, " ", e.Name, " ", e.Kind, " ", e.CioID))
	}
	equal(t, "events", events, []string{"event bought id a3000000", "page /home id a3000000", "event looked anonymous_id a3000000"})
}
