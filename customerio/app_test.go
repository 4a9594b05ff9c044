package customerio

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const bearer = "Bearer " + testKey

// app returns a client in the network, with what c leaves out filled in.
func (n *network) app(t testing.TB, c AppConfig) *App {
	t.Helper()
	c.Key = testKey
	if c.Limiter == nil {
		c.Limiter = new(pace)
	}
	a, err := NewApp(c)
	if err != nil {
		t.Fatal(err)
	}
	a.transport.Proxy = nil
	a.transport.DialContext, a.transport.DialTLSContext = n.dial, n.dial
	t.Cleanup(a.transport.CloseIdleConnections)
	return a
}

// appClient returns one whose base URL h serves.
func appClient(t testing.TB, h http.Handler, c AppConfig) *App {
	t.Helper()
	n := new(network)
	n.serve(t, "service:80", h)
	c.BaseURL = testBase
	return n.app(t, c)
}

// questions are all that an App can be asked.
var questions = map[string]func(t *testing.T, a *App) error{
	"check":      func(t *testing.T, a *App) error { return a.Check(t.Context()) },
	"workspaces": func(t *testing.T, a *App) error { _, err := a.Workspaces(t.Context()); return err },
	"segments":   func(t *testing.T, a *App) error { _, err := a.Segments(t.Context()); return err },
	"segment":    func(t *testing.T, a *App) error { _, err := a.Segment(t.Context(), 7); return err },
	"count":      func(t *testing.T, a *App) error { _, err := a.SegmentCount(t.Context(), 7); return err },
	"create":     func(t *testing.T, a *App) error { _, err := a.CreateSegment(t.Context(), "n", "d"); return err },
	"person":     func(t *testing.T, a *App) error { _, err := a.Person(t.Context(), ID, "1"); return err },
	"segments of": func(t *testing.T, a *App) error {
		_, err := a.PersonSegments(t.Context(), ID, "1")
		return err
	},
	"people":  func(t *testing.T, a *App) error { _, err := collect(a.People(t.Context(), nil, 0)); return err },
	"members": func(t *testing.T, a *App) error { _, err := collect(a.Members(t.Context(), 7)); return err },
	"people by cio_id": func(t *testing.T, a *App) error {
		_, err := a.PeopleByCioID(t.Context(), []string{"a1"})
		return err
	},
	"activities": func(t *testing.T, a *App) error { _, err := Activities{App: a}.Page(t.Context(), ""); return err },
	"order": func(t *testing.T, a *App) error {
		_, err := Exports{a}.Order(t.Context(), ExportOrder{Kind: ExportPeople})
		return err
	},
	"job":  func(t *testing.T, a *App) error { _, err := Exports{a}.Job(t.Context(), 1); return err },
	"link": func(t *testing.T, a *App) error { _, err := Exports{a}.Link(t.Context(), 1); return err },
}

func TestAppConfigIsWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config AppConfig
		want   Trouble
		closer Problem
	}{
		"no key":        {AppConfig{}, Credentials, NoCredentials},
		"a broken key":  {AppConfig{Key: testKey + "\r\nX: y"}, Credentials, NoCredentials},
		"two keys":      {AppConfig{Key: testKey + " " + testKey}, Credentials, NoCredentials},
		"region":        {AppConfig{Key: testKey, Region: "ap"}, Misuse, UnknownRegion},
		"base":          {AppConfig{Key: testKey, BaseURL: "service"}, Misuse, BadBaseURL},
		"base with key": {AppConfig{Key: testKey, BaseURL: "http://" + testKey + "@service"}, Misuse, BadBaseURL},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := NewApp(c.config)
			equal(t, "trouble", troubleOf(t, err), c.want)
			secretless(t, err)
			e, _ := errors.AsType[*Error](err)
			equal(t, "problem", e.Problem, c.closer)
			equal(t, "API", e.API, AppAPI)
		})
	}
}

const appUSAddr, appEUAddr = "api.customer.io:443", "api-eu.customer.io:443"

var hosts = map[string]struct {
	config AppConfig
	region string // that is set then, if any
	dial   string
	base   string
}{
	"by default":       {AppConfig{}, "", appUSAddr, appUS},
	"us":               {AppConfig{Region: "us"}, "", appUSAddr, appUS},
	"eu":               {AppConfig{Region: "eu"}, "", appEUAddr, appEU},
	"found in us":      {AppConfig{}, "us", appUSAddr, appUS},
	"found in eu":      {AppConfig{}, "eu", appEUAddr, appEU},
	"a base URL":       {AppConfig{BaseURL: testBase + "/proxy"}, "", "service:80", testBase + "/proxy"},
	"a base URL stays": {AppConfig{BaseURL: testBase}, "eu", "service:80", testBase},
}

func TestAppHosts(t *testing.T) {
	t.Parallel()
	for name, c := range hosts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := new(network)
				s := &script{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
					equal(t, "authorization", r.Header.Get("Authorization"), bearer)
					equal(t, "agent", r.Header.Get("User-Agent"), "test/1")
					say(w, 200, `{"segments":[]}`)
				}}
				for _, addr := range []string{appUSAddr, appEUAddr, "service:80"} {
					n.serve(t, addr, s)
				}
				c.config.UserAgent = "test/1"
				c.config.Region = cmp.Or(c.region, c.config.Region)
				a := n.app(t, c.config)
				equal(t, "error", a.Check(t.Context()), nil)
				equal(t, "dials", n.dialled(), []string{c.dial})
				equal(t, "base", a.BaseURL(), c.base)
			})
		})
	}
}

