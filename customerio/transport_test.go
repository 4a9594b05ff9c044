package customerio

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
)

// A server that offers HTTP/2 is spoken to in HTTP/1.1, though this client has
// a TLS configuration of its own and is told to try.
func TestHTTP1(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		equal(t, "protocol", r.Proto, "HTTP/1.1")
		equal(t, "accepted codings", r.Header.Get("Accept-Encoding"), "")
		equal(t, "length", r.ContentLength, int64(len(wantBody)))
		equal(t, "agent", r.Header.Get("User-Agent"), "test/1")
		say(w, 200, "{}")
	}))
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	track := overSockets(t, server, Config{UserAgent: "test/1"})
	track.transport.TLSClientConfig = &tls.Config{RootCAs: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
	track.transport.ForceAttemptHTTP2 = true
	_, err := track.Send(t.Context(), batchOf(one()...))
	equal(t, "error", err, nil)
}

// endless is an answer without end; it counts what was taken of it.
type endless struct {
	script
	taken int
}

func newEndless(status int, begin string) *endless {
	e := new(endless)
	e.answer = func(n int, w http.ResponseWriter, r *http.Request) {
		if n > 0 {
			say(w, 200, "{}")
			return
		}
		say(w, status, begin)
		for chunk := bytes.Repeat([]byte(" "), 1024); ; {
			n, err := w.Write(chunk)
			e.taken += n
			if err != nil {
				return
			}
		}
	}
	return e
}

// Of an endless answer no more is taken than fits, and it counts like one that
// was cut off.
func TestEndlessAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status   int
		begin    string
		requests int
		want     string
	}{
		"200":                   {200, `{`, 2, ""},
		"500":                   {500, "<html>", 2, ""},
		"207":                   {207, `{"errors":[`, 1, "0? " + doubt},
		"207 that looks whole":  {207, `{"errors":[{"batch_index":0}]}`, 1, `0 invalid "" ""`},
		"413":                   {413, `too large`, 1, `0 too_large "" "too large"`},
		"redirected to a place": {307, `<html>`, 2, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				e := newEndless(c.status, c.begin)
				track := client(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Location", "/other")
					e.ServeHTTP(w, r)
				}), Config{})
				all, err := track.Send(t.Context(), batchOf(one()...))
				equal(t, "error", err, nil)
				equal(t, "rejections", short(all), c.want)
				equal(t, "requests", e.count(), c.requests)
				synctest.Wait()
				if e.taken > maxAnswer+64<<10 {
					t.Errorf("%d bytes were taken", e.taken)
				}
			})
		})
	}
}

// stalled is a connection whose writes come to a halt, and go on when they are
// let, closed or not.
type stalled struct {
	net.Conn
	room int
	let  chan struct{}
	late bytes.Buffer // what was written after that
}

func (s *stalled) Write(p []byte) (int, error) {
	if s.room -= len(p); s.room >= 0 {
		return s.Conn.Write(p)
	}
	<-s.let
	return s.late.Write(p)
}

// Once Send has returned, the memory of the operations is the caller's, though
// net/http is still busy with a request that was answered early.
func TestOperationsAreTheCallersAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := new(network)
		n.serve(t, "service:80", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.NewResponseController(w).EnableFullDuplex()
			say(w, 200, "{}", "Content-Length", "2")
			http.NewResponseController(w).Flush()
			io.Copy(io.Discard, r.Body)
		}))
		track := n.track(t, Config{BaseURL: testBase})
		conn := &stalled{room: 200_000, let: make(chan struct{})}
		track.transport.DialContext = func(ctx context.Context, network, addr string) (_ net.Conn, err error) {
			conn.Conn, err = n.dial(ctx, network, addr)
			return conn, err
		}
		ops := operations(0, 10_000)
		_, err := track.Send(t.Context(), batchOf(ops...))
		equal(t, "error", err, nil)
		for _, op := range ops {
			copy(op, bytes.Repeat([]byte("\xff"), len(op)))
		}
		close(conn.let)
		synctest.Wait()
		if conn.late.Len() == 0 || bytes.Contains(conn.late.Bytes(), []byte("\xff")) {
			t.Errorf("of %d late bytes some are the next batch's", conn.late.Len())
		}
	})
}
