package rows

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"

	"github.com/ciobulk/ciobulk/rows/charset"
)

func zstandard(t testing.TB, text string) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	return z.EncodeAll([]byte(text), nil)
}

var openCases = []struct {
	name, file, text string
	want             string // format, delimiter, compression, columns
}{
	{"by the name: csv", "x.csv", "{a,b\n", "csv ',' [{{a} {b}]"},
	{"by the name: tsv", "x.TSV", "a\tb\n", "csv '\\t' [{a} {b}]"},
	{"by the name: jsonl", "x.jsonl", "a\n{\"a\":1}\n", "jsonl '\\x00' [{a}]"},
	{"by the name: ndjson", "x.NDJSON", "{\"a\":1}", "jsonl '\\x00' [{a}]"},
	{"by the content: object", "x.txt", " \r\n\t{\"a\":1,\"b\":2}\n{\"c\":3}\n", "jsonl '\\x00' [{a} {b} {c}]"},
	{"by the content: text", "x.json", "a;b\n", "csv ';' [{a} {b}]"},
	{"by the content after a byte order mark", "x", "\ufeff{\"a\":1}", "jsonl '\\x00' [{a}]"},

	{"header only", "x", "a|b|c", "csv '|' [{a} {b} {c}]"},
	{"single column", "x", "a\n1\n2\n", "csv ',' [{a}]"},
	{"single column of amounts", "x", "amount\n1,5\n2,5\n", "csv ',' [{amount}]"},
	{"quoted header with other delimiters", "x", "\"a,b\";\"c,d\"\n\"1\";\"2,5\"\n", "csv ';' [{a,b} {c,d}]"},
	{"quoted header with delimiters that the rows have too", "x", "\"a;b\",\"c;d\"\n1;2,3;4\n5;6,7;8\n", "csv ',' [{a;b} {c;d}]"},
	{"a delimiter that breaks the header", "x", "a;b;c,\"d\"\n1;2\n3;4\n", "csv ',' [{a;b;c} {d}]"},
	{"quoted newlines with delimiters", "x", "a\tb\n\"1,2\n3,4\"\t\"5\n,\"\n", "csv '\\t' [{a} {b}]"},
	{"commas inside cells", "x", "a;b\n1,5;2,5\n3,5;4,5\n", "csv ';' [{a} {b}]"},
	{"some ragged rows", "x", "a;b;c\n1;2\n1;2;3\n\n1;2;3,4\n", "csv ';' [{a} {b} {c}]"},
	{"more cells decide between equals", "x", "a,b;c;d\n1,2;3;4\n", "csv ';' [{a,b} {c} {d}]"},
	{"blank lines first", "x", "\r\n\na;b\n", "csv ';' [{a} {b}]"},
	{"record longer than the sample", "x", "a;b\n\"" + strings.Repeat("x,", sampleSize) + "\";1\n", "csv ';' [{a} {b}]"},
	{"header longer than the sample", "x", "a;" + strings.Repeat("b", sampleSize) + ";c\n", "csv ';' [{a} {bbb…} {c}]"},
	{"first object longer than the sample", "x", `{"a":"` + strings.Repeat("b", sampleSize) + `"}`, "jsonl '\\x00' [{a}]"},
	{"object cut by the sample", "x", "{\"a\":1}\n{\"b\":" + strings.Repeat(" ", sampleSize) + "2}\n", "jsonl '\\x00' [{a}]"},
}

func describe(in *Input) string {
	s := string(in.Format) + fmt.Sprintf(" %q ", in.Delimiter) + in.Compression
	columns := fmt.Sprint(in.Columns)
	columns = strings.ReplaceAll(columns, strings.Repeat("b", sampleSize), "bbb…")
	return strings.TrimSpace(s) + " " + columns
}

func TestOpen(t *testing.T) {
	t.Parallel()
	for _, c := range openCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := save(t, c.file, []byte(c.text))
			in, err := Open(path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			if got := describe(in); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if in.Name != path || in.Path != path || in.Size != int64(len(c.text)) || len(in.Digest) != 64 || !in.Seekable() {
				t.Errorf("name %q, size %d, digest %q, seekable %t", in.Name, in.Size, in.Digest, in.Seekable())
			}
		})
	}
}

