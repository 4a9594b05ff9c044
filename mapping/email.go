package mapping

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// The lengths that mail servers bear.
const (
	maxEmail = 254
	maxLocal = 64
	maxLabel = 63
)

// appendEmail appends text if it is an email address, in its case.
func appendEmail(dst, text []byte) ([]byte, string) {
	if why := notEmail(text); why != "" {
		return dst, fmt.Sprintf("%s is not an email address: %s", quoted(text), why)
	}
	return appendText(dst, text)
}

// notEmail says why text cannot be an address that mail is sent to over the
// internet, one alone and without the name. Quoted local parts and addresses of
// machines, which RFC 5322 knows and nobody has, are none.
func notEmail(text []byte) string {
	if i := bytes.IndexAny(text, `<>,;:"()[]\`); i >= 0 {
		return fmt.Sprintf("there can be no %q in it", text[i])
	}
	for _, r := range string(text) {
		switch {
		case unicode.IsSpace(r):
			return "there is a space in it"
		case !unicode.IsPrint(r): // such as U+200B, which spreadsheets and web pages leave
			return fmt.Sprintf("there is an invisible character in it (%U)", r)
		}
	}
	local, domain, found := bytes.Cut(text, []byte("@"))
	switch {
	case !found:
		return "there is no @ in it"
	case bytes.IndexByte(domain, '@') >= 0:
		return "there is more than one @ in it"
	case len(text) > maxEmail:
		return fmt.Sprintf("it is %d bytes; the limit is %d", len(text), maxEmail)
	case len(local) == 0:
		return "there is nothing in front of the @"
	case len(local) > maxLocal:
		return fmt.Sprintf("in front of the @ are %d bytes; the limit is %d", len(local), maxLocal)
	case local[0] == '.' || local[len(local)-1] == '.' || bytes.Contains(local, []byte("..")):
		return "a dot in front of the @ stands between other characters"
	}
	return notDomain(domain)
}

// notDomain says why text cannot be a domain with its top level.
func notDomain(text []byte) string {
	if len(text) == 0 {
		return "there is nothing behind the @"
	}
	labels, label := 0, []byte(nil)
	for more := true; more; labels++ {
		label, text, more = bytes.Cut(text, []byte("."))
		if why := notLabel(label); why != "" {
			return why
		}
	}
	if labels < 2 {
		return "the domain has no dot"
	}
	if allDigits(label) {
		return "the domain ends in a number"
	}
	return ""
}

func notLabel(label []byte) string {
	switch {
	case len(label) == 0:
		return "a dot in the domain stands between other characters"
	case len(label) > maxLabel:
		return fmt.Sprintf("a part of the domain is %d bytes; the limit is %d", len(label), maxLabel)
	case label[0] == '-' || label[len(label)-1] == '-':
		return "a hyphen in the domain stands between other characters"
	}
	for _, r := range string(label) {
		if r < utf8.RuneSelf && r != '-' && !('0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z') {
			return fmt.Sprintf("there can be no %q in the domain", r)
		}
	}
	return ""
}
