package rows

import (
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/rows/charset"
)

// csvCases all have the columns a and b, or just a.
var csvCases = []struct {
	name, text string
	want       []string
}{
	{"comma", "a,b\n1,2\n", []string{`1:2 "1" "2"`}},
	{"semicolon", "a;b\n1,5;2\n", []string{`1:2 "1,5" "2"`}},
	{"tab", "a\tb\n1;2\t\n", []string{`1:2 "1;2" ""`}},
	{"bar", "a|b\n1|2 \n", []string{`1:2 "1" "2 "`}},
	{"empty cells", "a,b\n,1\n\"\",2\n", []string{`1:2 "" "1"`, `2:3 "" "2"`}},
	{"single column", "a\n1\n\"\"\n\" \"\n \n", []string{`1:2 "1"`, `2:3 !not_a_row @0`, `3:4 !not_a_row @0`, `4:5 !not_a_row @0`}},
	{"spaces are kept", "a,b\n 1 , 2\n", []string{`1:2 " 1 " " 2"`}},
	{"nothing but a header", "a,b\n", nil},
	{"header without newline", "a,b", nil},

	{"quoted", "a,b\n\"1,\",\"2\"\n", []string{`1:2 "1," "2"`}},
	{"doubled quotes", "a,b\n\"x\"\"y\",\"\"\"\"\n\"\"\"\"\"\",2\n", []string{`1:2 "x\"y" "\""`, `2:3 "\"\"" "2"`}},
	{"quoted newline", "a,b\n\"x\ny\",1\n2,3\n", []string{`1:2 "x\ny" "1"`, `2:4 "2" "3"`}},
	{"quoted CRLF is kept", "a,b\r\n1,\"x\r\n\r\ny\"\r\n2,3\r\n", []string{`1:2 "1" "x\r\n\r\ny"`, `2:5 "2" "3"`}},
	{"quoted carriage return at the end", "a,b\n1,\"x\r\"\r\n", []string{`1:2 "1" "x\r"`}},
	{"quoted header with newline", "a,\"b\"\n1,2\n", []string{`1:2 "1" "2"`}},

	{"CRLF", "a,b\r\n1,2\r\n\"3\",\"4\"\r\n", []string{`1:2 "1" "2"`, `2:3 "3" "4"`}},
	{"one carriage return belongs to the line ending", "a,b\n1,2\r\r\n", []string{`1:2 "1" "2\r"`}},
	{"last line without newline", "a,b\n1,2\n3,4", []string{`1:2 "1" "2"`, `2:3 "3" "4"`}},
	{"last line ends in a carriage return", "a,b\n1,2\n3,4\r", []string{`1:2 "1" "2"`, `2:3 "3" "4"`}},
	{"last cell quoted, no newline", "a,b\n1,\"2\"", []string{`1:2 "1" "2"`}},
	{"last cell quoted, carriage return", "a,b\n1,\"2\"\r", []string{`1:2 "1" "2"`}},
	{"last cell empty, no newline", "a,b\n1,", []string{`1:2 "1" ""`}},
	{"byte order mark", "\ufeffa,b\n1,2\n", []string{`1:2 "1" "2"`}},
	{"byte order mark before a quote", "\ufeff\"a\",b\n1,2\n", []string{`1:2 "1" "2"`}},
	{"blank lines", "\n\r\na,b\n\n1,2\n\r\n\n3,4\n\n\n", []string{`1:5 "1" "2"`, `2:8 "3" "4"`}},
	{"blank last line of a carriage return", "a,b\n1,2\n\r", []string{`1:2 "1" "2"`}},

	{"ragged", "a,b\n1\n1,2,3\n1,2\n,3\n", []string{`1:2 !ragged @0`, `2:3 !ragged @0`, `3:4 "1" "2"`, `4:5 "" "3"`}},
	{"bare quote", "a,b\n1,x\"y\n2\",3\n4,5\n", []string{`1:2 !malformed b@4`, `2:3 !malformed a@2`, `3:4 "4" "5"`}},
	{"text after a closing quote", "a,b\n\"1\"x,2\n3,\"4\" \n5,6\n", []string{`1:2 !malformed a@4`, `2:3 !malformed b@6`, `3:4 "5" "6"`}},
	{"a broken record ends with its line", "a,b\nx\"y,\"1\n2,\"3\n4\"\n", []string{`1:2 !malformed a@2`, `2:3 "2" "3\n4"`}},
	{"broken after a quoted newline", "a,b\n\"1\n2\"x,\"3\n4,5\n", []string{`1:2 !malformed a@6`, `2:4 "4" "5"`}},
	{"broken beyond the header", "a,b\n1,2,x\"\n", []string{`1:2 !malformed @6`}},
	{"carriage return after a closing quote", "a,b\n1,\"2\"\r\r\n\"3\"\r,4\n", []string{`1:2 !malformed b@6`, `2:3 !malformed a@4`}},
	{"not UTF-8", "a,b\n1,x\xffy\n\"\xc3\"\"\",2\n3,4\n", []string{`1:2 !invalid_utf8 b@4`, `2:3 !invalid_utf8 a@2`, `3:4 "3" "4"`}},
	{"ragged before UTF-8", "a,b\n\xff\n", []string{`1:2 !ragged @0`}},
	{"NUL bytes", "a,b\n\x00,\"\x00\"\n", []string{`1:2 "\x00" "\x00"`}},

	{"unterminated quote", "a,b\n1,2\n3,\"4\n5,6\n", []string{`1:2 "1" "2"`,
		"standard input:3: a quote opens on this line and is never closed"}},
	{"unterminated on a later line of its record", "a,b\n\"1\n\n2\",\"3\n4,5", []string{
		"standard input:4: a quote opens on this line and is never closed"}},
	{"unterminated at the very end", "a,b\n1,\"", []string{
		"standard input:2: a quote opens on this line and is never closed"}},
	{"unterminated by a doubled quote", "a,b\n1,\"2\"\"\n3,4\n", []string{
		"standard input:2: a quote opens on this line and is never closed"}},
	{"unterminated header", "a,\"b\n1,2\n", []string{
		"standard input:1: a quote opens on this line and is never closed"}},
	{"unterminated after blank lines", "a,b\n\n\n\n\"", []string{
		"standard input:5: a quote opens on this line and is never closed"}},
}

