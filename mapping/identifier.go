package mapping

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/customerio"
)

// checkIdentifier returns value as it is sent to find a person by, or why it
// cannot be. What is not certain to be wrong is left to the service: an email that
// only looks odd may be somebody's. country is of phone numbers that are to be
// brought into E.164; without one they must be in it.
func checkIdentifier(match customerio.Match, value []byte, country string) (_ []byte, reason, problem string) {
	if match != customerio.ID {
		value = trimmed(value)
	}
	if len(trimmed(value)) == 0 {
		return nil, customerio.ReasonRequired, "is empty"
	}
	switch match {
	case customerio.ID:
		if len(value) > customerio.MaxID {
			problem = fmt.Sprintf("the value is %d bytes; the limit is %d", len(value), customerio.MaxID)
		}
	case customerio.Email:
		if problem = sizeProblem(len(value)); problem == "" && !looksLikeEmail(value) {
			problem = quoted(value) + " is not an email address: " + notEmail(value)
		}
	case customerio.CioID:
		bare := bytes.TrimPrefix(value, []byte("cio_"))
		if len(bare) == 0 || len(bare) > customerio.MaxID {
			problem = quoted(value) + " is not a cio_id"
		}
		value = bare
	case customerio.Phone:
		if country != "" {
			value, problem = phoneNumber(value, country)
		} else if !isE164(value) {
			problem = quoted(value) + " is not a phone number of the form +4915123456789; to convert others, give the match a country"
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

// hashKey returns the hash that decides which operations are kept in order, and
// which shard a row is in: the same for all spellings of one identifier, and the
// same in every process.
func hashKey(match customerio.Match, value []byte) uint64 {
	h := uint64(match[0]) * 0x9e3779b97f4a7c15
	if match != customerio.Email {
		return hashText(h, value, false)
	}
	for _, c := range value {
		if c >= utf8.RuneSelf {
			// Beyond ASCII, folding is the library's business. Some letters
			// have two lower cases, of which one is that of the upper.
			return hashText(h, []byte(strings.ToLower(strings.ToUpper(string(value)))), false)
		}
	}
	return hashText(h, value, true)
}

// hashText hashes eight bytes at a time, without the case of ASCII letters if
// fold says so.
func hashText(h uint64, text []byte, fold bool) uint64 {
	for ; len(text) >= 8; text = text[8:] {
		w := binary.LittleEndian.Uint64(text)
		if fold {
			w = lowered(w)
		}
		h = mix(h ^ w)
	}
	rest := uint64(len(text))
	for _, c := range text {
		rest = rest<<8 | uint64(c)
	}
	if fold {
		rest = lowered(rest)
	}
	return mix(h ^ rest)
}

// lowered returns eight ASCII characters in lower case.
func lowered(w uint64) uint64 {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	upper := (w + ones*(0x80-'A')) &^ (w + ones*(0x80-'Z'-1)) & tops // the top bit of each byte from A to Z
	return w | upper>>2
}

// mix is the finalizer of MurmurHash3: every bit of h decides on every other.
func mix(h uint64) uint64 {
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
