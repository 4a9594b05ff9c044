package mapping

import (
	"strings"
	"testing"

	"github.com/ciobulk/ciobulk/rows"
)

// An error in a workbook's cell rejects its row only where the cell is used, and the
// mapping can replace it.
func TestFaultyCells(t *testing.T) {
	t.Parallel()
	const na = `error_cell attributes.x: column "x": holds the error #N/A`
	for _, c := range []struct{ mapping, cells, want string }{
		{"attributes: {y: y}", "1,#N/A,b", `"y":"b"`},
		{"attributes: {x: x}", "1,#N/A,b", na},
		{"rest: keep", "1,#N/A,b", na},
		{"attributes: {x: {column: x, values: {'#N/A': none}}}", "1,#N/A,b", `"x":"none"`},
		{"attributes: {x: {column: x, values: {'#N/A': ''}}}", "1,#N/A,b", ``},
		{"attributes: {x: {column: x, values: {'#REF!': ''}}}", "1,#N/A,b", na},
		{"attributes: {x: {column: x, default: free}}", "1,#DIV/0!,b", `"x":"free"`},
		{"attributes: {x: {column: x, type: integer}}", "1,#GETTING_DATA,b", `error_cell attributes.x: column "x": has a formula without a stored value; open the workbook in a spreadsheet and save it`},
		{"attributes: {z: {expr: 'y + \"!\"'}}", "1,#N/A,b", `"z":"b!"`},
		{"attributes: {z: {expr: 'x + y'}}", "1,#N/A,b", `error_cell: column "x": holds the error #N/A`},
		{"where: 'x != \"q\"'", "1,#VALUE!,b", `error_cell: column "x": holds the error #VALUE!`},
		{"attributes: {y: y}", "#REF!,a,b", `error_cell identifiers.id: column "id": holds the error #REF!`},
		{"match: [{id: id}, {email: x}]", "#REF!,a@example.org,b", `error_cell identifiers.id: column "id": holds the error #REF!`},
		{"match: [{email: x}, {id: id}]\nattributes: {y: y}", "#REF!,a@example.org,b", `"y":"b"`},
		{"attributes: {x: {column: x, type: timestamp, layout: excel, zone: UTC}}", "1,#NUM!,b", `error_cell attributes.x: column "x": holds the error #NUM!`},
	} {
		text := "id,x,y," + strings.Join(rows.ReportColumns, ",") + "\n" + c.cells + ",1,2,people.xlsx,invalid,f,m,\n"
		match := "match: {id: id}\n"
		if strings.HasPrefix(c.mapping, "match") {
			match = "" // its own
		}
		got := mapRows(t, parse(t, match+c.mapping+"\n"), text)
		if s := got[0].String(); s != c.want {
			t.Errorf("%s of %s: %s\nwant %s", c.mapping, c.cells, s, c.want)
		}
	}
}

// Dates that a workbook shows and the mapping sends as text are noted.
func TestDateNote(t *testing.T) {
	t.Parallel()
	in, err := rows.Open("-", rows.Options{Stdin: strings.NewReader("id,a,b,c\n")})
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	in.DateColumns = []bool{false, true, true, false}
	for text, want := range map[string]string{
		"attributes: {a: a, c: c}":                   `"a"`,
		"rest: keep":                                 `"a", "b"`,
		"attributes: {b: {column: b, type: string}}": `"b"`,
		"attributes: {a: {column: a, type: timestamp, layout: excel, zone: UTC}}": "",
	} {
		p, err := parse(t, "match: {id: id}\n"+text+"\n").Bind(in)
		if err != nil {
			t.Fatal(err)
		}
		notes := strings.Join(p.Notes, "\n")
		if _, after, found := strings.Cut(notes, "such as 2025-12-31: "); found != (want != "") || found && !strings.HasPrefix(after, want+";") {
			t.Errorf("%s: %s", text, notes)
		}
	}
}
