package simulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"
)

// statuses are those of n batches of one operation each.
func statuses(w *Workspace, n int) (got []int) {
	for i := range n {
		got = append(got, sendBatch(w, identify(fmt.Sprint(i), ``)).Code)
	}
	return got
}

func TestEveryNthIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		faults Faults
		want   []int
	}{
		"none":        {Faults{}, []int{200, 200, 200, 200, 200, 200}},
		"429":         {Faults{Every429: 3}, []int{200, 200, 429, 200, 200, 429}},
		"500":         {Faults{Every500: 2}, []int{200, 500, 200, 500, 200, 500}},
		"503":         {Faults{Every503: 4}, []int{200, 200, 200, 503, 200, 200}},
		"HTML":        {Faults{EveryHTML: 5}, []int{200, 200, 200, 200, 502, 200}},
		"all, always": {Faults{Every429: 1, Every500: 1, Every503: 1, EveryHTML: 1}, []int{429, 429, 429, 429, 429, 429}},
		"several":     {Faults{Every429: 3, Every500: 2, EveryHTML: 5}, []int{200, 500, 429, 500, 502, 429}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(Config{Faults: c.faults})
			equal(t, "statuses", statuses(w, 6), c.want)
			applied := 0
			for _, status := range c.want {
				if status == 200 {
					applied++
				}
			}
			equal(t, "people", len(w.People()), applied)
			equal(t, "answers", w.Stats().Answers[200], int64(applied))
		})
	}
}

func TestFaultsCountOnlyWholeBatchRequests(t *testing.T) {
	t.Parallel()
	w := New(Config{Faults: Faults{Every500: 2}})
	equal(t, "first", statuses(w, 1), []int{200})
	equal(t, "region", ask(w, "GET", regionPath, "").Code, 200)
	equal(t, "entity", ask(w, "POST", entityPath, identify("1", ``)).Code, 200)
	equal(t, "too large", ask(w, "POST", batchPath, padded(batchOf(), 500_001)).Code, 413)
	equal(t, "second and third", statuses(w, 2), []int{500, 200})
	w.SetFaults(Faults{Every500: 2})
	equal(t, "after new faults", statuses(w, 2), []int{200, 500})
}

func TestRetryAfterAndBodies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config            Config
		status            int
		retryAfter, kinds string
		body              string
	}{
		"429":             {Config{Faults: Faults{Every429: 1, RetryAfter: "2"}}, 429, "2", "application/json", `{"meta":{"error":"too many requests"}}` + "\n"},
		"429 without":     {Config{Faults: Faults{Every429: 1}}, 429, "", "application/json", `{"meta":{"error":"too many requests"}}` + "\n"},
		"429 by switch":   {Config{TrackRetryAfter: 1200 * time.Millisecond, Faults: Faults{Every429: 1}}, 429, "2", "application/json", `{"meta":{"error":"too many requests"}}` + "\n"},
		"503":             {Config{Faults: Faults{Every503: 1, RetryAfter: "Wed, 21 Oct 2026 07:28:00 GMT"}}, 503, "Wed, 21 Oct 2026 07:28:00 GMT", "application/json", `{"meta":{"error":"service unavailable"}}` + "\n"},
		"503 by switch":   {Config{TrackRetryAfter: time.Second, Faults: Faults{Every503: 1}}, 503, "", "application/json", `{"meta":{"error":"service unavailable"}}` + "\n"},
		"500 has none":    {Config{Faults: Faults{Every500: 1, RetryAfter: "2"}}, 500, "", "application/json", `{"meta":{"error":"internal server error"}}` + "\n"},
		"a page of HTML":  {Config{Faults: Faults{EveryHTML: 1}}, 502, "", "text/html", "<html><body><h1>502 Bad Gateway</h1></body></html>\n"},
		"down":            {Config{Faults: Faults{Down: true, RetryAfter: "9"}}, 503, "9", "application/json", `{"meta":{"error":"service unavailable"}}` + "\n"},
		"above a maximum": {Config{Faults: Faults{TooLargeAbove: 1}}, 413, "", "application/json", `{"meta":{"error":"request body too large"}}` + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := sendBatch(New(c.config), identify("1", ``), identify("2", ``))
			equal(t, "status", rec.Code, c.status)
			equal(t, "Retry-After", rec.Header().Get("Retry-After"), c.retryAfter)
			equal(t, "Content-Type", rec.Header().Get("Content-Type"), c.kinds)
			equal(t, "body", rec.Body.String(), c.body)
		})
	}
}

func TestTooLargeAbove(t *testing.T) {
	t.Parallel()
	w := New(Config{Faults: Faults{TooLargeAbove: 2}})
	one := identify("1", ``)
	equal(t, "three", sendBatch(w, one, one, one).Code, 413)
	equal(t, "people", len(w.People()), 0)
	equal(t, "two", sendBatch(w, one, one).Code, 200)
	equal(t, "most", w.Stats().MostOperations, 3)
}

