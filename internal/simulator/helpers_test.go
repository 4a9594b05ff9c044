package simulator

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
)

// basic is an Authorization header in the alphabet.
func basic(alphabet *base64.Encoding, user, pass string) string {
	return "Basic " + alphabet.EncodeToString([]byte(user+":"+pass))
}

func batchOf(operations ...string) string {
	return `{"batch":[` + strings.Join(operations, ",") + `]}`
}

// identify is an operation on the person of this id; attributes is a JSON
// object without its braces.
func identify(id, attributes string) string {
	return fmt.Sprintf(`{"type":"person","action":"identify","identifiers":{"id":%q},"attributes":{%s}}`, id, attributes)
}

// on is an operation with an identifier {kind:value} and more members.
func on(action, kind, value string, more ...string) string {
	members := append([]string{fmt.Sprintf(`"type":"person","action":%q,"identifiers":{%q:%q}`, action, kind, value)}, more...)
	return "{" + strings.Join(members, ",") + "}"
}

// ask sends a request straight to the workspace, without a network.
func ask(w *Workspace, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host = "127.0.0.1"
	r.Header.Set("Authorization", basic(base64.StdEncoding, "site", "key"))
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	return rec
}

// askApp is ask with the key of the App API.
func askApp(w *Workspace, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer app-key")
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	return rec
}

// enrol asks to add people to the segment, or remove them; query may be empty.
func enrol(w *Workspace, action string, segment int, query string, ids ...string) *httptest.ResponseRecorder {
	return ask(w, "POST", enrolPath(segment, action)+query, idsOf(ids...))
}

func enrolPath(segment int, action string) string {
	return fmt.Sprintf("/api/v1/segments/%d/%s_customers", segment, action)
}

func idsOf(ids ...string) string {
	text, err := json.Marshal(map[string][]string{"ids": append([]string{}, ids...)})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// membersOf is the ids, or else emails, of the members.
func membersOf(t testing.TB, w *Workspace, segment int) (names []string) {
	t.Helper()
	g, ok := w.Segment(segment)
	if !ok {
		t.Fatalf("there is no segment %d", segment)
	}
	for _, p := range g.Members {
		names = append(names, cmp.Or(p.ID, p.Email))
	}
	equal(t, "count", g.Count, len(names))
	return names
}

func sendBatch(w *Workspace, operations ...string) *httptest.ResponseRecorder {
	return ask(w, "POST", batchPath, batchOf(operations...))
}

// accept sends operations that all have to be accepted.
func accept(t testing.TB, w *Workspace, operations ...string) {
	t.Helper()
	rec := sendBatch(w, operations...)
	if rec.Code != 200 || rec.Body.String() != "{}\n" {
		t.Fatalf("answer %d %s, want 200 {}", rec.Code, rec.Body)
	}
}

func personOf(t testing.TB, w *Workspace, kind, value string) Person {
	t.Helper()
	p, ok := w.Person(kind, value)
	if !ok {
		t.Fatalf("no one has the %s %q", kind, value)
	}
	return p
}

// attributesOf is a person's attributes as compact JSON, sorted by name.
func attributesOf(t testing.TB, w *Workspace, id string) string {
	t.Helper()
	text, err := json.Marshal(personOf(t, w, "id", id).Attributes)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func equal[T any](t testing.TB, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// post sends a batch over the network; the status is 0 if there was no answer.
func post(t testing.TB, client *http.Client, base, body string) (status int, answer string, err error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", base+batchPath, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("site", "key")
	res, err := client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, string(text), err
}
