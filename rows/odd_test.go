package rows

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/rows/charset"
)

// oddRow shows a row with its oddity, if it has one.
func oddRow(p *Parser, r *Row) string {
	if r.Odd.Passed() {
		return fmt.Sprintf("%d:%d -%d", r.Number, r.Line, r.Odd)
	}
	if r.Odd == MarkInside {
		return show(p, r) + " +"
	}
	return show(p, r)
}

func oddRows(t *testing.T, text string, o Options) (list []string) {
	t.Helper()
	o.Stdin = strings.NewReader(text)
	in, err := Open("-", o)
	if err != nil {
		return []string{err.Error()}
	}
	defer in.Close()
	var b Block
	p := in.Parser(nil)
	for {
		if err := in.Next(&b, 2, 1<<20); err != nil {
			return list
		}
		for i := range b.Len() {
			list = append(list, oddRow(p, p.Row(&b, i)))
		}
	}
}

func TestOddities(t *testing.T) {
	t.Parallel()
	header, ruler, empty, end := fmt.Sprintf("-%d", HeaderAgain), fmt.Sprintf("-%d", Ruler), fmt.Sprintf("-%d", EmptyRow), fmt.Sprintf("-%d", EndOfFile)
	for _, c := range []struct {
		name, text string
		o          Options
		want       []string
	}{
		{"the header of a second file", "Nr;Ort\n7;Bonn\nNr;Ort\n8;Ulm\n", Options{}, []string{`1:2 "7" "Bonn"`, "2:3 " + header, `3:4 "8" "Ulm"`}},
		{"the header with other quotes and spaces", "Nr;Ort\n\"Nr\" ; \"Ort\"\n\"Nr\";\"Ort\"\n Nr;Ort \n", Options{}, []string{`1:2 !malformed Nr@5`, "2:3 " + header, "3:4 " + header}},
		{"the header after a mark", "\ufeffNr;Ort\n7;Bonn\n\ufeffNr;Ort\n\ufeff\"Nr\";\"Ort\"\n", Options{}, []string{`1:2 "7" "Bonn"`, "2:3 " + header, "3:4 " + header}},
		{"the header of one column", "mail\na@b.example\nmail\nMail\n", Options{}, []string{`1:2 "a@b.example"`, "2:3 " + header, `3:4 "Mail"`}},
		{"the header without a first name", ",a\n0,x\n,a\n1,y\n", Options{}, []string{`1:2 "0" "x"`, "2:3 " + header, `3:4 "1" "y"`}},
		{"almost the header", "Nr;Ort\nNr;Orte\nNr;\nNr\n", Options{}, []string{`1:2 "Nr" "Orte"`, `2:3 "Nr" ""`, `3:4 !ragged @0`}},
		{"a row like the names of columns that are given", "a,b\n", Options{NoHeader: true, Columns: []string{"a", "b"}}, []string{`1:1 "a" "b"`}},
		{"dashes under the header", "a,bcd\n-,---\n1,2\n", Options{}, []string{"1:2 " + ruler, `2:3 "1" "2"`}},
		{"dashes of psql and of Markdown", "a|b\n---|:---:\n1|2\n", Options{}, []string{"1:2 " + ruler, `2:3 "1" "2"`}},
		{"dashes further down", "a,b\n1,2\n----,----\n====,====\n-,-\n-1,-2\n", Options{}, []string{`1:2 "1" "2"`, "2:3 " + ruler, "3:4 " + ruler, `4:5 "-" "-"`, `5:6 "-1" "-2"`}},
		{"a dash for one value", "a,b\n-,x\n--,\n", Options{}, []string{`1:2 "-" "x"`, `2:3 "--" ""`}},
		{"cleared rows", "a;b;c\n1;2;3\n;;\n ;\t;\n;\n\"\";\"\";\"\"\n4;5;6\n", Options{}, []string{`1:2 "1" "2" "3"`, "2:3 " + empty, "3:4 " + empty, "4:5 " + empty, "5:6 " + empty, `6:7 "4" "5" "6"`}},
		{"nearly cleared rows", "a;b\n;x\n 0;\n", Options{}, []string{`1:2 "" "x"`, `2:3 " 0" ""`}},
		{"marks before rows", "a,b\n\ufeff1,2\n\ufeff\"3\n\",4\n\ufeff\ufeff5,6\n", Options{}, []string{`1:2 "1" "2" +`, `2:3 "3\n" "4" +`, `3:5 "5" "6" +`}},
		{"a mark and a bad byte", "a,b,c\n\ufeff1,é,\xff\n", Options{}, []string{`1:2 !invalid_utf8 c@9 +`}},
		{"the end of DOS", "a,b\r\n1,2\r\n\x1a", Options{}, []string{`1:2 "1" "2"`, "2:3 " + end}},
		{"the end of DOS in a row", "a,b\r\n1,2\x1a\x1a", Options{}, []string{`1:2 "1" "2"`}},
		{"the end of DOS between files", "a,b\r\n1,2\r\n\x1aa,b\r\n3,4\r\n\x1a\x1a\r\n", Options{}, []string{`1:2 "1" "2"`, "2:3 " + header, `3:4 "3" "4"`, "4:5 " + end}},
		{"blank lines of JSONL", "{\"a\":1}\n \t\n\r\n{\"a\":2}\n   ", Options{Format: JSONL}, []string{`1:1 a=1`, `2:4 a=2`}},
		{"marks of JSONL", "{\"a\":1}\n\ufeff{\"a\":2}\n\x1a", Options{Format: JSONL}, []string{`1:1 a=1`, `2:2 a=2 +`, "3:3 " + end}},
		{"a sequence of JSON texts", "\x1e{\"a\":1}\n\x1e{\"a\":2}\n", Options{Format: JSONL}, []string{`1:1 a=1`, `2:2 a=2`}},
		{"delimiters at the end of rows", "a,b\n1,2,\n3,4,,\"\", \n5,6,x\n7,8\n", Options{}, []string{`1:2 "1" "2"`, `2:3 "3" "4"`, `3:4 !ragged @0`, `4:5 "7" "8"`}},
		{"delimiters at the end of the header", "a,b,,\n1,2\n3,4,\n5,6,,\n7\n8,9,x\n", Options{}, []string{`1:2 "1" "2" "" ""`, `2:3 "3" "4" "" ""`, `3:4 "5" "6" "" ""`, `4:5 !ragged @0`, `5:6 "8" "9" "x" ""`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			compare(t, "rows", oddRows(t, c.text, c.o), c.want)
		})
	}
}

