package main

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/internal/slowtest"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
)

// umlauts is peopleCSV with names that tell encodings apart.
func umlauts(n int) string {
	return strings.ReplaceAll(string(peopleCSV(n)), "Person", "Persönlichkeit")
}

func ansi(t testing.TB, text string) []byte {
	t.Helper()
	out, err := charmap.Windows1252.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func records(t testing.TB, text string) [][]string {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// bookOf is a workbook of a CSV text, with numbers as numbers.
func bookOf(t testing.TB, text string) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	for i, cells := range records(t, text) {
		var values []any
		for _, cell := range cells {
			if n, err := strconv.Atoi(cell); err == nil {
				values = append(values, n)
			} else {
				values = append(values, cell)
			}
		}
		if err := w.SetRow(fmt.Sprintf("A%d", i+1), values); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// arrayOf is a JSON array of a CSV text, an element over several lines.
func arrayOf(t testing.TB, text string) []byte {
	t.Helper()
	all := records(t, text)
	var people []map[string]string
	for _, cells := range all[1:] {
		person := make(map[string]string)
		for i, cell := range cells {
			person[all[0][i]] = cell
		}
		people = append(people, person)
	}
	out, err := json.MarshalIndent(people, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func zipOf(t testing.TB, name string, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create(name)
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Killed at any request and resumed, a run of whatever file ends as one that no one
// disturbed: also where going on means reading over the rows that are done.
func TestCrashInAnyFile(t *testing.T) {
	slowtest.Mark(t)
	t.Parallel()
	text := umlauts(1200)
	for name, data := range map[string][]byte{
		"people.csv": ansi(t, text), "people.xlsx": bookOf(t, text), "people.json": arrayOf(t, text), "people.zip": zipOf(t, "people.csv", []byte(text)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, 0)
			s.write(name, data)
			args := []string{"upsert", name, "-m", "people.yaml", "--concurrency", "4", "--batch-rows", "20", "--rejected", "bad"}
			calm := s.finish(s.call(args...), exitRejected)
			people, requests := s.service.Fingerprint(), s.seen()
			rejected, err := os.ReadFile(filepath.Join(s.dir, "bad"))
			if err != nil || calm.Accepted != 1079 || calm.Rejected != 121 {
				t.Fatalf("the undisturbed run: %+v, %v", calm.Ledger, err)
			}
			if err := os.RemoveAll(filepath.Join(s.dir, ".ciobulk")); err != nil {
				t.Fatal(err)
			}
			s.reset()
			s.killAt(2+rand.Int64N(requests-2), s.call(args...))
			sum := s.finish(s.call(append(args, "--resume")...), exitRejected)
			again, err := os.ReadFile(filepath.Join(s.dir, "bad"))
			if err != nil || sum.Ledger != calm.Ledger || sum.Resumed != 1 || !bytes.Equal(again, rejected) || s.service.Fingerprint() != people {
				t.Errorf("%+v, resumed %d times, %v; the undisturbed run: %+v", sum.Ledger, sum.Resumed, err, calm.Ledger)
			}
		})
	}
}

// Fifty thousand rows of a workbook make the people that the same rows make as CSV.
func TestBookIsCSV(t *testing.T) {
	t.Parallel()
	text := umlauts(50_000)
	s := newScene(t, 0)
	s.write("people.csv", []byte(text))
	s.write("book.xlsx", bookOf(t, text))
	asCSV := s.finish(s.call("upsert", "people.csv", "-m", "people.yaml"), exitRejected)
	people := s.service.Fingerprint()
	s.reset()
	asBook := s.finish(s.call("upsert", "book.xlsx", "-m", "people.yaml"), exitRejected)
	if asBook.Ledger != asCSV.Ledger || asCSV.Rows != 50_000 || asCSV.Accepted < 40_000 || s.service.Fingerprint() != people {
		t.Errorf("the workbook %+v, CSV %+v, the same people: %t", asBook.Ledger, asCSV.Ledger, s.service.Fingerprint() == people)
	}
}

// A cell that shows an error goes in as nothing else, not even with the rejected
// file, until someone has fixed it.
func TestCellErrors(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	for cell, value := range map[string]any{"A1": "id", "B1": "name", "C1": "age", "A2": "1", "B2": "Ada", "A3": "00002", "C3": 41} {
		if err := f.SetCellValue("Sheet1", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SetCellFormula("Sheet1", "B3", "NOW()"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	s := newScene(t, 0)
	s.write("book.xlsx", b.Bytes())
	if sum := s.finish(s.call("upsert", "book.xlsx", "-m", "people.yaml", "--rejected", "bad.csv"), exitRejected); sum.Accepted != 1 || sum.Reasons[0].Reason != "error_cell" || sum.Reasons[0].Line != 3 {
		t.Fatalf("%+v", sum)
	}
	bad, err := os.ReadFile(filepath.Join(s.dir, "bad.csv"))
	want := "\ufeffid,name,age,_row,_line,_input,_reason,_field,_message,_status\n" +
		"00002,#GETTING_DATA,41,2,3,book.xlsx,error_cell,attributes.name,\"column \"\"name\"\": has a formula without a stored value; open the workbook in a spreadsheet and save it\",\n"
	if err != nil || string(bad) != want {
		t.Fatalf("%v\n%s\nwant\n%s", err, bad, want)
	}
	if sum := s.finish(s.call("upsert", "bad.csv", "-m", "people.yaml"), exitRejected); sum.Reasons[0].Reason != "error_cell" {
		t.Errorf("fed back: %+v", sum)
	}
	runs, err := filepath.Glob(filepath.Join(s.dir, ".ciobulk", "*-upsert-book-*", "rejected.csv"))
	if err != nil || len(runs) != 1 {
		t.Fatalf("%v, %v", runs, err)
	}
	if sum := s.finish(s.call("retry", filepath.Dir(runs[0])), exitRejected); sum.Reasons[0].Reason != "error_cell" || sum.Reasons[0].Line != 3 {
		t.Errorf("retried: %+v", sum)
	}
	s.write("bad.csv", bytes.Replace(bad, []byte("#GETTING_DATA"), []byte("Bob"), 1))
	s.finish(s.call("upsert", "bad.csv", "-m", "people.yaml"), exitDone)
	if p, ok := s.service.Person("id", "00002"); !ok || string(p.Attributes["name"]) != `"Bob"` {
		t.Errorf("%+v", p)
	}
}
