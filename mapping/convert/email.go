package convert

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// The lengths that mail servers accept.
const (
	maxEmail = 254
	maxLocal = 64
	maxLabel = 63
)

// appendEmail appends text if it is an email address, in its case.
func appendEmail(dst, text []byte, limit int) ([]byte, string) {
	if why := EmailFault(text); why != "" {
		return dst, fmt.Sprintf("%s is not an email address: %s", Quote(text), why)
	}
	return appendText(dst, text, limit)
}

// EmailFault says why text cannot be the address of one person to which mail is sent
// over the internet, or nothing. Names, quoted local parts and addresses of machines,
// which RFC 5322 also knows, are faults.
func EmailFault(text []byte) string {
	if plainEmail(text) {
		return ""
	}
	return emailFault(text)
}

// emailBytes are the characters of usual addresses: 1 is anywhere, 2 before the @.
var emailBytes = func() (table [256]byte) {
	for c := range table {
		if '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' && c < utf8.RuneSelf {
			table[c] = 1
		}
	}
	table['_'], table['+'], table['-'] = 2, 2, 1
	return table
}()

// plainEmail reports whether text is an address as most are. It is for speed only:
// whatever it refuses needs a second look.
func plainEmail(text []byte) bool {
	at, dot := -1, -1 // the last of each
	for i, c := range text {
		switch {
		case emailBytes[c] == 1 || emailBytes[c] == 2 && at < 0:
		case c == '.' && i > max(at, dot)+1:
			dot = i
		case c == '@' && at < 0 && i > dot+1:
			at, dot = i, i
		default:
			return false
		}
	}
	n := len(text)
	if at < 1 || at > maxLocal || dot == at || n > maxLabel+at || dot > n-3 {
		return false
	}
	last := text[n-1]
	return last > '9' && last != '_' && bytes.IndexByte(text[at:], '-') < 0
}

func emailFault(text []byte) string {
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
		return "there is nothing before the @"
	case len(local) > maxLocal:
		return fmt.Sprintf("%d bytes before the @; the limit is %d", len(local), maxLocal)
	case local[0] == '.' || local[len(local)-1] == '.' || bytes.Contains(local, []byte("..")):
		return "before the @, a dot must be between other characters"
	}
	return notDomain(domain)
}

// notDomain says why text cannot be a domain with a top level, or nothing.
func notDomain(text []byte) string {
	if len(text) == 0 {
		return "there is nothing after the @"
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
		return "in the domain, a dot must be between other characters"
	case len(label) > maxLabel:
		return fmt.Sprintf("a part of the domain is %d bytes; the limit is %d", len(label), maxLabel)
	case label[0] == '-' || label[len(label)-1] == '-':
		return "in the domain, a hyphen must be between other characters"
	}
	for _, r := range string(label) {
		if r < utf8.RuneSelf && r != '-' && !('0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z') {
			return fmt.Sprintf("there can be no %q in the domain", r)
		}
	}
	return ""
}
