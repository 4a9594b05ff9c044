package customerio

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestExportOrders(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		order ExportOrder
		want  string
	}{
		"everyone": {ExportOrder{Kind: ExportPeople, Attributes: []string{"plan"}},
			`POST /v1/exports/customers {"filters":` + everyone + `,"attributes":["plan"]}`},
		"a filter": {ExportOrder{Kind: ExportPeople, Filters: json.RawMessage(`{"segment":{"id":3}}`)},
			`POST /v1/exports/customers {"filters":{"segment":{"id":3}}}`},
		"deliveries": {ExportOrder{Kind: ExportDeliveries, Campaign: 4, Start: 5, End: 6, Metric: "sent"},
			`POST /v1/exports/deliveries {"campaign_id":4,"start":5,"end":6,"metric":"sent"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newScroll(`{"export":{"id":12,"failed":false,"status":"pending","total":0}}`)
				job, err := Exports{appClient(t, s, AppConfig{})}.Order(t.Context(), c.order)
				equal(t, "error", err, nil)
				equal(t, "job", job, ExportJob{ID: 12})
				equal(t, "asked", s.asked, []string{c.want})
			})
		})
	}
}

func TestExportStates(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]ExportJob{
		`{"export":{"id":1,"status":"pending"}}`:                             {ID: 1},
		`{"export":{"id":1,"status":"done","failed":false,"total":7}}`:       {ID: 1, Done: true, Total: 7},
		`{"export":{"id":1,"failed":true,"description":"too many"}}`:         {ID: 1, Failed: true, Reason: "too many"},
		`{"export":{"id":1,"status":"failed","failed":false,"total":null}}`:  {ID: 1, Failed: true},
		`{"export":{"id":1,"type":"deliveries","user_email":"a@example.c"}}`: {ID: 1, Silent: true},
	} {
		synctest.Test(t, func(t *testing.T) {
			got, err := Exports{appClient(t, always(200, body), AppConfig{})}.Job(t.Context(), 1)
			equal(t, "error", err, nil)
			equal(t, body, got, want)
		})
	}
}

func TestExportLink(t *testing.T) {
	t.Parallel()
	for _, member := range []string{"url", "link"} {
		synctest.Test(t, func(t *testing.T) {
			x := Exports{appClient(t, always(200, `{"`+member+`":"http://store/f?signature=abc"}`), AppConfig{})}
			got, err := x.Link(t.Context(), 1)
			equal(t, "error", err, nil)
			equal(t, member, got, "http://store/f?signature=abc")
		})
	}
}

// A key that was made for other parts of the API is not a wrong key.
func TestForbiddenIsScope(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, err := Exports{appClient(t, always(403, `{"meta":{"error":"no"}}`), AppConfig{})}.Order(t.Context(), ExportOrder{Kind: ExportPeople})
		equal(t, "trouble", troubleOf(t, err), Credentials)
		if !strings.Contains(err.Error(), "scope") || !strings.Contains(err.Error(), "/v1/exports/customers") {
			t.Errorf("%q does not name the scope and the call", err)
		}
	})
}

// store is a host that keeps a file, and says what it was asked with.
type store struct {
	file           string
	authorizations []string
	answer         func(w http.ResponseWriter, r *http.Request) bool // instead, where it returns true
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.authorizations = append(s.authorizations, r.Header.Get("Authorization"))
	if s.answer != nil && s.answer(w, r) {
		return
	}
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(s.file))
}

// download reads a link from a byte on, of a store beside the service.
func download(t *testing.T, s *store, link string, from int64) (text string, begins int64, err error) {
	t.Helper()
	n := new(network)
	n.serve(t, "store:80", s)
	a := n.app(t, AppConfig{BaseURL: testBase})
	d, err := Exports{a}.Download(link)
	if err != nil {
		return "", 0, err
	}
	body, begins, err := d.ReadFrom(t.Context(), from)
	if err != nil {
		return "", 0, err
	}
	defer body.Close()
	all, err := io.ReadAll(body)
	return string(all), begins, err
}

func TestDownload(t *testing.T) {
	t.Parallel()
	const link, file = "http://store/f?signature=abc", "id,email\n1,a@example.com\n"
	again := func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/f" {
			http.Redirect(w, r, "/g", http.StatusFound)
		}
		return r.URL.Path == "/f"
	}
	whole := func(w http.ResponseWriter, _ *http.Request) bool { say(w, 200, file); return true }
	status := func(n int, headers ...string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool { say(w, n, "", headers...); return true }
	}
	for name, c := range map[string]struct {
		answer  func(http.ResponseWriter, *http.Request) bool
		link    string
		from    int64
		text    string
		begins  int64
		problem string
	}{
		"whole":              {nil, link, 0, file, 0, ""},
		"continued":          {nil, link, 9, file[9:], 9, ""},
		"complete":           {nil, link, int64(len(file)), "", int64(len(file)), ""},
		"longer than it":     {nil, link, int64(len(file)) + 1, "", 0, "has changed"},
		"redirected":         {again, link, 9, file[9:], 9, ""},
		"never continued":    {whole, link, 9, file, 0, ""},
		"expired":            {status(403), link, 9, "", 0, "expired"},
		"gone":               {status(404), link, 0, "", 0, "expired"},
		"down":               {status(503), link, 0, "", 0, "503"},
		"another place":      {status(206, "Content-Range", "bytes 3-8/9"), link, 9, "", 0, "another place"},
		"another scheme":     {nil, "ftp://store/f", 0, "", 0, "not https"},
		"no link":            {nil, "f", 0, "", 0, "not a URL"},
		"redirected to file": {status(302, "Location", "file:///etc/passwd"), link, 0, "", 0, "not https"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &store{file: file, answer: c.answer}
				text, begins, err := download(t, s, c.link, c.from)
				equal(t, "text", text, c.text)
				equal(t, "begins", begins, c.begins)
				if c.problem == "" {
					equal(t, "error", err, nil)
				} else if err == nil || !strings.Contains(err.Error(), c.problem) {
					t.Errorf("got error %v, want %s", err, c.problem)
				}
				equal(t, "credentials", strings.Join(s.authorizations, ""), "")
				secretless(t, errors.Join(errors.New("-"), err))
			})
		})
	}
}

// A link over http is not followed from an API over https.
func TestDownloadNeedsEncryption(t *testing.T) {
	t.Parallel()
	n := new(network)
	a := n.app(t, AppConfig{})
	_, err := Exports{a}.Download("http://store/f")
	equal(t, "trouble", troubleOf(t, err), Refused)
	_, err = Exports{a}.Download("https://store/f")
	equal(t, "error", err, nil)
}

// A file that takes long is read to its end; one that stops coming breaks off.
func TestDownloadPatience(t *testing.T) {
	t.Parallel()
	for pause, want := range map[time.Duration]error{8 * time.Second: nil, 11 * time.Second: errIdle} {
		synctest.Test(t, func(t *testing.T) {
			n := new(network)
			n.serve(t, "store:80", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				for i := range 4 {
					fmt.Fprintf(w, "part %d\n", i)
					w.(http.Flusher).Flush()
					if sleep(r.Context(), pause) != nil {
						return
					}
				}
			}))
			a := n.app(t, AppConfig{BaseURL: testBase, Timeout: 10 * time.Second})
			d, err := Exports{a}.Download("http://store/f")
			equal(t, "error", err, nil)
			body, _, err := d.ReadFrom(t.Context(), 0)
			if err != nil {
				t.Fatal(err)
			}
			defer body.Close()
			_, err = io.ReadAll(body)
			equal(t, "error", err, want)
		})
	}
}

func TestActivitiesPage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScroll(`{"activities":[{"id":"01A","timestamp":5},{"id":"01B"}],"next":"n/1"}`, `{"activities":null,"next":null}`)
		l := Activities{App: appClient(t, s, AppConfig{}), Type: "_o:1:a b"}
		first, err := l.Page(t.Context(), "")
		equal(t, "error", err, nil)
		equal(t, "activities", fmt.Sprintf("%s", first.Activities), `[{"id":"01A","timestamp":5} {"id":"01B"}]`)
		last, err := l.Page(t.Context(), first.Next)
		equal(t, "error", err, nil)
		equal(t, "last", last, ActivitiesPage{})
		equal(t, "asked", s.asked, []string{
			"GET /v1/activities?type=_o%3A1%3Aa%20b&limit=100",
			"GET /v1/activities?type=_o%3A1%3Aa%20b&start=n%2F1&limit=100",
		})
	})
}

func TestPeopleByCioID(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScroll(`{"customers":[{"customer":{"id":"","identifiers":{"id":null,"email":"a@example.com","cio_id":"b2"},
			"attributes":{"n":"1","x":7,"gone":null},"unsubscribed":"TRUE","devices":[{}]}}]}`, `{"customers":null}`, `{"customers":[]}`)
		a := appClient(t, s, AppConfig{})
		got, err := a.PeopleByCioID(t.Context(), []string{"a1", "b2"})
		equal(t, "error", err, nil)
		equal(t, "people", got, []Person{{PersonRef: PersonRef{Email: "a@example.com", CioID: "b2"},
			Attributes: map[string]string{"n": "1", "x": "7", "gone": ""}, Unsubscribed: true, Devices: 1}})
		got, err = a.PeopleByCioID(t.Context(), []string{"a1"})
		equal(t, "error", err, nil)
		equal(t, "no one", len(got), 0)
		equal(t, "asked", s.asked, []string{`POST /v1/customers/attributes?id_type=cio_id {"ids":["a1","b2"]}`,
			`POST /v1/customers/attributes?id_type=cio_id {"ids":["a1"]}`, `POST /v1/customers/attributes?id_type=cio_id {"ids":["cio_a1"]}`})
	})
}

// Some answers want a cio_id with a prefix: it is tried before no one is found.
func TestPersonByPrefixedCioID(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Path, "/cio_b2/") {
				say(w, 200, `{"customer":{"identifiers":{"cio_id":"b2"}}}`)
				return
			}
			say(w, 404, "")
		}}
		a := appClient(t, s, AppConfig{})
		p, err := a.Person(t.Context(), CioID, "b2")
		equal(t, "error", err, nil)
		equal(t, "person", p.CioID, "b2")
		_, err = a.Person(t.Context(), CioID, "b3")
		equal(t, "trouble", troubleOf(t, err), NotFound)
		_, err = a.Person(t.Context(), Phone, "+15005550006")
		equal(t, "trouble", troubleOf(t, err), NotFound)
		equal(t, "requests", s.count(), 5)
	})
}
