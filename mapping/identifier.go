package mapping

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// Identifier says how a cell identifies a person.
type Identifier struct {
	Match   customerio.Match
	Country string   // of phone numbers that are converted to E.164; empty: they must have that form
	Accept  []string // words for nothing that are identifiers all the same, in any case
}

// Check says why a cell does not identify a person, or nothing.
func (id *Identifier) Check(cell rows.Cell) string {
	_, _, problem := id.read(cell)
	return problem
}

// read returns the cell's value as it is sent to identify a person by, or why there
// is none.
func (id *Identifier) read(cell rows.Cell) (value []byte, reason, problem string) {
	if cell.Kind == rows.Text && id.Match == customerio.ID && usualID(cell.Text) {
		return cell.Text, "", ""
	}
	switch cell.Kind {
	case rows.Null:
		cell.Text = nil
	case rows.JSON, rows.Boolean:
		return nil, customerio.ReasonInvalid, convert.Quote(cell.Text) + " is neither text nor a number"
	case rows.Faulty:
		return nil, rows.ReasonCell, rows.Fault(cell.Text)
	}
	value = cell.Text
	if !id.anyText() {
		value = convert.Trim(value)
	}
	if len(convert.Trim(value)) == 0 {
		return nil, customerio.ReasonRequired, "is empty"
	}
	if convert.NothingOf(value) != convert.Something && !id.accepts(value) {
		return nil, customerio.ReasonRequired, fmt.Sprintf("%s is a word for nothing; if it is an identifier, write %s", convert.Quote(value), id.accepting(convert.Trim(value)))
	}
	switch id.Match {
	case customerio.ID, customerio.ObjectID, customerio.AnonymousID, customerio.CioObjectID:
		problem = idProblem(value)
	case customerio.Email:
		if why := convert.EmailFault(value); why != "" {
			problem = convert.Quote(value) + " is not an email address: " + why
		}
	case customerio.CioID:
		bare := bytes.TrimPrefix(value, []byte("cio_"))
		if len(bare) == 0 || idProblem(bare) != "" {
			problem = convert.Quote(value) + " is not a cio_id"
		}
		value = bare
	case customerio.Phone:
		if id.Country != "" {
			value, problem = convert.E164(value, id.Country)
		} else if !convert.IsE164(value) {
			problem = convert.Quote(value) + " is not a phone number of the form +4915123456789; to convert others, give the match a country"
		}
	}
	return value, customerio.ReasonInvalid, problem
}

// anyText reports whether identifiers are any text, spaces at the ends included.
func (id *Identifier) anyText() bool {
	return id.Match == customerio.ID || id.Match == customerio.ObjectID || id.Match == customerio.AnonymousID
}

// nothing reports whether a cell is empty, or a word for nothing that is not
// accepted.
func (id *Identifier) nothing(cell rows.Cell) bool {
	switch cell.Kind {
	case rows.Absent, rows.Null:
		return true
	case rows.JSON, rows.Boolean, rows.Faulty:
		return false
	}
	if id.Match == customerio.ID && usualID(cell.Text) {
		return false
	}
	return len(convert.Trim(cell.Text)) == 0 || convert.NothingOf(cell.Text) != convert.Something && !id.accepts(cell.Text)
}

// accepting is the line of a mapping that takes a word for an identifier.
func (id *Identifier) accepting(word []byte) string {
	form := "match: {%s: {column: …, accept: ['%s']}}"
	switch id.Match {
	case customerio.ObjectID:
		return fmt.Sprintf("object: {type: …, id: {column: …, accept: ['%s']}}", word)
	case customerio.CioObjectID:
		form = "object: {%s: {column: …, accept: ['%s']}}"
	}
	return fmt.Sprintf(form, id.Match, word)
}

func (id *Identifier) accepts(value []byte) bool {
	value = convert.Trim(value)
	return slices.ContainsFunc(id.Accept, func(word string) bool { return strings.EqualFold(word, string(value)) })
}

// idProblem says why text cannot be an id, which may be any text that can be seen.
func idProblem(value []byte) string {
	if len(value) > customerio.MaxID {
		return fmt.Sprintf("the value is %d bytes; the limit is %d", len(value), customerio.MaxID)
	}
	if len(value) > 0 && value[0] == '\'' {
		return convert.Quote(value) + " begins with an apostrophe, which spreadsheets put before text: export the column without it"
	}
	if visibleASCII(value) {
		return ""
	}
	for _, r := range string(value) {
		switch {
		case r == ' ':
		case unicode.IsControl(r):
			return fmt.Sprintf("%s has a control character (%U)", convert.Quote(value), r)
		case unicode.IsSpace(r) || unicode.Is(unicode.Z, r):
			return fmt.Sprintf("%s has a space that is not a plain one (%U)", convert.Quote(value), r)
		case unicode.Is(unicode.Cf, r) || slices.Contains(unseen, r):
			return fmt.Sprintf("%s has an invisible character (%U)", convert.Quote(value), r)
		}
	}
	return ""
}

// unseen are letters and signs that show nothing.
var unseen = []rune{'\u034f', '\u115f', '\u1160', '\u2800', '\u3164', '\uffa0'}

// usualID reports whether text is an id as most are: visible ASCII characters that end
// in a digit, as no word for nothing does. It is for speed only: whatever it refuses
// needs a second look.
func usualID(text []byte) bool {
	n := len(text)
	return n > 0 && n <= customerio.MaxID && text[0] > '\'' && text[n-1]-'0' <= 9 && visibleASCII(text)
}

// visibleASCII reports whether text has only printable ASCII characters and spaces.
func visibleASCII(text []byte) bool {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	var odd uint64
	if n := len(text); n >= 8 {
		last := binary.LittleEndian.Uint64(text[n-8:]) // again what the loop has of it
		odd = last | (last + ones) | (last - ones*0x20)
		for ; len(text) >= 8; text = text[8:] {
			w := binary.LittleEndian.Uint64(text)
			odd |= w | (w + ones) | (w - ones*0x20) // beyond 7 bits; 0x7f; less than a space
		}
		return odd&tops == 0
	}
	for _, c := range text {
		odd |= uint64(c) | (uint64(c) + 1) | (uint64(c) - 0x20)
	}
	return odd&tops == 0
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
			// Some letters have two lower cases, of which one is that of
			// the upper case.
			return hashText(h, []byte(strings.ToLower(strings.ToUpper(string(value)))), false)
		}
	}
	return hashText(h, value, true)
}

// hashText hashes eight bytes at a time, and ignores the case of ASCII letters if
// fold is set.
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

// Hash returns the hash of an identifier as Mapper.Append returns it, or why the text
// is not one.
func (id *Identifier) Hash(text string) (hash uint64, problem string) {
	value, _, problem := id.read(rows.Cell{Kind: rows.Text, Text: []byte(text)})
	return hashKey(id.Match, value), problem
}