// An account of the other region is redirected, with its key; others get none.
func TestAppRedirects(t *testing.T) {
	t.Parallel()
	for location, ok := range map[string]bool{
		appEU + "/v1/segments": true, "/other": true, "https://API.customer.io:443/x": true,
		"https://evil.example/": false, trackUS + "/v1/segments": false, trackEU: false,
		"http://api.customer.io/": false, "https://api.customer.io.evil.example/": false,
		"https://api.customer.io@evil.example/": false, "https://" + testKey + ".evil.example/" + testKey: false, "": false,
	} {
		t.Run(location, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := new(network)
				s := &script{answer: func(n int, w http.ResponseWriter, r *http.Request) {
					equal(t, "authorization", r.Header.Get("Authorization"), bearer)
					if n == 0 {
						say(w, 302, "", "Location", location)
						return
					}
					say(w, 200, `{"segments":[]}`)
				}}
				for _, host := range []string{"api.customer.io", "api-eu.customer.io", "evil.example", "track.customer.io", "track-eu.customer.io"} {
					n.serve(t, host+":443", s)
					n.serve(t, host+":80", s)
				}
				err := n.app(t, AppConfig{}).Check(t.Context())
				equal(t, "followed", err == nil, ok)
				equal(t, "requests", s.count() == 2, ok)
				if !ok {
					equal(t, "trouble", troubleOf(t, err), Refused)
					secretless(t, err)
				}
			})
		})
	}
}

func TestAppPauses(t *testing.T) {
	t.Parallel()
	for name, ask := range questions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				limiter := new(pace)
				s := failing(1, 429, "Retry-After", "7")
				err := ask(t, appClient(t, s, AppConfig{Limiter: limiter}))
				if name != "people" && name != "members" { // {} is not an answer to the others
					equal(t, "trouble", troubleOf(t, err), Refused)
				}
				equal(t, "gaps", s.gaps(), []time.Duration{7 * time.Second})
				equal(t, "slow", limiter.slow, []time.Duration{7 * time.Second})
				equal(t, "waits", limiter.waits, 2)
			})
		})
	}
}

func TestAppFails(t *testing.T) {
	t.Parallel()
	for name, ask := range questions {
		for status, want := range map[int]Trouble{
			401: Credentials, 403: Credentials, 400: Refused, 422: Refused, 405: Refused, 404: Refused, 200: Refused, 503: Unavailable,
		} {
			switch name {
			case "segment", "count", "person", "segments of", "members", "job", "link":
				if status == 404 {
					want = NotFound
				}
			}
			t.Run(fmt.Sprint(name, " ", status), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := always(status, `"free text"`)
					err := ask(t, appClient(t, s, AppConfig{Outage: time.Minute}))
					equal(t, "trouble", troubleOf(t, err), want)
					e, _ := errors.AsType[*Error](err)
					equal(t, "status", e.Status, status)
					if want == Credentials {
						equal(t, "problem", e.Problem, map[int]Problem{401: BadCredentials, 403: OutOfScope}[status])
					}
					switch {
					case want == Refused && status == 404:
						equal(t, "requests", s.count(), triesMissing)
					case want != Unavailable:
						equal(t, "requests", s.count(), 1)
					}
				})
			})
		}
	}
}

// What the service says of a refusal is told.
func TestAppRefusal(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"errors":[{"status":"400","detail":"no such filter","source":{}}]}`: "no such filter",
		`{"errors":[{"status":"400"}]}`:                                       `{"errors":[{"status":"400"}]}`,
		`{"errors":["a"]}`:                                                    `{"errors":["a"]}`,
		"<html>\nno":                                                          "<html> no",
		"":                                                                    "no explanation was given",
	} {
		synctest.Test(t, func(t *testing.T) {
			err := appClient(t, always(400, body), AppConfig{}).Check(t.Context())
			equal(t, "error", err.Error(), "Customer.io refused GET /v1/segments (400): "+want)
		})
	}
}

// Whatever is answered: no error or reason for waiting holds the key.
func TestAppSecretsAreNotTold(t *testing.T) {
	t.Parallel()
	for name, ask := range questions {
		for _, status := range []int{200, 207, 307, 400, 401, 404, 409, 429, 500} {
			for i, shape := range []string{"%s", `{"errors":[{"detail":"%s"}]}`, `{"segment":"%s"}`, `{"segments":"%s","identifiers":"%[1]s"}`} {
				t.Run(fmt.Sprint(name, " ", status, " ", i), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						s := &script{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
							io.Copy(io.Discard, r.Body)
							said := r.Header.Get("Authorization")
							say(w, status, fmt.Sprintf(shape, said), "Location", "http://"+testKey+".example/"+said)
						}}
						a := appClient(t, s, AppConfig{Outage: time.Minute, Waiting: func(reason error) { secretless(t, reason) }})
						err := ask(t, a)
						if err == nil && name != "people" && name != "members" {
							t.Error("this was an answer")
						}
						secretless(t, err)
					})
				})
			}
		}
	}
}

// An answer without end is given up, and not asked for again.
func TestAppEndlessAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		chunk := []byte(strings.Repeat(" ", 1<<20))
		s := &script{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
			for {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}}
		err := appClient(t, s, AppConfig{}).Check(t.Context())
		equal(t, "trouble", troubleOf(t, err), Refused)
		equal(t, "error", err.Error(), fmt.Sprintf("the answer to GET /v1/segments is longer than %d bytes", maxList))
		equal(t, "requests", s.count(), 1)
	})
}