func TestOverrule(t *testing.T) {
	t.Parallel()
	compare(t, "delimiter", read(t, "a,b\n1,2\n", Options{Delimiter: ';'}), []string{`1:2 "1,2"`})
	compare(t, "csv", read(t, "{,b\n1,2\n", Options{Format: CSV}), []string{`1:2 "1" "2"`})
	compare(t, "jsonl", read(t, "[]\n{\"a\":1}\n", Options{Format: JSONL}), []string{`1:1 !malformed @1`, `2:2 a=1`})
}

var refusals = []struct {
	name, text string
	want       string
	hint       any // of the error, how it begins; or its kind
}{
	{"nothing", "", ": is empty", "a CSV file needs a header, a JSONL file an object on each line"},
	{"a byte order mark and nothing", "\ufeff", ": is empty", "a CSV file needs"},
	{"blank lines", " \r\n\n\t", ": is empty", "a CSV file needs"},
	{"more blank lines than the sample", strings.Repeat("\r\n", sampleSize), ": is empty", "a CSV file needs"},
	{"one byte", "\"", ":1: a quote opens on this line and is never closed", "close it"},
	{"zip", "PK\x03\x04\x14\x00", ": is a damaged zip file or workbook: zip: not a valid zip file", "was it copied whole?"},
	{"header not UTF-8", "\na,stra\xdfe\n1,\u00fc\n", ":2: the header cannot be read: byte 0xdf at offset 7 in the file is not UTF-8", UnreadableHeader},
	{"a byte that no encoding has here", "\na,stra\xdfe\x81\n1,2\n", ": is not UTF-8, and its encoding is not clear", UnclearEncoding},
	{"neither text nor UTF-16", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", ": is not text", NotText},
	{"header broken", "a,b\"\n1,2\n", ":1: the header cannot be read: a quote inside an unquoted cell", ""},
	{"carriage returns", "a,b\r1,2\r3,4\r", ":1: lines end in a carriage return alone", LoneReturns},
	{"carriage returns and quotes", "\"a\",\"b\"\r\"1\",\"2\"\r", ":1: lines end in a carriage return alone", LoneReturns},
	{"carriage returns and newlines in cells", "a,b\r1,\"x\ny\"\r2,z\r", ":1: lines end in a carriage return alone", LoneReturns},
	{"two carriage returns and a newline", "a,b\r\r\n1,2\r\r\n", ":1: lines end in a carriage return alone", LoneReturns},
	{"carriage returns and nothing else", "a,b\r" + strings.Repeat("1,2\r", MaxRecord/4), ":1: lines end in a carriage return alone", LoneReturns},
	{"gzip: magic alone", "\x1f\x8b", ": is a damaged gzip file: unexpected EOF", ""},
	{"gzip: no deflate", "\x1f\x8b\x09\x00aaaaaaaaaa", ": is a damaged gzip file: gzip: invalid header", ""},
	{"gzip: truncated", string(gzipped("a,b\n1,2\n")[:20]), ": cannot be read: unexpected EOF", "was it copied whole?"},
	{"gzip: nothing", string(gzipped("")), ": is empty", "a CSV file needs"},
	{"gzip: zip", string(gzipped("PK\x03\x04")), ": is a damaged zip file or workbook: zip: not a valid zip file", "was it copied whole?"},
	{"zstd: magic alone", "\x28\xb5\x2f\xfd", ": cannot be read: unexpected EOF", "was it copied whole?"},
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range refusals {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := save(t, "x.csv", []byte(c.text))
			refused(t, path, Options{}, path+c.want, c.hint)
			refused(t, "-", Options{Stdin: strings.NewReader(c.text)}, "standard input"+c.want, c.hint)
		})
	}
	refused(t, "-", Options{Stdin: strings.NewReader("a,stra\xdfe\x81\n1,2\n"), Encoding: charset.Windows1252}, "standard input:1: the header cannot be read: byte 0x81 at offset 8 in the file is not part of windows-1252", UnreadableHeader)
	folder := t.TempDir()
	refused(t, folder, Options{}, folder+": is a directory", "name a file, or a pattern such as "+filepath.Join(folder, "*.csv"))
	missing := filepath.Join(folder, "none.csv")
	refused(t, missing, Options{}, missing+": cannot be opened: ", "")
	refused(t, "-", Options{Stdin: strings.NewReader("\n{\"data\": [\n{\"a\":1}]}")}, "standard input: has a JSON object over several lines", Spread)
	refused(t, "-", Options{Stdin: strings.NewReader("{\"data\": [ {\"a\":1}, {\"a\":2}]}\n")}, "standard input:1: is one object with an array, \"data\"", Wrapped)
	refused(t, "-", Options{Stdin: strings.NewReader("\n{\"a\":1}"), Format: Array}, "standard input:2: is not a JSON array", NotArray)
	broken := iotest.ErrReader(errors.New("broken pipe"))
	refused(t, "-", Options{Stdin: broken}, "standard input: cannot be read: broken pipe", "")
}

