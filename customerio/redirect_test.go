package customerio

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// seen is a request as a host saw it.
type seen struct{ host, method, path, authorization, kind, body string }

// witness answers a number of requests with a redirect to a place, and later ones
// with {}.
type witness struct {
	script
	requests []seen
}

func redirecting(times, status int, location string) *witness {
	w := new(witness)
	w.answer = func(n int, rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.requests = append(w.requests, seen{r.Host, r.Method, r.URL.String(),
			r.Header.Get("Authorization"), r.Header.Get("Content-Type"), string(body)})
		if n < times {
			say(rw, status, "<html>moved</html>", "Location", location)
			return
		}
		say(rw, 200, "{}")
	}
	return w
}

const wantBody = `{"batch":[{"type":"person","action":"identify","identifiers":{"id":"1"},"attributes":{"n":1}}]}`

// authorization is "site-5e7ab1e:key-that-must-not-show" as Basic has it.
const authorization = "Basic c2l0ZS01ZTdhYjFlOmtleS10aGF0LW11c3Qtbm90LXNob3c="

func TestRedirectsAreFollowed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ base, location, host, path string }{
		"absolute":            {testBase, "http://service/other", "service", "/other"},
		"a path":              {testBase, "/other?a=b", "service", "/other?a=b"},
		"a relative path":     {testBase, "other", "service", "/api/v2/other"},
		"no scheme":           {testBase, "//service/other", "service", "/other"},
		"the default port":    {testBase, "http://service:80/other", "service:80", "/other"},
		"upper case":          {testBase, "HTTP://SERVICE/Other", "SERVICE", "/Other"},
		"to a port":           {testBase + ":80", "http://service/other", "service", "/other"},
		"to its own user":     {testBase, "http://someone:else@service/other", "service", "/other"},
		"with a fragment":     {testBase, "/other#there", "service", "/other"},
		"to the other region": {"", trackEU + "/api/v2/batch", "track-eu.customer.io", "/api/v2/batch"},
		"with a port":         {"", trackEU + ":443/api/v2/batch", "track-eu.customer.io:443", "/api/v2/batch"},
	} {
		for _, status := range []int{301, 302, 307, 308} {
			t.Run(fmt.Sprint(name, " ", status), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					n, w, limiter := new(network), redirecting(1, status, c.location), new(pace)
					for _, addr := range []string{"service:80", "track.customer.io:443", "track-eu.customer.io:443"} {
						n.serve(t, addr, w)
					}
					track := n.track(t, Config{BaseURL: c.base, Limiter: limiter})
					all, err := track.Send(t.Context(), batchOf(one()...))
					equal(t, "error", err, nil)
					equal(t, "rejections", all, nil)
					equal(t, "requests", w.requests[1:], []seen{{c.host, "POST", c.path, authorization, "application/json", wantBody}})
					equal(t, "stats", track.Stats(), Stats{Requests: 2, Bytes: 2 * int64(len(wantBody))})
					equal(t, "waits", limiter.waits, 2)
				})
			})
		}
	}
}

func TestRedirectsElsewhere(t *testing.T) {
	t.Parallel()
	for _, location := range []string{
		"http://evil.example/", "https://evil.example/api/v2/batch", "//evil.example/", "http://service.evil.example/", "http://evilservice/",
		"https://service/", "http://service:8080/", "http://service:443/", "ftp://service/",
		"http://track.customer.io/", "https://track.customer.io/api/v2/batch", "https://track-eu.customer.io/api/v2/batch", "https://track.customer.io:8443/", "https://track.customer.io.evil.example/", "https://customer.io/", "https://api.customer.io/",
		"https://track.customer.io@evil.example/", "http://service@evil.example/", `http://evil.example\@service/`, "http:evil.example",
		"", "http://[::1", "%zz", "http://service:port/", "mailto:someone@service", "javascript:void(0)", "http:///", ":",
		"http://" + testKey + "@evil.example/" + testKey, "http://" + testKey + ".evil.example/",
	} {
		t.Run(location, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, w, other := new(network), redirecting(1, 307, location), redirecting(0, 0, "")
				n.serve(t, "service:80", w)
				for _, addr := range []string{"evil.example:80", "evil.example:443", "service:443", "service:8080", "track.customer.io:80", "track.customer.io:443"} {
					n.serve(t, addr, other)
				}
				_, err := n.track(t, Config{BaseURL: testBase}).Send(t.Context(), batchOf(one()...))
				equal(t, "trouble", troubleOf(t, err), Refused)
				equal(t, "dials", n.dialled(), []string{"service:80"})
				equal(t, "requests", len(w.requests)+len(other.requests), 1)
				if strings.Contains(err.Error(), testKey) {
					t.Errorf("the key is in %q", err)
				}
				e, _ := errors.AsType[*Error](err)
				equal(t, "status", e.Status, 307)
			})
		})
	}
}

