package customerio

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// secretless fails if anything that err can be printed as holds the key.
func secretless(t testing.TB, err error) {
	t.Helper()
	text := fmt.Sprintf("%v %+v %#v", err, err, err)
	if e, ok := errors.AsType[*Error](err); ok {
		text += e.Hint + fmt.Sprintf("%+v %#v", e.Err, e.Err)
	}
	scan(t, text)
}

func scan(t testing.TB, text string) {
	t.Helper()
	for _, secret := range []string{testKey, strings.TrimPrefix(authorization, "Basic ")} {
		if strings.Contains(text, secret) {
			t.Errorf("%q holds %q", text, secret)
		}
	}
}

// indiscreet is a server that repeats everything it was told, as some proxies' pages
// for developers do, in a shape.
func indiscreet(status int, shape string) *script {
	return &script{answer: func(n int, w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		_, key, _ := r.BasicAuth()
		text := fmt.Sprintf(shape, r.Header.Get("Authorization")+" "+key)
		say(w, status, text, "Location", "http://"+key+":"+key+"@evil.example/"+key, "X-Echo", key)
	}}
}

// No error, reason for waiting or rejected row holds the key, whatever is answered.
func TestSecretsAreNotTold(t *testing.T) {
	t.Parallel()
	shapes := []string{"%s", "<html>%s</html>", strings.Repeat("-", 170) + "%s", `{"meta":{"error":"%s"}}`, `{"meta":{"errors":["%s"]}}`,
		`{"errors":[{"reason":"%[1]s","field":"%[1]s","message":"%[1]s"}]}`, `{"region":"%s"}`}
	for _, status := range []int{200, 202, 207, 301, 303, 307, 400, 401, 403, 404, 408, 413, 418, 422, 425, 429, 500, 502, 503} {
		for i, shape := range shapes {
			t.Run(fmt.Sprint(status, " ", i), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var mu sync.Mutex
					track := client(t, indiscreet(status, shape), Config{Outage: time.Minute, Waiting: func(reason error) {
						mu.Lock()
						defer mu.Unlock()
						secretless(t, reason)
					}})
					rejected, err := track.Send(t.Context(), batchOf(one()...))
					secretless(t, err)
					scan(t, fmt.Sprintf("%+v", rejected))
					_, err = track.Locate(t.Context())
					if err == nil {
						t.Error("located")
					}
					secretless(t, err)
				})
			})
		}
	}
}

// Errors of the network do not hold it either.
func TestSecretsAreNotInNetworkErrors(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"nothing":        "",
		"no HTTP":        "%s\r\n",
		"broken header":  "HTTP/1.1 200 OK\r\n%s\r\n\r\n",
		"broken length":  "HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n",
		"broken coding":  "HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n",
		"broken chunk":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n",
		"broken version": "HTTP/%s 200 OK\r\n\r\n",
		"broken status":  "HTTP/1.1 %s OK\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				n := new(network)
				l := n.listen(t, "service:80")
				go func() {
					for c, err := l.Accept(); err == nil; c, err = l.Accept() {
						c.Read(make([]byte, 4096))
						io.WriteString(c, strings.ReplaceAll(answer, "%s", testKey))
						c.Close()
					}
				}()
				_, err := n.track(t, Config{BaseURL: testBase, Outage: time.Minute}).Locate(t.Context())
				equal(t, "trouble", troubleOf(t, err), Unavailable)
				secretless(t, err)
				l.end()
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		_, err := new(network).track(t, Config{BaseURL: testBase, Outage: time.Minute}).Locate(t.Context())
		equal(t, "trouble", troubleOf(t, err), Unavailable)
		secretless(t, err)
	})
}

// A secret is removed in all spellings that servers use.
func TestHiding(t *testing.T) {
	t.Parallel()
	const site, key = "5iTe", `K3y/+&"=é`
	r := hiding(site+":"+key, "[credentials]", key, "[key]")
	for _, text := range []string{
		key, "k3y/+&\"=é", "K3y%2F%2B%26%22%3D%C3%A9", "K3y%2F+&%22=%C3%A9", `K3y/+\u0026\"=é`, "SzN5LysmIj3DqQ==", "SzN5LysmIj3DqQ",
		"Basic NWlUZTpLM3kvKyYiPcOp", "NWlUZTpLM3kvKyYiPcOp",
	} {
		got := r.Replace("<" + text + ">")
		if strings.TrimLeft(strings.TrimRight(got, "=>"), "<Basic ") != "[key]" && strings.TrimLeft(strings.TrimRight(got, "=>"), "<Basic ") != "[credentials]" {
			t.Errorf("%q is shown as %q", text, got)
		}
	}
	if got := r.Replace("nothing to hide"); got != "nothing to hide" {
		t.Error(got)
	}
	if got := hiding("s:k", "[credentials]", "k", "[key]").Replace(ReasonUnknown); got != ReasonUnknown {
		t.Errorf("a short key turns a reason into %q", got)
	}
}

// What callers branch on is never changed, and a short key is not seen in words.
func TestShortSecretsLeaveWordsAlone(t *testing.T) {
	t.Parallel()
	all := reported([]Rejection{{Reason: ReasonUnknown, Field: "attributes.k", Message: "unknown: key-of-six is in it"}}, hiding("k", "[key]", "key-of-six", "[key]", "unknown", "[site id]"))
	if want := (Rejection{Reason: ReasonUnknown, Field: "attributes.k", Message: "[site id]: [key] is in it"}); all[0] != want {
		t.Errorf("%+v, want %+v", all[0], want)
	}
}
