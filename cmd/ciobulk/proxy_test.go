package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"
)

// A proxy that knows batches only is good enough, unless the mapping insists on
// a workspace.
func TestProxyWithoutAccount(t *testing.T) {
	t.Parallel()
	for name, account := range map[string]http.HandlerFunc{
		"404":   http.NotFound,
		"empty": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, 10)
			mux := http.NewServeMux()
			mux.Handle("/api/v2/batch", s.service)
			mux.Handle("/", account)
			server := httptest.NewServer(mux)
			defer server.Close()
			s.url = server.URL
			c := s.command()
			sum := s.finish(c, exitRejected)
			if sum.Accepted != 9 || sum.Workspace != 0 {
				t.Errorf("%+v", sum)
			}
			if !bytes.Contains(c.Stderr.(*bytes.Buffer).Bytes(), []byte("cannot determine the workspace")) {
				t.Errorf("no note: %s", c.Stderr)
			}
			s.write("people.yaml", []byte(sceneMapping+"workspace: 7\n"))
			s.finish(s.command("--restart"), exitCredentials)
		})
	}
}
