package convert

import "regexp"

var (
	someDate = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].*)?$|^[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{4}(?: .*)?$`)
	someUUID = regexp.MustCompile(`(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
)

// The kinds of text that is a value, and never the name of a column.
const (
	EmailKind = "an email address"
	PhoneKind = "a phone number"
	UUIDKind  = "a UUID"
	DateKind  = "a date"
)

// ValueKind says what a text is that is surely a value, or nothing.
func ValueKind(text []byte) string {
	switch {
	case EmailFault(text) == "":
		return EmailKind
	case IsE164(text) && len(text) > 8:
		return PhoneKind
	case someUUID.Match(text):
		return UUIDKind
	case someDate.Match(text):
		return DateKind
	}
	return ""
}
