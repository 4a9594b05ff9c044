package customerio

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
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
		Proxy: http.ProxyFromEnvironment,
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
