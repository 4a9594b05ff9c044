package customerio

import (
	"net/http"
	"testing"
	"testing/synctest"
)

func TestBaseURL(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]struct{ base, host, path string }{
		"http://service":              {"http://service", "service", batchPath},
		"http://service/":             {"http://service", "service", batchPath},
		"http://service///":           {"http://service", "service", batchPath},
		"http://service/proxy":        {"http://service/proxy", "service", "/proxy" + batchPath},
		"http://service/proxy/":       {"http://service/proxy", "service", "/proxy" + batchPath},
		"http://service/a/b%2Fc/d%20": {"http://service/a/b%2Fc/d%20", "service", "/a/b%2Fc/d%20" + batchPath},
		"HTTP://Service:80/Proxy":     {"http://Service:80/Proxy", "Service:80", "/Proxy" + batchPath},
		"https://service":             {"https://service", "service", batchPath},
		"http://[::1]:8025":           {"http://[::1]:8025", "[::1]:8025", batchPath},
	} {
		t.Run(given, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := new(network)
				s := &script{answer: func(_ int, w http.ResponseWriter, r *http.Request) {
					equal(t, "host", r.Host, want.host)
					equal(t, "path", r.URL.EscapedPath(), want.path)
					say(w, 200, "{}")
				}}
				for _, addr := range []string{"service:80", "service:443", "[::1]:8025"} {
					n.serve(t, addr, s)
				}
				track := n.track(t, Config{BaseURL: given})
				equal(t, "base", track.BaseURL(), want.base)
				_, err := track.Send(t.Context(), batchOf(one()...))
				equal(t, "error", err, nil)
				equal(t, "requests", s.count(), 1)
			})
		})
	}
}

func TestConfigIsWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config Config
		want   Trouble
	}{
		"no site":         {Config{APIKey: testKey}, Credentials},
		"no key":          {Config{SiteID: testSite}, Credentials},
		"region":          {Config{SiteID: testSite, APIKey: testKey, Region: "ap"}, Misuse},
		"region in upper": {Config{SiteID: testSite, APIKey: testKey, Region: "EU"}, Misuse},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := NewTrack(c.config)
			equal(t, "trouble", troubleOf(t, err), c.want)
			secretless(t, err)
		})
	}
	for _, base := range []string{
		"service", "//service", "/proxy", "http://", "http:///proxy", "http://:80", "ftp://service", "https:service", "http://service:port",
		"http://[::1", "http://ser vice", "http://" + testSite + ":" + testKey + "@service", "http://" + testKey + "@service", "http://service/?key=" + testKey,
		"http://service/#" + testKey, "http://service/%zz" + testKey, testKey,
	} {
		t.Run("base "+base, func(t *testing.T) {
			t.Parallel()
			_, err := NewTrack(Config{SiteID: testSite, APIKey: testKey, BaseURL: base})
			equal(t, "trouble", troubleOf(t, err), Misuse)
			secretless(t, err)
		})
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	track, err := NewTrack(Config{SiteID: testSite, APIKey: testKey})
	equal(t, "error", err, nil)
	equal(t, "base", track.BaseURL(), "https://track.customer.io")
	equal(t, "timeout", track.config.Timeout, defaultTimeout)
	equal(t, "outage", track.config.Outage, defaultOutage)
	equal(t, "connections", track.transport.MaxIdleConnsPerHost, defaultConnections)
	equal(t, "proxy from the environment", track.transport.Proxy != nil, true)
}