// refused wants Open to fail with an *Error whose text starts so, and of this kind
// or with a hint that starts so.
func refused(t *testing.T, path string, o Options, want string, hint any) {
	t.Helper()
	in, err := Open(path, o)
	if err == nil {
		in.Close()
		t.Errorf("no error, want %s", want)
		return
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("%q is a %T", err, err)
	}
	is := e.Kind == hint
	if text, isText := hint.(string); isText {
		is = strings.HasPrefix(e.Hint, text) && (text != "" || e.Hint == "")
	}
	if !strings.HasPrefix(err.Error(), want) || !is {
		t.Errorf("got %s (%d, %s)\nwant %s (%v)", err, e.Kind, e.Hint, want, hint)
	}
}

var notes = []struct {
	header string
	want   []string
}{
	{"a,b", nil},
	{"a,,c,\" \"", []string{"columns 2 and 4 have no name: they are not used"}},
	{"a,b,a,A, a", []string{`columns 1 and 3 are both called "a"`, `columns 1 and 5 are both called "a"`}},
	{" a,b\t,\u00a0c", []string{`column 1, " a", is read without the spaces around it`,
		`column 2, "b\t", is read without the spaces around it`, `column 3, "\u00a0c", is read without the spaces around it`}},
	{"\"a\rb\",c", nil},
	{"a,,b", []string{"column 2 has no name: it is not used"}},
	{"a,,,,", []string{"columns 2 to 5 have no name: they are not used"}},
	{"a,,b,,c,,d", []string{"3 columns have no name: they are not used; the first is column 2"}},
	{"a,a,a,a,a,a,a,a", []string{`columns 1 and 2 are both called "a"`, `columns 1 and 3 are both called "a"`, `columns 1 and 4 are both called "a"`, `columns 1 and 5 are both called "a"`, `columns 1 and 6 are both called "a"`, "2 more columns have such names"}},
}

func TestNotes(t *testing.T) {
	t.Parallel()
	for _, c := range notes {
		in, err := Open("-", Options{Stdin: strings.NewReader(c.header + "\n1,2\n")})
		if err != nil {
			t.Errorf("%q: %v", c.header, err)
			continue
		}
		for i := range c.want {
			c.want[i] = "standard input: " + c.want[i]
		}
		compare(t, c.header, in.Notes, c.want)
		if string(in.Header) != c.header {
			t.Errorf("the header %q became %q", c.header, in.Header)
		}
	}
}

