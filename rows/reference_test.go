package rows

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/internal/jsontext"
)

// checkCSV compares with encoding/csv. The differences, all of them wanted:
//
//   - \r\n inside quotes stays; encoding/csv makes it \n.
//   - A quote that is never closed is an error, on the line on which it opens,
//     and no record; encoding/csv reports a broken record that takes the rest.
//   - A record that is not UTF-8 is broken; encoding/csv hands it out. The
//     cells are the same. (Ragged ones are alike: it is told to accept them.)
//   - Open drops a byte order mark; encoding/csv keeps it. Not so here, where
//     the text does not go through Open.
//
// Records that encoding/csv gives up with ErrBareQuote or ErrQuote are the
// malformed ones, and both go on at the same record.
func checkCSV(t testing.TB, delimiter byte, text string) {
	t.Helper()
	want, unclosed := standardCSV(delimiter, text)
	in := stream(CSV, delimiter, strings.NewReader(text))
	var b Block
	err := in.Next(&b, 1<<20, 1<<30)
	var got []string
	for i := range b.Len() {
		r := in.Parser(nil).Row(&b, i)
		if r.Broken.Reason == ReasonMalformed {
			got = append(got, fmt.Sprintf("%d malformed", r.Line))
			continue
		}
		checkPlain(t, r)
		s := fmt.Sprint(r.Line)
		for _, c := range r.Cells {
			s += fmt.Sprintf(" %q", strings.ReplaceAll(string(c.Text), "\r\n", "\n"))
		}
		got = append(got, s)
	}
	compare(t, fmt.Sprintf("%q by %q", text, delimiter), got, want)
	if err == nil || errors.Is(err, io.EOF) {
		err = in.Next(&b, 1, 1)
	}
	e, failed := errors.AsType[*Error](err)
	if failed != (unclosed != nil) {
		t.Fatalf("%q by %q: error %v, encoding/csv %v", text, delimiter, err, unclosed)
	}
	if failed && (e.Line < int64(unclosed.StartLine) || e.Line > int64(unclosed.Line)) {
		t.Errorf("%q by %q: error %v, encoding/csv %v", text, delimiter, err, unclosed)
	}
}

// standardCSV returns the records that encoding/csv finds, and the error about
// a quote that is never closed.
func standardCSV(delimiter byte, text string) (records []string, unclosed *csv.ParseError) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord = rune(delimiter), -1
	for {
		start := r.InputOffset()
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return records, nil
		}
		if e, ok := errors.AsType[*csv.ParseError](err); ok {
			if errors.Is(err, csv.ErrQuote) && closes(delimiter, text[start:]) {
				return records, e
			}
			records = append(records, fmt.Sprintf("%d malformed", e.StartLine))
			continue
		}
		line, _ := r.FieldPos(0)
		s := fmt.Sprint(line)
		for _, cell := range cells {
			s += fmt.Sprintf(" %q", cell)
		}
		records = append(records, s)
	}
}

// closes reports whether the first record of text is sound once a quote is
// added at its end: so ErrQuote about a quote that is never closed is told
// from the one about text after a closing quote.
func closes(delimiter byte, text string) bool {
	r := csv.NewReader(strings.NewReader(text + "\"\n"))
	r.Comma = rune(delimiter)
	_, err := r.Read()
	return err == nil
}

// checkJSONL compares the rows of text's lines with encoding/json.
func checkJSONL(t testing.TB, text string) {
	t.Helper()
	in := stream(JSONL, 0, strings.NewReader(text))
	var b Block
	if err := in.Next(&b, 1<<20, 1<<30); err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	p, i := in.Parser(nil), 0
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if strings.Trim(line, " \t\r") == "" {
			continue
		}
		r := p.Row(&b, i)
		i++
		want, ok := standardObject([]byte(line))
		if ok != (r.Broken == nil) {
			t.Fatalf("%q: accepted by the reference: %t, here %+v", line, ok, r.Broken)
		}
		if ok {
			checkPlain(t, r)
			compare(t, line, members(p, r), want)
		}
	}
	if i != b.Len() {
		t.Fatalf("%q: %d rows, want %d", text, b.Len(), i)
	}
}

// checkPlain: what a row calls plain can be copied into a JSON string.
func checkPlain(t testing.TB, r *Row) {
	t.Helper()
	for _, c := range r.Cells {
		if quoted := jsontext.AppendString(nil, c.Text); r.Plain && c.Kind == Text && string(quoted) != `"`+string(c.Text)+`"` {
			t.Errorf("%q is not plain, as its row says: %s", c.Text, quoted)
		}
	}
}

func members(p *Parser, r *Row) (list []string) {
	present := 0
	for _, c := range r.Cells {
		if c.Kind != Absent {
			present++
		}
	}
	for _, column := range r.Order {
		c := r.Cells[column]
		list = append(list, fmt.Sprintf("%q %d %q", p.Columns()[column].Name, c.Kind, c.Text))
	}
	if present != len(r.Order) {
		list = append(list, "cells that are not in the order")
	}
	return list
}

// standardObject lists names, kinds and values of an object that is a row.
func standardObject(line []byte) (list []string, ok bool) {
	if !standardValid(line) || bytes.TrimLeft(line, " \t\r")[0] != '{' {
		return nil, false
	}
	d, seen := json.NewDecoder(bytes.NewReader(line)), make(map[string]bool)
	d.Token() // {
	for d.More() {
		token, _ := d.Token()
		name, value := token.(string), json.RawMessage(nil)
		if err := d.Decode(&value); err != nil || seen[name] {
			return nil, false
		}
		seen[name] = true
		kind, text := standardValue(value)
		list = append(list, fmt.Sprintf("%q %d %q", name, kind, text))
	}
	return list, true
}

