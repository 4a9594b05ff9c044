package exit

import (
	"fmt"

	"github.com/ciobulk/ciobulk/customerio"
)

// Where Customer.io shows the keys of its APIs.
const (
	TrackKeys = "Settings > API Credentials > Track API Keys in Customer.io"
	AppKeys   = "Settings > API Credentials > App API Keys in Customer.io"
)

// serviceHint says what to do about an error of Customer.io's APIs.
func serviceHint(e *customerio.Error) string {
	switch e.Problem {
	case customerio.NoCredentials, customerio.BadCredentials, customerio.OutOfScope:
		return credentialsHint(e)
	case customerio.UnknownRegion:
		return "set CUSTOMERIO_REGION to us or eu, or leave it unset"
	case customerio.OtherRegion:
		if e.Region == "" {
			return "if the account is in the other region, correct CUSTOMERIO_REGION, or leave it unset"
		}
		return "set CUSTOMERIO_REGION to " + e.Region + ", or leave it unset"
	case customerio.BadBaseURL:
		return baseURL(e) + " looks like https://proxy.example:8443, without a user, password or query"
	case customerio.Redirected:
		return fmt.Sprintf("if that host may see the credentials, set %s to it", baseURL(e))
	}
	if e.Trouble == customerio.Blanket {
		return "no row is marked rejected for it; fix what refuses the requests, then resume"
	}
	if hint := networkHint(e); hint != "" {
		return hint
	}
	return e.Hint
}

// credentialsHint says which keys to set or to compare.
func credentialsHint(e *customerio.Error) string {
	app := e.API == customerio.AppAPI
	switch {
	case e.Problem == customerio.OutOfScope:
		return "make a key whose scope includes it, or one without a scope, in " + AppKeys
	case e.Problem == customerio.NoCredentials && app:
		return "set CUSTOMERIO_APP_API_KEY to a key of " + AppKeys
	case e.Problem == customerio.NoCredentials:
		return "set CUSTOMERIO_SITE_ID and CUSTOMERIO_API_KEY, or name a file with them by --credentials"
	case app:
		return "compare CUSTOMERIO_APP_API_KEY with " + AppKeys + " (it differs from the Track API key), and CUSTOMERIO_REGION with the account's region"
	}
	return "compare CUSTOMERIO_SITE_ID and CUSTOMERIO_API_KEY with " + TrackKeys + ", and CUSTOMERIO_REGION with the account's region"
}

// networkHint says what to do where requests do not reach the service; it is
// empty for other problems.
func networkHint(e *customerio.Error) string {
	const proxies = "HTTPS_PROXY and HTTP_PROXY"
	switch e.Problem {
	case customerio.BadProxy:
		return proxies + " look like http://proxy.example:3128; percent-encode a password"
	case customerio.ProxyRefused:
		return fmt.Sprintf("ask who runs the proxy to allow %s, or correct the user and password in %s, or add the host to NO_PROXY", e.Host, proxies)
	case customerio.UnknownAuthority:
		return "if a proxy of your company inspects TLS, set SSL_CERT_FILE to a file with its certificate authority"
	case customerio.WrongCertificate, customerio.NotTLS:
		return "check the host and port in " + baseURL(e) + ", and the proxy in HTTPS_PROXY if there is one"
	case customerio.ExpiredCertificate:
		return "check the clock of this machine, then who renews the certificate of " + e.Host
	case customerio.UnknownHost:
		if e.Proxy != "" {
			return "check the host in " + proxies
		}
		return "check the network and DNS of this machine, and " + baseURL(e) + " if it is set"
	case customerio.Unreachable:
		return fmt.Sprintf("can this machine reach %s?", e.Host)
	}
	return ""
}

// baseURL is the variable that names another address of the API.
func baseURL(e *customerio.Error) string {
	if e.API == customerio.AppAPI {
		return "CUSTOMERIO_APP_URL"
	}
	return "CUSTOMERIO_TRACK_URL"
}
