package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/internal/simulator"
	"github.com/ciobulk/ciobulk/internal/slowtest"
	"github.com/ciobulk/ciobulk/runs"
)

// badRow is the row of these tests that the service does not bear.
const badRow = 1500

// plainScene is a scene of a number of good people, with faults.
func plainScene(t testing.TB, rows int, faults simulator.Faults) *scene {
	s := newScene(t, 1)
	s.useService(faults)
	var b bytes.Buffer
	b.WriteString("id,name\n")
	for i := 1; i <= rows; i++ {
		fmt.Fprintf(&b, "user-%06d,Name %d\n", i, i)
	}
	s.write("people.csv", b.Bytes())
	return s
}

// useService replaces the service by an empty one with faults.
func (s *scene) useService(faults simulator.Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.service = simulator.New(simulator.Config{SiteID: testSite, APIKey: testKey, KeepLog: true, Faults: faults})
	s.requests, s.stopAt = 0, 0
}

// upsert runs the scene's file and returns the summary and how long it took.
func (s *scene) upsert(code int, args ...string) (runs.Summary, time.Duration) {
	s.Helper()
	begun := time.Now()
	sum := s.finish(s.call(append([]string{"upsert", "people.csv", "--match", "id"}, args...)...), code)
	return sum, time.Since(begun)
}

// rejectedRows are the numbers of the rows in the rejected file.
func (s *scene) rejectedRows() (rows []int) {
	s.Helper()
	records, err := csv.NewReader(bytes.NewReader(s.rejected())).ReadAll()
	if err != nil {
		s.Fatal(err)
	}
	at := -1
	for i, name := range records[0] {
		if name == "_row" {
			at = i
		}
	}
	for _, r := range records[1:] {
		n, err := strconv.Atoi(r[at])
		if err != nil {
			s.Fatal(err)
		}
		rows = append(rows, n)
	}
	return rows
}

// Whatever a bad row does to its requests, it costs one row of 3,000: the run
// ends with code 3, all others are accepted, and few more requests are sent.
func TestCrashOneBadRow(t *testing.T) {
	t.Parallel()
	const rows = 3000
	s := plainScene(t, rows, simulator.Faults{})
	calm, took := s.upsert(exitDone)
	t.Logf("without: %d requests, %.1f s", calm.Requests, took.Seconds())
	for name, c := range map[string]struct {
		mishap  simulator.Mishap
		unknown bool
		slow    bool
	}{
		"500":              {"500", true, false}, // the one that is always tried
		"502 page":         {"502 page", true, true},
		"503":              {"503", true, true},
		"404":              {"404", false, true},
		"409":              {"409", false, true},
		"403 page":         {"403 page", false, true},
		"cut":              {"cut", true, true},
		"cut after":        {"cut after", true, true},
		"200 page":         {"200 page", true, true},
		"200 text":         {`200 "maintenance"`, true, true},
		"200 no success":   {`200 {"success":false}`, true, true},
		"false length":     {"short", true, true},
		"400 without row":  {"400", false, true},
		"413":              {"413 page", false, true},
		"no answer at all": {"hang", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.slow {
				slowtest.Mark(t)
			}
			s := plainScene(t, rows, simulator.Faults{Poison: simulator.Poison{fmt.Sprintf("user-%06d", badRow): c.mishap}})
			sum, took := s.upsert(exitRejected, "--outage", "10s") // a try takes as long at most
			t.Logf("%s: exit code 3, %d accepted, %d rejected, %d unknown, row %v in the rejected file, %d requests more, %.1f s",
				name, sum.Accepted, sum.Rejected, sum.Unknown, s.rejectedRows(), sum.Requests-calm.Requests, took.Seconds())
			unknown := int64(0)
			if c.unknown {
				unknown = 1
			}
			if sum.Accepted != rows-1 || sum.Unknown != unknown || sum.Rejected != 1-unknown {
				t.Errorf("%+v", sum.Ledger)
			}
			if got := s.rejectedRows(); len(got) != 1 || got[0] != badRow {
				t.Errorf("rows %v in the rejected file", got)
			}
			if sum.Requests-calm.Requests > 60 {
				t.Error("more than 60 requests")
			}
		})
	}
}

