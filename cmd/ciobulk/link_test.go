package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The file of a signed link is an input like any other: it is resumed, also with a new
// signature, and the signature is written nowhere.
func TestLink(t *testing.T) {
	t.Parallel()
	s := newScene(t, 400)
	files := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Query().Get("signature"), "secret") {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		http.ServeFile(w, r, filepath.Join(s.dir, "people.csv"))
	}))
	defer files.Close()
	temp := t.TempDir()
	upsert := func(signature string, more ...string) []string {
		return append([]string{"upsert", files.URL + "/export/people.csv?signature=" + signature, "-m", "people.yaml", "--concurrency", "4", "--batch-rows", "20"}, more...)
	}
	killed := s.call(upsert("secret1")...)
	killed.Env = append(killed.Env, "TMPDIR="+temp)
	s.killAt(5, killed)
	stopped := s.call(upsert("secret2", "--max-errors", "0")...)
	stopped.Env = append(stopped.Env, "TMPDIR="+temp)
	s.finish(stopped, exitUsage) // there is an unfinished run
	resumed := s.call(upsert("secret3", "--resume")...)
	resumed.Env = append(resumed.Env, "TMPDIR="+temp)
	sum := s.finish(resumed, exitRejected)
	if sum.Rows != 400 || sum.Resumed != 1 || sum.Inputs[0] != files.URL+"/export/people.csv" {
		t.Errorf("%+v", sum)
	}
	expired := s.call(upsert("old", "--restart")...)
	s.finish(expired, exitUsage)
	said := fmt.Sprint(killed.Stdout, killed.Stderr, stopped.Stderr, resumed.Stdout, resumed.Stderr, expired.Stdout, expired.Stderr)
	if strings.Contains(said, "secret") || !strings.Contains(said, "a signed link expires") {
		t.Error(said)
	}
	err := filepath.WalkDir(s.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.Contains(string(text), "secret") {
			t.Errorf("the signature is in %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	left, _ := filepath.Glob(filepath.Join(temp, "*"))
	if len(left) > 1 { // of the one that was killed
		t.Errorf("still there: %q", left)
	}
}
