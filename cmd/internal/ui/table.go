package ui

import (
	"strings"

	"github.com/rivo/uniseg"
)

// Table sets lines of cells in columns. The zero value is a table of left-aligned
// columns, two spaces apart.
type Table struct {
	Indent int    // spaces before each line
	Right  []bool // by column: it is aligned to the right
	Min    []int  // by column: it is at least as wide
	// MostFirst is how wide a cell of the first column may be for others to be set
	// beside it: a longer one has a line of its own. 0: any width.
	MostFirst int

	lines [][]string
}

// Add adds a line. Lines may have fewer cells than others.
func (t *Table) Add(cells ...string) { t.lines = append(t.lines, cells) }

// String returns the lines, each with its end.
func (t *Table) String() string {
	widths := t.widths()
	var b strings.Builder
	for _, line := range t.lines {
		if len(line) > 0 && t.long(line[0]) {
			b.WriteString(strings.Repeat(" ", t.Indent) + line[0] + "\n")
			line = append([]string{""}, line[1:]...)
		}
		b.WriteString(t.line(line, widths) + "\n")
	}
	return b.String()
}

func (t *Table) line(cells []string, widths []int) string {
	var b strings.Builder
	b.WriteString(strings.Repeat(" ", t.Indent))
	for i, cell := range cells {
		if i > 0 {
			b.WriteString("  ")
		}
		pad := strings.Repeat(" ", max(widths[i]-Width(cell), 0))
		if i < len(t.Right) && t.Right[i] {
			cell, pad = pad, cell
		}
		b.WriteString(cell + pad)
	}
	return strings.TrimRight(b.String(), " ")
}

func (t *Table) widths() (widths []int) {
	for _, line := range t.lines {
		for i, cell := range line {
			if i == len(widths) {
				widths = append(widths, 0)
				if i < len(t.Min) {
					widths[i] = t.Min[i]
				}
			}
			if i > 0 || !t.long(cell) {
				widths[i] = max(widths[i], Width(cell))
			}
		}
	}
	return widths
}

func (t *Table) long(first string) bool { return t.MostFirst > 0 && Width(first) > t.MostFirst }

// Width is how many columns of a terminal text takes, as Unicode has it: an East
// Asian letter takes two, an accent none.
func Width(text string) int {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return uniseg.StringWidth(text)
		}
	}
	return len(text) // printable ASCII, which most text is
}

// ShortLeft cuts the beginning of text that is wider than a number of columns of a terminal.
func ShortLeft(text string, most int) string {
	if Width(text) <= most {
		return text
	}
	for state := -1; text != "" && Width(text) >= most; {
		_, text, _, state = uniseg.FirstGraphemeClusterInString(text, state)
	}
	return "…" + text
}
