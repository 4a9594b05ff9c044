package rows

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// book packs a workbook by hand, with one sheet of these rows besides a hidden one
// in front of it; other parts replace the usual ones.
func book(t testing.TB, rows string, other ...string) []byte {
	t.Helper()
	parts := []string{
		"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels", `<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml", `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><workbookPr/><sheets>` +
			`<sheet name="Secret" state="hidden" r:id="rId9"/><sheet name="Kunden &amp; Co" r:id="rId1"/><sheet name="2026" r:id="rId2"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="/xl/worksheets/sheet2.xml"/>` +
			`<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet9.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId4" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/styles.xml", `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[$-407]dd\.mm\.yyyy;@"/><numFmt numFmtId="165" formatCode="[h]:mm:ss"/><numFmt numFmtId="166" formatCode="00000"/></numFmts>` +
			`<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="2"/><xf numFmtId="166"/></cellXfs></styleSheet>`,
		"xl/sharedStrings.xml", `<sst><si><t>id</t></si><si><t xml:space="preserve"> x </t></si><si><r><t>Gr</t></r><r><rPr><b/></rPr><t>ün</t></r><rPh><t>reading</t></rPh></si>` +
			`<si><t>a_x000D_&#10;b_x005F_x000D_ &amp; c</t></si><si/><si><t>00123</t></si></sst>`,
		"xl/worksheets/sheet1.xml", `<worksheet><dimension ref="A1:C9"/><sheetData>` + rows + `</sheetData><mergeCells/></worksheet>`,
		"xl/worksheets/sheet2.xml", `<worksheet><sheetData><row><c><v>1</v></c></row><row><c><v>2</v></c></row></sheetData></worksheet>`,
		"xl/worksheets/sheet9.xml", `<worksheet><sheetData/></worksheet>`,
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		text := parts[i+1]
		for j := 0; j < len(other); j += 2 {
			if other[j] == parts[i] {
				text = other[j+1]
			}
		}
		w, err := z.Create(parts[i])
		if err == nil {
			_, err = w.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const abHeader = `<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="str"><v>b</v></c></row>`

func TestSheetCells(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, cell, want string }{
		{"shared", `<c r="A2" t="s"><v>5</v></c>`, "00123"},
		{"spaces", `<c r="A2" t="s"><v>1</v></c>`, " x "},
		{"rich, and how it is read", `<c r="A2" t="s"><v>2</v></c>`, "Grün"},
		{"characters that XML does not have", `<c r="A2" t="s"><v>3</v></c>`, "a\r\nb_x000D_ & c"},
		{"inline, rich", `<c r="A2" t="inlineStr"><is><r><t>1</t></r><r><t>E3</t></r></is></c>`, "1E3"},
		{"a long number", `<c r="A2"><v>4917612345678</v></c>`, "4917612345678"},
		{"a long number, as some write it", `<c r="A2"><v>4.917612345678E+12</v></c>`, "4917612345678"},
		{"beyond what a float holds", `<c r="A2"><v>12345678901234567890</v></c>`, "12345678901234567890"},
		{"shortest", `<c r="A2" s="4"><v>1.1000000000000001</v></c>`, "1.1"},
		{"all digits", `<c r="A2"><v>0.30000000000000004</v></c>`, "0.30000000000000004"},
		{"negative and small", `<c r="A2"><v>-1.5E-7</v></c>`, "-0.00000015"},
		{"very large", `<c r="A2"><v>1.5E+300</v></c>`, "1.5e+300"},
		{"a date", `<c r="A2" s="1"><v>46022</v></c>`, "2025-12-31"},
		{"a date and time", `<c r="A2" s="2"><v>46022.5</v></c>`, "2025-12-31T12:00:00"},
		{"true", `<c r="A2" t="b"><v>1</v></c>`, "true"},
		{"false", `<c r="A2" t="b"><v>0</v></c>`, "false"},
		{"a formula", `<c r="A2"><f>1+1</f><v>2</v></c>`, "2"},
		{"a formula of text", `<c r="A2" t="str"><f>"x"&amp;"y"</f><v>xy</v></c>`, "xy"},
		{"a date as text", `<c r="A2" t="d"><v>2025-12-31</v></c>`, "2025-12-31"},
		{"prefixes", `<x:c r="A2"><x:v>7</x:v></x:c>`, "7"},
		{"quotes and commas", `<c r="A2" t="str"><v>"x",y</v></c>`, `"x",y`},

		{"an error", `<c r="A2" t="e"><v>#N/A</v></c>`, "!#N/A"},
		{"an error of a formula", `<c r="A2" t="e"><f>B1</f><v>#REF!</v></c>`, "!#REF!"},
		{"a formula without a value", `<c r="A2"><f>NOW()</f></c>`, "!#GETTING_DATA"},
		{"no number", `<c r="A2"><v>1,5</v></c>`, "!#VALUE!"},
		{"no boolean", `<c r="A2" t="b"><v>2</v></c>`, "!#VALUE!"},
		{"cells without a value", `<c r="A2" t="s"/>`, ""}, {"a shared text without a value", `<c r="A2" t="s"><v></v></c>`, ""}, {"a boolean without a value", `<c r="A2" t="b"><v/></c>`, ""},
		{"an error without a value", `<c r="A2" t="e"><v></v></c>`, ""}, {"a number without a value", `<c r="A2" t="n"><v> </v></c>`, ""},
		{"zeros of the format", `<c r="A2" s="5"><v>123</v></c>`, "00123"}, {"zeros of the format, as a float", `<c r="A2" s="5"><v>123.0</v></c>`, "00123"}, {"a fraction in it", `<c r="A2" s="5"><v>1.5</v></c>`, "1.5"},
		{"negative in it", `<c r="A2" s="5"><v>-12</v></c>`, "-12"}, {"text in it", `<c r="A2" s="5" t="str"><v>12</v></c>`, "12"},
		{"a cell that is there twice", `<c r="A2"><v>1</v></c><c r="A2"><v>2</v></c>`, "!#VALUE!"},
		{"after the others", `<c r="C2"/><c r="A2"><v>1</v></c>`, "1"},
		{"no such text", `<c r="A2" t="s"><v>6</v></c>`, "!#VALUE!"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			data := book(t, abHeader+`<row r="2">`+c.cell+`<c r="B2"><v>0</v></c></row>`)
			in, err := Open("-", Options{Stdin: bytes.NewReader(data)})
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			var b Block
			if err := in.Next(&b, 10, 1000); err != nil {
				t.Fatal(err)
			}
			r := in.Parser(nil).Row(&b, 0)
			got := string(r.Cells[0].Text)
			if r.Faulty != (r.Cells[0].Kind == Faulty) || r.Broken != nil {
				t.Errorf("%+v", r)
			}
			if r.Faulty {
				got = "!" + got
			}
			if got != c.want || string(r.Cells[1].Text) != "0" || r.Line != 2 {
				t.Errorf("%+v: %q, want %q", r, got, c.want)
			}
		})
	}
}

// Rows are numbered as rows and placed as in the sheet; what is empty is none.
func TestSheetRows(t *testing.T) {
	t.Parallel()
	cell := func(ref string) string { return fmt.Sprintf(`<c r="%s"><v>%s</v></c>`, ref, ref[1:]) }
	data := book(t, `<row r="1"/><row r="2"><c r="A2" s="1"/></row>`+
		strings.NewReplacer(`r="1"`, `r="3"`, "A1", "A3", "B1", "B3").Replace(abHeader)+
		`<row r="4">`+cell("A4")+`<c r="B4"/><c r="C4"/></row>`+
		`<row r="7"><c r="A7"/><c r="B7" t="s"><v>4</v></c></row>`+
		`<row r="9">`+cell("B9")+`</row>`+
		`<row r="10">`+cell("A10")+cell("B10")+cell("D10")+`</row>`+
		`<row><c><v>5</v></c><c t="str"><v>x&#10;y</v></c></row>`+
		`<row r="900"/><row r="1048576"><c r="A1048576" s="2"/></row>`)
	want := []string{`1:4 "4" ""`, `2:9 "" "9"`, `3:10 "10" "10"`, `4:11 "5" "x\ny"`}
	open := func() *Input {
		in, err := Open(save(t, "x.csv", data), Options{})
		if err != nil {
			t.Fatal(err)
		}
		return in
	}
	in := open()
	defer in.Close()
	rows, ends := drain(t, in, 100, 1000)
	compare(t, "rows", rows, want)
	if in.Sheet != "Kunden & Co" || in.Stored != XLSX || in.Format != CSV || in.Seekable() || ends[0] != (Position{4, 12, in.At().Offset}) {
		t.Errorf("%+v, %v", in, ends)
	}
	compare(t, "row by row", read(t, string(data), Options{}), want)
	compare(t, "packed", read(t, string(gzipped(string(data))), Options{}), want)
	seekAll(t, "workbook", open)
	no, err := Open(save(t, "x.xlsx", data), Options{NoHeader: true, Columns: []string{"x", "y"}})
	if err != nil {
		t.Fatal(err)
	}
	defer no.Close()
	rows, _ = drain(t, no, 1, 1)
	compare(t, "no header", rows[:2], []string{`1:3 "a" "b"`, `2:4 "4" ""`})
	compare(t, "by name", read(t, string(data), Options{Sheet: "2026"}), []string{`1:2 "2"`})
	compare(t, "by number", read(t, string(data), Options{Sheet: "3"}), []string{`1:2 "2"`})
	compare(t, "in another case", read(t, string(data), Options{Sheet: "kunden & co"}), want)
}

func TestSheetDates(t *testing.T) {
	t.Parallel()
	rows := abHeader + `<row r="2"><c r="A2" s="1"><v>44560</v></c><c r="B2"><v>5</v></c></row><row r="3"><c r="A3" s="2"><v>44560.25</v></c><c r="B3" s="3"><v>0.5</v></c></row>`
	for name, c := range map[string]struct {
		properties string
		want       []string
	}{
		"1900": {"<workbookPr/>", []string{`1:2 "2021-12-30" "5"`, `2:3 "2021-12-30T06:00:00" "12:00:00"`}},
		"1904": {`<workbookPr date1904="1"/>`, []string{`1:2 "2025-12-31" "5"`, `2:3 "2025-12-31T06:00:00" "12:00:00"`}},
	} {
		data := book(t, rows, "xl/workbook.xml", `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">`+c.properties+
			`<sheets><sheet name="x" r:id="rId1"/></sheets></workbook>`)
		compare(t, name, read(t, string(data), Options{}), c.want)
		in, err := Open(save(t, "x.xlsx", data), Options{})
		if err != nil {
			t.Fatal(err)
		}
		in.Close()
		if fmt.Sprint(in.DateColumns) != "[true false]" {
			t.Errorf("%s: %v %v", name, in.DateColumns, in.Notes)
		}
	}
}

func TestSheetRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		data []byte
		o    Options
		want string
		hint any
	}{
		{"no such sheet", book(t, abHeader), Options{Sheet: "Kunde"}, ": has no sheet \"Kunde\"", NoSuchSheet},
		{"no such number", book(t, abHeader), Options{Sheet: "4"}, ": has no sheet \"4\"", NoSuchSheet},
		{"an empty sheet", book(t, abHeader), Options{Sheet: "Secret"}, ": sheet \"Secret\" is empty", EmptySheet},
		{"an error in the header", book(t, `<row r="3"><c r="A3" t="e"><v>#N/A</v></c></row>`), Options{}, ":3: the header cannot be read: cell A3 holds the error #N/A", ""},
		{"no workbook", []byte("a,b\n"), Options{Sheet: "x"}, ": is not a workbook and has no sheets", NotWorkbook},
		{"text as a workbook", []byte("a,b\n"), Options{Format: XLSX}, ": is not an Excel workbook", NotWorkbook},
		{"a workbook as text", book(t, abHeader), Options{Format: CSV}, ": is an Excel workbook, not csv", IsWorkbook},
		{"old or encrypted", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1xxxx"), Options{}, ": is an old Excel workbook (.xls), or one with a password", "open it in a spreadsheet"},
		{"a document", book(t, "", "_rels/.rels", `<Relationships><Relationship Id="1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`), Options{}, ": is an Office document, but not a workbook", "save its table"},
		{"binary", book(t, "", "_rels/.rels", `<Relationships><Relationship Id="1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.bin"/></Relationships>`), Options{}, ": is a binary workbook (.xlsb)", "save it as"},
		{"cut off", book(t, abHeader, "xl/worksheets/sheet1.xml", "<worksheet><sheetData><row>"), Options{}, ": is a damaged workbook: ", "open it in a spreadsheet and save it again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := save(t, "x", c.data)
			refused(t, path, c.o, path+c.want, c.hint)
		})
	}
}

