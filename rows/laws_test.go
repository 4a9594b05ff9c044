package rows

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ciobulk/ciobulk/rows/charset"
)

const delimiters = ",;\t|"

// nastyCSV is one file after another in which records are hard to tell apart.
var nastyCSV = []string{
	"a,b\n\"1\n\n2\",\"x\"\"y\"\r\n\r\n\n,\n\"\",\"\"\n3,4\"\n\"5\"6,\"7\n8,\"9\r\n10\"\n\"\r\"\r\n11,12\r",
	"\n\n\r\n\"a\r\n\",b\n\n\n\"\n\",\"\n\"\n\n\n\n\"\"\"\n\"\"\",\"\"\"\"\n\n",
	"\ufeffa,b\nx\"y,\"1\n2,\"3\n4\"\n\"5\n6\"x,\"7\n8,9",
	"a,b\n1,2\n\n\"3\n4\",\"5\n\n6,7\n",
	"a,b\n\"1\",\"2\"\r\r\n\"\"\r,\"\"\n\r\r\n\"\n\"\"\n\"\n\"\"",
	"a;\"b\"\n\"1;\"\"\n;\";2\n;;\n\xff;\x00\n\"\xff\n\";\"\"x\n\n",
	"a\n\n\"\"\n\r\n\" \"\n\"\n\n\"\n\"\n\r\n\"\n\n\r",
	"a,b\n\"",
	"a,b\n\n\n\n",
	"a,b\n1,2\n\r",
}

// nastyJSONL is the same for JSONL.
var nastyJSONL = []string{
	"{\"a\":\"\\n\",\"b\":1}\r\n\n\r\n{}\n[\n{\"a\":\n1}\n\"\n{\"\\ud83d\":\"\\ude00\"}\n{\"a\":\"\xff\"}\n\n{\"a\":1,\"a\":1}\r",
	"\n\n{\"a\":[{\"b\":null}]}\n \n\t\r\n{\"a\":0.10}\n\n\n{",
	"\ufeff{\"é\":\"\\u0000\"}\n\x00\n\n{\"a\":1}{\"b\":2}\n\n\r",
}

// nastyArrays are the same as JSON arrays, whole ones and broken ones.
var nastyArrays = []string{
	"[{\"a\":\"\\n]\",\"b\":[1,{}]}\r\n,\n\n{}\t,1.50,\"]\", {\"a\":\n{\"b\":\n[\n]}} ,null,[ ] \n] \n\n",
	"\n [ ]\n", "[]", "[1]x", "[{},]", "[{}\n{}]", "[{\"a\":\n\"\\ud83d\\ude00\"},\n\n{\"a\":tru}]", "[{},{", "[", "[{\"a\":\"\xff\"},{\"a\":1,\"a\":2}\n]",
	"[{\"a\":1}\n,\n{\"a\":2", "[{\"a\":\"\\ud83d\\u0020\"}]", "[,{}]", "[{}]]", "[{}],{}",
}

// checkBlocks wants the same rows at the same places however text is cut: into
// blocks of so many records, so many bytes, by reads of so many bytes.
func checkBlocks(t testing.TB, format Format, delimiter byte, text string, sizes ...[3]int) {
	t.Helper()
	want, ends := drain(t, stream(format, delimiter, strings.NewReader(text)), 1<<20, 1<<30)
	places := make(map[int64]Position) // by row
	for _, s := range append(sizes, [3]int{1, 1, 1}) {
		for name, r := range map[string]io.Reader{
			"":                chunks{strings.NewReader(text), s[2]},
			", EOF with data": iotest.DataErrReader(chunks{strings.NewReader(text), s[2]}),
		} {
			rows, more := drain(t, stream(format, delimiter, r), s[0], s[1])
			compare(t, fmt.Sprintf("%d records, %d bytes, reads of %d%s: %q", s[0], s[1], s[2], name, text), rows, want)
			ends = append(ends, more...)
		}
	}
	for _, end := range ends {
		if place, known := places[end.Row]; known && place != end {
			t.Fatalf("%q: row %d ends at %v and at %v", text, end.Row, place, end)
		}
		places[end.Row] = end
	}
}