// The report of a rejected row keeps its place, whatever surplus cells its row has.
func TestOddReport(t *testing.T) {
	t.Parallel()
	report := strings.Join(ReportColumns, ",")
	text := "a,b,," + report + "\n1,2,4,5,x.csv,r,f,m,9\n1,2,,,,4,5,x.csv,r,f,m,9\n1,2,,4,5,x.csv,r,f,m,9\n"
	in, err := Open("-", Options{Stdin: strings.NewReader(text), Rejected: true})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var b Block
	if err := in.Next(&b, 9, 999); err != nil || b.Len() != 3 {
		t.Fatal(b.Len(), err)
	}
	p := in.Parser(nil)
	for i := range b.Len() {
		r := p.Row(&b, i)
		if r.Broken != nil || r.Number != 4 || r.Line != 5 || string(r.Report.Status) != "9" || string(r.Cells[1].Text) != "2" || len(r.Cells[2].Text) > 0 {
			t.Errorf("%d: %+v, %s", i, r, r.Raw)
		}
		if want := "1,2,,4,5,x.csv,r,f,m,9"; string(r.Raw) != want {
			t.Errorf("%d: %s, want %s", i, r.Raw, want)
		}
	}
}

// Marks are found in all encodings.
func TestMarkInUTF16(t *testing.T) {
	t.Parallel()
	text := encoded(t, charset.UTF16LE, "\ufeffa,b\n\ufeff1,2\n")
	in, err := Open("-", Options{Stdin: bytes.NewReader([]byte(text))})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var b Block
	if err := in.Next(&b, 9, 999); err != nil {
		t.Fatal(err)
	}
	if r := in.Parser(nil).Row(&b, 0); string(r.Cells[0].Text) != "1" || r.Odd != MarkInside {
		t.Errorf("%+v", r)
	}
}
