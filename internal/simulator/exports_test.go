package simulator

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// answerOf decodes a good answer.
func answerOf[T any](t testing.TB, rec *httptest.ResponseRecorder) (v T) {
	t.Helper()
	if err := json.Unmarshal(rec.Body.Bytes(), &v); rec.Code != 200 || err != nil {
		t.Fatalf("%d %s: %v", rec.Code, rec.Body, err)
	}
	return v
}

type exportAnswer struct{ Export exportEntry }

// An export shows the people at the time of its order, and is pending for as
// many questions as configured.
func TestExportsWait(t *testing.T) {
	t.Parallel()
	for polls, want := range map[int]string{0: "pending pending done", 3: "pending pending pending done", -1: "done"} {
		w := New(Config{App: AppConfig{ExportPolls: polls}})
		accept(t, w, identify("1", `"plan":"a"`))
		answerOf[exportAnswer](t, askApp(w, "POST", "/v1/exports/customers", `{"filters":{"attribute":{"field":"plan","operator":"exists"}}}`))
		accept(t, w, identify("2", `"plan":"a"`))
		var states []string
		for range len(strings.Fields(want)) {
			states = append(states, answerOf[exportAnswer](t, askApp(w, "GET", "/v1/exports/1", "")).Export.Status)
		}
		equal(t, "states", strings.Join(states, " "), want)
		equal(t, "total", answerOf[exportAnswer](t, askApp(w, "GET", "/v1/exports/1", "")).Export.Total, 1)
	}
}

func TestExportsFail(t *testing.T) {
	t.Parallel()
	w := New(Config{Faults: Faults{AppFailExports: true}, App: AppConfig{ExportPolls: -1}})
	askApp(w, "POST", "/v1/exports/customers", `{"filters":`+everyone+`}`)
	x := answerOf[exportAnswer](t, askApp(w, "GET", "/v1/exports/1", "")).Export
	equal(t, "state", []any{x.Failed, x.Status}, []any{true, "failed"})
	equal(t, "link", askApp(w, "GET", "/v1/exports/1/download", "").Code, 404)
}

const everyone = `{"and":[{"attribute":{"field":"cio_id","operator":"exists"}}]}`

// What omitted attributes mean is not documented.
func TestExportsOfAllAttributes(t *testing.T) {
	t.Parallel()
	for all, want := range map[bool]string{false: "cio_id,id,email\n", true: "cio_id,id,email,phone,plan,é\n"} {
		w := New(Config{App: AppConfig{ExportPolls: -1, ExportAll: all}})
		accept(t, w, identify("1", `"plan":"a,\"b\"","é":1`), on("identify", "phone", "+15005550006"))
		askApp(w, "POST", "/v1/exports/customers", `{"filters":`+everyone+`}`)
		file := string(w.exports[0].file)
		equal(t, "header", file[:strings.Index(file, "\n")+1], want)
		equal(t, "lines", strings.Count(file, "\n"), 3)
	}
}

// The store refuses credentials, and links that have expired.
func TestStorage(t *testing.T) {
	t.Parallel()
	w := New(Config{AppKey: "app-key", App: AppConfig{ExportPolls: -1, LinkLife: 100 * time.Millisecond, LinkMember: "link"}})
	server := httptest.NewServer(w)
	defer server.Close()
	accept(t, w, identify("1", ""))
	suite := suite{server.URL, "Bearer app-key"}
	suite.call(t, "POST", "/v1/exports/customers", suite.authorization, `{"filters":`+everyone+`}`)
	_, body := suite.call(t, "GET", "/v1/exports/1/download", suite.authorization, "")
	var answer struct{ Link string }
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	path := strings.TrimPrefix(answer.Link, "http://localhost:"+server.URL[strings.LastIndex(server.URL, ":")+1:])
	status, _ := suite.call(t, "GET", path, "", "")
	equal(t, "good", status, 200)
	status, _ = suite.call(t, "GET", path, suite.authorization, "")
	equal(t, "with the key", status, 400)
	equal(t, "noted", w.Stats().Leaked, int64(1))
	time.Sleep(150 * time.Millisecond)
	status, _ = suite.call(t, "GET", path, "", "")
	equal(t, "expired", status, 403)
}

// A cut download delivers what it did, whatever part was asked for.
func TestStorageCuts(t *testing.T) {
	t.Parallel()
	w := New(Config{AppKey: "app-key", App: AppConfig{ExportPolls: -1}, Faults: Faults{AppCutDownload: 10}})
	server := httptest.NewServer(w)
	defer server.Close()
	accept(t, w, identify("1", ""), identify("2", ""))
	askApp(w, "POST", "/v1/exports/customers", `{"filters":`+everyone+`}`)
	var got string
	for range 100 {
		expires := fmt.Sprint(time.Now().Add(time.Minute).UnixMilli())
		r, _ := http.NewRequestWithContext(t.Context(), "GET", server.URL+storagePath+"exports/1.csv?expires="+expires+"&signature="+w.signature("exports/1.csv", expires), nil)
		r.Header.Set("Range", fmt.Sprintf("bytes=%d-", len(got)))
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		part, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode == 416 {
			break
		}
		got += string(part)
	}
	equal(t, "file", got, string(w.exports[0].file))
}

// Deliveries are those of a range of time, which is shortened to 12 months.
func TestDeliveries(t *testing.T) {
	t.Parallel()
	w := New(Config{App: AppConfig{ExportPolls: -1}})
	const month = 30 * 24 * 3600
	now := time.Now().Unix()
	for i := range int64(24) {
		w.AddMessages(Message{ID: fmt.Sprint("m", i), Campaign: 1 + i%2, CustomerID: "1", Created: now - i*month, Metrics: map[string]int64{"sent": 1}})
	}
	for body, want := range map[string]int{
		`{"campaign_id":1}`: 4, `{"campaign_id":2}`: 3, `{"campaign_id":1,"start":1}`: 7, `{"newsletter_id":1}`: 0,
		fmt.Sprintf(`{"campaign_id":1,"start":%d,"end":%d}`, now-4*month, now-2*month): 2,
		`{"campaign_id":1,"metric":"opened"}`:                                          0, `{"campaign_id":1,"metric":"sent"}`: 4,
	} {
		made := answerOf[exportAnswer](t, askApp(w, "POST", "/v1/exports/deliveries", body))
		equal(t, body, made.Export.Total, want)
	}
	list := answerOf[struct {
		Messages []Message
		Next     string
	}](t, askApp(w, "GET", "/v1/messages?limit=3", ""))
	equal(t, "six months", []any{len(list.Messages), list.Next != ""}, []any{3, true})
}
