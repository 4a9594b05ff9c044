package mapping

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/jsontext"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

func TestIdentifiers(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 75) // 150 bytes
	const required = "required: is empty"
	notEmail := func(text, why string) string {
		return "invalid: " + strconv.Quote(text) + " is not an email address: " + why
	}
	nothing := func(field, word string) string {
		return "required: " + strconv.Quote(word) + " is a word for nothing; if it is an identifier, write match: {" + field + ": {column: …, accept: ['" + word + "']}}"
	}
	odd := func(text, why string) string { return "invalid: " + strconv.Quote(text) + " has " + why }
	notPhone := func(text string) string {
		return "invalid: " + strconv.Quote(text) + " is not a phone number of the form +4915123456789; to convert others, give the match a country"
	}
	for _, tt := range []struct{ field, text, want string }{
		{"id", "1", "1"}, {"id", "00123", "00123"}, {"id", " 1 ", " 1 "}, {"id", "", required}, {"id", " \t\u00a0", required}, {"id", "cio_1", "cio_1"},
		{"id", "a@example.com", "a@example.com"}, {"id", "ünï\"\\x", "ünï\"\\x"}, {"id", long, long},
		{"id", long + "x", "invalid: the value is 151 bytes; the limit is 150"}, {"id", strings.Repeat("x", 150), strings.Repeat("x", 150)},
		{"id", strings.Repeat("x", 151), "invalid: the value is 151 bytes; the limit is 150"},
		{"email", "Ada@Example.com", "Ada@Example.com"}, {"email", " ada@example.com\t", "ada@example.com"}, {"email", "a+b@c.de", "a+b@c.de"}, {"email", `"a@b"@c.de`, notEmail(`"a@b"@c.de`, `there can be no '"' in it`)}, {"email", "ada@example", notEmail("ada@example", "the domain has no dot")},
		{"email", "größe@exämple.de", "größe@exämple.de"}, {"email", "", required}, {"email", "  ", required},
		{"email", "ada", notEmail("ada", "there is no @ in it")}, {"email", "@example.com", notEmail("@example.com", "there is nothing before the @")}, {"email", "ada@", notEmail("ada@", "there is nothing after the @")}, {"email", "@", notEmail("@", "there is nothing before the @")},
		{"email", "ada lovelace@example.com", notEmail("ada lovelace@example.com", "there is a space in it")}, {"email", "a@b\nc@d", notEmail("a@b\nc@d", "there is a space in it")},
		{"email", strings.Repeat("x", 999) + "@c", "invalid: " + convert.Quote([]byte(strings.Repeat("x", 999))) + " is not an email address: it is 1001 bytes; the limit is 254"},
		{"email", "ada@example.com\u200b", notEmail("ada@example.com\u200b", "there is an invisible character in it (U+200B)")}, {"email", "a\u202eda@example.com", notEmail("a\u202eda@example.com", "there is an invisible character in it (U+202E)")},
		{"email", "mailto:ada@example.com", notEmail("mailto:ada@example.com", "there can be no ':' in it")}, {"email", "Ada <ada@example.com>", notEmail("Ada <ada@example.com>", "there can be no '<' in it")},
		{"email", "a@example.com;b@example.com", notEmail("a@example.com;b@example.com", "there can be no ';' in it")}, {"email", "a@example.com b@example.com", notEmail("a@example.com b@example.com", "there is a space in it")},
		{"email", "Keine Angabe", nothing("email", "Keine Angabe")}, {"phone", "-", nothing("phone", "-")}, {"cio_id", "nil", nothing("cio_id", "nil")},
		{"id", "NULL", nothing("id", "NULL")}, {"id", "none", nothing("id", "none")}, {"id", "#N/A", nothing("id", "#N/A")}, {"id", ` \N`, `required: " \\N" is a word for nothing; if it is an identifier, write match: {id: {column: …, accept: ['\N']}}`},
		{"id", "NaN", nothing("id", "NaN")}, {"id", "undefined", nothing("id", "undefined")}, {"id", "(null)", nothing("id", "(null)")}, {"id", "nullable", "nullable"}, {"id", "Nina", "Nina"}, {"id", "n", "n"},
		{"id", "12\t", odd("12\t", "a control character (U+0009)")}, {"id", "1\x002", odd("1\x002", "a control character (U+0000)")}, {"id", "1\u00a02", odd("1\u00a02", "a space that is not a plain one (U+00A0)")},
		{"id", "1\ufeff2", odd("1\ufeff2", "an invisible character (U+FEFF)")}, {"id", "user12345\u202e", odd("user12345\u202e", "an invisible character (U+202E)")}, {"id", "1234567\x7f", odd("1234567\x7f", "a control character (U+007F)")},
		{"id", "\u3164", odd("\u3164", "an invisible character (U+3164)")}, {"id", "'0012", `invalid: "'0012" begins with an apostrophe, which spreadsheets put before text: export the column without it`},
		{"id", "O'Hara", "O'Hara"}, {"id", "日本", "日本"}, {"id", "😀\ufe0f", "😀\ufe0f"}, {"id", "a b", "a b"},
		{"phone", "+4915123456789", "+4915123456789"}, {"phone", " +12 ", "+12"}, {"phone", "+123456789012345", "+123456789012345"},
		{"phone", "", required}, {"phone", "+", notPhone("+")}, {"phone", "+1", notPhone("+1")}, {"phone", "+1234567890123456", notPhone("+1234567890123456")},
		{"phone", "4915123456789", notPhone("4915123456789")}, {"phone", "004915123456789", notPhone("004915123456789")}, {"phone", "+0123", notPhone("+0123")},
		{"phone", "+49 151 234", notPhone("+49 151 234")}, {"phone", "+49-151", notPhone("+49-151")}, {"phone", "+49(0)151", notPhone("+49(0)151")}, {"phone", "+４９１", notPhone("+４９１")},
		{"cio_id", "a3000001", "a3000001"}, {"cio_id", "cio_a3000001", "a3000001"}, {"cio_id", " cio_a3000001 ", "a3000001"}, {"cio_id", "cio_cio_a", "cio_a"},
		{"cio_id", "CIO_a", "CIO_a"}, {"cio_id", "", required}, {"cio_id", "cio_", `invalid: "cio_" is not a cio_id`}, {"cio_id", long, long}, {"cio_id", "cio_" + long, long},
		{"cio_id", "cio_" + long + "x", "invalid: " + convert.Quote([]byte("cio_"+long)) + " is not a cio_id"},
	} {
		t.Run(fmt.Sprintf("%s/%.40q", tt.field, tt.text), func(t *testing.T) {
			t.Parallel()
			input := "c,d\n" + string(rows.AppendCSVCell(nil, []byte(tt.text), ',')) + ",x\n"
			want := tt.want
			if reason, message, ok := strings.Cut(want, ": "); ok {
				want = reason + " identifiers." + tt.field + `: column "c": ` + message
			} else {
				want = operation(tt.field, want)
			}
			checkIdentified(t, tt.field, input, want)
		})
	}
}

