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
	{"by the content behind a byte order mark", "x", "\ufeff{\"a\":1}", "jsonl '\\x00' [{a}]"},

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
	want, hint string
}{
	{"nothing", "", ": is empty", "a CSV file needs a header and a JSONL file an object on each line"},
	{"a byte order mark and nothing", "\ufeff", ": is empty", "a CSV file needs"},
	{"blank lines", " \r\n\n\t", ": is empty", "a CSV file needs"},
	{"more blank lines than the sample", strings.Repeat("\r\n", sampleSize), ": is empty", "a CSV file needs"},
	{"one byte", "\"", ":1: a quote opens on this line and is never closed", "close it"},
	{"zip", "PK\x03\x04\x14\x00", ": is not a sound zip file or workbook: zip: not a valid zip file", "was it copied whole?"},
	{"header not UTF-8", "\na,stra\xdfe\n1,\u00fc\n", ":2: the header cannot be read: byte 0xdf at offset 7 in the file is not UTF-8", "name its encoding: --encoding windows-1252"},
	{"header not windows-1252", "\na,stra\xdfe\x81\n1,2\n", ":2: the header cannot be read: byte 0x81 at offset 9 in the file is nothing in windows-1252", "name its encoding: --encoding NAME"},
	{"neither text nor UTF-16", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", ": is not text", "save it as CSV UTF-8"},
	{"header broken", "a,b\"\n1,2\n", ":1: the header cannot be read: a quote inside an unquoted cell", ""},
	{"carriage returns", "a,b\r1,2\r3,4\r", ":1: lines end in a carriage return alone", "convert the file: tr '\\r' '\\n' < "},
	{"carriage returns and quotes", "\"a\",\"b\"\r\"1\",\"2\"\r", ":1: lines end in a carriage return alone", "convert the file: tr"},
	{"carriage returns and newlines in cells", "a,b\r1,\"x\ny\"\r2,z\r", ":1: lines end in a carriage return alone", "convert the file: tr"},
	{"two carriage returns and a newline", "a,b\r\r\n1,2\r\r\n", ":1: lines end in a carriage return alone", "convert the file: tr"},
	{"carriage returns and nothing else", "a,b\r" + strings.Repeat("1,2\r", MaxRecord/4), ":1: lines end in a carriage return alone", "convert the file: tr"},
	{"gzip: magic alone", "\x1f\x8b", ": is not a sound gzip file: unexpected EOF", ""},
	{"gzip: no deflate", "\x1f\x8b\x09\x00aaaaaaaaaa", ": is not a sound gzip file: gzip: invalid header", ""},
	{"gzip: truncated", string(gzipped("a,b\n1,2\n")[:20]), ": cannot be read: unexpected EOF", "was it copied whole?"},
	{"gzip: nothing", string(gzipped("")), ": is empty", "a CSV file needs"},
	{"gzip: zip", string(gzipped("PK\x03\x04")), ": is not a sound zip file or workbook: zip: not a valid zip file", "was it copied whole?"},
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
	folder := t.TempDir()
	refused(t, folder, Options{}, folder+": is a directory", "name a file, or a pattern such as "+filepath.Join(folder, "*.csv"))
	missing := filepath.Join(folder, "none.csv")
	refused(t, missing, Options{}, missing+": cannot be opened: ", "")
	refused(t, "-", Options{Stdin: strings.NewReader("\n{\"data\": [\n{\"a\":1}]}")}, "standard input: is a JSON object over several lines", "put each row's object on a line")
	refused(t, "-", Options{Stdin: strings.NewReader("{\"data\": [ {\"a\":1}, {\"a\":2}]}\n")}, "standard input:1: is one object around an array, \"data\"", "take them out: jq -c '.[\"data\"][]' -")
	refused(t, "-", Options{Stdin: strings.NewReader("\n{\"a\":1}"), Format: Array}, "standard input:2: is not a JSON array", "leave out --format json")
	broken := iotest.ErrReader(errors.New("broken pipe"))
	refused(t, "-", Options{Stdin: broken}, "standard input: cannot be read: broken pipe", "")
}

// refused wants Open to fail with an *Error whose text and hint start so.
func refused(t *testing.T, path string, o Options, want, hint string) {
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
	if !strings.HasPrefix(err.Error(), want) || !strings.HasPrefix(e.Hint, hint) || hint == "" && e.Hint != "" {
		t.Errorf("got %s (%s)\nwant %s (%s)", err, e.Hint, want, hint)
	}
}

var notes = []struct {
	header string
	want   []string
}{
	{"a,b", nil},
	{"a,,c,\" \"", []string{"column 2 has no name: it is not used", "column 4 has no name: it is not used"}},
	{"a,b,a,A, a", []string{`columns 1 and 3 are both called "a"`, `columns 1 and 5 are both called "a"`}},
	{" a,b\t,\u00a0c", []string{`column 1, " a", is read without the spaces around it`,
		`column 2, "b\t", is read without the spaces around it`, `column 3, "\u00a0c", is read without the spaces around it`}},
	{"\"a\rb\",c", nil},
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
				t.Errorf("%s: %d bytes behind row %d, before that %d", name, b.Read, b.End.Row, last)
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
		in("[a"):    in("[a") + ": there is no such file, and as a pattern it is not valid",
	} {
		if _, err := Expand([]string{pattern}); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", pattern, err, want)
		}
	}
}