// What goes wrong in the middle is told with its row, and what stands before it is
// read.
func TestSheetBroken(t *testing.T) {
	t.Parallel()
	good := abHeader + `<row r="2"><c r="A2"><v>1</v></c></row>`
	for name, c := range map[string]struct{ part, want string }{
		"cut off":      {"<worksheet><sheetData>" + good + `<row r="3"><c r="A3">`, "standard input:4: cannot read on from this row: unexpected EOF"},
		"going back":   {"<worksheet><sheetData>" + good + `<row r="2"></row></sheetData></worksheet>`, `standard input:3: cannot read on from this row: row "2" follows row 2`},
		"far below":    {"<worksheet><sheetData>" + good + `<row r="4294967299"><c><v>1</v></c></row></sheetData></worksheet>`, `standard input:3: cannot read on from this row: row 4294967299 is after the end of any sheet`},
		"no column":    {"<worksheet><sheetData>" + good + `<row r="3"><c r="$3"/></row></sheetData></worksheet>`, `standard input:4: cannot read on from this row: row 3 has a cell "$3", which no sheet has`},
		"far right":    {"<worksheet><sheetData>" + good + `<row r="3"><c r="XFE3"/></row></sheetData></worksheet>`, `standard input:4: cannot read on from this row: row 3 has a cell "XFE3", which no sheet has`},
		"a giant cell": {"<worksheet><sheetData>" + good + `<row r="3"><c r="A3" t="str"><v>` + strings.Repeat("x", MaxRecord) + `</v></c></row></sheetData></worksheet>`, "standard input:3: a row of more than 16 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := read(t, string(book(t, "", "xl/worksheets/sheet1.xml", c.part)), Options{})
			if len(rows) != 2 || rows[0] != `1:2 "1" ""` || !strings.HasPrefix(rows[1], c.want) {
				t.Errorf("%.200q, want %q", rows, c.want)
			}
		})
	}
}

