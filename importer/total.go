package importer

import (
	"bytes"

	"github.com/ciobulk/ciobulk/rows"
)

// totalWords are what rows of totals say, in lower case.
var totalWords = [...]string{
	"total", "totals", "grand total", "sum", "summe", "gesamt", "gesamtsumme", "insgesamt", "somme", "total général", "totale", "totale generale",
	"suma", "total general", "soma", "totaal", "totalt", "celkem", "razem", "итого", "всего", "合計", "总计", "总和",
}

// fewestColumns is how many columns a table has in which a row with one cell is odd.
const fewestColumns = 3

// looksLikeTotal reports whether the last row of a table looks like one of totals, or
// like a line below the table, and not like a row of data.
func looksLikeTotal(row *rows.Row) bool {
	if row.Number < 2 || row.Odd != rows.Ordinary {
		return false
	}
	filled := 0
	for _, cell := range row.Cells {
		text := bytes.TrimSpace(cell.Text)
		if cell.Kind != rows.Text || len(text) == 0 {
			continue
		}
		filled++
		text = bytes.ToLower(bytes.TrimRight(text, ": "))
		for _, word := range totalWords {
			if string(text) == word {
				return true
			}
		}
	}
	return filled == 1 && len(row.Cells) >= fewestColumns
}
