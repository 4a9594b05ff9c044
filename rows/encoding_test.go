package rows

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// coders are the encodings as x/text knows them.
var coders = map[Encoding]encoding.Encoding{
	UTF16LE:     unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM),
	UTF16BE:     unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
	Windows1252: charmap.Windows1252,
	Latin1:      charmap.ISO8859_1,
	Latin9:      charmap.ISO8859_15,
}

func encoded(t testing.TB, e Encoding, text string) string {
	t.Helper()
	if e == UTF8 {
		return text
	}
	out, err := coders[e].NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Each encoding gives the rows that the same text has in UTF-8, named or, where
// that can be told, not.
func TestEncodings(t *testing.T) {
	t.Parallel()
	text := "Nr;Straße\r\n00123;\"Grün\r\n\"\"x\"\"\"\r\n\r\n7;Zoë\r\n8;x;y\r\n"
	want := read(t, text, Options{})
	if len(want) != 3 {
		t.Fatal(want)
	}
	for _, e := range []Encoding{UTF8, UTF16LE, UTF16BE, Windows1252, Latin1, Latin9} {
		data := encoded(t, e, text)
		compare(t, string(e), read(t, data, Options{Encoding: e}), want)
		if e != Latin1 && e != Latin9 { // which the text does not tell from windows-1252
			in, err := Open(save(t, "x.csv", []byte(data)), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			rows, _ := drain(t, in, 1, 1)
			compare(t, string(e)+", detected", rows, want)
			if in.Encoding != e || in.Seekable() != (e == UTF8) || in.BOM || !in.CRLF {
				t.Errorf("%s: %+v", e, in)
			}
		}
		if e == UTF8 || e.wide() {
			compare(t, string(e)+", with a mark", read(t, encoded(t, e, "\ufeff"+text), Options{Encoding: Latin1}), want)
		}
	}
}

// What is no part of the encoding rejects its row, and is named with its place.
func TestStrays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		encoding   Encoding
		want       []string
	}{
		{"utf-8", "a,b\n1,é\n2,\xe9\n3,x\n", "", []string{"", "byte 0xe9 at offset 11 in the file is not UTF-8", ""}},
		{"windows-1252", "a,b\n\xe9\xe8,\x81\n2,x\n\x8d,\x90\n\x9d,", "", []string{"byte 0x81 at offset 7 in the file is nothing in windows-1252", "",
			"byte 0x8d at offset 13 in the file is nothing in windows-1252", "byte 0x9d at offset 17 in the file is nothing in windows-1252"}},
		{"iso-8859-1", "a,b\n1,\x80\n2,\xe9\n", Latin1, []string{"byte 0x80 at offset 6 in the file is nothing in iso-8859-1", ""}},
		{"iso-8859-15", "a,b\n1,\x9f\n2,\xa4\n", Latin9, []string{"byte 0x9f at offset 6 in the file is nothing in iso-8859-15", ""}},
		{"half a pair", "\xff\xfea\x00,\x00b\x00\n\x00\x3d\xd8,\x00b\x00\n\x00\x3d\xd8\x00\xde,\x00\xfd\xff\n\x00", "", []string{
			"0xd83d, half of a character, at offset 10 in the file is nothing in utf-16le", ""}},
		{"halves the wrong way round", "\xfe\xff\x00a\x00,\x00b\x00\n\xde\x00\xd8\x3d\x00,\x00\n", "", []string{
			"0xde00, half of a character, at offset 10 in the file is nothing in utf-16be"}},
		{"an odd byte", "\xff\xfea\x00\n\x00b\x00c", "", []string{"0x0063, half of a character, at offset 8 in the file is nothing in utf-16le"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in, err := Open(save(t, "x.csv", []byte(c.text)), Options{Encoding: c.encoding})
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			var got []string
			var b Block
			p := in.Parser(nil)
			for in.Next(&b, 1, 1) == nil {
				if r := p.Row(&b, 0); r.Broken == nil {
					got = append(got, "")
				} else if got = append(got, r.Broken.Message); r.Broken.Reason != ReasonUTF8 {
					t.Error(r.Broken.Reason)
				}
			}
			compare(t, "messages", got, c.want)
		})
	}
}