func TestRefuseWhole(t *testing.T) {
	t.Parallel()
	w := New(Config{Faults: Faults{RefuseWhole: "poison"}})
	rec := sendBatch(w, identify("1", ``), on("delete", "email", "poison"))
	equal(t, "status", rec.Code, 400)
	equal(t, "body", rec.Body.String(), `{"errors":[{"reason":"invalid","field":"identifiers","message":"an identifier of the request is not valid"}]}`+"\n")
	equal(t, "people", len(w.People()), 0)
	accept(t, w, identify("1", `"a":"poison"`), identify("poisonous", ``))
	equal(t, "operations", w.Stats().Operations, 2)
}

func TestReject(t *testing.T) {
	t.Parallel()
	w := New(Config{Faults: Faults{Reject: "poison"}})
	rec := sendBatch(w, identify("1", ``), identify("poison", ``), identify("3", ``))
	equal(t, "status", rec.Code, 207)
	equal(t, "body", rec.Body.String(), `{"errors":[{"batch_index":1,"reason":"invalid","field":"identifiers","message":"this identifier is not valid"}]}`+"\n")
	equal(t, "people", len(w.People()), 2)
}

func TestSetDown(t *testing.T) {
	t.Parallel()
	w := New(Config{Faults: Faults{Every500: 3}})
	equal(t, "up", statuses(w, 1), []int{200})
	w.SetDown(true)
	equal(t, "down", statuses(w, 2), []int{503, 503})
	equal(t, "region", ask(w, "GET", regionPath, "").Code, 503)
	equal(t, "whatever is asked", ask(w, "GET", "/x", "").Code, 503)
	equal(t, "admin is not", ask(w, "GET", adminPath+"stats", "").Code, 200)
	w.SetDown(false)
	equal(t, "the count went on from one", statuses(w, 2), []int{200, 500})
}

func TestSlowAndCutMayMeet(t *testing.T) {
	t.Parallel()
	w := New(Config{Faults: Faults{SlowEvery: 1, Slow: time.Nanosecond, CutAfter: 1}})
	server := httptest.NewTLSServer(w)
	defer server.Close()
	if _, _, err := post(t, server.Client(), server.URL, batchOf(identify("1", ``))); !errors.Is(err, io.EOF) {
		t.Errorf("error %v, want EOF", err)
	}
	equal(t, "people", len(w.People()), 1)
	w.SetFaults(Faults{CutBefore: 1})
	if _, _, err := post(t, server.Client(), server.URL, batchOf(identify("2", ``))); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("error %v, want a reset", err)
	}
}

func TestCuts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		faults Faults
		err    error
		people int
	}{
		"before": {Faults{CutBefore: 2}, syscall.ECONNRESET, 2},
		"after":  {Faults{CutAfter: 2}, io.EOF, 4},
		"hang":   {Faults{HangEvery: 2, Hang: time.Nanosecond}, syscall.ECONNRESET, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := New(Config{Faults: c.faults})
			server := httptest.NewServer(w)
			defer server.Close()
			for i := range 4 {
				status, _, err := post(t, server.Client(), server.URL, batchOf(identify(fmt.Sprint(i), ``)))
				if i%2 == 0 {
					equal(t, "status", status, 200)
				} else if !errors.Is(err, c.err) {
					t.Errorf("request %d: status %d, error %v, want %v", i+1, status, err, c.err)
				}
			}
			equal(t, "people", len(w.People()), c.people)
			s := w.Stats()
			equal(t, "cut and answered", []int64{s.Cut, s.Answers[200]}, []int64{2, 2})
		})
	}
}

// Without a connection to take over, as with HTTP/2, the handler is aborted.
func TestCutOfARecorder(t *testing.T) {
	t.Parallel()
	w := New(Config{Faults: Faults{CutAfter: 1}})
	defer func() {
		equal(t, "panic", recover(), any(http.ErrAbortHandler))
		equal(t, "people", len(w.People()), 1)
	}()
	sendBatch(w, identify("1", ``))
	t.Error("there was an answer")
}

func TestFaultsAsJSON(t *testing.T) {
	t.Parallel()
	var f Faults
	text := `{"every_429":3,"hang_every":2,"hang":"1.5s","latency":2000,"odd_207":"twice","max_per_second":0.5}`
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		t.Fatal(err)
	}
	want := Faults{Every429: 3, HangEvery: 2, Hang: 1500 * time.Millisecond, Latency: 2 * time.Microsecond, Odd207: OddTwice, MaxPerSecond: 0.5}
	equal(t, "faults", f, want)
	back, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	f = Faults{}
	if err := json.Unmarshal(back, &f); err != nil {
		t.Fatal(err)
	}
	equal(t, "there and back", f, want)
	for _, bad := range []string{`{"every_42":1}`, `{"hang":"soon"}`, `{"odd_207":"strange"}`, `{"every_429":"2"}`, `[]`} {
		if err := json.Unmarshal([]byte(bad), &f); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
	equal(t, "left alone by errors", f, want)
}
