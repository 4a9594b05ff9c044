package customerio

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Dial makes a connection to host:port, as net.Dialer.DialContext does. It can
// avoid the network, for a service in the same process.
type Dial func(ctx context.Context, network, addr string) (net.Conn, error)

// newTransport returns a transport for large bodies: HTTP/1.1 (HTTP/2 halved
// their throughput), written without copying, and as many connections kept alive
// as are used. It is used without an http.Client, which would follow redirects in
// its own way.
func newTransport(connections int, dial Dial) *http.Transport {
	if dial == nil {
		dial = (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	}
	return &http.Transport{
		Proxy: proxy,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := dial(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			return conn{c}, nil
		},
		MaxIdleConns:        connections,
		MaxIdleConnsPerHost: connections,
		MaxConnsPerHost:     connections,
		IdleConnTimeout:     90 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second,
		DisableCompression:  true,
		TLSNextProto:        map[string]func(string, *tls.Conn) http.RoundTripper{},
	}
}

// proxy returns the environment's proxy. net/http takes a text that is not a URL for
// a host called http and a path; the error does not quote it, because it may hold a
// password.
func proxy(r *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(r)
	if err != nil || u != nil && strings.HasPrefix(u.Path, "//") {
		return nil, &Error{Trouble: Misuse, Problem: BadProxy, Msg: "the proxy that the environment names is not a proxy's address"}
	}
	return u, nil
}