func TestCSV(t *testing.T) {
	t.Parallel()
	for _, c := range csvCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			compare(t, "rows", read(t, c.text, Options{Encoding: charset.UTF8}), c.want)
		})
	}
}

// TestUnterminatedBeyondBlocks opens a quote in a file of many blocks, with a
// quote that closes every few lines before it.
func TestUnterminatedBeyondBlocks(t *testing.T) {
	t.Parallel()
	const n = 100_000
	good := strings.Repeat("1,\"x\ny\"\n", n)
	got := read(t, "a,b\n"+good+"\"2\n3\",\"4\n"+strings.Repeat("5,6\n", n), Options{})
	if len(got) != n+1 {
		t.Fatalf("%d rows, want all of those before the quote and the error", len(got))
	}
	compare(t, "the end", got[n:], []string{"standard input:200003: a quote opens on this line and is never closed"})
}

// TestRaw wants a row's record without its line ending, even a broken one's.
func TestRaw(t *testing.T) {
	t.Parallel()
	in := stream(CSV, ',', strings.NewReader("a,\"b\r\nc\"\r\n\nx\"y\r\nz"))
	var b Block
	if err := in.Next(&b, 10, 100); err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range b.Len() {
		got = append(got, string(in.Parser(nil).Row(&b, i).Raw))
	}
	compare(t, "raw", got, []string{"a,\"b\r\nc\"", `x"y`, "z"})
}