// Where a base URL or a region is configured, no redirect leads to the other of
// Customer.io's hosts, and none ever leads to one in plain text.
func TestRedirectBeyondWhatWasNamed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config   Config
		location string
		trouble  Trouble
	}{
		"an EU base URL":        {Config{BaseURL: trackEU}, trackUS, Refused},
		"a US base URL":         {Config{BaseURL: trackUS}, trackEU, Refused},
		"a proxy in plain text": {Config{BaseURL: testBase}, trackUS, Refused},
		"a proxy":               {Config{BaseURL: "https://service"}, trackUS, Refused},
		"the region EU":         {Config{Region: "eu"}, trackUS, Credentials},
		"the region US":         {Config{Region: "us"}, trackEU, Credentials},
		"nothing, in plain":     {Config{}, "http://track-eu.customer.io", Refused},
		"nothing, the App API":  {Config{}, appUS, Refused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n, w, other := new(network), redirecting(1, 307, c.location+batchPath), redirecting(0, 0, "")
				from := "track.customer.io:443"
				switch {
				case c.config.BaseURL == testBase:
					from = "service:80"
				case c.config.BaseURL != "":
					from = strings.TrimPrefix(c.config.BaseURL, "https://") + ":443"
				case c.config.Region == "eu":
					from = "track-eu.customer.io:443"
				}
				for _, addr := range []string{"track.customer.io:443", "track-eu.customer.io:443", "track-eu.customer.io:80", "api.customer.io:443"} {
					n.serve(t, addr, other)
				}
				n.serve(t, from, w)
				_, err := n.track(t, c.config).Send(t.Context(), batchOf(one()...))
				equal(t, "trouble", troubleOf(t, err), c.trouble)
				equal(t, "dials", n.dialled(), []string{from})
				equal(t, "requests elsewhere", len(other.requests), 0)
			})
		})
	}
}

// No redirect leads from https back to http, not even on the same host.
func TestRedirectDowngrade(t *testing.T) {
	t.Parallel()
	for _, base := range []string{trackUS, trackEU, "https://service"} {
		synctest.Test(t, func(t *testing.T) {
			n, host := new(network), strings.TrimPrefix(base, "https://")
			n.serve(t, host+":443", redirecting(1, 301, "http://"+host+"/api/v2/batch"))
			n.serve(t, host+":80", redirecting(0, 0, ""))
			_, err := n.track(t, Config{BaseURL: base}).Send(t.Context(), batchOf(one()...))
			equal(t, "trouble", troubleOf(t, err), Refused)
			equal(t, "dials", n.dialled(), []string{host + ":443"})
		})
	}
}

// These are not redirects that keep a request as it is: they are tried a few times
// and never followed.
func TestOtherRedirects(t *testing.T) {
	t.Parallel()
	for _, status := range []int{300, 303, 304, 305, 306} {
		synctest.Test(t, func(t *testing.T) {
			w := redirecting(100, status, "/other")
			_, err := client(t, w, Config{}).Send(t.Context(), batchOf(one()...))
			equal(t, "trouble", troubleOf(t, err), Refused)
			equal(t, "requests", len(w.requests), triesWhole)
			equal(t, "the last", w.requests[triesWhole-1].path, batchPath)
		})
	}
}

func TestRedirectLoops(t *testing.T) {
	t.Parallel()
	for times, ok := range map[int]bool{maxRedirects: true, maxRedirects + 1: false, 1000: false} {
		synctest.Test(t, func(t *testing.T) {
			w, limiter := redirecting(times, 308, "/api/v2/batch"), new(pace)
			_, err := client(t, w, Config{Limiter: limiter}).Send(t.Context(), batchOf(one()...))
			equal(t, "delivered", err == nil, ok)
			equal(t, "requests", len(w.requests), 1+maxRedirects)
			equal(t, "waits", limiter.waits, 1+maxRedirects)
			equal(t, "bodies", len(slices.Compact(w.requests)), 1)
			if !ok {
				equal(t, "trouble", troubleOf(t, err), Refused)
			}
		})
	}
}

// A retry begins where the first try did: a redirect is for one request.
func TestRetryAfterARedirect(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var paths []string
		s := &script{answer: func(n int, w http.ResponseWriter, r *http.Request) {
			paths = append(paths, r.URL.Path)
			switch n {
			case 0:
				say(w, 302, "", "Location", "/other")
			case 1:
				say(w, 500, "")
			default:
				say(w, 200, "{}")
			}
		}}
		track := client(t, s, Config{})
		_, err := track.Send(t.Context(), batchOf(one()...))
		equal(t, "error", err, nil)
		equal(t, "paths", paths, []string{batchPath, "/other", batchPath})
		equal(t, "stats", track.Stats(), Stats{Requests: 3, Retries: 1, Bytes: 3 * int64(len(wantBody))})
	})
}
