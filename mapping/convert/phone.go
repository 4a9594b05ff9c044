package convert

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/internal/jsontext"
	"github.com/nyaruka/phonenumbers"
)

// KnownCountry reports whether code is the two capital letters of a country whose
// phone numbers can be read.
func KnownCountry(code string) bool { return phonenumbers.GetSupportedRegions()[code] }

// appendPhone appends text as a telephone number in E.164.
func appendPhone(dst, text []byte, country string) ([]byte, string) {
	number, problem := E164(text, country)
	if problem != "" {
		return dst, problem
	}
	return jsontext.AppendString(dst, number), ""
}

// E164 returns a telephone number in E.164, the way that people write
// numbers in a country or, where that is empty, everywhere. It allocates: numbers
// are what the library makes of them.
func E164(text []byte, country string) (number []byte, problem string) {
	if problem := phoneSpelling(text, country); problem != "" {
		return nil, problem
	}
	n, err := phonenumbers.Parse(string(text), country)
	if err != nil {
		return nil, Quote(text) + phoneError(err)
	}
	if problem := phoneUse(text, n, country); problem != "" {
		return nil, problem
	}
	number = []byte(phonenumbers.Format(n, phonenumbers.E164))
	if !IsE164(number) {
		return nil, Quote(text) + " is too long: a phone number has 15 digits at most"
	}
	return number, ""
}

// phoneMarks are allowed between the digits of a number, besides spaces.
const phoneMarks = "-./()\u00ad\u2010\u2011\u2012\u2013\u2014\u2212"

// phoneSpelling refuses what the library would pass over or guess at: words,
// extensions, lists of numbers, and numbers of no country.
func phoneSpelling(text []byte, country string) string {
	plus := false
	if shortened(text) {
		return Quote(text) + " is not a phone number" + shortenedAdvice
	}
	for i, r := range string(text) {
		switch {
		case r == '+' && len(bytes.Trim(text[:i], "( ")) == 0 && !plus:
			plus = true
		case unicode.IsDigit(r), unicode.IsSpace(r), strings.ContainsRune(phoneMarks, r) && r != utf8.RuneError:
		default:
			return fmt.Sprintf("%s is not a phone number: there can be no %q in it", Quote(text), r)
		}
	}
	switch {
	case plus || country != "":
		return ""
	case bytes.HasPrefix(text, []byte("00")):
		return Quote(text) + " begins with 00, which not every country dials: write + instead, or name the country in the mapping, such as country: DE"
	}
	return Quote(text) + " has no country code: write it with one, such as +49, or name the country in the mapping, such as country: DE"
}

// phoneError says why a number cannot be read.
func phoneError(err error) string {
	switch {
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode):
		return " begins with a country code that no country has"
	case errors.Is(err, phonenumbers.ErrNumTooLong):
		return " is too long for a phone number"
	case errors.Is(err, phonenumbers.ErrTooShortNSN), errors.Is(err, phonenumbers.ErrTooShortAfterIDD):
		return " is too short for a phone number"
	}
	return " is not a phone number"
}

// phoneUse refuses numbers that no one can have.
func phoneUse(text []byte, n *phonenumbers.PhoneNumber, country string) string {
	where := phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode()))
	if country != "" && slices.Contains(phonenumbers.GetRegionCodesForCountryCode(int(n.GetCountryCode())), country) {
		where = country
	}
	switch phonenumbers.IsPossibleNumberWithReason(n) {
	case phonenumbers.IS_POSSIBLE:
	case phonenumbers.TOO_SHORT:
		return fmt.Sprintf("%s is too short for a phone number of %s", Quote(text), where)
	case phonenumbers.TOO_LONG:
		return fmt.Sprintf("%s is too long for a phone number of %s", Quote(text), where)
	case phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		return fmt.Sprintf("%s is too short for a phone number with its area code", Quote(text))
	default:
		return fmt.Sprintf("%s has not as many digits as a phone number of %s", Quote(text), where)
	}
	if !phonenumbers.IsValidNumber(n) {
		return fmt.Sprintf("%s is not a phone number in use in %s: no number there begins like this", Quote(text), where)
	}
	return twoReadings(text, n, country)
}

// twoReadings refuses a number without a + that may begin with the country's code
// as well as with an area's: 4915… is a mobile number to those who dropped the +.
func twoReadings(text []byte, n *phonenumbers.PhoneNumber, country string) string {
	code := fmt.Sprint(n.GetCountryCode())
	digits := []byte(phonenumbers.NormalizeDigitsOnly(string(text)))
	if bytes.ContainsRune(text, '+') || !bytes.HasPrefix(digits, []byte(code)) || !strings.HasPrefix(phonenumbers.GetNationalSignificantNumber(n), code) {
		return ""
	}
	other, err := phonenumbers.Parse("+"+string(digits), country)
	if err != nil || !phonenumbers.IsValidNumber(other) {
		return ""
	}
	return fmt.Sprintf("%s may begin with the country's code %s or with an area's: write +%[2]s, or the digit that is dialled before an area", Quote(text), code)
}

// IsE164 reports whether value has the form +4915123456789.
func IsE164(value []byte) bool {
	return len(value) >= 3 && len(value) <= 16 && value[0] == '+' && value[1] != '0' && allDigits(value[1:])
}
