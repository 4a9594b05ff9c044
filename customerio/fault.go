package customerio

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// How long a fault is tried that time hardly changes. Before the first good answer
// the configuration is wrong, and it is not tried again; names that are not found
// are an exception, as networks come up slowly.
const (
	faultPatience = 6 * time.Second
	faultPause    = 2 * time.Second
)

// lasting reports whether a fault has lasted long enough to be the end.
func (t *trial) lasting(fault *Error) bool {
	if fault.Problem != UnknownHost && !t.welcome.Load() {
		return true
	}
	return t.waited > faultPatience
}

// faultOf is what an error says about the way to a host of an API, or nil if
// another try may do better. Once the service has answered, its name exists, and
// DNS has an outage.
func faultOf(err error, s surface, host string, answered bool) *Error {
	if refused, ok := errors.AsType[*Error](err); ok {
		refused.API, refused.Host = s.name, host
		return refused // by a proxy
	}
	e := &Error{Trouble: Unavailable, API: s.name, Host: host, Err: cause(err)}
	if e.Problem, e.Msg = tlsFault(err, host); e.Problem != 0 {
		return e
	}
	dns, ok := errors.AsType[*net.DNSError](err)
	if !ok || !dns.IsNotFound || answered {
		return nil
	}
	e.Problem, e.Msg = UnknownHost, fmt.Sprintf("there is no host %s", dns.Name)
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "proxyconnect" {
		e.Proxy, e.Msg = dns.Name, fmt.Sprintf("there is no proxy %s", dns.Name)
	}
	return e
}

// tlsFault is what is wrong with the host's certificate; 0 if nothing is.
func tlsFault(err error, host string) (Problem, string) {
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return ExpiredCertificate, fmt.Sprintf("the certificate of %s is not valid now", host)
	}
	_, noRoots := errors.AsType[x509.SystemRootsError](err)
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok || noRoots {
		return UnknownAuthority, fmt.Sprintf("this machine does not trust the certificate of %s", host)
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return WrongCertificate, fmt.Sprintf("the certificate is not for %s", host)
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return NotTLS, fmt.Sprintf("%s does not answer as a server of https does", host)
	}
	return 0, ""
}

// cause is the innermost error that says what is wrong with a certificate or a
// name, without what net/http puts before it.
func cause(err error) error {
	if c, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return c.Err
	}
	if d, ok := errors.AsType[*net.DNSError](err); ok {
		return d
	}
	return err
}

// proxyRefused is the error for a proxy that does not pass requests on to a host.
func proxyRefused(status int, proxy, host string) *Error {
	name := "the proxy"
	if proxy != "" {
		name += " " + proxy
	}
	return &Error{Trouble: Unavailable, Problem: ProxyRefused, Status: status, Host: host, Proxy: proxy,
		Msg: fmt.Sprintf("%s refuses to connect to %s: %d %s", name, host, status, http.StatusText(status))}
}

// connected is told how a proxy answers a request for a connection. Of its
// refusals, some pass with time.
func connected(_ context.Context, proxy *url.URL, request *http.Request, res *http.Response) error {
	switch res.StatusCode {
	case http.StatusProxyAuthRequired, http.StatusForbidden, http.StatusUnauthorized, http.StatusMethodNotAllowed:
		return proxyRefused(res.StatusCode, proxy.Host, strings.TrimSuffix(request.URL.Opaque, ":443"))
	}
	return nil
}
