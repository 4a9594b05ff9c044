package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// Rows that a filter hides are not destroyed before someone has decided so; other
// verbs read them, and say how many there are.
func TestHiddenRowsAskForAChoice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := excelize.NewFile()
	defer f.Close()
	for cell, text := range map[string]string{"A1": "id", "A2": "a1", "A3": "a2", "A4": "a3"} {
		if err := f.SetCellValue("Sheet1", cell, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SetRowVisible("Sheet1", 3, false); err != nil {
		t.Fatal(err)
	}
	if err := f.SaveAs(filepath.Join(dir, "people.xlsx")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"upsert people.xlsx --match id --simulate", exitDone, "1 of 3 rows is hidden in the sheet (by a filter?) and is read too"},
		{"delete people.xlsx --match id --simulate --yes --expect 3", exitUsage, "hint: leave them out: --hidden-rows skip; or include them: --hidden-rows include"},
		{"suppress people.xlsx --match id --simulate --yes --expect 3", exitUsage, "the sheet hides 1 row, which suppress would reach"},
		{"delete people.xlsx --match id --simulate --yes --expect 3 --hidden-rows include", exitDone, "accepted              3"},
		{"delete people.xlsx --match id --simulate --yes --expect 2 --hidden-rows skip", exitDone, "accepted              2"},
		{"segment sync people.xlsx --match id --segment Newsletter --create --simulate", exitUsage, "the sheet hides 1 row, which segment sync would reach"},
		{"segment sync people.xlsx --match id --segment Newsletter --create --simulate --hidden-rows skip", exitRejected, "rows                    2"},
		{"delete people.xlsx --match id --simulate --hidden-rows some", exitUsage, "it is include or skip"},
	} {
		cmd := exec.CommandContext(t.Context(), "ciobulk", strings.Fields(c.args)...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if code := exitCode(t, err); code != c.code || !strings.Contains(string(out), c.want) {
			t.Errorf("%s: exit code %d, want %d and %s\n%s", c.args, code, c.code, c.want, out)
		}
	}
}