func standardValue(value json.RawMessage) (Kind, string) {
	switch value[0] {
	case '"':
		var text string
		json.Unmarshal(value, &text)
		return Text, text
	case '{', '[':
		return JSON, string(value)
	case 't', 'f':
		return Boolean, string(value)
	case 'n':
		return Null, "null"
	}
	return Number, string(value)
}

// standardValid is what ValidJSON accepts: what encoding/json does, but only
// in UTF-8, without half surrogate pairs, and of no more than jsontext.MaxDepth levels.
func standardValid(text []byte) bool {
	return json.Valid(text) && utf8.Valid(text) && !halfPairs(text) && levels(text) <= jsontext.MaxDepth
}

var (
	escapes    = regexp.MustCompile(`\\(?:u[0-9a-fA-F]{4}|.)`)
	jsonString = regexp.MustCompile(`"(?:\\.|[^"\\])*"`)
)

// halfPairs reports whether JSON holds a surrogate without its other half.
func halfPairs(text []byte) bool {
	var high rune
	end := -1 // of the high surrogate
	for _, m := range escapes.FindAllIndex(text, -1) {
		var r rune
		fmt.Sscanf(string(text[m[0]:m[1]]), `\u%x`, &r)
		switch paired := end == m[0]; {
		case paired && utf16.DecodeRune(high, r) == utf8.RuneError, !paired && end >= 0:
			return true
		case paired:
			end = -1
		case utf16.IsSurrogate(r):
			high, end = r, m[1]
		}
	}
	return end >= 0
}

// levels returns how deep arrays and objects nest in JSON.
func levels(text []byte) (deepest int) {
	depth := 0
	for _, c := range jsonString.ReplaceAll(text, nil) {
		switch c {
		case '[', '{':
			depth++
			deepest = max(deepest, depth)
		case ']', '}':
			depth--
		}
	}
	return deepest
}

func TestAgainstEncodingCSV(t *testing.T) {
	t.Parallel()
	for i := range len(delimiters) {
		for _, text := range nastyCSV {
			for n := range len(text) + 1 {
				checkCSV(t, delimiters[i], text[:n])
				checkCSV(t, delimiters[i], text[n:])
			}
		}
		for _, c := range csvCases {
			checkCSV(t, delimiters[i], c.text)
		}
	}
}

func FuzzCSV(f *testing.F) {
	for i := range len(delimiters) {
		for _, text := range nastyCSV {
			f.Add(text, delimiters[i])
		}
		for _, c := range csvCases {
			f.Add(c.text, delimiters[i])
		}
	}
	f.Fuzz(func(t *testing.T, text string, delimiter byte) {
		if formatOf(delimiter) == CSV {
			checkCSV(t, delimiter, text)
		}
	})
}

func TestAgainstEncodingJSON(t *testing.T) {
	t.Parallel()
	for _, text := range nastyJSONL {
		for n := range len(text) + 1 {
			checkJSONL(t, text[:n])
			checkJSONL(t, text[n:])
		}
	}
	for _, c := range jsonlCases {
		checkJSONL(t, c.text)
	}
}

func FuzzJSONL(f *testing.F) {
	for _, text := range nastyJSONL {
		f.Add(text)
	}
	for _, c := range jsonlCases {
		if len(c.text) < 1000 {
			f.Add(c.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) { checkJSONL(t, text) })
}

func checkValid(t testing.TB, text []byte) {
	t.Helper()
	if got, want := jsontext.Valid(text), standardValid(text); got != want {
		t.Errorf("%q is valid: %t, want %t", text, got, want)
	}
}

var jsonTexts = []string{
	"", " ", "{}", " [] ", "\n1\r\n", "0", "-0", "00", "-", "1.", ".1", "1.0e+9", "1e", "1E-", "1e5.0", "+1", "0x1", "Infinity",
	`""`, `"`, `"\`, `"\"`, `"\u`, `"\u00`, `"\u00e9"`, `"\u00E"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ude00\ud83d"`, `"\ud83d\n"`,
	`"\\ud83d"`, `"\ud83d\\ude00"`, "\"\x1f\"", "\"\x7f\"", "\"\xff\"", "\xff", "\"\u2028\"", "\ufeff1", "1\x00",
	"true", "tru", "trues", "nul", "null ", "false,", "[1,]", "[,1]", "[1 2]", "[1,2]", "[", "]", "{", "}", "[}", "{]",
	`{"a":1}`, `{"a":1,}`, `{"a"}`, `{"a":}`, `{a:1}`, `{1:1}`, `{"a":1,"a":2}`, `{"a":{"b":[]}}`, `{"a":1}{}`, `"a""b"`, "1 2",
	strings.Repeat("[", 99), strings.Repeat("[", jsontext.MaxDepth) + strings.Repeat("]", jsontext.MaxDepth),
	strings.Repeat("[", jsontext.MaxDepth) + "1" + strings.Repeat("]", jsontext.MaxDepth), strings.Repeat("[", jsontext.MaxDepth+1) + strings.Repeat("]", jsontext.MaxDepth+1),
}

func TestValidJSON(t *testing.T) {
	t.Parallel()
	for _, text := range jsonTexts {
		checkValid(t, []byte(text))
	}
	for _, c := range jsonlCases {
		if len(c.text) < 1000 {
			checkValid(t, []byte(c.text))
		}
	}
}

func FuzzValidJSON(f *testing.F) {
	for _, text := range jsonTexts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkValid(t, text) })
}
