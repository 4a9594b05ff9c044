package simulator

import (
	"fmt"
	"strings"
	"testing"
)

func TestFilter(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	accept(t, w, identify("1", `"email":"A@example.com","plan":"pro","n":1`), identify("2", `"plan":"free","n":"1"`), identify("3", `"n":true`))
	w.AddSegment("s", true)
	w.AddSegment("empty", false)
	enrol(w, "add", 1, "", "2", "3")
	attribute := func(field, operator, value string) string {
		return fmt.Sprintf(`{"attribute":{"field":%q,"operator":%q,"value":%s}}`, field, operator, value)
	}
	pro, s := attribute("plan", "eq", `"pro"`), `{"segment":{"id":1}}`
	everyone := `{"attribute":{"field":"cio_id","operator":"exists"}}`
	for filter, want := range map[string]string{
		everyone:                          "1 2 3",
		`{"and":[` + everyone + `]}`:      "1 2 3",
		pro:                               "1",
		s:                                 "2 3",
		`{"segment":{"id":2}}`:            "",
		`{"not":` + s + `}`:               "1",
		`{"not":{"not":` + s + `}}`:       "2 3",
		`{"or":[` + pro + `,` + s + `]}`:  "1 2 3",
		`{"and":[` + pro + `,` + s + `]}`: "",
		`{"and":[{"not":` + pro + `},` + attribute("plan", "exists", `""`) + `]}`: "2",
		attribute("n", "eq", `1`):                   "1 2", // all values are text
		attribute("n", "eq", `"true"`):              "3",
		attribute("Plan", "exists", `null`):         "",
		attribute("email", "eq", `"a@EXAMPLE.com"`): "1",
		attribute("id", "eq", `"3"`):                "3",
		attribute("phone", "eq", `""`):              "",
		attribute("cio_id", "eq", `"a3000001"`):     "2",
	} {
		rec := askApp(w, "POST", "/v1/customers", `{"filter":`+filter+`}`)
		equal(t, filter+" status", rec.Code, 200)
		_, ids, _ := strings.Cut(rec.Body.String(), `"ids":[`)
		ids, _, _ = strings.Cut(ids, "]")
		equal(t, filter, strings.NewReplacer(`"`, "", ",", " ").Replace(ids), want)
	}
}

func TestFiltersRefused(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	for _, filter := range []string{
		`null`, `[]`, `"x"`, `{}`, `{"nor":[]}`, `{"and":[],"or":[]}`, `{"and":[]}`, `{"or":{}}`, `{"and":[1]}`, `{"not":[]}`,
		`{"segment":1}`, `{"segment":{"id":"x"}}`, `{"segment":{"id":1}}`, `{"attribute":[]}`, `{"attribute":{"operator":"exists"}}`,
		`{"attribute":{"field":"a","operator":"ne","value":1}}`, `{"attribute":{"field":"a","operator":"eq"}}`, `{"not":{"and":[{}]}}`,
	} {
		equal(t, filter, askApp(w, "POST", "/v1/customers", `{"filter":`+filter+`}`).Code, 400)
	}
	leaf := `{"attribute":{"field":"id","operator":"exists"}}`
	w = New(Config{FilterNeedsList: true})
	equal(t, "alone", askApp(w, "POST", "/v1/customers", `{"filter":`+leaf+`}`).Code, 400)
	equal(t, "in a list", askApp(w, "POST", "/v1/customers", `{"filter":{"or":[`+leaf+`]}}`).Code, 200)
}
