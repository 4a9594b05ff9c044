package customerio

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ciobulk/ciobulk/internal/simulator"
)

var long = "<html>" + strings.Repeat("<p>sorry", 100_000)

// pages are what is answered to fifty batches; where that is a hundred
// requests, it is to the first of each two.
var pages = map[string]struct {
	status   int
	body     string
	requests int
}{
	"200":           {200, "{}", 50},
	"207":           {207, `{"errors":[{"batch_index":0}]}`, 50},
	"204":           {204, "", 50},
	"400":           {400, long, 50},
	"413":           {413, long, 50},
	"redirected":    {307, long, 100},
	"503":           {503, long, 100},
	"502":           {502, "", 100},
	"200 of others": {200, long, 100},
}

// Requests that are sent one after the other share a connection, whatever is
// answered, and also if a long page comes with it that is not read.
func TestSequentialSendsShareAConnection(t *testing.T) {
	t.Parallel()
	for name, c := range pages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := new(network)
				s := &script{answer: func(i int, w http.ResponseWriter, r *http.Request) {
					if i%2 == 1 && c.requests == 100 {
						say(w, 200, "{}")
						return
					}
					if c.status/100 == 4 { // one and the same refusal of all is an error
						say(w, c.status, fmt.Sprint(i, c.body))
						return
					}
					say(w, c.status, c.body, "Location", "/other")
				}}
				n.serve(t, "service:80", s)
				track := n.track(t, Config{BaseURL: testBase})
				for range 50 {
					if _, err := track.Send(t.Context(), batchOf(one()...)); err != nil {
						t.Fatal(err)
					}
				}
				equal(t, "requests", s.count(), c.requests)
				equal(t, "connections", len(n.dialled()), 1)
			})
		})
	}
}

// A number of Sends at once use that number of connections and no more, though
// another Send may put back a connection while one is dialled.
func TestConcurrentSendsKeepTheirConnections(t *testing.T) {
	t.Parallel()
	for _, connections := range []int{1, 2, 16} {
		for _, step := range []time.Duration{0, 3 * time.Millisecond} {
			t.Run(fmt.Sprint(connections, " ", step), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					n := &network{step: step}
					w := simulator.New(simulator.Config{Faults: simulator.Faults{Latency: time.Millisecond}})
					n.serve(t, "service:80", w)
					track := n.track(t, Config{BaseURL: testBase, Connections: connections})
					equal(t, "rejected", run(t, track, connections, 40*connections, 2), rowsThat(80*connections, isBad))
					equal(t, "connections", len(n.dialled()), connections)
					equal(t, "at once", w.Stats().MostInFlight, connections)
				})
			})
		}
	}
}

// Real connections break with a reset, and while the client still writes.
func TestSendSurvivesBrokenSockets(t *testing.T) {
	t.Parallel()
	w := simulator.New(simulator.Config{Faults: simulator.Faults{CutBefore: 4, CutAfter: 5}})
	server := httptest.NewServer(w)
	defer server.Close()
	track := overSockets(t, server, Config{})
	equal(t, "rejected", run(t, track, 8, 16, 20), rowsThat(320, isBad))
	synctest.Test(t, func(t *testing.T) {
		equal(t, "fingerprint", w.Fingerprint(), calm(t, 320, func(int) bool { return false }))
	})
	equal(t, "requests", track.Stats().Requests, w.Stats().BatchRequests)
	equal(t, "retries", track.Stats().Retries, w.Stats().Cut)
}

func overSockets(t testing.TB, server *httptest.Server, c Config) *Track {
	t.Helper()
	c.SiteID, c.APIKey, c.BaseURL, c.Limiter = testSite, testKey, server.URL, new(pace)
	track, err := NewTrack(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(track.transport.CloseIdleConnections)
	return track
}
