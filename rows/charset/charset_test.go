package charset

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

func TestDetect(t *testing.T) {
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
		if got := Detect([]byte(c.sample), c.all).Encoding; got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestByName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]Encoding{
		"UTF-8": UTF8, "utf8": UTF8, "UTF_16LE": UTF16LE, "utf-16": UTF16LE, "UTF-16BE": UTF16BE, "cp1252": Windows1252, "Windows-1252": Windows1252,
		"iso-8859-1": Latin1, "ISO8859_1": Latin1, "latin1": Latin1, "latin-9": Latin9, "iso-8859-15": Latin9, "": "", "x-user-defined": "", "replacement": "", "utf-7": "", "cp9999": "", "windows-9999": "",
		"KOI8-R": "koi8-r", "MacRoman": "macintosh", "x-mac-roman": "macintosh", "cp1250": "windows-1250", "WINDOWS_1251": "windows-1251", "win1253": "windows-1253",
		"Shift_JIS": "shift_jis", "sjis": "shift_jis", "cp932": "shift_jis", "GB2312": "gbk", "gb18030": "gb18030", "Big5": "big5", "EUC-KR": "euc-kr", "ks_c_5601-1987": "euc-kr", "EUC-JP": "euc-jp",
		"ISO-8859-2": "iso-8859-2", "iso8859_7": "iso-8859-7", "latin2": "iso-8859-2", "cp850": "cp850", "IBM866": "ibm866", "iso-2022-jp": "iso-2022-jp", "TIS-620": "windows-874",
	} {
		if got, err := ByName(name); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// FuzzDecode wants the text that x/text makes of it, however it is read, and
// bytes that are not UTF-8 if and only if x/text replaces something.
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
			out, err := io.ReadAll(NewReader(r, e, 0))
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
		if !e.Wide() { // control characters that we take for none
			want = strings.Map(func(r rune) rune {
				if 0x80 <= r && r < 0xa0 {
					return utf8.RuneError
				}
				return r
			}, want)
		}
		// How many replacement characters damage gets is not specified.
		if got := perByte(got); got != want && !(strings.ContainsRune(got, utf8.RuneError) && strings.ContainsRune(want, utf8.RuneError)) {
			t.Fatalf("%s of %q: %q, want %q", e, text, got, want)
		}
	})
}

// perByte replaces each byte that is not UTF-8 by one replacement character.
func perByte(text string) string {
	var out strings.Builder
	for _, r := range text {
		out.WriteRune(r)
	}
	return out.String()
}

// chunks reads at most n bytes at a time.
type chunks struct {
	r io.Reader
	n int
}

func (c chunks) Read(p []byte) (int, error) { return c.r.Read(p[:min(len(p), c.n)]) }
