package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// nosy is a proxy that keeps what it sees and passes nothing on.
type nosy struct {
	mu   sync.Mutex
	seen []*http.Request
}

func (n *nosy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	n.seen = append(n.seen, r)
	n.mu.Unlock()
	w.WriteHeader(http.StatusBadGateway)
}

// asked returns what it has seen so far.
func (n *nosy) asked() []*http.Request {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.seen)
}

// isolated is a call that finds only this environment, of which every name given
// twice has the last value.
func (s *scene) isolated(environment []string, args ...string) *exec.Cmd {
	c := s.command(append(args, "--outage", "1s")...)
	c.Env = append(c.Env, environment...)
	return c
}

// The proxy of the environment learns which host is asked, by its name, and no
// key; what it asks for itself shows in no message.
func TestProxyOfTheEnvironment(t *testing.T) {
	t.Parallel()
	proxy := new(nosy)
	server := httptest.NewServer(proxy)
	defer server.Close()
	withPassword := strings.Replace(server.URL, "http://", "http://proxyuser:proxy-secret@", 1)
	s := newScene(t, 10)
	c := s.isolated([]string{"CUSTOMERIO_TRACK_URL=", "HTTPS_PROXY=" + withPassword, "HTTP_PROXY=http://127.0.0.1:1"})
	s.finish(c, exitUnavailable)
	asked := proxy.asked()
	if len(asked) == 0 {
		t.Fatal("the proxy was not asked")
	}
	for _, r := range asked {
		if r.Method != http.MethodConnect || r.Host != "track.customer.io:443" || r.Header.Get("Authorization") != "" {
			t.Errorf("the proxy saw %s %s %v", r.Method, r.Host, r.Header)
		}
		if r.Header.Get("Proxy-Authorization") == "" {
			t.Errorf("the proxy was not given its own password: %v", r.Header)
		}
	}
	for name, c := range map[string]struct {
		environment []string
		code        int
		says        string
	}{
		"answers badly":  {[]string{"CUSTOMERIO_TRACK_URL=", "HTTPS_PROXY=" + withPassword}, exitUnavailable, "Bad Gateway"},
		"is not there":   {[]string{"CUSTOMERIO_TRACK_URL=", "HTTPS_PROXY=http://proxyuser:proxy-secret@127.0.0.1:1"}, exitUnavailable, "refused"},
		"has a bad port": {[]string{"CUSTOMERIO_TRACK_URL=", "HTTPS_PROXY=http://proxyuser:proxy-secret@proxy:port"}, exitUsage, "is not a proxy's address"},
		"in plain text":  {[]string{"CUSTOMERIO_TRACK_URL=http://cio.example", "HTTP_PROXY=" + withPassword}, exitUnavailable, "Bad Gateway"},
	} {
		t.Run(name, func(t *testing.T) {
			call := s.isolated(c.environment, "--state-dir", t.TempDir())
			s.finish(call, c.code)
			said := call.Stderr.(*bytes.Buffer).String()
			if !strings.Contains(said, c.says) || strings.Contains(said, "proxy-secret") || strings.Contains(said, testKey) {
				t.Errorf("want %q and no secret: %s", c.says, said)
			}
		})
	}
}

// A .netrc in the home folder has no say in who is asked as whom.
func TestNetrcIsNotRead(t *testing.T) {
	t.Parallel()
	s := newScene(t, 10)
	var mu sync.Mutex
	var users []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, _, _ := r.BasicAuth()
		mu.Lock()
		users = append(users, user)
		mu.Unlock()
		s.ServeHTTP(w, r)
	}))
	defer server.Close()
	s.url = server.URL
	s.write(".netrc", []byte("default login somebody password else\n"))
	c := s.command()
	c.Env = append(c.Env, "HOME="+s.dir, "NETRC="+filepath.Join(s.dir, ".netrc"))
	s.finish(c, exitRejected)
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(slices.Compact(users), []string{testSite}) {
		t.Errorf("asked as %q", users)
	}
}
