package runs

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/rows/charset"
)

// record is a row that outlives its block.
type record struct {
	number, line int64
	short        bool // it has fewer cells than there are columns
	raw          string
	reason       string // why it is broken, or ""
	cells        map[string]string
}

// recordsOf reads all records of text that are rows, by the name of their columns: those of a
// report, and those that two have, are left out. ok is false where it cannot be
// read.
func recordsOf(text []byte, o rows.Options) (in *rows.Input, all []record, ok bool) {
	o.Stdin = bytes.NewReader(text)
	in, err := rows.Open("-", o)
	if err != nil {
		return nil, nil, false
	}
	p := in.Parser(rows.ReportColumns)
	var b rows.Block
	for {
		if err := in.Next(&b, 1000, 1<<20); errors.Is(err, io.EOF) {
			return in, all, true
		} else if err != nil {
			return nil, nil, false
		}
		for i := range b.Len() {
			if r := p.Row(&b, i); !r.Odd.Passed() {
				all = append(all, recordOf(r, p.Columns()))
			}
		}
	}
}

func recordOf(r *rows.Row, columns []rows.Column) record {
	one := record{number: r.Number, line: r.Line, short: len(r.Cells) < len(columns), raw: string(r.Raw), cells: map[string]string{}}
	if r.Broken != nil {
		one.reason = r.Broken.Reason
	}
	for i, c := range r.Cells {
		if i < len(columns) && c.Kind != rows.Absent && !isReport(columns[i].Name) {
			one.cells[columns[i].Name] += string(rune('0'+c.Kind)) + string(c.Text) + "\x00"
		}
	}
	return one
}

func isReport(name string) bool {
	for _, own := range rows.ReportColumns {
		if name == own {
			return true
		}
	}
	return false
}

// reject makes the rejected file of all rows of text.
func reject(t *testing.T, text []byte, o rows.Options, message string) []byte {
	o.Stdin = bytes.NewReader(text)
	in, err := rows.Open("-", o)
	if err != nil {
		t.Fatal(err)
	}
	f := RejectedAt("-", in)
	p := in.Parser(rows.ReportColumns)
	var b rows.Block
	for in.Next(&b, 7, 100) == nil {
		for i := range b.Len() {
			row := p.Row(&b, i)
			if row.Odd.Passed() {
				continue
			}
			r := Refusal{Reason: "invalid", Field: "attributes." + message, Message: message}
			if row.Broken != nil {
				r = Refusal{Reason: row.Broken.Reason, Message: row.Broken.Message}
			}
			f.Add(in, in.Name, row, p.Columns(), r)
		}
	}
	return f.buffer
}

// offset is where a byte is in a file, which is another in every file.
var offset = regexp.MustCompile(`at offset \d+`)

// FuzzRejected rejects every row of any file, with any message, and reads the
// rejected file: it has as many rows, with the same cells, and those that were
// broken are broken in the same way, unless they were too short. Read as rejected
// rows, they have their numbers and lines. The same holds of the file of those rows
// when they are rejected once more; and nothing gathers when they are again.
func FuzzRejected(f *testing.F) {
	for _, text := range []string{
		"id,name\n1,Ada\n2,\"a,b\"\n3,\"x\"\"y\n\"\"\"\n", "id;name\n1;=cmd|' /C calc'!A0\n2;\x1b[2J\n", "id,name\n1\n1,2,3\n\"x\"y,2\nz,\"\xff\"\n",
		"a\n \n\"\"\n\"\n\"\n", "id,_row,_line,_input,_reason,_field,_message,_status\n1,7,8,\"a \"\"b\"\",c\",invalid,f,m,400\nx\"y,2,3,c.csv,malformed,,m,\n",
		"a,b\n1,\"2\"\r\n\"\r\n\",\"\"\r\n", "\ufeffa,b\n1,2\n",
	} {
		f.Add([]byte(text), true, "is \"no\" number,\n; x\r")
	}
	for _, text := range []string{
		"{\"id\":\"1\",\"n\":[1,{\"a\":null}]}\n{}\nnot json\n{\"id\":\"\\ud83d\\ude00\"}\n", "{\"id\":1,\"_row\":5,\"_message\":\"x\"}\n[]\n{\"a\":1,\"a\":2}\n",
		"{\"a\":\"\xff\"}\n {\"b\":1.50} \n", "{\"_raw\":\"x\"}\n",
	} {
		f.Add([]byte(text), false, "\x00\"\\")
	}
	f.Fuzz(func(t *testing.T, text []byte, isCSV bool, message string) {
		o := rows.Options{Format: rows.JSONL, Encoding: charset.UTF8}
		if isCSV {
			o = rows.Options{Format: rows.CSV, Delimiter: ',', Encoding: charset.UTF8}
		}
		message = strings.ToValidUTF8(message, "")
		_, was, ok := recordsOf(text, o)
		if !ok || len(was) == 0 {
			return
		}
		file := reject(t, text, o, message)
		_, is, ok := recordsOf(file, o)
		if !ok || len(is) != len(was) {
			t.Fatalf("%q became %q: %d rows of %d", text, file, len(is), len(was))
		}
		for i := range was {
			if same, why := sameRecord(was[i], is[i], isCSV); !same {
				t.Errorf("%s: %q became %q: %+v and then %+v", why, text, file, was[i], is[i])
			}
		}
		o.Rejected = true
		_, again, ok := recordsOf(file, o)
		for i := range again {
			if !isCSV && was[i].reason != "" {
				continue // its own member _row may stand before the report's, and it is refused again
			}
			if ok && (again[i].number != was[i].number || again[i].line != was[i].line) {
				t.Errorf("%q became %q: row %d on line %d, was %d on %d", text, file, again[i].number, again[i].line, was[i].number, was[i].line)
			}
		}
		o.Rejected = false
		twice := reject(t, file, o, message)
		_, is, ok = recordsOf(twice, o)
		if !ok || len(is) != len(was) {
			t.Fatalf("%q became %q and then %q", text, file, twice)
		}
		for i := range was {
			if same, why := sameRecord(was[i], is[i], isCSV); !same {
				t.Errorf("%s: %q became %q and then %q", why, text, file, twice)
			}
		}
		thrice := reject(t, twice, o, message)
		if len(offset.ReplaceAll(thrice, nil)) > len(offset.ReplaceAll(twice, nil)) {
			t.Errorf("%q became %q and then %q", text, twice, thrice)
		}
	})
}

