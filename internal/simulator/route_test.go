package simulator

import (
	"net/url"
	"testing"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	for path, want := range map[string]struct {
		surface surface
		routes  int
		values  []string
	}{
		batchPath:                                 {trackBatch, 1, nil},
		regionPath:                                {trackOther, 1, nil},
		"/api/v1/segments/7/add_customers":        {trackSegment, 1, []string{"7"}},
		"/api/v1/segments/7/other":                {trackOther, 0, nil},
		"/v1/segments":                            {appAPI, 2, nil},
		"/v1/segments/":                           {appAPI, 0, nil},
		"/v1/segments/7":                          {appAPI, 1, []string{"7"}},
		"/v1/customers/attributes":                {appAPI, 1, nil},
		"/v1/customers/attributes/attributes":     {appAPI, 1, []string{"attributes"}},
		"/v1/customers/a%2Fb%20c%25/attributes":   {appAPI, 1, []string{"a/b c%"}},
		"/v1/customers/../attributes":             {appAPI, 1, []string{".."}},
		"/v1/customers/a+b/segments":              {appAPI, 1, []string{"a+b"}},
		"/v1/customers/%C3%A9/segments":           {appAPI, 1, []string{"é"}},
		"/v1/customers/a/b/attributes":            {appAPI, 0, nil},
		"/v1/nothing":                             {appAPI, 0, nil},
		"/":                                       {trackOther, 0, nil},
		"/api/v1/segments/*/remove_customers":     {trackSegment, 1, []string{"*"}},
		"/v1/customers/customer_count/membership": {appAPI, 0, nil},
	} {
		u, err := url.Parse("http://localhost" + path)
		if err != nil {
			t.Fatal(err)
		}
		at := w.router.find(u)
		equal(t, path, at.surface, want.surface)
		equal(t, path, len(at.routes), want.routes)
		equal(t, path, at.values, want.values)
	}
}
