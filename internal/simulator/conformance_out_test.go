package simulator

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// exports orders one of the people of the segment, waits for it, and reads it in
// two parts.
func (s *appSuite) exports(t *testing.T) {
	var all struct{ Exports []exportEntry }
	s.ask(t, "GET", "/v1/exports", "", 200, &all) // a list, or null
	var made struct{ Export exportEntry }
	s.ask(t, "POST", "/v1/exports/customers", fmt.Sprintf(`{"filters":{"segment":{"id":%d}},"attributes":["plan"]}`, s.segment), 200, &made)
	equal(t, "type", made.Export.Type, "customers")
	equal(t, "not done at once", []any{made.Export.Status, made.Export.Total}, []any{"pending", 0})
	path := fmt.Sprintf("/v1/exports/%d", made.Export.ID)
	s.ask(t, "GET", path+"/download", "", 404, nil)
	for end := time.Now().Add(s.patience + time.Second); made.Export.Status == "pending"; {
		s.ask(t, "GET", path, "", 200, &made)
		if time.Now().After(end) {
			t.Fatal("the export does not end")
		}
	}
	equal(t, "done", []any{made.Export.Status, made.Export.Failed, made.Export.Total}, []any{"done", false, 2})
	var link struct{ URL, Link string }
	s.ask(t, "GET", path+"/download", "", 200, &link)
	s.stored(t, link.URL+link.Link)
	s.ask(t, "POST", "/v1/exports/customers", `{"filters":{}}`, 400, nil)
	s.ask(t, "GET", "/v1/exports/1073741824", "", 404, nil)
}

// stored reads the file of a link, which is on another host and knows no key.
func (s *appSuite) stored(t *testing.T, link string) {
	t.Helper()
	at, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	app, _ := url.Parse(s.app.base)
	equal(t, "is another origin", at.Host != app.Host, true)
	_, whole := fetch(t, link, "", 200)
	status, tail := fetch(t, link, "bytes=10-", 206)
	equal(t, "a part", []any{status, tail}, []any{206, whole[10:]})
	fetch(t, strings.Replace(link, "signature=", "signature=0", 1), "", 403)
	lines, err := csv.NewReader(strings.NewReader(whole)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "lines", len(lines), 3)
	for _, name := range []string{"cio_id", "id", "email", "plan"} {
		equal(t, "has column "+name, slices.Contains(lines[0], name), true)
	}
}

func fetch(t *testing.T, link, part string, want int) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", link, nil)
	if err != nil {
		t.Fatal(err)
	}
	if part != "" {
		r.Header.Set("Range", part)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "status of the store", res.StatusCode, want)
	return res.StatusCode, string(body)
}

func (s *appSuite) activities(t *testing.T) {
	var at struct {
		Activities []activity
		Next       string
	}
	s.eventually(t, "activities", func() bool {
		s.ask(t, "GET", "/v1/activities?limit=1&type=attribute_change", "", 200, &at)
		return len(at.Activities) == 1
	})
	one := at.Activities[0]
	equal(t, "has an id, a time and a person", one.ID != "" && one.Timestamp > 0 && one.Identifiers.CioID != "", true)
	equal(t, "type", one.Type, "attribute_change")
	equal(t, "there are more", at.Next != "", true)
	s.ask(t, "GET", "/v1/activities?limit=1&type=attribute_change&start="+url.QueryEscape(at.Next), "", 200, &at)
	equal(t, "the next is another", len(at.Activities) == 1 && at.Activities[0].ID != one.ID, true)
	s.ask(t, "GET", "/v1/activities?limit=100&customer_id=cio_"+one.Identifiers.CioID+"&id_type=cio_id", "", 200, &at)
	equal(t, "of one person", len(at.Activities) > 0, true)
	s.ask(t, "GET", "/v1/activities?limit=101", "", 400, nil)
}

func (s *appSuite) messages(t *testing.T) {
	var at struct{ Messages []Message }
	s.ask(t, "GET", "/v1/messages?limit=1000", "", 200, &at)
	s.ask(t, "GET", "/v1/messages?limit=1001", "", 400, nil)
	s.ask(t, "POST", "/v1/exports/deliveries", `{}`, 400, nil)
}
