package mapping

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
)

// checkIdentifier returns value as it is sent to find a person by, or why it
// cannot be. What is not certain to be wrong is left to the service.
func checkIdentifier(match customerio.Match, value []byte) (_ []byte, reason, problem string) {
	if match != customerio.ID {
		value = bytes.TrimSpace(value)
	}
	if len(bytes.TrimSpace(value)) == 0 {
		return nil, customerio.ReasonRequired, "is empty"
	}
	switch match {
	case customerio.ID:
		if len(value) > customerio.MaxID {
			problem = fmt.Sprintf("the value is %d bytes; the limit is %d", len(value), customerio.MaxID)
		}
	case customerio.Email:
		if problem = sizeProblem(len(value)); problem == "" && !looksLikeEmail(value) {
			problem = quoted(value) + " is not an email address"
		}
	case customerio.CioID:
		bare := bytes.TrimPrefix(value, []byte("cio_"))
		if len(bare) == 0 || len(bare) > customerio.MaxID {
			problem = quoted(value) + " is not a cio_id"
		}
		value = bare
	case customerio.Phone:
		if !isE164(value) {
			problem = quoted(value) + " is not a phone number of the form +4915123456789"
		}
	}
	return value, customerio.ReasonInvalid, problem
}

// looksLikeEmail asks for something on both sides of an @, and no spaces.
func looksLikeEmail(value []byte) bool {
	at := bytes.LastIndexByte(value, '@')
	return at > 0 && at < len(value)-1 && !bytes.ContainsAny(value, " \t\r\n\x00")
}

func isE164(value []byte) bool {
	return len(value) >= 3 && len(value) <= 16 && value[0] == '+' && value[1] != '0' && allDigits(value[1:])
}

// hashKey returns the hash that decides which operations are kept in order: the
// same for all spellings of one identifier, and the same in every run.
// It is FNV-1a with the finalizer of MurmurHash3, whose upper bits are even.
func hashKey(match customerio.Match, value []byte) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(match) {
		h = (h ^ uint64(match[i])) * 1099511628211
	}
	fold := match == customerio.Email
	for i, c := range value {
		if fold && c >= 0x80 {
			// Beyond ASCII, folding is the library's business. Some letters
			// have two lower cases, of which one is that of the upper.
			return hashRest(h, strings.ToLower(strings.ToUpper(string(value[i:]))))
		}
		if fold && 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		h = (h ^ uint64(c)) * 1099511628211
	}
	return finish(h)
}

func hashRest(h uint64, rest string) uint64 {
	for i := range len(rest) {
		h = (h ^ uint64(rest[i])) * 1099511628211
	}
	return finish(h)
}

func finish(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
