package rows

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/ciobulk/ciobulk/internal/jsontext"
	"github.com/ciobulk/ciobulk/rows/charset"
)

var update = flag.Bool("update", false, "write the corpus again")

// corpusColumns and corpusRows are what every file of the corpus holds. The last
// column is a date as Excel stores it, the one before it the same as text.
var (
	corpusColumns = []string{"Kundennummer", "Name", "Straße", "Notiz", "Saldo", "Beitritt", "Tag"}
	corpusRows    = [][]string{
		{"00123", "Grün", "Königstraße 1", "sagt \"hallo\"; und, geht", "1234,50", "31.12.2025", "46022"},
		{"00124", "Zoë O'Neill", "Rue de l'Église | 2", "erste Zeile\nzweite Zeile", "-7,5", "29.02.2024", "45351"},
		{"4917612345678", "Ñandú", "", "\ttab", "0", "01.01.2026", "46023"},
		{"0", " Leer ", "#N/A? nein", "{\"a\": [1]}", "1E3", "03.04.2025", "45750"},
	}
)

func corpusCSV(delimiter byte, header bool, end string) string {
	var out []byte
	records := corpusRows
	if header {
		records = append([][]string{corpusColumns}, records...)
	}
	for _, cells := range records {
		for i, cell := range cells {
			if i > 0 {
				out = append(out, delimiter)
			}
			out = AppendCSVCell(out, []byte(cell), delimiter)
		}
		out = append(out, end...)
	}
	return string(out)
}

func corpusObjects() (lines []string) {
	for _, cells := range corpusRows {
		object := "{"
		for i, cell := range cells {
			name := string(jsontext.AppendString(nil, corpusColumns[i]))
			value := string(jsontext.AppendString(nil, cell))
			if corpusColumns[i] == "Tag" {
				value = cell
			}
			object += strings.Repeat(",", min(i, 1)) + name + ":" + value
		}
		lines = append(lines, object+"}")
	}
	return lines
}

// corpusBook is a workbook by excelize, with a hidden sheet first and the rows
// on the second one, from its third line on, and a third one.
func corpusBook(t *testing.T, stream bool) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(f.SetSheetName("Sheet1", "Geheim"))
	_, err := f.NewSheet("Kunden")
	must(err)
	f.SetActiveSheet(1)
	must(f.SetSheetVisible("Geheim", false))
	style, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	must(err)
	cells := func(row int) (values []any) {
		if row < 0 {
			for _, name := range corpusColumns {
				values = append(values, name)
			}
			return values
		}
		for i, cell := range corpusRows[row] {
			switch {
			case corpusColumns[i] == "Tag":
				var day int
				fmt.Sscan(cell, &day)
				values = append(values, excelize.Cell{StyleID: style, Value: day})
			case cell == "":
				values = append(values, nil)
			default:
				values = append(values, cell)
			}
		}
		return values
	}
	if stream {
		w, err := f.NewStreamWriter("Kunden")
		must(err)
		for row := -1; row < len(corpusRows); row++ {
			must(w.SetRow(fmt.Sprintf("A%d", row+4), cells(row)))
		}
		must(w.Flush())
	} else {
		for row := -1; row < len(corpusRows); row++ {
			for i, value := range cells(row) {
				at, err := excelize.CoordinatesToCellName(i+1, row+4)
				must(err)
				if c, styled := value.(excelize.Cell); styled {
					must(f.SetCellStyle("Kunden", at, at, c.StyleID))
					value = c.Value
				}
				must(f.SetCellValue("Kunden", at, value))
			}
		}
	}
	_, err = f.NewSheet("Archiv")
	must(err)
	for i, name := range corpusColumns {
		for row, value := range []string{name, corpusRows[0][i]} {
			at, err := excelize.CoordinatesToCellName(i+1, row+1)
			must(err)
			must(f.SetCellValue("Archiv", at, value))
		}
	}
	var b bytes.Buffer
	must(f.Write(&b))
	return b.String()
}

