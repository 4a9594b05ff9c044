package simulator

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
)

// populated is a workspace of three people, a manual and a dynamic segment, of
// whom the first two are in the manual one.
func populated(t testing.TB, c Config) *Workspace {
	t.Helper()
	w := New(c)
	accept(t, w,
		identify("1", `"email":"A+b@example.com","n":1.50,"vip":true,"tags":["x",1],"created_at":1700000000,"unsubscribed":1`),
		on("identify", "email", "c@example.com", `"attributes":{"city":"K\u00f6ln \"am\" Rhein"}`),
		identify("3/4 %", `"phone":"+15005550006"`))
	w.AddSegment("News", true)
	w.AddSegment("Active", false)
	enrol(w, "add", 1, "?id_type=cio_id", "a3000000", "a3000001")
	return w
}

func TestAppAnswers(t *testing.T) {
	t.Parallel()
	const (
		news    = `{"id":1,"name":"News","description":"","state":"finished","progress":null,"type":"manual","tags":null}`
		active  = `{"id":2,"name":"Active","description":"","state":"finished","progress":null,"type":"dynamic","tags":null}`
		one     = `{"id":"1","email":"A+b@example.com","cio_id":"a3000000"}`
		two     = `{"id":null,"email":"c@example.com","cio_id":"a3000001"}`
		three   = `{"id":"3/4 %","email":null,"cio_id":"a3000002"}`
		profile = `{"customer":{"id":"1","identifiers":` + one + `,"attributes":{"cio_id":"a3000000","created_at":"1700000000","email":"A+b@example.com","id":"1","n":"1.50","tags":"[\"x\",1]","unsubscribed":"1","vip":"true"},"timestamps":{},"unsubscribed":true,"devices":[]}}`
		other   = `{"customer":{"id":"","identifiers":` + two + `,"attributes":{"cio_id":"a3000001","city":"Köln \"am\" Rhein","email":"c@example.com"},"timestamps":{},"unsubscribed":false,"devices":[]}}`
		third   = `{"customer":{"id":"3/4 %","identifiers":` + three + `,"attributes":{"cio_id":"a3000002","id":"3/4 %","phone":"+15005550006"},"timestamps":{},"unsubscribed":false,"devices":[]}}`
	)
	w := populated(t, Config{WorkspaceID: 4711})
	for call, want := range map[string]string{
		"GET /v1/segments":                                                                                     `{"segments":[` + news + `,` + active + `]}`,
		"GET /v1/segments/1":                                                                                   `{"segment":` + news + `}`,
		"GET /v1/segments/1/customer_count":                                                                    `{"segment_id":1,"count":2}`,
		"GET /v1/segments/2/customer_count":                                                                    `{"segment_id":2,"count":0}`,
		"GET /v1/segments/1/membership":                                                                        `{"identifiers":[` + one + `,` + two + `],"ids":["1",""],"next":""}`,
		"GET /v1/segments/1/membership?limit=1":                                                                `{"identifiers":[` + one + `],"ids":["1"],"next":"MQ"}`,
		"GET /v1/segments/1/membership?limit=1&start=MQ":                                                       `{"identifiers":[` + two + `],"ids":[""],"next":""}`,
		"GET /v1/segments/2/membership?limit=30000":                                                            `{"identifiers":[],"ids":[],"next":""}`,
		"GET /v1/customers?email=a%2BB@example.com":                                                            `{"results":[` + one + `]}`,
		"GET /v1/customers?email=a+b@example.com":                                                              `{"results":[]}`,
		"GET /v1/customers/1/attributes":                                                                       profile,
		"GET /v1/customers/a%2BB@example.com/attributes?id_type=email":                                         profile,
		"GET /v1/customers/a+b%40example.com/attributes?id_type=email":                                         profile, // a plus sign in a path is one
		"GET /v1/customers/a3000001/attributes?id_type=cio_id":                                                 other,
		"GET /v1/customers/3%2F4%20%25/attributes?id_type=id":                                                  third,
		"GET /v1/customers/1/segments":                                                                         `{"segments":[{"id":1,"name":"News","description":""}]}`,
		"GET /v1/customers/3%2F4%20%25/segments":                                                               `{"segments":[]}`,
		`POST /v1/customers/attributes {"ids":["1","x","3/4 %"]}`:                                              `{"customers":[` + profile + `,` + third + `]}`,
		`POST /v1/customers/attributes?id_type=email {"ids":["C@example.com","1"]}`:                            `{"customers":[` + other + `]}`,
		`POST /v1/customers {"filter":{"segment":{"id":1}}}`:                                                   `{"identifiers":[` + one + `,` + two + `],"ids":["1",""],"next":""}`,
		`POST /v1/customers?limit=2 {"filter":{"and":[{"attribute":{"field":"cio_id","operator":"exists"}}]}}`: `{"identifiers":[` + one + `,` + two + `],"ids":["1",""],"next":"Mg"}`,
		`POST /v1/customers?limit=2&start=Mg {"filter":{"and":[{"attribute":{"field":"cio_id","operator":"exists"}}]}}`: `{"identifiers":[` + three + `],"ids":["3/4 %"],"next":""}`,
		"GET /v1/workspaces":        `{"workspaces":[{"id":4711,"name":"Simulated","messages_sent":0,"billable_messages_sent":0,"people":3,"object_types":0,"objects":0}]}`,
		"GET /v1/info/ip_addresses": `{"ip_addresses":["192.0.2.1","192.0.2.2"]}`,
	} {
		method, rest, _ := strings.Cut(call, " ")
		path, body, _ := strings.Cut(rest, " ")
		rec := askApp(w, method, path, body)
		equal(t, call, rec.Code, 200)
		equal(t, call, rec.Body.String(), want+"\n")
	}
}

