package rows

import (
	"fmt"
	"strings"
	"testing"
)

func relationOf(id, kind, target string) string {
	return fmt.Sprintf(`<Relationship Id="%s" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/%s" Target="%s"/>`, id, kind, target)
}

// Parts are found by what they are, however they are called, and by any slashes.
func TestParts(t *testing.T) {
	t.Parallel()
	sheet := `<worksheet><sheetData><row><c t="s"><v>0</v></c></row><row><c s="1"><v>100</v></c></row></sheetData></worksheet>`
	for name, c := range map[string]struct{ main, sheet, styles, texts, folder string }{
		"other names":       {"xl/book7.xml", "sheets/one.xml", "look.xml", "words.xml", "xl/"},
		"absolute":          {"/main.xml", "/data/a.xml", "/s.xml", "/t.xml", ""},
		"slashes of others": {`xl\workbook.xml`, `worksheets\sheet1.xml`, `styles2.xml`, `..\xl\strings.xml`, "xl/"},
		"another folder":    {"content/w.xml", "../data/a.xml", "st.xml", "tx.xml", "content/"},
	} {
		part := func(target string) string {
			target = strings.ReplaceAll(target, `\`, "/")
			if rest, absolute := strings.CutPrefix(target, "/"); absolute {
				return rest
			}
			return strings.TrimPrefix(strings.ReplaceAll(c.folder+target, "xl/../", ""), "content/../")
		}
		main := strings.TrimPrefix(strings.ReplaceAll(c.main, `\`, "/"), "/")
		at := strings.LastIndexByte(main, '/') + 1
		data := zipped(t, "[Content_Types].xml", "<Types/>",
			"_rels/.rels", "<Relationships>"+relationOf("r0", "extended-properties", "docProps/app.xml")+relationOf("r1", "officeDocument", c.main)+"</Relationships>",
			main, `<workbook xmlns:r="http://purl.oclc.org/ooxml/officeDocument/relationships"><workbookPr date1904="true"/><sheets><sheet name="x" r:id="a"/></sheets></workbook>`,
			main[:at]+"_rels/"+main[at:]+".rels", "<Relationships>"+relationOf("a", "worksheet", c.sheet)+relationOf("b", "styles", c.styles)+relationOf("c", "sharedStrings", c.texts)+"</Relationships>",
			part(c.sheet), sheet, part(c.styles), `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`, part(c.texts), `<sst><si><t>day</t></si></sst>`)
		compare(t, name, read(t, string(data), Options{}), []string{`1:2 "1904-04-10"`})
	}
}

// A row keeps its place and its cells, and says which of them hold errors.
func TestFaults(t *testing.T) {
	t.Parallel()
	data := book(t, abHeader+`<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="e"><v>#N/A</v></c></row>`+
		`<row r="3"><c r="A3"><v>2</v></c><c r="F3" t="e"><v>#REF!</v></c></row>`+
		`<row r="4"><c r="A4" t="e"><v>#DIV/0!</v></c><c r="B4"><f>A1</f></c></row>`)
	in, err := Open(save(t, "x.xlsx", data), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var b Block
	if err := in.Next(&b, 9, 999); err != nil || b.Len() != 3 {
		t.Fatal(b.Len(), err)
	}
	p := in.Parser(nil)
	for i, want := range [][2]string{{"", "holds the error #N/A"}, {"", ""}, {"holds the error #DIV/0!", "has a formula without a stored value; open the workbook in a spreadsheet and save it"}} {
		r := p.Row(&b, i)
		for k := range 2 {
			got := ""
			if r.Cells[k].Kind == Faulty {
				got = Fault(r.Cells[k].Text)
			}
			if got != want[k] || IsFault(got) != (got != "") {
				t.Errorf("row %d, cell %d: %s", i, k, got)
			}
		}
		if r.Broken != nil || r.Faulty != (want != [2]string{}) {
			t.Errorf("row %d: %+v", i, r)
		}
	}
}

// The error stays one in a file of rejected rows, of a workbook alone.
func TestFaultsOfRejected(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"a,b,_row,_line,_input,_reason,_field,_message,_status\n1,#N/A,1,2,x.xlsx,invalid,f,m,\n":   true,
		"a,b,_row,_line,_input,_reason,_field,_message,_status\n1,#N/A,1,2,x,error_cell,f,m,\n":     true,
		"a,b,_row,_line,_input,_reason,_field,_message,_status\n1,#N/A,1,2,x.csv,invalid,f,m,\n":    false,
		"a,b,_row,_line,_input,_reason,_field,_message,_status\n1,N/A,1,2,x.xlsx,error_cell,f,m,\n": false,
	} {
		in, err := Open("-", Options{Stdin: strings.NewReader(text), Rejected: true})
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		var b Block
		if err := in.Next(&b, 9, 999); err != nil {
			t.Fatal(err)
		}
		if r := in.Parser(nil).Row(&b, 0); r.Faulty != want || r.Broken != nil {
			t.Errorf("%s: %+v", text, r)
		}
	}
}

// Stray cells are one note, and neither columns nor rows.
func TestStrayCells(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rows, notes, end string
		want             []string
	}{
		"in a row":       {abHeader + `<row r="2"><c r="A2"><v>1</v></c><c r="XFD2"><v>9</v></c></row><row r="3"><c r="Q3"><v>1</v></c><c r="R3"><v>1</v></c></row>`, "", "3 cells are to the right of the header's columns and are not read; the first is XFD2", []string{`1:2 "1" ""`}},
		"one":            {abHeader + `<row r="2"><c r="D2"><v>9</v></c><c r="A2"><v>1</v></c></row>`, "", "cell D2 is to the right of the header's columns and is not read", []string{`1:2 "1" ""`}},
		"in the header":  {strings.Replace(abHeader, "</row>", `<c r="XFD1" t="str"><v>x</v></c></row>`, 1) + `<row r="2"><c r="A2"><v>1</v></c><c r="XFD2"><v>9</v></c></row>`, "the header ends with column B; cell XFD1, far to the right, and what is under it are not read", "cell XFD2 is to the right of the header's columns and is not read", []string{`1:2 "1" ""`}},
		"a gap":          {strings.Replace(abHeader, "</row>", `<c r="F1" t="str"><v>x</v></c></row>`, 1) + `<row r="2"><c r="A2"><v>1</v></c><c r="F2"><v>9</v></c></row>`, "columns 3 to 5 have no name: they are not used", "", []string{`1:2 "1" "" "" "" "" "9"`}},
		"starting right": {`<row r="1"><c r="BZ1" t="str"><v>x</v></c></row><row r="2"><c r="BZ2"><v>9</v></c></row>`, "columns 1 to 77 have no name: they are not used", "", []string{`1:2` + strings.Repeat(` ""`, 77) + ` "9"`}},
	} {
		in, err := Open(save(t, "x.xlsx", book(t, c.rows)), Options{Sheet: "Kunden & Co"})
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		rows, _ := drain(t, in, 1, 1)
		compare(t, name, rows, c.want)
		if got := strings.Join(in.Notes, "\n"); !strings.HasSuffix(got, c.notes) || c.notes == "" && got != "" {
			t.Errorf("%s: %s", name, got)
		}
		if got := strings.Join(in.EndNotes(), "\n"); !strings.HasSuffix(got, c.end) || c.end == "" && got != "" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// Hidden rows are counted before any row is read, and skipped if that is asked for.
func TestHiddenRows(t *testing.T) {
	t.Parallel()
	rows := abHeader + `<row r="2" hidden="1"><c r="A2"><v>1</v></c></row><row r="3"><c r="A3"><v>2</v></c></row><row r="4" hidden="true"><c r="A4"/></row><row r="5" hidden='true'><c r="A5"><v>3</v></c></row><row r="6" hidden="0"><c r="A6"><v>4</v></c></row>`
	for name, c := range map[string]struct {
		o    Options
		want []string
		note string
	}{
		"":        {Options{}, []string{`1:2 "1" ""`, `2:3 "2" ""`, `3:5 "3" ""`, `4:6 "4" ""`}, "2 of 4 rows are hidden in the sheet (by a filter?) and are read too"},
		"include": {Options{Hidden: IncludeHidden}, []string{`1:2 "1" ""`, `2:3 "2" ""`, `3:5 "3" ""`, `4:6 "4" ""`}, "2 of 4 rows are hidden in the sheet (by a filter?) and are read too"},
		"skip":    {Options{Hidden: SkipHidden}, []string{`1:3 "2" ""`, `2:6 "4" ""`}, "2 of 4 rows are hidden in the sheet (by a filter?) and are skipped"},
	} {
		c.o.Sheet = "2"
		in, err := Open(save(t, "x.xlsx", book(t, rows)), c.o)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		if in.HiddenRows != 2 || len(in.Notes) != 1 || !strings.HasSuffix(in.Notes[0], c.note) {
			t.Errorf("%s: %d, %s", name, in.HiddenRows, in.Notes)
		}
		got, _ := drain(t, in, 1, 1)
		compare(t, name, got, c.want)
		seekAll(t, name, func() *Input {
			in, err := Open(save(t, "x.xlsx", book(t, rows)), c.o)
			if err != nil {
				t.Fatal(err)
			}
			return in
		})
	}
	in, err := Open(save(t, "x.xlsx", book(t, `<cols><col hidden="1"/></cols>`+abHeader+`<row r="2" hidden="0"><c r="A2"><v>1</v></c></row>`)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if in.HiddenRows != 0 {
		t.Errorf("%d hidden rows", in.HiddenRows)
	}
}

// A column of dates is found in all rows that were read, and other sheets are named.
func TestDatesAndSheets(t *testing.T) {
	t.Parallel()
	rows := abHeader
	for i := 2; i < 700; i++ {
		rows += fmt.Sprintf(`<row r="%d"><c r="A%d"><v>%d</v></c></row>`, i, i, i)
	}
	in, err := Open(save(t, "x.xlsx", book(t, rows+`<row r="700"><c r="A700"><v>1</v></c><c r="B700" s="1"><v>45000.75</v></c></row>`)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if fmt.Sprint(in.DateColumns) != "[false false]" || len(in.Notes) != 1 || !strings.HasSuffix(in.Notes[0], `only sheet "Kunden & Co" is read; there are also "2026"`) {
		t.Errorf("%v, %s", in.DateColumns, in.Notes)
	}
	all, _ := drain(t, in, 1, 1)
	if last := all[len(all)-1]; last != `699:700 "1" "2023-03-15T18:00:00"` || fmt.Sprint(in.DateColumns) != "[false true]" {
		t.Errorf("%s, %v", last, in.DateColumns)
	}
}

// The header is in the row that is named, of a file and of a sheet.
func TestHeaderRow(t *testing.T) {
	t.Parallel()
	title := func(row int) string {
		return `<row r="1"><c r="A1" t="str"><v>Customers, as of today</v></c></row>` + strings.NewReplacer(`r="1"`, fmt.Sprintf(`r="%d"`, row), "A1", fmt.Sprintf("A%d", row), "B1", fmt.Sprintf("B%d", row)).Replace(abHeader) +
			fmt.Sprintf(`<row r="%d"><c r="A%d"><v>7</v></c></row>`, row+1, row+1)
	}
	for name, c := range map[string]struct {
		data string
		row  int
		want []string
	}{
		"a title":             {"Customers;;\n;;\nid;name\n1;Ada\n", 3, []string{`1:4 "1" "Ada"`}},
		"other delimiters":    {"One, two, three, four\nFive, six, seven, eight\na;b\n1;2\n3;4\n", 3, []string{`1:4 "1" "2"`, `2:5 "3" "4"`}},
		"the first row":       {"a,b\n1,2\n", 1, []string{`1:2 "1" "2"`}},
		"blank lines":         {"x\r\n\r\na,b\r\n1,2", 3, []string{`1:4 "1" "2"`}},
		"a mark and sep=":     {"\ufeffsep=;\nt\na;b\n1;2\n", 2, []string{`1:4 "1" "2"`}},
		"a title in quotes":   {"\"x\ny\"\na,b\n1,2\n", 2, []string{`1:4 "1" "2"`}},
		"a blank row":         {"x\n\na,b\n1,2\n", 2, []string{"standard input: has no header in row 2"}},
		"after the end":       {"a,b\n1,2\n", 9, []string{"standard input: has no header in row 9"}},
		"a sheet":             {string(book(t, title(3))), 3, []string{`1:4 "7" ""`}},
		"a sheet's gap":       {string(book(t, title(3))), 2, []string{"standard input: has no header in row 2"}},
		"after a sheet's end": {string(book(t, title(3))), 99, []string{"standard input: has no header in row 99"}},
	} {
		compare(t, name, read(t, c.data, Options{HeaderRow: c.row}), c.want)
	}
	path := save(t, "x.csv", []byte("title\n\na,b\n1,2\n3,4\n5,6\n"))
	seekAll(t, "header row", func() *Input {
		in, err := Open(path, Options{HeaderRow: 3})
		if err != nil {
			t.Fatal(err)
		}
		return in
	})
}

// What follows the compressed data is not read, and other bytes than zeros are noted.
func TestTrailing(t *testing.T) {
	t.Parallel()
	plain := string(csvOf(people(3000), false))
	want := read(t, plain, Options{})
	member := string(gzipped(plain))
	for name, c := range map[string]struct {
		data string
		note bool
	}{
		"zeros":       {member + strings.Repeat("\x00", 700), false},
		"one zero":    {member + "\x00", false},
		"text":        {member + "signature: 1234", true},
		"later":       {member + strings.Repeat("\x00", 70_000) + "x", true},
		"two members": {string(gzipped(plain[:999])) + string(gzipped(plain[999:])) + "\x00\x00", false},
	} {
		in, err := Open(save(t, "x.csv.gz", []byte(c.data)), Options{})
		if err != nil {
			t.Fatal(name, err)
		}
		defer in.Close()
		got, _ := drain(t, in, 1000, 1<<20)
		compare(t, name, got, want)
		if notes := in.EndNotes(); (len(notes) == 1) != c.note {
			t.Errorf("%s: %s", name, notes)
		}
	}
	for name, data := range map[string]string{"the next member is cut off": member + member[:5], "its data is": member + member[:len(member)/2]} {
		rows := read(t, data, Options{})
		if last := rows[len(rows)-1]; !strings.HasSuffix(last, "unexpected EOF") {
			t.Errorf("%s: %s", name, last)
		}
	}
}
