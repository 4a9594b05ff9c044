package convert

import (
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/rows"
)

// A rule alone converts: no mapping and no YAML is needed.
func TestAppend(t *testing.T) {
	t.Parallel()
	text := func(s string) rows.Cell { return rows.Cell{Kind: rows.Text, Text: []byte(s)} }
	for _, tt := range []struct {
		name    string
		rule    Rule
		cell    rows.Cell
		want    string
		problem string
	}{
		{"text", Rule{}, text(" Ada "), `" Ada "`, ""},
		{"trimmed", Rule{Trim: true, Upper: true}, text(" Ada "), `"ADA"`, ""},
		{"replaced", Rule{Values: map[string][]byte{"y": []byte("1")}, Type: Boolean}, text(" y "), "true", ""},
		{"integer", Rule{Type: Integer, Thousands: Marks("’")}, text("1'234"), "1234", ""},
		{"number of JSONL", Rule{Type: Number, Decimal: ','}, rows.Cell{Kind: rows.Number, Text: []byte("1.5")}, "1.5", ""},
		{"default", Rule{Default: []byte("7"), Type: Integer}, text(" "), "7", ""},
		{"omitted", Rule{Type: Integer}, text(""), "", ""},
		{"cleared", Rule{Empty: Clear}, rows.Cell{Kind: rows.Null}, `""`, ""},
		{"absent", Rule{Empty: Clear}, rows.Cell{}, "", ""},
		{"rejected", Rule{Empty: Reject}, text(""), "", EmptyProblem},
		{"list", Rule{Type: List, Separator: "|", Trim: true}, text("a | b"), `["a","b"]`, ""},
		{"date", Rule{Type: Time, Timestamp: Timestamp{Layout: "%d.%m.%Y", Zone: time.UTC}}, text("31.12.2025"), "1767139200", ""},
		{"nested", Rule{Type: Integer}, rows.Cell{Kind: rows.JSON, Text: []byte("[1]")}, "", `"[1]" is not of type integer`},
		{"too long", Rule{}, text("12345678901"), "", "the value is 11 bytes; the limit is 10"},
	} {
		if err := tt.rule.Compile(); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		got, problem := New(time.Time{}, 10).Append(nil, &tt.rule, tt.cell)
		if problem != tt.problem || problem == "" && string(got) != tt.want {
			t.Errorf("%s: %s %s, want %s %s", tt.name, got, problem, tt.want, tt.problem)
		}
	}
}
