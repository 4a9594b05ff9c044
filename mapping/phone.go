package mapping

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/rows"
	"github.com/nyaruka/phonenumbers"
)

// parseCountry reads the country whose numbers may lack their country code.
func (m *Mapping) parseCountry(n node, to *string) error {
	if err := m.some(n, to); err != nil {
		return err
	}
	known := phonenumbers.GetSupportedRegions()
	if known[*to] {
		return nil
	}
	hint := "write the two letters of ISO 3166, such as DE or US"
	if upper := strings.ToUpper(*to); known[upper] {
		hint = meantOr(*to, []string{upper})
	} else if upper == "UK" {
		hint = meantOr("GP", []string{"GB"})
	}
	return m.wrong(n.place, hint, "%q is not a country", *to)
}

// appendPhone appends text as a telephone number in E.164.
func (r *rule) appendPhone(dst, text []byte) ([]byte, string) {
	number, problem := phoneNumber(text, r.country)
	if problem != "" {
		return dst, problem
	}
	return rows.AppendJSONString(dst, number), ""
}

// phoneNumber returns a telephone number in E.164, the way that people write
// numbers in a country or, where that is empty, everywhere. It allocates: numbers
// are what the library makes of them.
func phoneNumber(text []byte, country string) (number []byte, problem string) {
	if problem := phoneSpelling(text, country); problem != "" {
		return nil, problem
	}
	n, err := phonenumbers.Parse(string(text), country)
	if err != nil {
		return nil, quoted(text) + phoneError(err)
	}
	if problem := phoneUse(text, n, country); problem != "" {
		return nil, problem
	}
	number = []byte(phonenumbers.Format(n, phonenumbers.E164))
	if !isE164(number) {
		return nil, quoted(text) + " is too long: a phone number has 15 digits at most"
	}
	return number, ""
}

// phoneMarks may stand between the digits of a number, besides spaces.
const phoneMarks = "-./()\u00ad\u2010\u2011\u2012\u2013\u2014\u2212"

// phoneSpelling refuses what the library would pass over or guess at: words,
// extensions, lists of numbers, and numbers of no country.
func phoneSpelling(text []byte, country string) string {
	plus := false
	if shortened(text) {
		return quoted(text) + " is not a phone number" + shortenedAdvice
	}
	for i, r := range string(text) {
		switch {
		case r == '+' && len(bytes.Trim(text[:i], "( ")) == 0 && !plus:
			plus = true
		case unicode.IsDigit(r), unicode.IsSpace(r), strings.ContainsRune(phoneMarks, r) && r != utf8.RuneError:
		default:
			return fmt.Sprintf("%s is not a phone number: there can be no %q in it", quoted(text), r)
		}
	}
	switch {
	case plus || country != "":
		return ""
	case bytes.HasPrefix(text, []byte("00")):
		return quoted(text) + " begins with 00, which not every country dials: write + instead, or name the country in the mapping, such as country: DE"
	}
	return quoted(text) + " has no country code: write it with one, such as +49, or name the country in the mapping, such as country: DE"
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

// phoneUse refuses numbers that nobody can have.
func phoneUse(text []byte, n *phonenumbers.PhoneNumber, country string) string {
	where := phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode()))
	if country != "" && slices.Contains(phonenumbers.GetRegionCodesForCountryCode(int(n.GetCountryCode())), country) {
		where = country
	}
	switch phonenumbers.IsPossibleNumberWithReason(n) {
	case phonenumbers.IS_POSSIBLE:
	case phonenumbers.TOO_SHORT:
		return fmt.Sprintf("%s is too short for a phone number of %s", quoted(text), where)
	case phonenumbers.TOO_LONG:
		return fmt.Sprintf("%s is too long for a phone number of %s", quoted(text), where)
	case phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		return fmt.Sprintf("%s is too short for a phone number with its area code", quoted(text))
	default:
		return fmt.Sprintf("%s has not as many digits as a phone number of %s", quoted(text), where)
	}
	if !phonenumbers.IsValidNumber(n) {
		return fmt.Sprintf("%s is no phone number in use in %s: nobody's begins so", quoted(text), where)
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
	return fmt.Sprintf("%s may begin with the country's code %s or with an area's: write +%[2]s, or the digit that is dialled before an area", quoted(text), code)
}
