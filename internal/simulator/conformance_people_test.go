package simulator

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func (s *appSuite) paging(t *testing.T) {
	seen := map[string]int{}
	start, pages := "", 0
	for ; pages < 10; pages++ {
		var at struct {
			Identifiers []identifierSet
			IDs         []string
			Next        string
		}
		s.ask(t, "GET", s.path("/membership?limit=1&start="+url.QueryEscape(start)), "", 200, &at)
		for i, p := range at.Identifiers {
			seen[p.CioID]++
			equal(t, "ids are empty for null", at.IDs[i] == "", p.ID == nil)
		}
		if start = at.Next; start == "" || len(at.IDs) == 0 {
			break
		}
	}
	equal(t, "two people, one a page", len(seen), 2)
	for id, times := range seen {
		equal(t, id, times, 1)
	}
	equal(t, "it ends", pages < 10, true)
	s.ask(t, "GET", s.path("/membership?limit=30000"), "", 200, nil)
}

func (s *appSuite) people(t *testing.T) {
	var results struct{ Results []identifierSet }
	s.ask(t, "GET", "/v1/customers?email="+url.QueryEscape(plussed), "", 200, &results)
	equal(t, "by email", len(results.Results), 1)
	equal(t, "id", *results.Results[0].ID, slashed)
	s.ask(t, "GET", "/v1/customers?email="+plussed, "", 200, &results)
	equal(t, "a raw plus finds no one", len(results.Results), 0)

	byID, byEmail := url.PathEscape(slashed), url.PathEscape(plussed)
	for _, path := range []string{byID + "/attributes", byID + "/attributes?id_type=id", byEmail + "/attributes?id_type=email"} {
		var f profile
		s.ask(t, "GET", "/v1/customers/"+path, "", 200, &f)
		equal(t, path, f.Customer.ID, slashed)
		got := f.Customer.Attributes
		equal(t, "values are text", []string{got["n"], got["yes"], got["list"], got["plan"]}, []string{"12", "true", `[1,"a"]`, "conformance"})
	}
	var many struct{ Customers []profile }
	s.ask(t, "POST", "/v1/customers/attributes", idsOf(slashed, who+"-nobody"), 200, &many)
	equal(t, "who is missing is left out", len(many.Customers), 1)
	s.ask(t, "POST", "/v1/customers/attributes", idsOf(strings.Fields(repeat("x ", 101))...), 400, nil)
}

func (s *appSuite) search(t *testing.T) {
	var at page
	for filter, want := range map[string]int{
		fmt.Sprintf(`{"and":[{"segment":{"id":%d}}]}`, s.segment):                                                              2,
		`{"and":[{"attribute":{"field":"plan","operator":"eq","value":"conformance"}}]}`:                                       2,
		fmt.Sprintf(`{"and":[{"segment":{"id":%d}},{"attribute":{"field":"list","operator":"exists"}}]}`, s.segment):           1,
		fmt.Sprintf(`{"and":[{"segment":{"id":%d}},{"not":{"attribute":{"field":"list","operator":"exists"}}}]}`, s.segment):   1,
		fmt.Sprintf(`{"or":[{"segment":{"id":%d}},{"attribute":{"field":"plan","operator":"eq","value":"none"}}]}`, s.segment): 2,
	} {
		at = page{}
		s.eventually(t, filter, func() bool {
			s.ask(t, "POST", "/v1/customers?limit=1000", `{"filter":`+filter+`}`, 200, &at)
			return len(at.Identifiers) == want
		})
	}
	s.ask(t, "POST", "/v1/customers", `{"filter":{}}`, 400, nil)
	s.ask(t, "POST", "/v1/customers", `{}`, 400, nil)
}