func TestCompressed(t *testing.T) {
	t.Parallel()
	plain := string(csvOf(people(3000), true)) // beyond the sample
	want := read(t, plain, Options{})
	for name, c := range map[string]struct {
		data        []byte
		compression string
	}{
		"gzip":                  {gzipped(plain), "gzip"},
		"gzip of many members":  {gzipped(plain[:10], "", plain[10:99_999], plain[99_999:]), "gzip"},
		"zstd":                  {zstandard(t, plain), "zstd"},
		"zstd of many frames":   {append(zstandard(t, plain[:10]), zstandard(t, plain[10:])...), "zstd"},
		"byte order mark, gzip": {gzipped("\ufeff" + plain), "gzip"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compare(t, "standard input", read(t, string(c.data), Options{}), want)
			in, err := Open(save(t, "x.csv", c.data), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			rows, _ := drain(t, in, 100, 1<<20)
			compare(t, "file", rows, want)
			if in.Compression != c.compression || in.Seekable() || in.Size != int64(len(c.data)) {
				t.Errorf("compression %q, seekable %t, size %d", in.Compression, in.Seekable(), in.Size)
			}
		})
	}
}

// TestTruncated wants all the rows that can be read and then the error.
func TestTruncated(t *testing.T) {
	t.Parallel()
	plain := csvOf(people(20_000), false)
	for name, data := range map[string][]byte{"gzip": gzipped(string(plain)), "zstd": zstandard(t, string(plain))} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := read(t, string(data[:len(data)*3/4]), Options{})
			n := len(rows) - 1
			want := fmt.Sprintf("standard input:%d: cannot read on from this line: unexpected EOF", n+2)
			if n < 9000 || rows[n] != want {
				t.Errorf("%d rows, then %s", n, rows[n])
			}
		})
	}
}

