package customerio

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestBackoff(t *testing.T) {
	t.Parallel()
	bound := 200 * time.Millisecond
	for n := 1; n <= 100; n++ {
		least, most := time.Hour, time.Duration(0)
		for range 500 {
			d := backoff(n)
			least, most = min(least, d), max(most, d)
		}
		if least <= 0 || most > bound || least > bound/4 || most < bound*3/4 {
			t.Errorf("try %d: from %v to %v, want anything up to %v", n, least, most, bound)
		}
		bound = min(2*bound, 30*time.Second)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 10, 21, 7, 28, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"":                                  0,
		"0":                                 0,
		"1":                                 time.Second,
		" 120 ":                             2 * time.Minute,
		"0.25":                              250 * time.Millisecond,
		"1.5":                               1500 * time.Millisecond,
		"-1":                                0,
		"soon":                              0,
		"1s":                                0,
		"NaN":                               0,
		"Inf":                               1e6 * time.Second,
		"1e300":                             1e6 * time.Second,
		"99999999999999999999":              1e6 * time.Second,
		"Wed, 21 Oct 2026 07:28:30 GMT":     30 * time.Second,
		"Wed, 21 Oct 2026 07:28:00 GMT":     0,
		"Wed, 21 Oct 2026 07:27:00 GMT":     0,
		"Wednesday, 21-Oct-26 07:29:00 GMT": time.Minute,
		"Wed Oct 21 07:29:00 2026":          time.Minute,
		"2026-10-21T07:29:00Z":              0,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			equal(t, "pause", retryAfter(http.Header{"Retry-After": {text}}, now), want)
		})
	}
	equal(t, "absent", retryAfter(http.Header{}, now), 0)
}

// failing is a script whose first requests are answered so, and the others well.
func failing(times, status int, headers ...string) *script {
	return &script{answer: func(n int, w http.ResponseWriter, r *http.Request) {
		if n < times {
			say(w, status, "{}", headers...)
			return
		}
		say(w, 200, "{}")
	}}
}

func TestPausesAreJittered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := failing(12, 500)
		_, err := client(t, s, Config{}).Send(t.Context(), batchOf(one()...))
		equal(t, "error", err, nil)
		gaps := s.gaps()
		equal(t, "retries", len(gaps), 12)
		bound := 200 * time.Millisecond
		for i, gap := range gaps {
			if gap <= 0 || gap > bound {
				t.Errorf("pause %d is %v, want at most %v", i+1, gap, bound)
			}
			bound = min(2*bound, 30*time.Second)
		}
		if total := s.times[12].Sub(s.times[0]); total < 12*backoffFirst {
			t.Errorf("all pauses together are %v", total)
		}
	})
}

func TestPausesAreAtLeastRetryAfter(t *testing.T) {
	t.Parallel()
	for _, status := range []int{408, 425, 429, 500, 502, 503, 504} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := failing(6, status, "Retry-After", "2.5")
				_, err := client(t, s, Config{}).Send(t.Context(), batchOf(one()...))
				equal(t, "error", err, nil)
				for i, gap := range s.gaps() {
					bound := max(backoffFirst<<i, 2500*time.Millisecond)
					if gap < 2500*time.Millisecond || gap > bound {
						t.Errorf("pause %d is %v, want 2.5s to %v", i+1, gap, bound)
					}
				}
			})
		})
	}
}

// A date is a moment, whatever the time is when it is read.
func TestPauseUntilADate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		until := time.Now().Add(90 * time.Second).Truncate(time.Second)
		s := failing(1, 503, "Retry-After", until.UTC().Format(http.TimeFormat))
		limiter := new(pace)
		_, err := client(t, s, Config{Limiter: limiter}).Send(t.Context(), batchOf(one()...))
		equal(t, "error", err, nil)
		equal(t, "sent again", time.Now().Equal(until), true)
		equal(t, "slow", limiter.slow, s.gaps())
	})
}

func TestWhatSlowsThePace(t *testing.T) {
	t.Parallel()
	const page = "<html>"
	for name, c := range map[string]struct {
		status int
		body   string
		slow   []time.Duration
	}{
		"408": {408, "", []time.Duration{time.Second}},
		"429": {429, "", []time.Duration{time.Second}},
		"503": {503, page, []time.Duration{time.Second}},
		"425": {425, "", nil},
		"500": {500, "", nil},
		"502": {502, page, nil},
		"200": {200, page, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				limiter := new(pace)
				s := &script{answer: func(n int, w http.ResponseWriter, r *http.Request) {
					if n > 0 {
						say(w, 200, "{}")
						return
					}
					say(w, c.status, c.body, "Retry-After", "1")
				}}
				_, err := client(t, s, Config{Limiter: limiter}).Send(t.Context(), batchOf(one()...))
				equal(t, "error", err, nil)
				equal(t, "slow", limiter.slow, c.slow)
				equal(t, "steady", limiter.steady, 1)
				equal(t, "waits", limiter.waits, 2)
			})
		})
	}
}

// The handshake has a time-out of its own; it slows the pace like another.
func TestHandshakeTimeoutSlowsThePace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n, limiter := new(network), new(pace)
		l := n.listen(t, "service:443")
		track := n.track(t, Config{BaseURL: "https://service", Limiter: limiter, Timeout: time.Minute, Outage: time.Nanosecond})
		track.transport.DialTLSContext = nil
		go func() {
			if c, err := l.Accept(); err == nil {
				<-l.done
				c.Close()
			}
		}()
		begun := time.Now()
		_, err := track.Send(t.Context(), batchOf(one()...))
		equal(t, "trouble", troubleOf(t, err), Unavailable)
		equal(t, "took", time.Since(begun), 10*time.Second)
		equal(t, "slow", limiter.slow, []time.Duration{0})
		l.end()
	})
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limiter := new(pace)
		s := &script{answer: func(n int, w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }}
		track := client(t, s, Config{Timeout: 7 * time.Second, Outage: 10 * time.Second, Limiter: limiter})
		_, err := track.Send(t.Context(), batchOf(one()...))
		equal(t, "trouble", troubleOf(t, err), Unavailable)
		if text := err.Error(); !strings.HasSuffix(text, ": no answer within 7s") {
			t.Errorf("error %q", text)
		}
		equal(t, "slow", limiter.slow, make([]time.Duration, s.count()))
		for _, gap := range s.gaps() {
			if gap <= 7*time.Second {
				t.Errorf("the next try came after %v", gap)
			}
		}
		equal(t, "the last was given", time.Since(s.times[s.count()-1]), 7*time.Second)
	})
}
