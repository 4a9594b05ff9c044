package customerio

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
)

// hiding returns what takes secrets out of a text, in any of the forms that servers
// repeat them in. What goes by the names, as secret, name, …, is shown by them.
func hiding(secrets ...string) *strings.Replacer {
	var pairs []string
	for i := 0; i < len(secrets); i += 2 {
		for _, form := range forms(secrets[i]) {
			pairs = append(pairs, form, secrets[i+1])
		}
	}
	return strings.NewReplacer(pairs...)
}

// forms are the spellings of a secret: as it is, in lower case as host names are,
// and as URLs, JSON and base64 have it.
func forms(secret string) []string {
	quoted, _ := json.Marshal(secret) // a string is always JSON
	return []string{
		secret, strings.ToLower(secret), url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`),
		base64.RawStdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
	}
}

// withoutSecrets takes the credentials out of an answer that is to be shown: a
// server that is not Customer.io may echo them.
func (a *api) withoutSecrets(body []byte) []byte {
	return []byte(a.secrets.Replace(string(body)))
}

// discreet takes the credentials out of verdicts.
func (a *api) discreet(all []Rejection) []Rejection {
	for i, r := range all {
		all[i].Reason, all[i].Field, all[i].Message = a.secrets.Replace(r.Reason), a.secrets.Replace(r.Field), a.secrets.Replace(r.Message)
	}
	return all
}