// operation is a person's without attributes.
func operation(field, value string) string {
	return `{"type":"person","action":"identify","identifiers":{"` + field + `":` + string(jsontext.AppendString(nil, value)) + `},"attributes":{}}`
}

func checkIdentified(t *testing.T, field, input, want string) {
	t.Helper()
	results := mapRows(t, parse(t, "match: {"+field+": c}\nattributes:\n"), input)
	r := results[len(results)-1]
	if got := r.operation + r.rejection; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// TestJSONLIdentifiers takes numbers as they are written.
func TestJSONLIdentifiers(t *testing.T) {
	t.Parallel()
	const rejected = ` identifiers.id: column "c": `
	for value, want := range map[string]string{
		`"1"`: operation("id", "1"), `1`: operation("id", "1"), `9223372036854775808`: operation("id", "9223372036854775808"), `1.0`: operation("id", "1.0"),
		`"\u00e9"`: operation("id", "é"), `null`: "required" + rejected + "is empty", `""`: "required" + rejected + "is empty", ``: "required" + rejected + "is empty",
		`true`: "invalid" + rejected + `"true" is neither text nor a number`, `[1]`: "invalid" + rejected + `"[1]" is neither text nor a number`,
		`{"a":1}`: "invalid" + rejected + `"{\"a\":1}" is neither text nor a number`,
	} {
		checkIdentified(t, "id", `{"c":"0"}`+"\n"+strings.Replace(`{"c":`+value+"}", `{"c":}`, "{}", 1)+"\n", want)
	}
}

func hashOf(match customerio.Match, value string) uint64 { return hashKey(match, []byte(value)) }

func TestHashKey(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"ada@example.com", "ADA@EXAMPLE.COM", "Ada@Example.Com"}, {"größe@x", "GRÖßE@X", "GRÖẞE@x"}, {"όδος@x", "ΌΔΟΣ@X", "όδοσ@x"},
		{"i@x", "I@X"}, {"straſe@x", "STRASE@X", "strase@x"}, {"\u212aa@x", "ka@x", "KA@x"}, {"ж@x", "Ж@X"}, {"ǆ@x", "Ǆ@x", "ǅ@x"},
	} {
		for _, spelling := range same[1:] {
			if hashOf(customerio.Email, same[0]) != hashOf(customerio.Email, spelling) {
				t.Errorf("%q and %q are kept apart", same[0], spelling)
			}
		}
	}
	seen := make(map[uint64]string)
	for _, match := range []customerio.Match{customerio.ID, customerio.Email, customerio.Phone, customerio.CioID} {
		for _, value := range []string{"1", "2", "12", "21", "a", "b", "é", "è", "", "\x00", "\x00\x00", "a@b", "b@a"} {
			key := fmt.Sprint(match, " ", value)
			if h := hashOf(match, value); seen[h] != "" {
				t.Errorf("%q and %q have one hash", seen[h], key)
			} else {
				seen[h] = key
			}
		}
	}
	for _, match := range []customerio.Match{customerio.ID, customerio.Phone, customerio.CioID} {
		if hashOf(match, "A") == hashOf(match, "a") || hashOf(match, "É") == hashOf(match, "é") {
			t.Errorf("%s: the case of letters is lost", match)
		}
	}
}

