package customerio

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// The hosts of the Track API.
const (
	trackUS = "https://track.customer.io"
	trackEU = "https://track-eu.customer.io"
)

// Defaults of Config.
const (
	defaultTimeout     = 30 * time.Second
	defaultOutage      = 10 * time.Minute
	defaultConnections = 16
)

// Config says how to reach the Track API. The zero values of all but the
// credentials and the Limiter mean the defaults.
type Config struct {
	SiteID, APIKey string
	Region         string        // "us" or "eu"; empty: Locate finds it
	BaseURL        string        // instead of the region's host, for a proxy or a simulator
	Limiter        Limiter       // paces every request
	Connections    int           // at most, kept alive; as many as there are Sends at once
	Timeout        time.Duration // of one request
	Outage         time.Duration // how long one batch is tried
	UserAgent      string

	// Waiting is told, from any goroutine, when requests have failed for some
	// seconds, with the reason; and with nil when they succeed again.
	Waiting func(reason error)
}

// Track is a client of the Track API. Its methods may be called from any
// goroutine, Locate before the first Send.
type Track struct {
	config    Config
	base      *url.URL
	transport *http.Transport
	secrets   *strings.Replacer // takes them out of a text
	trouble   trouble

	requests, retries, bytes atomic.Int64
}

// Stats counts what was sent since the client was made.
type Stats struct {
	Requests int64 // that a batch was sent with, retries and redirects included
	Retries  int64
	Bytes    int64 // of their bodies
}

// NewTrack returns a client; nothing is sent yet. It fails if the
// configuration cannot be right.
func NewTrack(c Config) (*Track, error) {
	if c.SiteID == "" || c.APIKey == "" {
		return nil, &Error{Trouble: Credentials, Msg: "no Track API credentials",
			Hint: "set CUSTOMERIO_SITE_ID and CUSTOMERIO_API_KEY, or name a file with them by --credentials"}
	}
	if c.Region != "" && c.Region != "us" && c.Region != "eu" {
		return nil, &Error{Trouble: Misuse, Msg: fmt.Sprintf("CUSTOMERIO_REGION is %q", c.Region), Hint: "it is us or eu"}
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	if c.Outage == 0 {
		c.Outage = defaultOutage
	}
	if c.Connections == 0 {
		c.Connections = defaultConnections
	}
	pair := base64.StdEncoding.EncodeToString([]byte(c.SiteID + ":" + c.APIKey))
	t := &Track{config: c, transport: newTransport(c.Connections), secrets: strings.NewReplacer(pair, "[credentials]", c.APIKey, "[key]")}
	t.trouble.tell = c.Waiting
	return t, t.setBase(c.BaseURL)
}

// setBase settles the host: the one that was given, or the region's.
func (t *Track) setBase(given string) error {
	text := given
	if text == "" {
		text = trackUS
		if t.config.Region == "eu" {
			text = trackEU
		}
	}
	u, err := url.Parse(strings.TrimRight(text, "/"))
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery+u.Fragment != "" {
		return &Error{Trouble: Misuse, Msg: "CUSTOMERIO_TRACK_URL is not a base URL",
			Hint: "it looks like https://track.customer.io, without a user, password or query"}
	}
	t.base = u
	return nil
}

// BaseURL returns where requests go.
func (t *Track) BaseURL() string { return t.base.String() }

// Stats returns the counts so far.
func (t *Track) Stats() Stats {
	return Stats{t.requests.Load(), t.retries.Load(), t.bytes.Load()}
}

// newTransport returns a transport for large bodies: HTTP/1.1 (HTTP/2 halved
// their throughput), written without copying, and as many connections kept alive
// as are used. It is used without an http.Client, whose redirects are not ours.
func newTransport(connections int) *http.Transport {
	dialer := &net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := dialer.DialContext(ctx, network, addr)
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
