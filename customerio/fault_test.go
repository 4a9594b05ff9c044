package customerio

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/internal/slowtest"
)

// certificate is one that signs itself, for a host, until a time.
func certificate(t *testing.T, host string, until time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: until, IsCA: true, BasicConstraintsValid: true,
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// withCertificate serves h by TLS, and returns a client that trusts the
// certificate if it is to.
func withCertificate(t *testing.T, h http.Handler, c tls.Certificate, trusted bool) *Track {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{c}}
	server.StartTLS()
	t.Cleanup(server.Close)
	track := overSockets(t, server, Config{})
	if trusted {
		root, err := x509.ParseCertificate(c.Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		pool := x509.NewCertPool()
		pool.AddCert(root)
		track.transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	}
	return track
}

// ends checks that an error names the problem and came soon.
func ends(t *testing.T, begun time.Time, err error, want Problem) *Error {
	t.Helper()
	equal(t, "trouble", troubleOf(t, err), Unavailable)
	e, _ := errors.AsType[*Error](err)
	equal(t, "problem", e.Problem, want)
	t.Logf("after %v: %v", time.Since(begun).Round(time.Millisecond), err)
	if took := time.Since(begun); took > 15*time.Second {
		t.Errorf("after %v", took)
	}
	return e
}

// A certificate that is not right does not get right by waiting.
func TestBadCertificates(t *testing.T) {
	t.Parallel()
	soon := time.Now().Add(time.Hour)
	for name, c := range map[string]struct {
		certificate tls.Certificate
		trusted     bool
		want        Problem
	}{
		"unknown authority": {certificate(t, "127.0.0.1", soon), false, UnknownAuthority},
		"wrong host":        {certificate(t, "service.example", soon), true, WrongCertificate},
		"expired":           {certificate(t, "127.0.0.1", time.Now().Add(-time.Hour)), true, ExpiredCertificate},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			track := withCertificate(t, always(200, "{}"), c.certificate, c.trusted)
			begun := time.Now()
			_, err := track.Send(t.Context(), batchOf(one()...))
			e := ends(t, begun, err, c.want)
			if !strings.HasPrefix(e.Host, "127.0.0.1:") {
				t.Errorf("host %q", e.Host)
			}
		})
	}
	t.Run("not TLS", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(always(200, "{}"))
		defer server.Close()
		track := overSockets(t, server, Config{})
		track.base.Scheme = "https"
		begun := time.Now()
		_, err := track.Locate(t.Context())
		ends(t, begun, err, NotTLS)
	})
}

func TestUnknownHost(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	track, err := NewTrack(Config{SiteID: testSite, APIKey: testKey, BaseURL: "http://service.invalid", Limiter: new(pace)})
	equal(t, "configuration", err, nil)
	track.transport.Proxy = nil
	track.transport.DialContext = (&net.Dialer{Resolver: &net.Resolver{PreferGo: true}}).DialContext
	begun := time.Now()
	_, err = track.Locate(t.Context())
	if e := ends(t, begun, err, UnknownHost); !strings.Contains(e.Msg, "service.invalid") {
		t.Error(e.Msg)
	}
}

// A proxy that does not let the program through is named at once; what it cannot
// do at the moment is tried again.
func TestProxyRefuses(t *testing.T) {
	t.Parallel()
	for _, status := range []int{407, 403} {
		n := 0
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if n++; n == 1 {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			w.WriteHeader(status)
		}))
		defer proxy.Close()
		address, _ := url.Parse(proxy.URL)
		track, err := NewTrack(Config{SiteID: testSite, APIKey: testKey, Limiter: new(pace)})
		equal(t, "configuration", err, nil)
		track.transport.Proxy = http.ProxyURL(address)
		begun := time.Now()
		_, err = track.Locate(t.Context())
		e := ends(t, begun, err, ProxyRefused)
		equal(t, "proxy, host, status, requests", []any{e.Proxy, e.Host, e.Status, n}, []any{address.Host, "track.customer.io", status, 2})
	}
}

// Without encryption a proxy's 407 is the answer to the request itself.
func TestProxyWantsCredentials(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(always(407, page))
	defer server.Close()
	begun := time.Now()
	_, err := overSockets(t, server, Config{}).Locate(t.Context())
	ends(t, begun, err, ProxyRefused)
}

// After the service has answered well, a fault that lasts for seconds is the end,
// and one that passes is not.
func TestFaultsAfterAnswers(t *testing.T) {
	t.Parallel()
	soon := time.Now().Add(time.Hour)
	good, bad := certificate(t, "127.0.0.1", soon), certificate(t, "127.0.0.1", soon)
	for _, lasts := range []time.Duration{time.Second, time.Hour} {
		t.Run(lasts.String(), func(t *testing.T) {
			if lasts > time.Minute {
				slowtest.Mark(t)
			}
			t.Parallel()
			track := withCertificate(t, always(200, "{}"), good, true)
			_, err := track.Send(t.Context(), batchOf(one()...))
			equal(t, "error", err, nil)
			other := httptest.NewUnstartedServer(always(200, "{}"))
			other.Config.ErrorLog = log.New(io.Discard, "", 0)
			other.TLS = &tls.Config{Certificates: []tls.Certificate{bad}}
			other.StartTLS()
			defer other.Close()
			track.transport.CloseIdleConnections()
			base := *track.base
			begun := time.Now()
			track.transport.DialContext = faulty(other.Listener.Addr().String(), base.Host, begun.Add(lasts))
			_, err = track.Send(t.Context(), batchOf(one()...))
			if lasts == time.Second {
				equal(t, "error", err, nil)
				return
			}
			ends(t, begun, err, UnknownAuthority)
		})
	}
}

// faulty dials the wrong address until a time.
func faulty(wrong, right string, until time.Time) Dial {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		addr := right
		if time.Now().Before(until) {
			addr = wrong
		}
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
}