// nasty calls check for every nasty file as several kinds of file.
func nasty(check func(format Format, delimiter byte, text string)) {
	for _, text := range nastyArrays {
		check(Array, 0, text)
	}
	for _, text := range append(nastyCSV, nastyJSONL...) {
		check(CSV, ',', text)
		check(CSV, ';', text)
		check(JSONL, 0, text)
	}
}

func TestBlocks(t *testing.T) {
	t.Parallel()
	nasty(func(format Format, delimiter byte, text string) {
		var sizes [][3]int
		for n := 1; n <= len(text)+1; n++ {
			sizes = append(sizes, [3]int{1 << 20, 1 << 30, n}, [3]int{1 << 20, n, 1}, [3]int{n, 1 << 30, 1}, [3]int{3, n, 1 + n/2})
		}
		checkBlocks(t, format, delimiter, text, sizes...)
	})
}

// TestBlocksOfLargeFile repeats a nasty file beyond samples and reads, the text
// in front of it moving where those end.
func TestBlocksOfLargeFile(t *testing.T) {
	t.Parallel()
	file := nastyCSV[0] + "\n"
	text := strings.Repeat(file, 3*ReadSize/len(file))
	var want []string
	for n := 0; n < len(file); n += 19 {
		in := stream(CSV, ',', chunks{strings.NewReader(strings.Repeat("x", n) + "\n" + text), ReadSize - n})
		rows, _ := drain(t, in, 1<<20, 1+n*1000)
		for i := range rows { // without the numbers, which the first line moves
			_, rows[i], _ = strings.Cut(rows[i], " ")
		}
		if n > 0 {
			rows = rows[1:]
		}
		if want == nil {
			want = rows
		}
		compare(t, fmt.Sprint(n), rows, want)
	}
}

func FuzzBlocks(f *testing.F) {
	nasty(func(format Format, delimiter byte, text string) {
		f.Add(text, delimiterOf(format, delimiter), uint8(2), uint8(20), uint8(7))
	})
	f.Fuzz(func(t *testing.T, text string, delimiter byte, records, size, chunk uint8) {
		format := formatOf(delimiter)
		checkBlocks(t, format, delimiter, text, [3]int{1 + int(records), int(size), 1 + int(chunk)}, [3]int{1 + int(records), 1 << 20, 1})
	})
}

// formatOf makes JSONL of what is not a delimiter, and an array of a bracket.
func formatOf(delimiter byte) Format {
	if delimiter == '[' {
		return Array
	}
	if strings.IndexByte(delimiters, delimiter) < 0 {
		return JSONL
	}
	return CSV
}

func delimiterOf(format Format, delimiter byte) byte {
	if format == Array {
		return '['
	}
	return delimiter
}

// checkSeek wants the same rows after every row, in a plain file, which can
// seek, and where the rows before must be skipped; of a long one, after some
// ten. The files are written to folder.
func checkSeek(t testing.TB, folder string, format Format, delimiter byte, text string) {
	t.Helper()
	packed := gzipped(text)
	plain, gz := filepath.Join(folder, "x"), filepath.Join(folder, "y")
	if err := errors.Join(os.WriteFile(plain, []byte(text), 0o600), os.WriteFile(gz, packed, 0o600)); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]struct {
		path  string
		stdin io.Reader
	}{
		"file":                    {plain, nil},
		"gzip":                    {gz, nil},
		"standard input":          {"-", strings.NewReader(text)},
		"standard input, gzipped": {"-", bytes.NewReader(packed)},
	} {
		open := func() *Input {
			if s, ok := o.stdin.(io.Seeker); ok {
				s.Seek(0, io.SeekStart)
			}
			in, err := Open(o.path, Options{Format: format, Delimiter: delimiter, Encoding: charset.UTF8, Stdin: o.stdin})
			if err != nil {
				return nil
			}
			in.Name = "input"
			return in
		}
		seekAll(t, fmt.Sprintf("%q as %s", text, name), open)
	}
}