func sameRecord(was, is record, isCSV bool) (bool, string) {
	switch {
	case was.reason == rows.ReasonMalformed && !isCSV:
		return strings.Contains(is.cells["_raw"], was.raw), "raw"
	case was.reason == rows.ReasonRagged && was.short: // filled up
		return isCSV, "reason"
	case was.reason == rows.ReasonUTF8 && is.reason == "": // it was in an earlier report, which is ignored
		return isCSV && reflect.DeepEqual(was.cells, is.cells), "cells"
	case !isCSV && was.reason != "": // which of its faults is found first is all the same
		return is.reason != "", "reason"
	case was.reason != is.reason:
		return false, "reason"
	case was.reason == "":
		return reflect.DeepEqual(was.cells, is.cells), "cells"
	}
	return true, ""
}

// FuzzReceipt writes any line and reads it again by the standard library and as
// input.
func FuzzReceipt(f *testing.F) {
	f.Add("people.csv", "ada@example.com", "delete", "accepted", int64(1))
	f.Add("a,b\n\"c\".csv", "=1+1", "\xff", " ", int64(-1))
	f.Add("", "\r\n\"", "'", "\\.", int64(1<<62))
	f.Add("\x1b[2J", "\u2028", "-", "\t", int64(0))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, input, identifier, operation, verdict string, row int64) {
		path := filepath.Join(dir, "receipt.csv")
		os.Remove(path)
		r := Receipt{growing: growing{path: path}, identifiers: ClearIdentifiers}
		line := ReceiptLine{Input: input, Row: row, Match: "id", Operation: operation, Verdict: verdict, Requested: testTime.Format(time.RFC3339Nano)}
		for range 2 { // the header once
			r.Add(line, []byte(identifier))
			if err := r.Flush(); err != nil {
				t.Fatal(err)
			}
		}
		r.Close()
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{Inert(input), Inert(identifier), operation, verdict}
		records, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
		if err != nil || len(records) != 3 {
			t.Fatalf("%q: %v, %d records", data, err, len(records))
		}
		for _, r := range records[1:] {
			got := []string{r[0], r[3], r[4], r[5]}
			if strings.Join(got, "\x00") != strings.ReplaceAll(strings.Join(want, "\x00"), "\r\n", "\n") { // so encoding/csv reads quotes
				t.Errorf("%q was read as %q", want, got)
			}
		}
		in, err := rows.Open(path, rows.Options{Format: rows.CSV, Delimiter: ',', Encoding: charset.UTF8})
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		var b rows.Block
		if err := in.Next(&b, 10, 1<<20); err != nil || b.Len() != 2 {
			t.Fatalf("%q: %v, %d rows", data, err, b.Len())
		}
		c := in.Parser(nil).Row(&b, 1).Cells
		if got := []string{string(c[0].Text), string(c[3].Text), string(c[4].Text), string(c[5].Text)}; !reflect.DeepEqual(got, want) {
			t.Errorf("%q was read as %q", want, got)
		}
	})
}