// TestRead wants the bytes read so far, as they are in the file.
func TestRead(t *testing.T) {
	t.Parallel()
	plain := csvOf(people(20_000), false)
	for name, data := range map[string][]byte{"plain": plain, "gzip": gzipped(string(plain))} {
		in, err := Open(save(t, name, data), Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		var b Block
		for last := int64(0); in.Next(&b, 5000, 1<<20) == nil; last = b.Read {
			if b.Read < last || b.Read > in.Size || b.End.Row == 20_000 && b.Read != in.Size {
				t.Errorf("%s: %d bytes after row %d, before that %d", name, b.Read, b.End.Row, last)
			}
		}
	}
}

// TestDigest tells files apart by either end, and knows one again.
func TestDigest(t *testing.T) {
	t.Parallel()
	digest := func(change int) string {
		data := bytes.Repeat([]byte("1234567\n"), digestSize*3/8)
		data[change]++
		in, err := Open(save(t, "x.csv", data), Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		return in.Digest
	}
	if a, b, c := digest(0), digest(0), digest(3*digestSize-2); a != b || a == c {
		t.Errorf("digests %s, %s, %s", a, b, c)
	}
}

func TestExpand(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, name := range []string{"b.csv", "a.csv", "c.jsonl", "[x].csv"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("a\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	in := func(name string) string { return filepath.Join(folder, name) }
	got, err := Expand([]string{"-", in("c.jsonl"), in("?.csv"), in("[x].csv"), in("none.csv")})
	if err != nil {
		t.Fatal(err)
	}
	compare(t, "paths", got, []string{"-", in("c.jsonl"), in("a.csv"), in("b.csv"), in("[x].csv"), in("none.csv")})
	for pattern, want := range map[string]string{
		in("*.tsv"): in("*.tsv") + ": no file matches this pattern",
		in("[a"):    in("[a") + ": there is no such file, and it is not valid as a pattern",
	} {
		if _, err := Expand([]string{pattern}); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", pattern, err, want)
		}
	}
}

// A name that does not fit the content is an error, or a note where the content can
// be read as what it is.
func TestNameDiffers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file, text string
		want       string // of the rows; or the error
		kind       ErrorKind
		found      Format
	}{
		{"x.jsonl", "[{\"a\":1},\n {\"a\":2}]\n", `1:1 a=1 2:2 a=2`, 0, ""},
		{"x.ndjson", "[\n\n  {\n\"a\":1}\n]", `1:3 a=1`, 0, ""},
		{"x.jsonl", "[]", ``, 0, ""},
		{"x.jsonl", "[1,2]\n[3,4]\n", `1:1 !malformed @1 2:2 !malformed @1`, 0, ""},
		{"x.jsonl", "id,name\n1,Ada\n", `:1: is not JSON: expected a value (byte 1)`, FormatDiffers, CSV},
		{"x.jsonl", "1;Ada\n2;Bob\n", `:1: is not JSON: unexpected text after the value (byte 2)`, FormatDiffers, CSV},
		{"x.jsonl.gz", string(gzipped("hello\nworld\n")), `:1: is not JSON: expected a value (byte 1)`, FormatDiffers, ""},
		{"x.jsonl", "{'a': 1, 'b': None}\n{'a': 2, 'b': True}\n", `:1: is not JSON: expected '"' (byte 2)`, OtherError, ""},
		{"x.jsonl", "{'a': 1}\n{\"a\":2}\n", `1:1 !malformed @2 2:2 a=2`, 0, ""},
		{"x.jsonl", "\x1e{\"a\":1}\n\x1e{\"a\":2}\n", `1:1 a=1 2:2 a=2`, 0, ""},
		{"x", "\x1e{\"a\":1}\n", `1:1 a=1`, 0, ""},
		{"x.csv", "{\"a\":1,\"b\":2}\n{\"a\":3}\n", `: is JSON, although its name says CSV`, FormatDiffers, JSONL},
		{"x.csv", "[{\"a\":1},{\"a\":3}]", `: is JSON, although its name says CSV`, FormatDiffers, Array},
		{"x.tsv", " \n[\n{\"a\":1},\n" + strings.Repeat("{},", sampleSize), `: is JSON, although its name says CSV`, FormatDiffers, Array},
		{"x.csv", "{a},[b]\n1,2\n", `1:2 "1" "2"`, 0, ""},
		{"x.csv", "[a],b\n1,2\n", `1:2 "1" "2"`, 0, ""},
	} {
		path := save(t, c.file, []byte(c.text))
		in, err := Open(path, Options{})
		if e, failed := errors.AsType[*Error](err); failed {
			hint := e.Hint != "" == (c.kind == OtherError)
			if e.Error() != path+c.want || e.Kind != c.kind || e.Found != c.found || !hint {
				t.Errorf("%q: %v, %d, %s, %s", c.text[:min(len(c.text), 40)], err, e.Kind, e.Found, e.Hint)
			}
			continue
		}
		defer in.Close()
		got, _ := drain(t, in, 9, 1<<20)
		if strings.Join(got, " ") != c.want || (len(in.Notes) == 1) != (in.Stored == Array) {
			t.Errorf("%q: %q, %s", c.text, got, in.Notes)
		}
	}
}

// An error that reading again meets again is permanent.
func TestPermanent(t *testing.T) {
	t.Parallel()
	plain := string(csvOf(people(20_000), false))
	packed := gzipped(plain)
	flipped := bytes.Clone(packed)
	flipped[len(flipped)/2] ^= 0xff
	array := "[" + strings.Repeat("{\"a\":1},\n", 50_000)
	for name, c := range map[string]struct {
		data string
		is   bool
	}{
		"an open quote":    {"a,b\n" + strings.Repeat("1,2\n", 50_000) + "x,\"y\n", true},
		"a broken array":   {array + "{]", true},
		"an array cut off": {array, true},
		"gzip cut off":     {string(packed[:len(packed)/2]), true},
		"gzip damaged":     {string(flipped), true},
		"zstd cut off":     {string(zstandard(t, plain)[:300_000]), true},
		"a damaged sheet":  {string(book(t, "", "xl/worksheets/sheet1.xml", "<worksheet><sheetData>"+abHeader+`<row r="2"><c r="A2"><v>1</v></c></row><row r="3"><c`)), true},
	} {
		in, err := Open("-", Options{Stdin: strings.NewReader(c.data)})
		if err == nil {
			defer in.Close()
			_, err = readThrough(in)
		}
		if e, ok := errors.AsType[*Error](err); !ok || e.Permanent() != c.is {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := iotest.TimeoutReader(strings.NewReader(plain))
	in, err := Open("-", Options{Stdin: broken})
	if err == nil {
		defer in.Close()
		_, err = readThrough(in)
	}
	if e, ok := errors.AsType[*Error](err); !ok || e.Permanent() {
		t.Errorf("a source that may recover: %v", err)
	}
}