func TestAppErrors(t *testing.T) {
	t.Parallel()
	w := populated(t, Config{})
	hundredAndOne := idsOf(strings.Fields(repeat("x ", 101))...)
	for call, want := range map[string]int{
		"GET /v1/segments/3":                                            404,
		"GET /v1/segments/x/customer_count":                             404,
		"GET /v1/segments/0/membership":                                 404,
		"GET /v1/segments/1/membership?limit=0":                         400,
		"GET /v1/segments/1/membership?limit=30001":                     400,
		"GET /v1/segments/1/membership?limit=ten":                       400,
		"GET /v1/segments/1/membership?start=*":                         400,
		"GET /v1/segments/1/membership?start=eA":                        400,
		"GET /v1/segments/1/members":                                    404,
		"DELETE /v1/segments/1":                                         405,
		"GET /v1/customers":                                             400,
		"GET /v1/customers/2/attributes":                                404,
		"GET /v1/customers/c@example.com/attributes":                    404,
		"GET /v1/customers/cio_a3000000/attributes?id_type=cio_id":      404,
		"GET /v1/customers/+15005550007/attributes?id_type=phone":       404,
		"GET /v1/customers/2/segments":                                  404,
		"GET /v1/customers/1/segments?id_type=name":                     400,
		"GET /v1/customers//attributes":                                 404,
		"GET /v1/customers/3/4/attributes":                              404,
		`POST /v1/customers/attributes {"ids":[]}`:                      400,
		`POST /v1/customers/attributes ` + hundredAndOne:                400,
		`POST /v1/customers/attributes?id_type=name {"ids":["1"]}`:      400,
		`POST /v1/customers/attributes {"ids":[1]}`:                     400,
		`POST /v1/customers {"filters":{"segment":{"id":1}}}`:           400,
		`POST /v1/customers {"filter":{"segment":{"id":3}}}`:            400,
		`POST /v1/customers?limit=1001 {"filter":{"segment":{"id":1}}}`: 400,
		`POST /v1/customers {"filter":`:                                 400,
		`POST /v1/segments {"segment":{"name":""}}`:                     422,
		`POST /v1/segments {"segment":{"name":7}}`:                      422,
		`POST /v1/segments {"name":"x"}`:                                422,
		`POST /v1/segments {"segment"}`:                                 400,
		`POST /v1/segments ` + padded(`{}`, 500_001):                    413,
		"GET /v1/exports/customers":                                     405,
		"GET /v1/exports/1":                                             404,
		"GET /v1/exports/1/download":                                    404,
		`POST /v1/exports/customers {"filter":{"segment":{"id":1}}}`:    400,
		`POST /v1/exports/deliveries {}`:                                400,
		`POST /v1/exports/deliveries {"action_id":1,"campaign_id":2}`:   400,
		"GET /v1/activities?limit=101":                                  400,
		"GET /v1/activities?id_type=name":                               400,
		"GET /v1/messages?start=eA":                                     400,
	} {
		method, rest, _ := strings.Cut(call, " ")
		path, body, _ := strings.Cut(rest, " ")
		rec := askApp(w, method, path, body)
		call = call[:min(len(call), 80)]
		equal(t, call, rec.Code, want)
		var answer appErrors
		if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil || len(answer.Errors) != 1 {
			t.Errorf("%s: %s", call, rec.Body)
			continue
		}
		equal(t, call, answer.Errors[0].Status, fmt.Sprint(want))
		equal(t, call+" says why", answer.Errors[0].Detail != "", true)
	}
	equal(t, "segments", len(w.Segments()), 2)
	equal(t, "methods", askApp(w, "PUT", "/v1/segments", "").Header().Get("Allow"), "GET, POST")
}

