package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/internal/slowtest"
)

// A machine that sleeps between two tries has not waited: the outage is not over
// when it wakes up and the network is not back at once.
func TestSleepIsNoOutage(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	s := newScene(t, 400)
	s.answerBy(func(n int64, w http.ResponseWriter) bool {
		if n == 1 {
			w.Header().Set("Retry-After", "1")
		}
		if n <= 2 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		return n <= 2
	})
	c := s.command("--outage", "1500ms", "--concurrency", "1", "--batch-rows", "1000")
	s.startUntil(1, c)()
	time.Sleep(300 * time.Millisecond) // the answer has come, and the second of waiting is not over
	if err := c.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Second) // longer than the outage
	if err := c.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	if sum := s.finish(c, exitRejected); sum.Rows != 400 || sum.Retries < 2 {
		t.Errorf("%+v", sum)
	}
}

// Credentials that are refused in the middle stop the run: what is in flight is
// answered, nothing more is sent, and with better ones the run goes on.
func TestCredentialsRefusedInTheMiddle(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		const lanes, from = 4, 30
		s := newScene(t, 4000)
		s.answerBy(func(n int64, w http.ResponseWriter) bool {
			if n >= from {
				w.WriteHeader(status)
				_, _ = w.Write([]byte(`{"meta":{"error":"Unauthorized request"}}`))
			}
			return n >= from
		})
		sum := s.finish(s.command(), exitCredentials)
		t.Logf("%d: %d requests from the first that was refused on, of %d lanes", status, s.seen()-from+1, lanes)
		if s.seen()-from+1 > lanes {
			t.Errorf("%d requests were sent from the first that was refused on", s.seen()-from+1)
		}
		s.answerBy(nil)
		if again := s.finish(s.command("--resume"), exitRejected); again.Rows != 4000 || sum.Rows >= 4000 {
			t.Errorf("%+v, resumed %+v", sum.Ledger, again.Ledger)
		}
	}
}

// Whatever keeps the service away is waited for as long as --outage says, and the
// error says what it was.
func TestNoWayToTheService(t *testing.T) {
	t.Parallel()
	plain := httptest.NewServer(http.NotFoundHandler())
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(plain.Close)
	t.Cleanup(secure.Close)
	for name, at := range map[string]struct{ url, says, hint string }{
		"refused":             {"http://127.0.0.1:1", "connection refused", "reach 127.0.0.1:1"},
		"unknown host":        {"http://no-such-host.invalid", "lookup no-such-host.invalid", "CUSTOMERIO_TRACK_URL"},
		"no TLS":              {strings.Replace(plain.URL, "http:", "https:", 1), "tls", "CUSTOMERIO_TRACK_URL"},
		"unknown certificate": {secure.URL, "certificate", "SSL_CERT_FILE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, 10)
			s.url = at.url
			began := time.Now()
			c := s.command("--outage", "700ms")
			s.finish(c, exitUnavailable)
			said := fmt.Sprint(c.Stderr)
			t.Logf("after %v: %s", time.Since(began).Round(time.Millisecond), said)
			if !strings.Contains(said, at.says) || !strings.Contains(said, at.hint) {
				t.Errorf("%q or %q is not in %s", at.says, at.hint, said)
			}
		})
	}
}
