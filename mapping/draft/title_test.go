package draft

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/ciobulk/ciobulk/rows"
)

// A title above the header of a sheet is noticed too, although it has fewer columns than
// the rows.
func TestDraftTitleOfSheet(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cells map[string]any
		want  string
	}{
		"a title":          {map[string]any{"A1": "Members", "A3": "Nr", "B3": "Mail", "C3": "Town", "A4": 7, "B4": "a@b.de", "C4": "Ulm", "A5": 8, "B5": "c@d.de", "C5": "Bonn"}, "the header seems to be in row 3, after a title: draft again with 3"},
		"two, with gaps":   {map[string]any{"B2": "Export", "B4": "of June", "B7": "code", "C7": "mail", "B8": "x1", "C8": "a@b.de"}, "the header seems to be in row 7, after a title: draft again with 7"},
		"a header":         {map[string]any{"A1": "id", "B1": "mail", "A2": "x1", "B2": "a@b.de", "A3": "x2", "B3": "c@d.de"}, ""},
		"one stray column": {map[string]any{"A1": "id", "A2": "x1", "A3": "x2", "D3": "note"}, ""},
	} {
		f := excelize.NewFile()
		for cell, v := range c.cells {
			if err := f.SetCellValue("Sheet1", cell, v); err != nil {
				t.Fatal(err)
			}
		}
		path := filepath.Join(t.TempDir(), "book.xlsx")
		if err := f.SaveAs(path); err != nil {
			t.Fatal(err)
		}
		in, err := rows.Open(path, rows.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		d, err := Draft(in, Options{Advice: Advice{Header: func(row int) string { return "draft again with " + string(rune('0'+row)) }}})
		if err != nil {
			t.Fatal(err)
		}
		if got := string(d.YAML); !strings.Contains(got, c.want) || c.want == "" && strings.Contains(got, "after a title") {
			t.Errorf("%s:\n%s", name, got)
		}
	}
}
