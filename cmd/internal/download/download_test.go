package download

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/cmd/internal/exit"
)

// server serves a file, and cuts each connection after some bytes.
type server struct {
	file    []byte
	cut     int // bytes after which a connection ends; 0: none
	etag    string
	ranges  bool
	refuse  []int // statuses of the first answers
	onServe func(n int)

	served int
	asked  []string // ranges
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.served++
	s.asked = append(s.asked, r.Header.Get("Range"))
	if s.onServe != nil {
		s.onServe(s.served)
	}
	if len(s.refuse) >= s.served {
		w.WriteHeader(s.refuse[s.served-1])
		return
	}
	from := 0
	w.Header().Set("ETag", s.etag)
	if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err == nil && s.ranges && r.Header.Get("If-Range") == s.etag {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(s.file)-1, len(s.file)))
		w.Header().Set("Content-Length", fmt.Sprint(len(s.file)-from))
		w.WriteHeader(http.StatusPartialContent)
	} else {
		from = 0
		w.Header().Set("Content-Length", fmt.Sprint(len(s.file)))
	}
	rest := s.file[from:]
	if s.cut > 0 && len(rest) > s.cut {
		_, _ = w.Write(rest[:s.cut])
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(rest)
}

// A download is whole, whatever is cut, or ends with an error that does not show the
// query of the link.
func TestFetch(t *testing.T) {
	t.Parallel()
	file := bytes.Repeat([]byte("id,name\n"), 50_000)
	for name, c := range map[string]struct {
		s    server
		want string // the error; empty: the file is whole
		code int
	}{
		"at once":           {server{file: file, etag: `"a"`}, "", 0},
		"cut, continued":    {server{file: file, etag: `"a"`, cut: 90_000, ranges: true}, "", 0},
		"busy at first":     {server{file: file, etag: `"a"`, refuse: []int{503, 429}}, "", 0},
		"empty":             {server{etag: `"a"`}, "", 0},
		"cut, no ranges":    {server{file: file, etag: `"a"`, cut: 90_000}, "cannot be downloaded", exit.Broken},
		"never there":       {server{file: file, refuse: []int{500, 500, 500, 500, 500}}, "the server says 500", exit.Broken},
		"expired":           {server{refuse: []int{403}}, "a signed link expires", exit.Misuse},
		"not there":         {server{refuse: []int{404}}, "check the link", exit.Misuse},
		"a page for people": {server{refuse: []int{302}}, "", exit.Misuse},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hs := httptest.NewServer(&c.s)
			defer hs.Close()
			l, err := Parse(hs.URL + "/a/people.csv?signature=secret")
			if err != nil {
				t.Fatal(err)
			}
			path, n, err := Fetch(t.Context(), l, t.TempDir(), "test")
			if c.code != 0 {
				code, hint := exit.Classify(err)
				if said := fmt.Sprint(err, hint); err == nil || code != c.code || !strings.Contains(said, c.want) || strings.Contains(said, "secret") {
					t.Errorf("%d, %v, %s", code, err, hint)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(path)
			if err != nil || !bytes.Equal(got, c.s.file) || n != int64(len(got)) || !strings.HasSuffix(path, "/people.csv") {
				t.Errorf("%d bytes at %s, %v", len(got), path, err)
			}
			if c.s.cut > 0 && (c.s.served < 4 || c.s.asked[1] != "bytes=90000-") {
				t.Errorf("asked for %q", c.s.asked)
			}
		})
	}
}

// A file that changes between two parts is refused, and so is a detour without
// encryption.
func TestFetchChanged(t *testing.T) {
	t.Parallel()
	s := &server{file: bytes.Repeat([]byte("a"), 200_000), etag: `"a"`, cut: 90_000, ranges: true}
	s.onServe = func(n int) {
		if n == 2 {
			s.etag = `"b"`
		}
	}
	hs := httptest.NewServer(s)
	defer hs.Close()
	l, err := Parse(hs.URL + "/people.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Fetch(t.Context(), l, t.TempDir(), "test"); err == nil || !strings.Contains(err.Error(), "has changed while it was downloaded") {
		t.Error(err)
	}
	d := &transfer{link: l}
	from, _ := http.NewRequest(http.MethodGet, "https://example.com/a", nil)
	to, _ := http.NewRequest(http.MethodGet, "http://example.com/a", nil)
	if d.redirected(to, []*http.Request{from}) == nil {
		t.Error("https may be redirected to http")
	}
}

// What is printed of a link has neither its query nor a password.
func TestShown(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]string{
		"https://s3.example/b/k.csv?X-Amz-Signature=secret": "https://s3.example/b/k.csv",
		"https://ada:secret@example.com/k.csv#secret":       "https://example.com/k.csv",
		"people.csv?x":                "people.csv?x",
		"https://example.com/a@b.csv": "https://example.com/a@b.csv",
	} {
		if got := Shown(link); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	for _, link := range []string{"http://example.com/a", "https://u:p@example.com/a", "https:///a"} {
		if _, err := Parse(link); err == nil {
			t.Errorf("%s is accepted", link)
		}
	}
}
