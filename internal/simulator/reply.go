package simulator

import (
	"encoding/json"
	"net"
	"net/http"
	"strconv"
)

// A cut is how a connection ends that gets no answer.
type cut uint8

const (
	cutNone  cut = iota
	cutReset     // RST: the client reads "connection reset"
	cutClose     // FIN: the client reads EOF
)

// A reply is an answer, or a broken connection, as a value: handlers return
// one, so that counting is done before the client can know.
type reply struct {
	status     int
	body       any    // sent as JSON
	page       string // sent as HTML instead, when set
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

// failure words an error as the surface does.
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

// refused is the 400 for a request of which nothing is taken.
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
	if a.page != "" {
		h.Set("Content-Type", "text/html")
		rw.WriteHeader(a.status)
		rw.Write([]byte(a.page))
		return
	}
	writeJSON(rw, a.status, a.body)
}

// writeJSON ignores the error of writing: the client has gone, and nobody else
// is there to be told.
func writeJSON(rw http.ResponseWriter, status int, v any) {
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	encoder := json.NewEncoder(rw)
	encoder.SetEscapeHTML(false)
	encoder.Encode(v)
}

// breakOff closes the connection without an answer. Where there is none to
// take over (HTTP/2, a recorder in a test) it aborts the handler instead.
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
		tcp.Close() // before TLS can say goodbye
		return
	}
	conn.Close()
}
