package draft

import (
	"encoding/csv"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// early are the first records after the header, as a title before the real header
// makes them.
type early struct {
	records []string
	lines   []int // on which they begin
}

// maxTitle bounds how many rows a title may have.
const maxTitle = 20

// add notes a record, also one that the header does not fit.
func (e *early) add(in *rows.Input, r *rows.Row) {
	if in.Format == rows.CSV && !in.NoHeader && r.Number <= maxTitle && int(r.Number) == len(e.records)+1 {
		e.records, e.lines = append(e.records, string(r.Raw)), append(e.lines, int(r.Line))
	}
}

// header returns the row of the header after a title, counted from 1 with blank ones,
// or 0 where the first row seems to be the header.
func (e *early) header(in *rows.Input) int {
	if len(in.Top) > 0 { // a record of a sheet ends with the title's columns
		e.records, e.lines = nil, nil
		for _, r := range in.Top {
			e.records, e.lines = append(e.records, r.Record), append(e.lines, r.Number)
		}
	}
	for _, delimiter := range string(in.Delimiter) + ";\t,|" {
		if row := e.headerBy(in, delimiter); row > 0 {
			return row
		}
	}
	return 0
}

// headerBy looks for names with twice as many cells as the title, and as many as the
// row after them.
func (e *early) headerBy(in *rows.Input, delimiter rune) int {
	title := 0
	for _, c := range in.Columns {
		if c.Name != "" {
			title++
		}
	}
	for i := range max(len(e.records)-1, 0) {
		cells, next := filled(e.records[i], delimiter), filled(e.records[i+1], delimiter)
		few := 2
		if delimiter != rune(in.Delimiter) {
			few = 3 // a comma in text is common
		}
		if len(cells) >= max(2*title, few) && len(next) <= len(cells) && 2*len(next) >= len(cells) && areNames(cells) {
			return e.lines[i]
		}
	}
	return 0
}

// filled returns the cells of a record that are not empty.
func filled(record string, delimiter rune) []string {
	text := csv.NewReader(strings.NewReader(record))
	text.Comma, text.LazyQuotes = delimiter, true
	cells, _ := text.Read() // what cannot be read has no cells
	return slices.DeleteFunc(cells, func(cell string) bool { return strings.TrimSpace(cell) == "" })
}

// areNames reports whether texts can be names of columns: different, and not values.
func areNames(texts []string) bool {
	seen := make(map[string]bool)
	for _, text := range texts {
		name := []byte(strings.TrimSpace(text))
		if seen[string(name)] || len(name) > 60 || convert.IsNumber(name) || convert.ValueKind(name) != "" {
			return false
		}
		seen[string(name)] = true
	}
	return true
}
