package runs

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// No cell of a receipt begins like a formula, and all others are as they were.
func TestReceiptIsInert(t *testing.T) {
	t.Parallel()
	r := Receipt{growing: growing{path: filepath.Join(t.TempDir(), "receipt.csv")}, identifiers: ClearIdentifiers}
	for text, want := range map[string]string{
		"=cmd|' /C calc'!A0": "'=cmd|' /C calc'!A0", "+4915112345678": "'+4915112345678", "-1": "'-1", "@SUM(1)": "'@SUM(1)", "\t=1": "'\t=1", "\x1a": "'\x1a", "\ufeffx.csv": "'\ufeffx.csv",
		"ada@example.com": "ada@example.com", "00123": "00123", " =1": " =1", "": "", "'x": "'x",
	} {
		if got := Inert(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
		r.Add(ReceiptLine{Input: text, Match: "id", Operation: "delete", Verdict: "accepted"}, []byte(text))
	}
	must(t, r.Flush())
	r.Close()
	data, err := os.ReadFile(r.path)
	must(t, err)
	records, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil || len(records) != 13 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	for _, record := range records[1:] {
		for _, cell := range record {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
				t.Errorf("a cell is %q", cell)
			}
		}
	}
}