func seekAll(t testing.TB, what string, open func() *Input) {
	t.Helper()
	in := open()
	if in == nil {
		return
	}
	start := in.At()
	all, ends := drain(t, in, 1, 1)
	in.Close()
	ends = append([]Position{start}, ends...)
	step := 1
	if len(ends) > 50 {
		step = len(ends) / 10
	}
	for i := 0; i < len(ends); i += step {
		in := open()
		if err := in.SeekTo(ends[i]); err != nil {
			t.Fatalf("%s, row %d: %v", what, i, err)
		}
		if in.At() != ends[i] {
			t.Errorf("%s: at %v, want %v", what, in.At(), ends[i])
		}
		rest, _ := drain(t, in, 3, 10)
		in.Close()
		compare(t, fmt.Sprintf("%s, after row %d", what, i), rest, all[i:])
	}
}

func TestSeek(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	nasty(func(format Format, delimiter byte, text string) { checkSeek(t, folder, format, delimiter, text) })
	beyond := nastyCSV[1] + strings.Repeat("long ", 500) + ",\n"
	checkSeek(t, folder, CSV, ',', strings.Repeat(beyond, 3*sampleSize/len(beyond)))
}

// TestSeekBlocks goes on after blocks that end where blank lines are.
func TestSeekBlocks(t *testing.T) {
	t.Parallel()
	text := "a,b\n\n1,2\n\n\n3,4\n\r\n\n\n5,6\n\n"
	for size := range len(text) {
		in, err := Open("-", Options{Stdin: strings.NewReader(text)})
		if err != nil {
			t.Fatal(err)
		}
		all, ends := drain(t, in, 2, size)
		for _, end := range ends {
			again, err := Open("-", Options{Stdin: strings.NewReader(text)})
			if err != nil {
				t.Fatal(err)
			}
			if err := again.SeekTo(end); err != nil {
				t.Fatal(err)
			}
			rest, _ := drain(t, again, 10, 1000)
			compare(t, "rest", rest, all[end.Row:])
		}
	}
}

func FuzzSeek(f *testing.F) {
	nasty(func(format Format, delimiter byte, text string) { f.Add(text, delimiterOf(format, delimiter)) })
	folder := f.TempDir()
	f.Fuzz(func(t *testing.T, text string, delimiter byte) {
		checkSeek(t, folder, formatOf(delimiter), delimiter, text)
	})
}

// TestSeekBack wants the start again where that can be had, and an error where
// it cannot.
func TestSeekBack(t *testing.T) {
	t.Parallel()
	text := "a,b\n1,2\n3,4\n"
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"plain": {[]byte(text), "<nil>"},
		"gzip":  {gzipped(text), "row 0 is not where it was when the run stopped"},
	} {
		in, err := Open(save(t, "x.csv", c.data), Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		start := in.At()
		all, _ := drain(t, in, 1, 1)
		for _, p := range []Position{start, {}} {
			if err := in.SeekTo(p); !strings.HasSuffix(fmt.Sprint(err), c.want) {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			} else if err == nil {
				rows, _ := drain(t, in, 1, 1)
				compare(t, name, rows, all)
			}
		}
	}
}

// TestSeekElsewhere continues in a file that has changed.
func TestSeekElsewhere(t *testing.T) {
	t.Parallel()
	text := "a,b\n1,2\n3,4\n5,6\n"
	for name, data := range map[string][]byte{"plain": []byte(text), "gzip": gzipped(text)} {
		for _, p := range []Position{{1, 3, 9}, {2, 4, 11}, {3, 5, 17}, {9, 10, 1000}} {
			in, err := Open(save(t, name, data), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			err = in.SeekTo(p)
			if e, ok := errors.AsType[*Error](err); !ok || e.Kind != Moved {
				t.Errorf("%s, %v: %v", name, p, err)
			}
		}
	}
}