// shapes are the files of the corpus: how each is made, and what must be named to
// read it where it cannot be detected.
func shapes(t *testing.T) []struct {
	name, how string
	options   Options
	make      func() string
} {
	plain := func() string { return corpusCSV(',', true, "\n") }
	as := func(e charset.Encoding, text string) func() string {
		return func() string { return encoded(t, e, text) }
	}
	array := func() string { return "[" + strings.Join(corpusObjects(), ",") + "]" }
	pretty := func() string {
		var b bytes.Buffer
		if err := json.Indent(&b, []byte(array()), "", "  "); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	semicolons := corpusCSV(';', true, "\r\n")
	return []struct {
		name, how string
		options   Options
		make      func() string
	}{
		{"comma.csv", "UTF-8, commas, line feeds", Options{}, plain},
		{"excel-utf8.csv", "as Excel saves CSV UTF-8: byte order mark, semicolons, CRLF", Options{}, func() string { return charset.BOM + semicolons }},
		{"excel-ansi.csv", "as Excel saves CSV on Windows: windows-1252, semicolons, CRLF", Options{}, as(charset.Windows1252, semicolons)},
		{"excel-unicode.txt", "as Excel saves Unicode text: UTF-16LE with a byte order mark, tabs, CRLF", Options{}, as(charset.UTF16LE, "\ufeff"+corpusCSV('\t', true, "\r\n"))},
		{"utf16be.csv", "UTF-16BE with a byte order mark", Options{}, as(charset.UTF16BE, "\ufeff"+corpusCSV(',', true, "\n"))},
		{"utf16le-bare.csv", "UTF-16LE without a byte order mark", Options{}, as(charset.UTF16LE, corpusCSV(',', true, "\n"))},
		{"latin1.csv", "ISO-8859-1; --encoding latin1", Options{Encoding: charset.Latin1}, as(charset.Latin1, plain())},
		{"latin9.csv", "ISO-8859-15; --encoding latin9", Options{Encoding: charset.Latin9}, as(charset.Latin9, plain())},
		{"tabs.tsv", "tabs", Options{}, func() string { return corpusCSV('\t', true, "\n") }},
		{"pipes.txt", "vertical bars, CRLF, no line ending at the end", Options{}, func() string { return strings.TrimSuffix(corpusCSV('|', true, "\r\n"), "\r\n") }},
		{"sep.csv", "a line sep=; in front, windows-1252, CRLF", Options{}, as(charset.Windows1252, "sep=;\r\n"+semicolons)},
		{"no-header.csv", "no header; --header none --columns …", Options{NoHeader: true, Columns: corpusColumns}, func() string { return corpusCSV(',', false, "\n") }},
		{"blank-lines.csv", "blank lines before, between and after", Options{}, func() string { return "\n\r\n" + corpusCSV(',', true, "\n\n\n") }},
		{"people.jsonl", "an object a line", Options{}, func() string { return strings.Join(corpusObjects(), "\n") + "\n" }},
		{"array.json", "a JSON array on one line", Options{}, array},
		{"pretty.json", "a JSON array over many lines", Options{}, pretty},
		{"utf16.json", "the same in UTF-16LE with a byte order mark", Options{}, func() string { return encoded(t, charset.UTF16LE, "\ufeff"+pretty()) }},
		{"shared.xlsx", "a workbook by excelize: shared strings, a hidden sheet first, a date format, two empty rows on top", Options{}, func() string { return corpusBook(t, false) }},
		{"inline.xlsx", "the same by its stream writer: inline strings", Options{}, func() string { return corpusBook(t, true) }},
		{"mac.csv", "as Excel saves CSV (Macintosh): MacRoman, semicolons, CRLF", Options{}, as("macintosh", semicolons)},
		{"joined.csv", "the header again in the middle, once after a byte order mark, and Ctrl-Z at the end", Options{}, func() string {
			header, rest, _ := strings.Cut(plain(), "\n")
			rest = strings.Replace(rest, "\n4917612345678", "\n"+header+"\n\ufeff4917612345678", 1)
			return header + "\n" + strings.Replace(rest, "\n0,", "\n\ufeff"+header+"\n0,", 1) + "\x1a"
		}},
		{"ruler.txt", "a line of dashes under the header, as sqlcmd prints it, and cleared rows", Options{}, func() string {
			header, rest, _ := strings.Cut(corpusCSV('\t', true, "\n"), "\n")
			return header + "\n" + strings.Repeat("-----\t", 6) + "----\n" + strings.Repeat("\t", 6) + "\n" + rest + " \t\t\t\t\t\t\n"
		}},
		{"trailing.csv", "an empty cell too many in every row, none in the header", Options{}, func() string {
			header, rest, _ := strings.Cut(corpusCSV(',', true, ",\n"), "\n")
			return strings.TrimSuffix(header, ",") + "\n" + rest
		}},
		{"title.csv", "two title rows above the header; --header 4", Options{HeaderRow: 4}, func() string { return "Kunden, Stand heute\n,,,,,,\n\n" + corpusCSV(',', true, "\n") }},
		{"array.jsonl", "a JSON array with a name that says JSONL", Options{}, pretty},
		{"blank.jsonl", "lines of white space between the objects, the objects after record separators", Options{}, func() string { return "\x1e" + strings.Join(corpusObjects(), "\n  \t\n\x1e") + "\n   \n" }},
		{"padded.csv.gz", "comma.csv in gzip, padded with zeros", Options{}, func() string { return string(gzipped(plain())) + strings.Repeat("\x00", 512) }},
		{"comma.csv.gz", "comma.csv in gzip", Options{}, func() string { return string(gzipped(plain())) }},
		{"comma.csv.zst", "comma.csv in zstd", Options{}, func() string { return string(zstandard(t, plain())) }},
		{"mac.zip", "excel-ansi.csv in a zip file as macOS makes it", Options{}, func() string {
			return string(zipped(t, "excel-ansi.csv", encoded(t, charset.Windows1252, semicolons), "__MACOSX/._excel-ansi.csv", "\x00\x05\x16\x07"))
		}},
		{"pretty.zip", "pretty.json in a zip file", Options{}, func() string { return string(zipped(t, "export/", "", "export/pretty.json", pretty())) }},
		{"shared.xlsx.gz", "shared.xlsx in gzip", Options{}, func() string { return string(gzipped(corpusBook(t, false))) }},
	}
}

const corpus = "testdata/corpus"

// kinds says where the inputs are that are too odd to have the same rows.
const kinds = `
Inputs of other kinds are in the tests themselves:

- encodings that are found by their letters, and those that are not clear: TestChoose, TestGuessed, TestStrays
- lines that are not rows, marks inside files, surplus delimiters: TestOddities, TestOddReport
- the header in another row: TestHeaderRow
- parts of workbooks, cells without a value, out of order, with errors, far to the right, hidden rows, formats: TestParts, TestSheetCells, TestFaults, TestStrayCells, TestHiddenRows, TestMask
- a name that does not fit the content: TestNameDiffers
- what follows compressed data, and data that cannot be read to its end: TestTrailing, TestPermanent
`

func writeCorpus(t *testing.T) {
	t.Helper()
	readme := "# The corpus\n\nThe same four rows in every shape that people's files have, written by `go test ./rows -run TestCorpus -update`.\n\n"
	for _, s := range shapes(t) {
		readme += fmt.Sprintf("- `%s`: %s\n", s.name, s.how)
		if err := os.WriteFile(filepath.Join(corpus, s.name), []byte(s.make()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	readme += kinds
	if err := os.WriteFile(filepath.Join(corpus, "README.md"), []byte(readme), 0o644); err != nil {
		t.Fatal(err)
	}
}

// cellsOf reads an input to its end and returns the rows' texts in the corpus's
// order, and the positions after the rows.
func cellsOf(t *testing.T, in *Input) (rows [][]string, ends []Position) {
	t.Helper()
	p := in.Parser(corpusColumns)
	var b Block
	for in.Next(&b, 1, 1) == nil {
		r := p.Row(&b, 0)
		if r.Odd.Passed() {
			continue
		}
		if r.Broken != nil {
			t.Fatalf("row %d: %+v", r.Number, r.Broken)
		}
		var cells []string
		for i, name := range corpusColumns {
			text := string(r.Cells[i].Text)
			if day, err := time.Parse(time.DateOnly, text); err == nil && name == "Tag" && in.Stored == XLSX { // as the sheet shows it
				text = fmt.Sprint(int(day.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24))
			}
			cells = append(cells, text)
		}
		rows, ends = append(rows, cells), append(ends, b.End)
	}
	return rows, ends
}

// Every file has the same rows, as a file and as standard input, and reading
// can continue after each of them.
func TestCorpus(t *testing.T) {
	t.Parallel()
	if *update {
		writeCorpus(t)
	}
	files, err := os.ReadDir(corpus)
	if err != nil || len(files) != len(shapes(t))+1 {
		t.Fatalf("%d files, %v; the corpus has %d and a README", len(files), err, len(shapes(t)))
	}
	for _, s := range shapes(t) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(corpus, s.name)
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			open := func(path string) *Input {
				o := s.options
				o.Stdin = bytes.NewReader(data)
				in, err := Open(path, o)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(in.Close)
				return in
			}
			var ends []Position
			for _, path := range []string{path, "-"} {
				var rows [][]string
				in := open(path)
				rows, ends = cellsOf(t, in)
				if !slices.EqualFunc(rows, corpusRows, slices.Equal) {
					t.Errorf("%s: %q\nwant %q", path, rows, corpusRows)
				}
				if in.Format == CSV && (len(in.Columns) != len(corpusColumns) || in.Columns[2].Name != "Straße") {
					t.Errorf("columns %v", in.Columns)
				}
				if dates := fmt.Sprint(in.DateColumns); in.Stored == XLSX && dates != "[false false false false false false true]" {
					t.Errorf("dates in %s", dates)
				}
			}
			for i, end := range append([]Position{{}}, ends...) {
				in := open(path)
				if err := in.SeekTo(end); err != nil {
					t.Fatal(err)
				}
				if rows, _ := cellsOf(t, in); !slices.EqualFunc(rows, corpusRows[i:], slices.Equal) {
					t.Errorf("after row %d: %q", i, rows)
				}
			}
		})
	}
}
