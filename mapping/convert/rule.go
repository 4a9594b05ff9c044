package convert

import (
	"bytes"
	"unicode/utf8"
)

// Type is what a value is sent as.
type Type string

// The types. With AsIs, text is sent as text, and a value of JSONL with the type
// that it has there.
const (
	AsIs    Type = ""
	String  Type = "string"
	Integer Type = "integer"
	Number  Type = "number"
	Boolean Type = "boolean"
	Time    Type = "timestamp"
	List    Type = "list"
	JSON    Type = "json"
	Phone   Type = "phone"
	Email   Type = "email"

	// Preferences is an object of subscription preferences, whose topics are Booleans.
	// Mappings cannot name it.
	Preferences Type = "preferences"
)

// TypeNames are the types that a mapping can ask for by name.
var TypeNames = []string{"string", "integer", "number", "boolean", "timestamp", "list", "json", "phone", "email"}

// Empty says what happens to an empty value that has no default.
type Empty int

// What can happen to an empty value.
const (
	Omit   Empty = iota // nothing is sent: the attribute keeps its value
	Clear               // "" is sent, which clears the attribute
	Reject              // the row is rejected
)

// Rule says how a cell becomes a value. The fields apply in the order in which
// they are listed. Compile must be called once before the rule is used; after that
// goroutines may share it.
type Rule struct {
	Trim    bool
	Values  map[string][]byte // text that is replaced as a whole
	Lower   bool
	Upper   bool
	Default []byte // replaces an empty value; nil: none
	Empty   Empty
	Type    Type

	Decimal   byte      // of Number; 0: a point
	Thousands []string  // of Number and Integer: the marks between thousands, see Marks; nil: none
	True      []string  // of Boolean and Preferences; both nil: true, yes, 1
	False     []string  // of Boolean; both nil: false, no, 0
	Timestamp Timestamp // of Time
	Separator string    // of List
	Array     string    // of List, instead of a separator: postgres or python
	Country   string    // of Phone: of numbers without a country code; empty: they are rejected

	// Advice is what to write in a mapping instead. A caller adds it to problems of
	// a rule that no mapping asks for.
	Advice string
}

// changes reports whether more than white space may change before the type applies.
// Usually nothing does.
func (r *Rule) changes() bool { return r.Lower || r.Upper || r.Values != nil }

// trims reports whether white space around a value is dropped.
func (r *Rule) trims() bool { return r.Trim || r.Type != AsIs && r.Type != String }

// Plain reports whether the rule sends text unchanged.
func (r *Rule) Plain() bool { return !r.changes() && !r.trims() }

// Trim returns text without the white space around it. Usually there is none.
func Trim(text []byte) []byte {
	if n := len(text); n == 0 || visible(text[0]) && visible(text[n-1]) {
		return text
	}
	return bytes.TrimSpace(text)
}

func visible(c byte) bool { return ' ' < c && c < utf8.RuneSelf }

// appendCased appends text in lower or upper case, if the rule asks for one.
func (r *Rule) appendCased(dst, text []byte) []byte {
	start := len(dst)
	dst = append(dst, text...)
	for i, c := range dst[start:] {
		switch {
		case c >= utf8.RuneSelf && r.Lower: // the library knows the cases beyond ASCII
			return append(dst[:start], bytes.ToLower(text)...)
		case c >= utf8.RuneSelf && r.Upper:
			return append(dst[:start], bytes.ToUpper(text)...)
		case r.Lower && 'A' <= c && c <= 'Z':
			dst[start+i] = c + 'a' - 'A'
		case r.Upper && 'a' <= c && c <= 'z':
			dst[start+i] = c - ('a' - 'A')
		}
	}
	return dst
}
