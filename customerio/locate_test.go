package customerio

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ciobulk/ciobulk/internal/simulator"
)

// regions is a network in which Customer.io is, with an account in a region.
func regions(t *testing.T, region string) (*network, *simulator.Workspace) {
	n := new(network)
	w := simulator.New(simulator.Config{SiteID: testSite, APIKey: testKey, Region: region, WorkspaceID: 42})
	n.serve(t, "track.customer.io:443", w)
	n.serve(t, "track-eu.customer.io:443", w)
	return n, w
}

func TestLocate(t *testing.T) {
	t.Parallel()
	const us, eu = "track.customer.io:443", "track-eu.customer.io:443"
	for name, c := range map[string]struct {
		account, configured string
		dials               []string // of Locate and of a Send after it
		base                string
	}{
		"us":         {"us", "", []string{us}, trackUS},
		"eu":         {"eu", "", []string{us, eu}, trackEU},
		"us, as set": {"us", "us", []string{us}, trackUS},
		"eu, as set": {"eu", "eu", []string{eu}, trackEU},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, w := regions(t, c.account)
				track := n.track(t, Config{Region: c.configured})
				account, err := track.Locate(t.Context())
				equal(t, "error", err, nil)
				equal(t, "account", account, Account{c.account, 42})
				equal(t, "stats", track.Stats(), Stats{})
				equal(t, "base", track.BaseURL(), c.base)
				_, err = track.Send(t.Context(), batchOf(one()...))
				equal(t, "error", err, nil)
				equal(t, "dials", n.dialled(), c.dials)
				equal(t, "people", w.Stats().People, 1)
			})
		})
	}
}

func TestLocateInTheWrongRegion(t *testing.T) {
	t.Parallel()
	for account, configured := range map[string]string{"us": "eu", "eu": "us"} {
		synctest.Test(t, func(t *testing.T) {
			n, _ := regions(t, account)
			_, err := n.track(t, Config{Region: configured}).Locate(t.Context())
			equal(t, "trouble", troubleOf(t, err), Credentials)
			e, _ := errors.AsType[*Error](err)
			equal(t, "problem", e.Problem, OtherRegion)
			equal(t, "region", e.Region, account)
			if !strings.Contains(e.Msg, "set to "+configured) {
				t.Errorf("%q", e.Msg)
			}
		})
	}
}

// A base URL that was given stays, whatever the region; but it must be right.
func TestLocateKeepsTheBaseURL(t *testing.T) {
	t.Parallel()
	for configured, ok := range map[string]bool{"": true, "eu": true, "us": false} {
		synctest.Test(t, func(t *testing.T) {
			track := client(t, simulator.New(simulator.Config{Region: "eu"}), Config{Region: configured})
			account, err := track.Locate(t.Context())
			equal(t, "account", account, Account{"eu", 1})
			equal(t, "found", err == nil, ok)
			equal(t, "base", track.BaseURL(), testBase)
		})
	}
}

var failures = map[string]struct {
	status  int
	body    string
	trouble Trouble
	took    time.Duration // at least
}{
	"401":               {401, "{}", Credentials, 0},
	"403":               {403, page, Credentials, 0},
	"404":               {404, `{"meta":{"error":"not found"}}`, Refused, 0},
	"404 and a page":    {404, page, Refused, 1},
	"400":               {400, `{"meta":{"error":"no"}}`, Refused, 0},
	"nothing":           {200, "", Refused, 0},
	"another object":    {200, "{}", Refused, 0},
	"a list":            {200, "[]", Refused, 0},
	"another region":    {200, `{"region":"ap","environment_id":1}`, Refused, 0},
	"no region":         {200, `{"environment_id":1}`, Refused, 0},
	"an odd workspace":  {200, `{"region":"us","environment_id":"1"}`, Refused, 0},
	"a page":            {200, page, Unavailable, 30 * time.Second},
	"cut short":         {200, `{"region":"us","environ`, Unavailable, 30 * time.Second},
	"503":               {503, page, Unavailable, 30 * time.Second},
	"somewhere to look": {303, "", Refused, 0},
}

func TestLocateFails(t *testing.T) {
	t.Parallel()
	for name, c := range failures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				track := client(t, always(c.status, c.body), Config{Outage: time.Minute})
				_, err := track.Locate(t.Context())
				equal(t, "trouble", troubleOf(t, err), c.trouble)
				e, _ := errors.AsType[*Error](err)
				equal(t, "status", e.Status, c.status)
				if took := time.Since(begun); took < c.took || took > time.Minute || c.took == 0 && took > 0 {
					t.Errorf("it took %v", took)
				}
				equal(t, "base", track.BaseURL(), testBase)
				equal(t, "stats", track.Stats(), Stats{}) // they are of batches
			})
		})
	}
}

// A 404 of a load balancer passes.
func TestLocateAfterAMissingPage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{answer: func(n int, w http.ResponseWriter, r *http.Request) {
			if n < triesMissing-1 {
				say(w, 404, page)
				return
			}
			say(w, 200, `{"region":"us","environment_id":7}`)
		}}
		account, err := client(t, s, Config{}).Locate(t.Context())
		equal(t, "error", err, nil)
		equal(t, "account", account, Account{"us", 7})
	})
}

func TestLocateFollowsRedirects(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := new(network)
		n.serve(t, "track.customer.io:443", redirecting(1, 301, trackEU+regionPath))
		eu := &script{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
			equal(t, "request", []string{r.Method, r.URL.Path, r.Header.Get("Authorization")}, []string{"GET", regionPath, authorization})
			say(w, 200, `{"region":"eu","environment_id":7}`)
		}}
		n.serve(t, "track-eu.customer.io:443", eu)
		account, err := n.track(t, Config{}).Locate(t.Context())
		equal(t, "error", err, nil)
		equal(t, "account", account, Account{"eu", 7})
	})
}
