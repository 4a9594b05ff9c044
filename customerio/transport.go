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

// Dial makes a connection to host:port, as net.Dialer.DialContext does: a way
// around the network, such as to a service in the same process.
type Dial func(ctx context.Context, network, addr string) (net.Conn, error)

// newTransport returns a transport for large bodies: HTTP/1.1 (HTTP/2 halved
// their throughput), written without copying, and as many connections kept alive
// as are used. It is used without an http.Client, whose redirects are not ours.
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

// proxy is the environment's. What is no URL, net/http takes for a host called
// http and a path; the error does not quote it, as there may be a password in it.
func proxy(r *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(r)
	if err != nil || u != nil && strings.HasPrefix(u.Path, "//") {
		return nil, &Error{Trouble: Misuse, Msg: "the proxy that the environment names is not a proxy's address",
			Hint: "HTTPS_PROXY and HTTP_PROXY look like http://proxy.example:3128; a password must be percent-encoded"}
	}
	return u, nil
}