func TestAppKey(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		key, header string
		want        int
	}{
		"right": {"k", "Bearer k", 200}, "lower case": {"k", "bearer k", 200}, "any": {"", "Bearer x", 200},
		"wrong": {"k", "Bearer x", 401}, "none": {"", "", 401}, "empty": {"", "Bearer ", 401}, "basic": {"", "Basic c2l0ZTprZXk=", 401},
	} {
		w := New(Config{AppKey: c.key})
		r := httptest.NewRequest("GET", "/v1/segments", nil)
		r.Header.Set("Authorization", c.header)
		rec := httptest.NewRecorder()
		w.ServeHTTP(rec, r)
		equal(t, name, rec.Code, c.want)
		if c.want == 401 {
			equal(t, name, rec.Body.String(), `{"errors":[{"status":"401","detail":"Unauthorized request"}]}`+"\n")
			equal(t, name, rec.Header().Get("WWW-Authenticate"), `Bearer realm="Customer.io"`)
		}
		r = httptest.NewRequest("GET", ipPath, nil)
		rec = httptest.NewRecorder()
		w.ServeHTTP(rec, r)
		equal(t, "addresses need none", rec.Code, 200)
	}
}

func TestAppCreatesSegments(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	rec := askApp(w, "POST", "/v1/segments", `{"segment":{"name":"Ne\u0077s","description":"of \"us\""}}`)
	equal(t, "answer", rec.Body.String(), `{"segment":{"id":1,"name":"News","description":"of \"us\"","state":"finished","progress":null,"type":"manual","tags":null}}`+"\n")
	equal(t, "a namesake", askApp(w, "POST", "/v1/segments", `{"segment":{"name":"News"}}`).Code, 200)
	equal(t, "segments", w.Segments(), []Segment{{ID: 1, Name: "News", Description: `of "us"`, Type: "manual"}, {ID: 2, Name: "News", Type: "manual"}})
}

func TestPageEnds(t *testing.T) {
	t.Parallel()
	for end, want := range map[PageEnd]string{
		EndEmpty: `,"next":""}`, EndNull: `,"next":null}`, EndAbsent: `}`, EndPage: `,"next":"Mg"}`,
	} {
		w := populated(t, Config{PageEnd: end})
		last := askApp(w, "GET", "/v1/segments/1/membership?start=MQ", "").Body.String()
		equal(t, string(end), last[strings.Index(last, `"ids":[""]`):], `"ids":[""]`+want+"\n")
		empty := askApp(w, "GET", "/v1/segments/1/membership?start=Mg", "").Body.String()
		if end == EndPage {
			want = `,"next":""}`
		}
		equal(t, string(end), empty, `{"identifiers":[],"ids":[]`+want+"\n")
	}
}

// unsubscribed is true in the forms that the service documents; every other value
// means subscribed.
func TestUnsubscribed(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		`true`: true, `"true"`: true, `"TRUE"`: true, `"True"`: true, `1`: true, `"1"`: true,
		`false`: false, `"false"`: false, `"yes"`: false, `"oui"`: false, `"TRUE "`: false, `"t"`: false, `0`: false, `2`: false, `"on"`: false,
	} {
		w := New(Config{})
		accept(t, w, identify("1", `"unsubscribed":`+value))
		body := askApp(w, "GET", "/v1/customers/1/attributes", "").Body.String()
		equal(t, value, strings.Contains(body, `"unsubscribed":true,"devices"`), want)
	}
}
