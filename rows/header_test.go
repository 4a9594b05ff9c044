package rows

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/rows/charset"
)

// Without a header the first record is the first row, wherever it stands, and every
// row can be read on from.
func TestNoHeader(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		encoding   charset.Encoding
		columns    []string
		want       []string
		header     string
	}{
		{"plain", "1,2\n3,4\n", "", nil, []string{`1:1 "1" "2"`, `2:2 "3" "4"`}, "c1,c2"},
		{"one row without a line ending", "1,2", "", nil, []string{`1:1 "1" "2"`}, "c1,c2"},
		{"blank lines first", "\r\n\n\n1,2\r\n\r\n3,4", "", nil, []string{`1:4 "1" "2"`, `2:6 "3" "4"`}, "c1,c2"},
		{"names with delimiters", "\"1\n2\",2\n3\n", "", []string{"a,b", `c"`}, []string{`1:1 "1\n2" "2"`, `2:3 !ragged @0`}, `"a,b","c"""`},
		{"a mark and a line of Excel's", "\ufeffsep=;\r\n1,5;2\r\n3;4\r\n", "", nil, []string{`1:2 "1,5" "2"`, `2:3 "3" "4"`}, "c1;c2"},
		{"a byte that is nothing", "\n\x811,\xfc\n\x81,4\n", charset.Windows1252, nil, []string{`1:2 !invalid_utf8 c1@1`, `2:3 !invalid_utf8 c1@1`}, "c1,c2"},
		{"a first row that cannot be split", "1,a\"b\n2,3\n", "", []string{"x", "y"}, []string{`1:1 !malformed y@4`, `2:2 "2" "3"`}, "x,y"},
		{"longer than the sample", "\n\"" + strings.Repeat("x", 3*sampleSize) + "\",2\n3,4\n", "", nil,
			[]string{`1:2 "` + strings.Repeat("x", 3*sampleSize) + `" "2"`, `2:3 "3" "4"`}, "c1,c2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := save(t, "x", []byte(c.text))
			open := func() *Input {
				in, err := Open(path, Options{NoHeader: true, Columns: c.columns, Encoding: c.encoding})
				if err != nil {
					t.Fatal(err)
				}
				return in
			}
			in := open()
			defer in.Close()
			rows, _ := drain(t, in, 10, 1000)
			compare(t, "rows", rows, c.want)
			if string(in.Header) != c.header || !in.NoHeader {
				t.Errorf("header %q", in.Header)
			}
			seekAll(t, c.name, open)
		})
	}
}

// The place of a byte that is nothing is told in the first row too.
func TestNoHeaderStray(t *testing.T) {
	t.Parallel()
	in, err := Open("-", Options{Stdin: strings.NewReader("\n1,\x81\n2,\x8d\n"), NoHeader: true, Encoding: charset.Windows1252})
	if err != nil {
		t.Fatal(err)
	}
	var b Block
	if err := in.Next(&b, 10, 1000); err != nil {
		t.Fatal(err)
	}
	p := in.Parser(nil)
	for i, offset := range []int{3, 7} {
		if got := p.Row(&b, i).Broken.Message; !strings.Contains(got, fmt.Sprintf("at offset %d in the file", offset)) {
			t.Errorf("row %d: %s", i, got)
		}
	}
}

func TestSeparatorLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"semicolon", "sep=;\na;b,c\n1,2;3\n", []string{`1:3 "1,2" "3"`}},
		{"quoted, in capitals, CRLF", "\"SEP=|\"\r\na|b\r\n1|2\r\n", []string{`1:3 "1" "2"`}},
		{"tab", "sep=\t\na\tb,c\n1\t2\n", []string{`1:3 "1" "2"`}},
		{"filled up", "sep=,,,,\na,b\n1,2\n", []string{`1:3 "1" "2"`}},
		{"a header that begins so", "sep=x,b\n1,2\n", []string{`1:2 "1" "2"`}},
		{"a column of that name", "sep=\n1\n", []string{`1:2 "1"`}},
		{"two delimiters", "sep=;,\n1;2,3\n", []string{`1:2 "1;2" "3"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := save(t, "x.csv", []byte(c.text))
			open := func() *Input {
				in, err := Open(path, Options{})
				if err != nil {
					t.Fatal(err)
				}
				return in
			}
			in := open()
			defer in.Close()
			rows, _ := drain(t, in, 10, 1000)
			compare(t, "rows", rows, c.want)
			seekAll(t, c.name, open)
		})
	}
}
