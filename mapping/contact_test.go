package mapping

import (
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/mapping/convert"
)

func TestPhones(t *testing.T) {
	t.Parallel()
	const phone, german, american = "type: phone", "type: phone, country: DE", "type: phone, country: US"
	not := func(text, why string) cell { return cell{german, text, convert.Quote([]byte(text)) + why} }
	checkCells(t, false, []cell{
		{german, "0151 23456789", `"+4915123456789"`}, {german, "+49 151 23456789", `"+4915123456789"`}, {german, "0049 151/234-56789", `"+4915123456789"`},
		{german, "(030) 123 456", `"+4930123456"`}, {german, "+49 (0)30 123456", `"+4930123456"`}, {german, "(+49) 30 123456", `"+4930123456"`}, {german, "030–123456", `"+4930123456"`},
		{german, "\u00a0030\u00a0123456 ", `"+4930123456"`}, {german, "+1 206 555 0100", `"+12065550100"`}, {german, "+39 06 6982", `"+39066982"`}, {german, "", ""}, {german, " ", ""},
		{phone, "+4915123456789", `"+4915123456789"`}, {phone, "+44 20 7946 0958", `"+442079460958"`}, {phone, "+800 1234 5678", `"+80012345678"`},
		{american, "(206) 555-0100", `"+12065550100"`}, {american, "1 206 555 0100", `"+12065550100"`}, {american, "011 49 30 123456", `"+4930123456"`},
		{phone, "0151 23456789", `"0151 23456789" has no country code: write it with one, such as +49, or name the country in the mapping, such as country: DE`},
		{phone, "4915123456789", `"4915123456789" has no country code: write it with one, such as +49, or name the country in the mapping, such as country: DE`},
		{phone, "004915123456789", `"004915123456789" begins with 00, which not every country dials: write + instead, or name the country in the mapping, such as country: DE`},
		{phone, "+999 123456", `"+999 123456" begins with a country code that no country has`},
		not("4915123456789", " may begin with the country's code 49 or with an area's: write +49, or the digit that is dialled before an area"),
		not("1.5123E+11", " is not a phone number; a spreadsheet has shortened it: export the column as text"), not("0800 CALLNOW", ` is not a phone number: there can be no 'C' in it`),
		not("030 123456 ext. 7", ` is not a phone number: there can be no 'e' in it`), not("030 123456#7", ` is not a phone number: there can be no '#' in it`),
		not("030 123456, 030 123457", ` is not a phone number: there can be no ',' in it`), not("++4930123456", ` is not a phone number: there can be no '+' in it`),
		not("030+123456", ` is not a phone number: there can be no '+' in it`), not("tel:+4930123456", ` is not a phone number: there can be no 't' in it`),
		not("030 123456 / 030 1234567", " is too long for a phone number"), not("1", " is not a phone number"), not("-", " is not a phone number"), not("+", " is not a phone number"),
		{american, "555 0100", `"555 0100" is too short for a phone number with its area code`}, {american, "206 555 01000", `"206 555 01000" is too long for a phone number of US`},
		{american, "+1 555 010 9999", `"+1 555 010 9999" is not a phone number in use in US: no number there begins like this`}, {phone, "+44 12", `"+44 12" is too short for a phone number of GB`},
		{"type: phone, country: GB", "020 7946 0958", `"+442079460958"`}, {german + ", default: 030 123456", "", `"+4930123456"`}, {german + ", values: {x: 030 123456}", "x", `"+4930123456"`},
		{"type: phone, country: NO", "22 12 34 56", `"+4722123456"`}, {"type: phone, country: IT", "06 6982", `"+39066982"`}, {"type: phone, country: ES", "34 912 345 678", `"+34912345678"`},
		not(strings.Repeat("1", 300), " is too long for a phone number"),
	})
	checkCells(t, true, []cell{
		{german, `"030 123456"`, `"+4930123456"`}, {german, `true`, `"true" is not a phone number: there can be no 't' in it`}, {german, `null`, ""}, {german, `[1]`, `"[1]" is not of type phone`},
		{"type: phone, country: US", `2065550100`, `"+12065550100"`},
	})
}