// FuzzSheet reads any rows, and styles and texts with them, in blocks of all sizes
// the same.
func FuzzSheet(f *testing.F) {
	f.Add(abHeader+`<row r="2"><c r="A2" t="s"><v>5</v></c><c r="B2" s="1"><v>1E3</v></c></row><row r="5"><c r="C5" t="e"><v>#N/A</v></c></row>`, `<si><t>_x000D_</t></si>`, `[Red]yy`)
	f.Add(`<row><c r="ZZZZZZZZ1"><v>1</v></c></row>`, `<si><rPh><t>x`, `"`)
	f.Add(`<row r="9223372036854775807"><c><v>9e999</v></c></row><row><c/></row>`, ``, `\`)
	f.Add(`<row r="-1"/><row r="3"><c t="s"><v>-1</v></c></row><row r="4294967299999"><c><v>1</v></c></row>`, `</si>`, `[`)
	f.Fuzz(func(t *testing.T, rows, texts, code string) {
		var escaped strings.Builder
		if err := xml.EscapeText(&escaped, []byte(code)); err != nil {
			t.Fatal(err)
		}
		data := book(t, rows, "xl/sharedStrings.xml", "<sst>"+texts+"</sst>",
			"xl/styles.xml", `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="`+escaped.String()+`"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>`)
		path := save(t, "x.xlsx", data)
		read := func(records, size int) []string {
			in, err := Open(path, Options{})
			if err != nil {
				if _, ok := errors.AsType[*Error](err); !ok {
					t.Fatalf("%q is a %T", err, err)
				}
				return []string{err.Error()}
			}
			defer in.Close()
			rows, _ := drain(t, in, records, size)
			return rows
		}
		compare(t, rows, read(1, 1), read(100, 1<<20))
	})
}

func zipped(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err == nil {
			_, err = w.Write([]byte(parts[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestZip(t *testing.T) {
	t.Parallel()
	want := []string{`1:2 "1" "ü"`}
	one := zipped(t, "folder/", "", "folder/x.csv", "a,b\n1,ü\n", "__MACOSX/folder/._x.csv", "\x00\x05", "folder/.DS_Store", "x")
	compare(t, "one", read(t, string(one), Options{}), want)
	compare(t, "in gzip", read(t, string(gzipped(string(one))), Options{}), want)
	compare(t, "of a workbook", read(t, string(zipped(t, "x.xlsx", string(book(t, abHeader+`<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="str"><v>ü</v></c></row>`)))), Options{}), want)
	in, err := Open(save(t, "x.zip", one), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if in.Compression != "zip" || in.Seekable() {
		t.Errorf("%+v", in)
	}
	encrypted := bytes.ReplaceAll(bytes.ReplaceAll(zipped(t, "x.csv", "a\n"), []byte("PK\x01\x02\x14\x00\x14\x00\x08"), []byte("PK\x01\x02\x14\x00\x14\x00\x09")), []byte("PK\x03\x04\x14\x00\x08"), []byte("PK\x03\x04\x14\x00\x09"))
	damaged := bytes.Clone(zipped(t, "x.csv", "a,b\n"+strings.Repeat("1,2\n", 200_000)))
	damaged[len(damaged)/2] ^= 0x55
	for _, c := range []struct {
		name, want, hint string
		data             []byte
	}{
		{"several", `: is a zip file of 7 files: "a", "b", "c", "d", "e", …`, "unpack it, and name the one to read", zipped(t, "a", "", "b", "", "c", "", "d", "", "e", "", "f", "", "g", "")},
		{"nothing", ": is a zip file with nothing in it", "", zipped(t, "x/", "")},
		{"encrypted", ": is an encrypted zip file", "unpack it first, with its password", encrypted},
		{"zip in zip", ": is a zip file inside a zip file", "unpack it first", zipped(t, "x.zip", string(one))},
		{"OpenDocument", ": is an OpenDocument file (.ods)", "save its table as", zipped(t, "mimetype", "x", "META-INF/manifest.xml", "")},
		{"Numbers", ": is a Numbers document", "save its table as", zipped(t, "Index/Document.iwa", "x")},
		{"gzip in zip", ": is compressed twice", "unpack it first", zipped(t, "x.csv.gz", string(gzipped("a\n")))},
	} {
		path := save(t, "x.zip", c.data)
		refused(t, path, Options{}, path+c.want, c.hint)
	}
	rows := read(t, string(damaged), Options{})
	if last := rows[len(rows)-1]; !strings.Contains(last, "cannot ") {
		t.Errorf("a damaged file ends with %q", last)
	}
}
