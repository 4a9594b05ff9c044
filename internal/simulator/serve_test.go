package simulator

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/internal/simulator/listen"
)

func TestServe(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	w := New(Config{})
	base, wait, err := Serve(ctx, "localhost:0", w)
	if err != nil {
		t.Fatal(err)
	}
	status, answer, err := post(t, http.DefaultClient, base, batchOf(identify("1", ``)))
	if status != 200 || answer != "{}\n" || err != nil {
		t.Errorf("%d %s %v", status, answer, err)
	}
	cancel()
	equal(t, "ended", wait(), nil)
	equal(t, "ended twice", wait(), nil)
	if _, _, err := post(t, http.DefaultClient, base, batchOf()); err == nil {
		t.Error("it still serves")
	}
}

func TestServeOnlyOnLoopback(t *testing.T) {
	t.Parallel()
	for _, addr := range []string{"", ":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0", "127.0.0.1", "localhost:no"} {
		if _, _, err := Serve(t.Context(), addr, New(Config{})); err == nil {
			t.Errorf("%q was taken", addr)
		}
	}
}

// The end does not wait for a connection that was never used.
func TestServeEndsWithUnusedConnections(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	base, wait, err := Serve(ctx, "127.0.0.1:0", New(Config{}))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	status, _, err := post(t, http.DefaultClient, base, batchOf()) // by another connection: the first was accepted before
	equal(t, "status", []any{status, err}, []any{200, nil})
	start := time.Now()
	cancel()
	equal(t, "ended", wait(), nil)
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("it took %v to end", took)
	}
}

// The end does not wait for a request that hangs for ever.
func TestServeEndsWhileARequestHangs(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	w := New(Config{Faults: Faults{HangEvery: 1}})
	arrived := make(chan struct{})
	handler := http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		close(arrived)
		w.ServeHTTP(rw, r)
	})
	base, wait, err := listen.Serve(ctx, "127.0.0.1:0", handler, "")
	if err != nil {
		t.Fatal(err)
	}
	broken := make(chan error, 1)
	go func() {
		_, _, err := post(t, http.DefaultClient, base, batchOf())
		broken <- err
	}()
	<-arrived
	start := time.Now()
	cancel()
	equal(t, "ended", wait(), nil)
	if err := <-broken; err == nil {
		t.Error("the request that hung has an answer")
	}
	if took := time.Since(start); took >= listen.DrainTimeout {
		t.Errorf("it took %v to end", took)
	}
}

func TestAdmin(t *testing.T) {
	t.Parallel()
	w := New(Config{SiteID: "other", KeepLog: true})
	equal(t, "needs no credentials", ask(w, "GET", adminPath+"people", "").Body.String(), "[]\n")
	w = New(Config{KeepLog: true})
	accept(t, w, identify("1", `"email":"a+b@example.com","n":1.0`), identify("2", ``), event("1", ulidOf(1)))
	const one = `{"cio_id":"a3000000","id":"1","email":"a+b@example.com","attributes":{"n":1.0}}`
	for path, want := range map[string]string{
		"people":                         `[` + one + `,{"cio_id":"a3000001","id":"2","attributes":{}}]`,
		"people?email=A%2Bb@example.com": `[` + one + `]`,
		"people?id=3":                    `[]`,
		"people?name=1":                  `[]`,
		"events":                         `[{"sequence":3,"action":"event","name":"n","kind":"id","value":"1","cio_id":"a3000000","id":"` + ulidOf(1) + `"}]`,
		"fingerprint":                    `{"fingerprint":"` + w.Fingerprint() + `"}`,
	} {
		rec := ask(w, "GET", adminPath+path, "")
		equal(t, path, rec.Body.String(), want+"\n")
	}
	var stats Stats
	if err := json.Unmarshal(ask(w, "GET", adminPath+"stats", "").Body.Bytes(), &stats); err != nil {
		t.Fatal(err)
	}
	equal(t, "stats", stats, w.Stats())
	equal(t, "requests of its own are not counted", stats.Requests, 1)
	var log []Applied
	if err := json.Unmarshal(ask(w, "GET", adminPath+"log", "").Body.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	equal(t, "log", log, w.Log())
}

func TestAdminSegments(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	accept(t, w, identify("1", ``))
	equal(t, "none", ask(w, "GET", adminPath+"segments", "").Body.String(), "[]\n")
	equal(t, "made", ask(w, "POST", adminPath+"segments", `{"name":"News","type":"manual"}`).Body.String(), `{"id":1,"name":"News","type":"manual","count":0}`+"\n")
	equal(t, "made", ask(w, "POST", adminPath+"segments", `{"name":"Active","type":"dynamic","description":"d"}`).Code, 200)
	enrol(w, "add", 1, "", "1")
	const news = `{"id":1,"name":"News","type":"manual","count":1`
	for path, want := range map[string]string{
		"segments":      `[` + news + `},{"id":2,"name":"Active","description":"d","type":"dynamic","count":0}]`,
		"segments?id=1": `[` + news + `,"members":[{"cio_id":"a3000000","id":"1","attributes":{}}]}]`,
		"segments?id=3": `[]`,
		"segments?id=x": `[]`,
	} {
		equal(t, path, ask(w, "GET", adminPath+path, "").Body.String(), want+"\n")
	}
	for _, bad := range []string{`{"name":"x"}`, `{"type":"manual"}`, `{"name":"x","type":"other"}`, `{`} {
		equal(t, bad, ask(w, "POST", adminPath+"segments", bad).Code, 400)
	}
	r := httptest.NewRequest("GET", "http://example.com"+adminPath+"segments", nil)
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	equal(t, "from elsewhere", rec.Code, 403)
}

func TestAdminFaults(t *testing.T) {
	t.Parallel()
	w := New(Config{})
	rec := ask(w, "POST", adminPath+"faults", `{"every_500":2}`)
	equal(t, "status", rec.Code, 200)
	equal(t, "answer", strings.Contains(rec.Body.String(), `"every_500":2`), true)
	equal(t, "unknown", ask(w, "POST", adminPath+"faults", `{"every":2}`).Code, 400)
	equal(t, "too long", ask(w, "POST", adminPath+"faults", repeat(" ", maxAdminBody+1)).Code, 400)
	equal(t, "they are in force", statuses(w, 2), []int{200, 500})
	equal(t, "wrong method", ask(w, "GET", adminPath+"faults", "").Code, 404)
	equal(t, "unknown page", ask(w, "GET", adminPath+"x", "").Code, 404)
}

func TestAdminIsForThisMachine(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"127.0.0.1": true, "127.0.0.1:80": true, "localhost:8080": true, "[::1]:80": true, "[::1]": true, "::1": true,
		"example.com": false, "localhost.example.com:80": false, "192.0.2.1:80": false, "": false,
	} {
		equal(t, host, local(host), want)
	}
	rec := httptest.NewRecorder()
	New(Config{}).ServeHTTP(rec, httptest.NewRequest("GET", "http://example.com"+adminPath+"people", nil))
	equal(t, "status", rec.Code, 403)
}
