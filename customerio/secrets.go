package customerio

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
)

// shortestSecret is how many bytes a secret has at least. What is shorter cannot be told
// from text: a key "k" would be seen in every word with that letter.
const shortestSecret = 6

// hiding returns a replacer that removes secrets from a text, in all the forms in
// which servers repeat them. It shows each by its name; secrets lists them as
// secret, name, ….
func hiding(secrets ...string) *strings.Replacer {
	var pairs []string
	for i := 0; i < len(secrets); i += 2 {
		if len(secrets[i]) < shortestSecret {
			continue
		}
		for _, form := range forms(secrets[i]) {
			pairs = append(pairs, form, secrets[i+1])
		}
	}
	return strings.NewReplacer(pairs...)
}

// forms returns the spellings of a secret: as it is, in lower case like host names,
// and as in URLs, JSON and base64.
func forms(secret string) []string {
	quoted, _ := json.Marshal(secret) // a string is always JSON
	return []string{
		secret, strings.ToLower(secret), url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`),
		base64.RawStdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
	}
}
