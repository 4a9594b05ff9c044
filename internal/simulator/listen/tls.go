package listen

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"math/big"
	"net"
	"time"
)

// A TLS is how Serve encrypts, if it does: always with a certificate that signs
// itself, which no client trusts by itself.
type TLS string

// The kinds of certificates.
const (
	SelfSigned TLS = "self-signed" // right but for its authority
	WrongHost  TLS = "wrong-host"  // for another host
	Expired    TLS = "expired"     // since an hour
)

// UnmarshalJSON refuses kinds it does not know.
func (t *TLS) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	switch TLS(text) {
	case "", SelfSigned, WrongHost, Expired:
		*t = TLS(text)
		return nil
	}
	return fmt.Errorf("%q is not a kind of certificate: %s, %s or %s", text, SelfSigned, WrongHost, Expired)
}

// config returns a configuration with a new certificate of the kind.
func (t TLS) config() (*tls.Config, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), BasicConstraintsValid: true, IsCA: true,
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}, DNSNames: []string{"localhost"},
	}
	switch t {
	case WrongHost:
		c.IPAddresses, c.DNSNames = nil, []string{"service.example"}
	case Expired:
		c.NotAfter = now.Add(-time.Hour)
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, nil
}
