package rows

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/ciobulk/ciobulk/rows/charset"
)

// coders are encodings as x/text knows them.
var coders = map[charset.Encoding]encoding.Encoding{
	charset.UTF16LE:     unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM),
	charset.UTF16BE:     unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
	charset.Windows1252: charmap.Windows1252,
	charset.Latin1:      charmap.ISO8859_1,
	charset.Latin9:      charmap.ISO8859_15,
	"macintosh":         charmap.Macintosh,
	"windows-1250":      charmap.Windows1250,
	"windows-1251":      charmap.Windows1251,
	"windows-1254":      charmap.Windows1254,
	"cp850":             charmap.CodePage850,
	"shift_jis":         japanese.ShiftJIS,
	"gb18030":           simplifiedchinese.GB18030,
	"big5":              traditionalchinese.Big5,
	"euc-kr":            korean.EUCKR,
}

func encoded(t testing.TB, e charset.Encoding, text string) string {
	t.Helper()
	if e == charset.UTF8 {
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
	for _, e := range []charset.Encoding{charset.UTF8, charset.UTF16LE, charset.UTF16BE, charset.Windows1252, charset.Latin1, charset.Latin9} {
		data := encoded(t, e, text)
		compare(t, string(e), read(t, data, Options{Encoding: e}), want)
		if e != charset.Latin1 && e != charset.Latin9 { // which the text does not tell from windows-1252
			in, err := Open(save(t, "x.csv", []byte(data)), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			rows, _ := drain(t, in, 1, 1)
			compare(t, string(e)+", detected", rows, want)
			if in.Encoding != e || in.Seekable() != (e == charset.UTF8) || in.BOM || !in.CRLF {
				t.Errorf("%s: %+v", e, in)
			}
		}
		if e == charset.UTF8 || e.Wide() {
			compare(t, string(e)+", with a mark", read(t, encoded(t, e, "\ufeff"+text), Options{Encoding: charset.Latin1}), want)
		}
	}
}

// A byte that the encoding does not have rejects its row, and is named with its place.
func TestStrays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		encoding   charset.Encoding
		want       []string
	}{
		{"utf-8", "a,b\n1,é\n2,\xe9\n3,x\n", "", []string{"", "byte 0xe9 at offset 11 in the file is not UTF-8", ""}},
		{"windows-1252", "a,b\n\xe9\xe8,\x81\n2,x\n\x8d,\x90\n\x9d,", charset.Windows1252, []string{"byte 0x81 at offset 7 in the file is not part of windows-1252", "",
			"byte 0x8d at offset 13 in the file is not part of windows-1252", "byte 0x9d at offset 17 in the file is not part of windows-1252"}},
		{"iso-8859-1", "a,b\n1,\x80\n2,\xe9\n", charset.Latin1, []string{"byte 0x80 at offset 6 in the file is not part of iso-8859-1", ""}},
		{"iso-8859-15", "a,b\n1,\x9f\n2,\xa4\n", charset.Latin9, []string{"byte 0x9f at offset 6 in the file is not part of iso-8859-15", ""}},
		{"half a pair", "\xff\xfea\x00,\x00b\x00\n\x00\x3d\xd8,\x00b\x00\n\x00\x3d\xd8\x00\xde,\x00\xfd\xff\n\x00", "", []string{
			"0xd83d, half of a character, at offset 10 in the file is not part of utf-16le", ""}},
		{"halves the wrong way round", "\xfe\xff\x00a\x00,\x00b\x00\n\xde\x00\xd8\x3d\x00,\x00\n", "", []string{
			"0xde00, half of a character, at offset 10 in the file is not part of utf-16be"}},
		{"an odd byte", "\xff\xfea\x00\n\x00b\x00c", "", []string{"0x0063, half of a character, at offset 8 in the file is not part of utf-16le"}},
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

// The first umlaut of a long file may come late.
func TestDetectLate(t *testing.T) {
	t.Parallel()
	ascii := strings.Repeat("x,y\n", sampleSize)
	for _, c := range []struct {
		text string
		want charset.Encoding
	}{
		{"a,b\n" + ascii + "gr\xfcn,1\n", charset.Windows1252},
		{"a,b\n" + strings.Repeat(ascii, 10) + "gr\xfcn,1\n" + ascii, charset.Windows1252},
		{"a,b\n" + strings.Repeat(ascii, 10) + "grün,1\n" + ascii, charset.UTF8},
		{"a,b\n" + strings.Repeat(ascii, 12) + "gr\xfcn,1\n" + strings.Repeat(ascii, 12), charset.Windows1252},
		{"a,b\n" + strings.Repeat(ascii, 12) + "grün,1\n" + strings.Repeat(ascii, 12), charset.UTF8},
		{"a,b\n" + strings.Repeat("ü,y\n", digestSize), charset.UTF8},
		{"a,bc\n" + strings.Repeat("ü,y\n", digestSize), charset.UTF8},
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

// What is found by its letters shows some of them, and is read; what is not clear
// shows how it would read.
func TestGuessed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		encoding charset.Encoding
		text     string
		sample   string // empty: it is not clear
	}{
		{"windows-1252", "name\nBjörk Ångström\n", "Björk, Ångström"},
		{"macintosh", "stadt;gruß\nNürnberg;schön\nGöttingen;grüß dich\n", "gruß, Nürnberg"},
		{"windows-1250", "imię\nElżbieta\nPaweł\n", "imię, Elżbieta"},
		{"windows-1251", "город\nЕкатеринбург\nСамара\n", "город, Екатеринбург"},
		{"shift_jis", "氏名,住所\n佐藤一郎,大阪市北区\n", "氏名, 住所"},
		{"gb18030", "姓名,电话\n陈静,123\n", "姓名, 电话"},
		{"big5", "姓名,電話\n林美華,123\n", "姓名, 電話"},
		{"euc-kr", "성명,주소\n이지은,부산시\n", "성명, 주소"},
		{"cp850", "name\nBjörk\n", ""},
		{"windows-1254", "ad\nYıldız\n", ""},
	} {
		text := encoded(t, c.encoding, c.text)
		in, err := Open("-", Options{Stdin: strings.NewReader(text)})
		if e, failed := errors.AsType[*Error](err); failed {
			at := slices.IndexFunc(e.Candidates, func(k charset.Candidate) bool { return k.Encoding == c.encoding })
			if c.sample != "" || e.Kind != UnclearEncoding || at < 0 || !strings.Contains(c.text, strings.Split(e.Candidates[at].Sample, ", ")[0]) {
				t.Errorf("%s: %v, %v", c.encoding, err, e.Candidates)
			}
			continue
		}
		defer in.Close()
		if in.Sample != c.sample || in.Encoding != c.encoding {
			t.Errorf("%s: %q of %s, want %q", c.encoding, in.Sample, in.Encoding, c.sample)
		}
		compare(t, string(c.encoding), read(t, text, Options{}), read(t, c.text, Options{}))
		compare(t, string(c.encoding)+", named", read(t, text, Options{Encoding: c.encoding}), read(t, c.text, Options{}))
	}
}