// TestPhoneMatch: people are found by the number in E.164, however it is written,
// so that several spellings of it are one person.
func TestPhoneMatch(t *testing.T) {
	t.Parallel()
	m := parse(t, "match: {phone: {column: c, country: DE}}\n")
	results := mapRows(t, m, "id,c\n1,030 123456\n2,+49 30 123456\n3,0049 (30) 123-456\n4,123\n5,\n")
	for _, r := range results[:3] {
		if !strings.Contains(r.operation, `"identifiers":{"phone":"+4930123456"}`) || r.hash != results[0].hash {
			t.Errorf("%+v", r)
		}
	}
	for i, want := range []string{`invalid identifiers.phone: column "c": "123" is too short for a phone number with its area code`, `required identifiers.phone: column "c": is empty`} {
		if got := results[3+i].rejection; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if err := m.SetMatch("phone=id"); err != nil || m.key().Country != "DE" {
		t.Error("another column of phone numbers has lost its country:", err)
	}
	if err := m.SetMatch("id"); err != nil || m.key().Country != "" {
		t.Error("ids have a country:", err)
	}
}

func TestEmails(t *testing.T) {
	t.Parallel()
	const email = "type: email"
	not := func(text, why string) cell {
		return cell{email, text, convert.Quote([]byte(text)) + " is not an email address: " + why}
	}
	label := strings.Repeat("x", 63)
	checkCells(t, false, []cell{
		{email, "Ada.Lovelace@Example.com", `"Ada.Lovelace@Example.com"`}, {email, " ada@example.com\u00a0", `"ada@example.com"`}, {email + ", lower: true", "Ada@Example.COM", `"ada@example.com"`},
		{email, "a+b@x.co.uk", `"a+b@x.co.uk"`}, {email, "o'neil!#$%&*/=?^_{|}~-@x-y.example", `"o'neil!#$%&*/=?^_{|}~-@x-y.example"`}, {email, "zoë@müller.example", `"zoë@müller.example"`}, {email, "用户@例子.广告", `"用户@例子.广告"`},
		{email, "a@xn--mller-kva.example", `"a@xn--mller-kva.example"`}, {email, "a@1.example", `"a@1.example"`}, {email, "", ""}, {email, strings.Repeat("x", 64) + "@example.com", `"` + strings.Repeat("x", 64) + `@example.com"`},
		{email, "a@" + label + ".example", `"a@` + label + `.example"`},
		not("ada", "there is no @ in it"), not("ada@example@com", "there is more than one @ in it"), not("@example.com", "there is nothing before the @"), not("ada@", "there is nothing after the @"),
		not("ada@localhost", "the domain has no dot"), not("ada lovelace@example.com", "there is a space in it"), not("ada\u00a0l@example.com", "there is a space in it"), not("ada\u200b@example.com", "there is an invisible character in it (U+200B)"),
		not("ada@example.com\ufeff", "there is an invisible character in it (U+FEFF)"), not("Ada <ada@example.com>", "there can be no '<' in it"), not("<ada@example.com>", "there can be no '<' in it"), not("a@x.com;b@x.com", "there can be no ';' in it"),
		not("a@x.com,b@x.com", "there can be no ',' in it"), not("mailto:ada@example.com", "there can be no ':' in it"), not(`"ada"@example.com`, `there can be no '"' in it`), not("ada@[127.0.0.1]", "there can be no '[' in it"),
		not(".ada@example.com", "before the @, a dot must be between other characters"), not("ada.@example.com", "before the @, a dot must be between other characters"), not("a..b@example.com", "before the @, a dot must be between other characters"),
		not("ada@.com", "in the domain, a dot must be between other characters"), not("ada@example.", "in the domain, a dot must be between other characters"), not("ada@example..com", "in the domain, a dot must be between other characters"),
		not("ada@-x.com", "in the domain, a hyphen must be between other characters"), not("ada@x-.com", "in the domain, a hyphen must be between other characters"), not("ada@ex_ample.com", "there can be no '_' in the domain"), not("ada@127.0.0.1", "the domain ends in a number"),
		not("ada@"+label+"x.example", "a part of the domain is 64 bytes; the limit is 63"), not(strings.Repeat("x", 65)+"@example.com", "65 bytes before the @; the limit is 64"),
		not("a@"+strings.Repeat("abcdef.", 36)+"example", "it is 261 bytes; the limit is 254"),
	})
	checkCells(t, true, []cell{{email, `"ada@example.com"`, `"ada@example.com"`}, {email, `7`, `"7" is not an email address: there is no @ in it`}, {email, `null`, ""}})
}