// A refusal of everything ends with code 1 after few requests, and rejects no row.
func TestCrashBlanketRefusal(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	for _, status := range []string{"400", "413", "422", "400 blocked by policy 7"} {
		s := plainScene(t, 3000, simulator.Faults{Blanket: simulator.Mishap(status)})
		c := s.call("upsert", "people.csv", "--match", "id")
		sum := s.finish(c, exitBroken)
		t.Logf("%s: exit code 1, %d requests, %d rejected: %s", status, sum.Requests, sum.Rejected, sum.Error)
		if sum.Requests > 100 || sum.Rejected+sum.Accepted > 0 || !strings.Contains(sum.Error, strings.Fields(status)[0]) {
			t.Errorf("%+v", sum)
		}
		if files, _ := filepath.Glob(filepath.Join(s.dir, ".ciobulk", "*", "rejected.csv")); len(files) > 0 {
			if data, err := os.ReadFile(files[0]); err != nil || len(data) > 0 {
				t.Errorf("the rejected file: %s, %v", data, err)
			}
		}
		s.useService(simulator.Faults{})
		if again := s.finish(s.call("upsert", "people.csv", "--match", "id", "--resume"), exitDone); again.Accepted != 3000 {
			t.Errorf("resumed: %+v", again.Ledger)
		}
	}
}

// Success is what the service says it is: while it says anything else, nothing is
// accepted, and the run waits and goes on.
func TestCrashDoubtfulAnswers(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	for _, body := range []string{`"maintenance"`, `[]`, `null`, `{"meta":{"error":"later"}}`, `<html></html>`} {
		s := plainScene(t, 300, simulator.Faults{Doubtful: body, DoubtfulEvery: 2})
		sum, _ := s.upsert(exitDone, "--batch-rows", "50", "--concurrency", "2")
		t.Logf("every second answer is %s: %d accepted, %d unknown, %d requests", body, sum.Accepted, sum.Unknown, sum.Requests)
		if people := s.service.Stats().People; sum.Accepted != 300 || people != 300 {
			t.Errorf("%+v, %d people", sum.Ledger, people)
		}
	}
	s := plainScene(t, 300, simulator.Faults{Doubtful: `"maintenance"`})
	if sum, _ := s.upsert(exitUnavailable, "--outage", "1s"); sum.Accepted != 0 {
		t.Errorf("every answer is a text: %+v", sum.Ledger)
	}
	s = plainScene(t, 300, simulator.Faults{Gzip: true})
	if sum, _ := s.upsert(exitDone); sum.Accepted != 300 || sum.Retries > 0 {
		t.Errorf("compressed: %+v", sum)
	}
}

// What waiting cannot change ends within 15 seconds, though the outage's time is
// ten minutes, and the message names it and what to do.
func TestCrashPermanentFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tls   simulator.TLS
		url   string
		proxy string
		says  []string
		slow  bool
	}{
		"unknown authority":   {tls: simulator.TLSSelfSigned, says: []string{"does not trust the certificate", "127.0.0.1:", "SSL_CERT_FILE"}},
		"wrong host":          {tls: simulator.TLSWrongHost, says: []string{"certificate is not for 127.0.0.1:"}},
		"expired certificate": {tls: simulator.TLSExpired, says: []string{"not valid now", "clock"}},
		"unknown host":        {url: "https://no-such-host.invalid", says: []string{"no-such-host.invalid"}, slow: true},
		"proxy, 407":          {url: "https://track.customer.io", proxy: "407", says: []string{"the proxy 127.0.0.1:", "track.customer.io", "407", "HTTPS_PROXY"}},
		"proxy, 403":          {url: "https://track.customer.io", proxy: "403", says: []string{"the proxy 127.0.0.1:", "track.customer.io", "403"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.slow {
				slowtest.Mark(t)
			}
			s := plainScene(t, 10, simulator.Faults{})
			s.url = c.url
			if c.tls != "" {
				url, _, err := simulator.Serve(t.Context(), "127.0.0.1:0", simulator.New(simulator.Config{Faults: simulator.Faults{TLS: c.tls}}))
				if err != nil {
					t.Fatal(err)
				}
				s.url = url
			}
			command := s.call("upsert", "people.csv", "--match", "id")
			if c.proxy != "" {
				command.Env = append(command.Env, "HTTPS_PROXY="+refusingProxy(t, c.proxy), "NO_PROXY=")
			}
			begun := time.Now()
			s.finish(command, exitUnavailable)
			took := time.Since(begun)
			t.Logf("%s: exit code 5 after %.1f s: %s", name, took.Seconds(), command.Stderr)
			for _, text := range c.says {
				if !strings.Contains(fmt.Sprint(command.Stderr), text) {
					t.Errorf("%q is not in the message", text)
				}
			}
			if took > 15*time.Second {
				t.Error("it took more than 15 s")
			}
		})
	}
}

// refusingProxy is a proxy that answers everything with a status.
func refusingProxy(t *testing.T, status string) (url string) {
	code, err := strconv.Atoi(status)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }))
	t.Cleanup(server.Close)
	return server.URL
}
