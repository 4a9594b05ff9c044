package main

import (
	"regexp"

	"github.com/ciobulk/ciobulk/rows"
)

// lines are the parts of a text that one line or column of it has.
var lines = regexp.MustCompile(`[^\n\t]+`)

// tame keeps what others wrote, such as the name of a file or a column, from moving
// the cursor of a terminal or changing its colours. Lines and tabs stay.
func tame(text string) string { return lines.ReplaceAllStringFunc(text, rows.Printable) }
