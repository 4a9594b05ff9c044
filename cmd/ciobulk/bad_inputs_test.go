package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// badInput is a file that is wrong, and how it is read.
type badInput struct {
	name  string
	data  []byte
	flags string
}

// badInputs are the ways in which files are wrong: what a shop, a spreadsheet, a
// colleague or a broken transfer makes.
func badInputs(t *testing.T) []badInput {
	const csv = "id,name,age\n1,Ada,36\n2,Grace,85\n"
	zipped := func(names ...string) []byte {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for _, n := range names {
			f, err := w.Create(n)
			if err == nil {
				_, err = f.Write([]byte(csv))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		w.Close()
		return b.Bytes()
	}
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	fmt.Fprint(w, strings.Repeat(csv, 200))
	w.Close()
	return []badInput{
		{"empty.csv", nil, ""},
		{"blank.csv", []byte("\n\n\n"), ""},
		{"html.csv", []byte("<!DOCTYPE html>\n<html><body>Please log in</body></html>\n"), ""},
		{"pdf.csv", []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"), ""},
		{"old.xls", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...), ""},
		{"binary.csv", []byte("id\x00\x01\x02\x00,name\n\x00\x00\x01\n"), ""},
		{"mac.csv", []byte("id,name\r1,Ada\r2,Grace\r"), ""},
		{"twice.csv", []byte("id,name,name\n1,Ada,Grace\n"), ""},
		{"nameless.csv", []byte("id,,\n1,Ada,Grace\n"), ""},
		{"header-quote.csv", []byte("id,na\"me\n1,Ada\n"), ""},
		{"no-column.csv", []byte("number,name\n1,Ada\n"), ""},
		{"open-quote.csv", []byte("id,name\n1,Ada\n2,\"Grace\n3,Edsger\n"), ""},
		{"rows.csv", []byte("id,name,age\n1,Ada\n2,Grace,85,x\n3,Ed\"sger,72\n,Nobody,1\n" + strings.Repeat("x", 151) + ",Long,2\n4," + strings.Repeat("y", 1001) + ",3\n"), ""},
		{"not-utf8.csv", []byte("id,name\n1,J\xfcrgen\n2,Ada\n"), "--encoding utf-8"},
		{"not-1252.csv", []byte("id,name\n1,J\xfcrgen\n2,\x81\n"), ""},
		{"half.csv", []byte("\xff\xfei\x00d\x00\n\x001"), ""},
		{"cut.csv.gz", gz.Bytes()[:gz.Len()/2], ""},
		{"no.csv.gz", []byte("\x1f\x8b but no gzip"), ""},
		{"two.zip", zipped("a.csv", "b.csv"), ""},
		{"none.zip", zipped(), ""},
		{"cut.zip", zipped("a.csv")[:40], ""},
		{"no-workbook.zip", zipped("word/document.xml"), "--sheet 2"},
		{"object.json", []byte("{\n  \"id\": \"1\",\n  \"name\": \"Ada\"\n}\n"), ""},
		{"wrapped.json", []byte("{\"data\": [{\"id\": \"1\"}, {\"id\": \"2\"}]}\n"), ""},
		{"cut.json", []byte("[{\"id\": \"1\"},\n {\"id\": \"2\", \"name\":"), ""},
		{"comma.json", []byte("[{\"id\": \"1\"},\n {\"id\": \"2\"} {\"id\": \"3\"}]\n"), ""},
		{"values.json", []byte("[1, \"two\", null, {\"id\": \"4\"}]\n"), ""},
		{"lines.jsonl", []byte("{\"id\": \"1\"}\n{\"id\": 2,}\n[3]\n{\"id\": \"4\", \"id\": \"5\"}\n{\"id\": true}\n{\"id\": null}\n{\"id\": \"\\ud800\"}\nnothing\n"), ""},
		{"sheet.xlsx", badBook(t), ""},
		{"sheets.xlsx", badBook(t), "--sheet Kunden"},
		{"cut.xlsx", badBook(t)[:2000], ""},
		{"flags.csv", []byte(csv), "--encoding latin7"},
		{"columns.csv", []byte(csv), "--header none --columns id,name"},
		{"format.csv", []byte(csv), "--input-format xlsx"},
		{"delimiter.csv", []byte(csv), "--delimiter ;"},
	}
}

// badBook is a workbook with cells in error.
func badBook(t *testing.T) []byte {
	f := excelize.NewFile()
	defer f.Close()
	var b bytes.Buffer
	err := f.SetSheetRow("Sheet1", "A1", &[]any{"id", "name", "age"})
	if err == nil {
		err = f.SetSheetRow("Sheet1", "A2", &[]any{"1", "Ada", 36})
	}
	if err == nil {
		err = f.SetCellFormula("Sheet1", "C3", "1/0")
	}
	if err == nil {
		err = f.SetSheetRow("Sheet1", "A3", &[]any{"2", "Grace"})
	}
	if err == nil {
		err = f.Write(&b)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What is said of a bad file is golden: which file, row, line and column, what was
// found, and what to do next. Rejected rows are shown as the file of them has them.
func TestBadInputs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var out bytes.Buffer
	for _, in := range badInputs(t) {
		if err := os.WriteFile(filepath.Join(dir, in.name), in.data, 0o600); err != nil {
			t.Fatal(err)
		}
		line := strings.TrimSpace("upsert " + in.name + " --match id --dry-run --rejected bad " + in.flags)
		c := exec.CommandContext(t.Context(), "ciobulk", strings.Fields(line)...)
		c.Dir = dir
		var stderr bytes.Buffer
		c.Stderr = &stderr
		code := exitCode(t, c.Run())
		rejected, err := os.ReadFile(filepath.Join(dir, "bad"))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "$ ciobulk %s\n%sexit code %d\n", strings.ReplaceAll(line, " --dry-run --rejected bad", ""), stderr.Bytes(), code)
		for row := range strings.Lines(strings.ReplaceAll(string(rejected), strings.Repeat("y", 1001), "yyy…")) {
			out.WriteString("  | " + strings.ReplaceAll(row, strings.Repeat("x", 151), "xxx…"))
		}
		out.WriteString("\n")
		_ = os.Remove(filepath.Join(dir, "bad"))
	}
	golden(t, "bad_inputs", out.Bytes())
}
