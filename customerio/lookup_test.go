package customerio

import (
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
)

func TestPerson(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body string
		want Person
	}{
		"as documented": {`{"customer":{"id":"1","identifiers":{"cio_id":"c1","email":"a@b.de","id":"1"},"attributes":{"plan":"pro","n":"12"},"unsubscribed":true,"devices":[{},{}]}}`,
			Person{PersonRef{"1", "a@b.de", "c1"}, map[string]string{"plan": "pro", "n": "12"}, true, 2}},
		"other values": {`{"customer":{"identifiers":{"cio_id":7,"email":null},"attributes":{"a":1.50,"b":true,"c":null,"d":{"x": [1]},"e":""},"unsubscribed":"1","devices":null}}`,
			Person{PersonRef{"", "", "7"}, map[string]string{"a": "1.50", "b": "true", "c": "", "d": `{"x": [1]}`, "e": ""}, true, 0}},
		"no identifiers": {`{"customer":{"id":12345678901234567890,"unsubscribed":false}}`,
			Person{PersonRef{ID: "12345678901234567890"}, map[string]string{}, false, 0}},
		"not without id": {`{"customer":{"id":"c1","identifiers":{"cio_id":"c1"},"unsubscribed":"no"}}`,
			Person{PersonRef{CioID: "c1"}, map[string]string{}, false, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				got, err := appClient(t, always(200, c.body), AppConfig{}).Person(t.Context(), ID, "1")
				equal(t, "error", err, nil)
				equal(t, "person", got, c.want)
			})
		})
	}
}

// odd are identifiers that mean something in a URL, or look as if they did.
var odd = map[string]string{
	"a+b@c.de": "a%2Bb%40c.de",
	"a b":      "a%20b",
	"a/b//c":   "a%2Fb%2F%2Fc",
	"100%":     "100%25",
	"%2F":      "%252F",
	"a&b=c?d#": "a%26b%3Dc%3Fd%23",
	".":        "%2E",
	"..":       "%2E%2E",
	"../x":     "..%2Fx",
	"é;:,$!'(": "%C3%A9%3B%3A%2C%24%21%27%28",
	"a\r\nb":   "a%0D%0Ab",
	`a\b`:      "a%5Cb",
	"-_~":      "-_~",
}

func TestPersonIsFound(t *testing.T) {
	t.Parallel()
	for value, encoded := range odd {
		for _, base := range []string{"", "/proxy%2F/x"} {
			t.Run(value+base, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					n := new(network)
					s := &script{answer: func(i int, w http.ResponseWriter, r *http.Request) {
						what := []string{"attributes", "segments"}[i]
						equal(t, "request", r.RequestURI, base+"/v1/customers/"+encoded+"/"+what+"?id_type=cio_id")
						back, _ := url.PathUnescape(encoded)
						equal(t, "value", back, value)
						say(w, 200, `{"customer":{},"segments":[{"id":7,"name":"N","description":""}]}`)
					}}
					n.serve(t, "service:80", s)
					a := n.app(t, AppConfig{BaseURL: testBase + base})
					_, err := a.Person(t.Context(), CioID, value)
					equal(t, "error", err, nil)
					all, err := a.PersonSegments(t.Context(), CioID, value)
					equal(t, "error", err, nil)
					equal(t, "segments", all, []Segment{{ID: 7, Name: "N"}})
					equal(t, "requests", s.count(), 2)
				})
			})
		}
	}
}

func TestPersonIsNotFound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := new(pace)
		s := always(404, "")
		a := appClient(t, s, AppConfig{Limiter: limiter})
		_, err := a.Person(t.Context(), Email, "a@b.de")
		equal(t, "trouble", troubleOf(t, err), NotFound)
		equal(t, "error", err.Error(), `no one has the email "a@b.de" in this workspace`)
		equal(t, "steady", limiter.steady, 1)
		_, err = a.PersonSegments(t.Context(), Email, "a@b.de")
		equal(t, "trouble", troubleOf(t, err), NotFound)
		for _, c := range []struct {
			match Match
			value string
		}{{Phone, ""}, {"", "1"}, {"name", "1"}, {ID, ""}} {
			_, err = a.Person(t.Context(), c.match, c.value)
			equal(t, "trouble", troubleOf(t, err), Misuse)
			_, err = a.PersonSegments(t.Context(), c.match, c.value)
			equal(t, "trouble", troubleOf(t, err), Misuse)
		}
		equal(t, "requests", s.count(), 2)
	})
}
