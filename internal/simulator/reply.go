package simulator

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net"
	"net/http"
	"strconv"
)

// A cut is how a connection without an answer ends.
type cut uint8

const (
	cutNone  cut = iota
	cutReset     // RST: the client reads "connection reset"
	cutClose     // FIN: the client reads EOF
)

// A reply is an answer, or a broken connection, as a value: handlers return it, so
// that it is counted before the client can see it.
type reply struct {
	status     int
	body       any     // sent as JSON
	page       string  // sent as HTML instead, when set
	text       *string // sent as it is instead, when set
	short      bool    // a body is announced and does not come
	gzip       bool    // compressed
	retryAfter string
	allow      string
	challenge  string // of a 401, as WWW-Authenticate
	cut        cut
}

type meta struct {
	Meta struct {
		Error string `json:"error"`
	} `json:"meta"`
}

func metaError(message string) (m meta) {
	m.Meta.Error = message
	return m
}

func failure(status int, message string) reply {
	return reply{status: status, body: metaError(message)}
}

// An appError is an element of the App API's "errors". The status is text.
type appError struct {
	Status string `json:"status"`
	Detail string `json:"detail"`
}

type appErrors struct {
	Errors []appError `json:"errors"`
}

// failure is an error in the form of the surface.
func (s surface) failure(status int, detail string) reply {
	if s != appAPI {
		return failure(status, detail)
	}
	return reply{status: status, body: appErrors{[]appError{{strconv.Itoa(status), detail}}}}
}

func unauthorized(s surface) reply {
	answer := s.failure(http.StatusUnauthorized, "Unauthorized request")
	answer.challenge = `Basic realm="Customer.io"`
	if s == appAPI {
		answer.challenge = `Bearer realm="Customer.io"`
	}
	return answer
}

// refused is the 400 for a request of which nothing is accepted.
func refused(r refusal) reply {
	return reply{status: http.StatusBadRequest, body: errorList{[]entry{r.entry()}}}
}

func found(body any) reply { return reply{status: http.StatusOK, body: body} }

func accepted() reply {
	return reply{status: http.StatusOK, body: struct{}{}}
}

// send writes the reply, or breaks the connection.
func (a reply) send(rw http.ResponseWriter) {
	if a.cut != cutNone {
		a.breakOff(rw)
		return
	}
	h := rw.Header()
	if a.retryAfter != "" {
		h.Set("Retry-After", a.retryAfter)
	}
	if a.allow != "" {
		h.Set("Allow", a.allow)
	}
	if a.challenge != "" {
		h.Set("WWW-Authenticate", a.challenge)
	}
	kind, body := a.content()
	h.Set("Content-Type", kind)
	switch {
	case a.short:
		h.Set("Content-Length", "2")
		rw.WriteHeader(a.status)
		http.NewResponseController(rw).Flush() // if that fails, nothing arrives
		panic(http.ErrAbortHandler)
	case a.gzip:
		h.Set("Content-Encoding", "gzip")
		body = zipped(body)
	}
	rw.WriteHeader(a.status)
	rw.Write(body)
}

// content is the body and its media type.
func (a reply) content() (kind string, body []byte) {
	switch {
	case a.page != "":
		return "text/html", []byte(a.page)
	case a.text != nil:
		return "application/json", []byte(*a.text)
	}
	return "application/json", jsonOf(a.body)
}

// zipped compresses a body.
func zipped(body []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(body) // into memory: cannot fail
	w.Close()
	return b.Bytes()
}

// jsonOf is a value as a line of JSON. All values are the package's own.
func jsonOf(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic("simulator: not JSON: " + err.Error())
	}
	return b.Bytes()
}

// writeJSON ignores the error of writing: the client has gone, and no one else
// can be told.
func writeJSON(rw http.ResponseWriter, status int, v any) {
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	rw.Write(jsonOf(v))
}

// breakOff closes the connection without an answer. If it cannot take over the
// connection (HTTP/2, a recorder in a test), it aborts the handler instead.
func (a reply) breakOff(rw http.ResponseWriter) {
	conn, _, err := http.NewResponseController(rw).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	inner := conn
	if t, ok := conn.(interface{ NetConn() net.Conn }); ok {
		inner = t.NetConn()
	}
	if tcp, ok := inner.(*net.TCPConn); ok && a.cut == cutReset {
		tcp.SetLinger(0)
		tcp.Close() // before TLS can end the session
		return
	}
	conn.Close()
}