// TestHashKeyFolds tries every letter: those that are one but for their case must
// give one hash.
func TestHashKeyFolds(t *testing.T) {
	t.Parallel()
	for r := rune(1); r <= unicode.MaxRune; r++ {
		for other := unicode.SimpleFold(r); other > r; other = unicode.SimpleFold(other) {
			if a, b := "x"+string(r)+"@Y", "X"+string(other)+"@y"; hashOf(customerio.Email, a) != hashOf(customerio.Email, b) {
				t.Errorf("%q and %q are kept apart", a, b)
			}
		}
	}
}

// TestHashKeyStays: a run that is resumed must have the lanes it had.
func TestHashKeyStays(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		match customerio.Match
		value string
		want  uint64
	}{
		{customerio.ID, "1", 0xdb59d652148efe3b}, {customerio.Email, "Ada@Example.com", 0xc7902e8fdbbe33bc},
		{customerio.Email, "GRÖSSE@example.com", 0xbe0d2cdb12b7b4fb}, {customerio.Phone, "+4915112345678", 0xdd282d62d826ef8a},
	} {
		if got := hashOf(tt.match, tt.value); got != tt.want {
			t.Errorf("%s %s: %#x", tt.match, tt.value, got)
		}
	}
}

// TestHashes: what is sent decides, not how it is written in the file.
func TestHashes(t *testing.T) {
	t.Parallel()
	for field, input := range map[string]string{
		"email":  "c,d\n Ada@Example.com,\nada@EXAMPLE.com ,x\n",
		"cio_id": "c,d\ncio_a3,\n a3,x\n",
		"phone":  "c,d\n+4915,\n +4915 ,x\n",
		"id":     `{"c":12}` + "\n" + `{"c":"12"}` + "\n",
	} {
		r := mapRows(t, parse(t, "match: {"+field+": c}"), input)
		if r[0].outcome != Send || r[0].hash != r[1].hash || r[0].hash == 0 {
			t.Errorf("%s: %+v", field, r)
		}
	}
}

// The quick looks at eight bytes find an odd one at every place.
func TestQuickLooks(t *testing.T) {
	t.Parallel()
	for n := range 40 {
		text := []byte(strings.Repeat("0123456789", 4)[:n])
		if !onlyDigits(text) || !visibleASCII(text) {
			t.Errorf("%q is refused", text)
		}
		for place, was := range text {
			for _, c := range []byte{0, 0x1f, ' ', '/', ':', 'a', 0x7e, 0x7f, 0x80, 0xff} {
				text[place] = c
				if onlyDigits(text) || visibleASCII(text) != (c >= ' ' && c < 0x7f) {
					t.Errorf("%q: digits %t, visible %t", text, onlyDigits(text), visibleASCII(text))
				}
			}
			text[place] = was
		}
	}
}