func TestDetectEncoding(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, sample string
		all          bool
		want         Encoding
	}{
		{"ascii", "a,b\n", true, UTF8},
		{"utf-8", "a,é\n", true, UTF8},
		{"utf-8, cut off in a character", "a,\xc3", false, UTF8},
		{"an accent at the very end", "a,\xc3", true, Windows1252},
		{"umlauts", "a,gr\xfcn\n", true, Windows1252},
		{"utf-8, damaged once", "é,è,ü\nx\xff\n", true, UTF8},
		{"one zero", "a,b\n1,\x00\n", true, UTF8},
		{"little end", "a\x00\n\x00", true, UTF16LE},
		{"big end", "\x00a\x00\n", true, UTF16BE},
		{"chinese", "\xf7N,\x00\x1fu\n\x00\x87e,\x00\xf7N\n\x00", true, UTF16LE},
		{"zeros anywhere", "\x00a\xff\x01\x00\x00", true, ""},
	} {
		if got := detectEncoding([]byte(c.sample), c.all); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// The first umlaut of a long file may come late.
func TestDetectLate(t *testing.T) {
	t.Parallel()
	ascii := strings.Repeat("x,y\n", sampleSize)
	for _, c := range []struct {
		text string
		want Encoding
	}{
		{"a,b\n" + ascii + "gr\xfcn,1\n", Windows1252},
		{"a,b\n" + strings.Repeat(ascii, 10) + "gr\xfcn,1\n" + ascii, Windows1252},
		{"a,b\n" + strings.Repeat(ascii, 10) + "grün,1\n" + ascii, UTF8},
		{"a,b\n" + strings.Repeat(ascii, 12) + "gr\xfcn,1\n" + strings.Repeat(ascii, 12), Windows1252},
		{"a,b\n" + strings.Repeat(ascii, 12) + "grün,1\n" + strings.Repeat(ascii, 12), UTF8},
		{"a,b\n" + strings.Repeat("ü,y\n", digestSize), UTF8},
		{"a,bc\n" + strings.Repeat("ü,y\n", digestSize), UTF8},
	} {
		in, err := Open(save(t, "x.csv", []byte(c.text)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		in.Close()
		if in.Encoding != c.want {
			t.Errorf("%.20q…: %s, want %s", c.text, in.Encoding, c.want)
		}
	}
}

func TestEncodingByName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Encoding{
		"UTF-8": UTF8, "utf8": UTF8, "UTF_16LE": UTF16LE, "utf-16": UTF16LE, "UTF-16BE": UTF16BE, "cp1252": Windows1252, "Windows-1252": Windows1252,
		"iso-8859-1": Latin1, "ISO8859_1": Latin1, "latin1": Latin1, "latin-9": Latin9, "iso-8859-15": Latin9, "koi8-r": "", "": "",
	} {
		if got, err := EncodingByName(name); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// FuzzDecode wants the text that x/text makes of it, however it is read, and
// bytes that are no UTF-8 if and only if x/text replaces something.
func FuzzDecode(f *testing.F) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	f.Add(string(all), uint8(0), uint8(1))
	f.Add("\x3d\xd8\x00\xde\x3d\xd8a\x00\xfd\xff\x00", uint8(1), uint8(3))
	f.Add("\xd8\x3d\xde\x00\xd8\x3d\x00a\x00\n\xff\xfd", uint8(2), uint8(2))
	f.Fuzz(func(t *testing.T, text string, which, size uint8) {
		e := []Encoding{Windows1252, UTF16LE, UTF16BE, Latin1, Latin9}[which%5]
		decode := func(r io.Reader) string {
			out, err := io.ReadAll(newDecoder(r, e, 0))
			if err != nil {
				t.Fatal(err)
			}
			return string(out)
		}
		got := decode(strings.NewReader(text))
		for _, r := range []io.Reader{chunks{strings.NewReader(text), 1 + int(size)}, iotest.DataErrReader(strings.NewReader(text)), iotest.OneByteReader(strings.NewReader(text))} {
			if again := decode(r); again != got {
				t.Fatalf("%q: %q, and in other pieces %q", text, got, again)
			}
		}
		want, err := coders[e].NewDecoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		if !e.wide() { // control characters that we take for none
			want = strings.Map(func(r rune) rune {
				if 0x80 <= r && r < 0xa0 {
					return utf8.RuneError
				}
				return r
			}, want)
		}
		// How many replacement characters damage gets is nobody's contract.
		if got := perByte(got); got != want && !(strings.ContainsRune(got, utf8.RuneError) && strings.ContainsRune(want, utf8.RuneError)) {
			t.Fatalf("%s of %q: %q, want %q", e, text, got, want)
		}
	})
}

// perByte replaces each byte that is no UTF-8 by one replacement character.
func perByte(text string) string {
	var out strings.Builder
	for _, r := range text {
		out.WriteRune(r)
	}
	return out.String()
}
