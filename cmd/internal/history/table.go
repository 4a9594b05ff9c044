package history

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/cmd/internal/ui"
	"github.com/ciobulk/ciobulk/rows"
)

// column is one of the table of runs.
type column struct {
	head  string
	right bool
	least int // it may be cut to as much from the left; 0: it is whole
	drop  int // the lowest is left out first where the table is too wide; 0: never
	cell  func(listed) string
}

// columnsOf are those that the runs need. The workspace is one where there are several.
func columnsOf(all []listed) []column {
	of := []column{
		{head: "STARTED", cell: func(r listed) string { return minute(r.Started) }},
		{head: "VERB", drop: 4, cell: func(r listed) string { return rows.Printable(r.Verb) }},
		{head: "INPUT", least: 8, drop: 5, cell: listed.input},
		{head: "ROWS", right: true, cell: func(r listed) string { return ui.Grouped(max(r.Rows, r.Exported)) }},
		{head: "ACCEPTED", right: true, drop: 1, cell: func(r listed) string { return r.ofRows(r.Accepted) }},
		{head: "REJECTED", right: true, drop: 2, cell: func(r listed) string { return r.ofRows(r.Rejected) }},
	}
	known := slices.DeleteFunc(slices.Clone(all), func(r listed) bool { return r.Workspace == 0 })
	if slices.ContainsFunc(known, func(r listed) bool { return r.Workspace != known[0].Workspace }) {
		of = append(of, column{head: "WORKSPACE", right: true, drop: 3, cell: listed.workspace})
	}
	return of
}

// input is the first of the files that a run reads, or the one that an export writes, and
// how many more there are.
func (r listed) input() string {
	if len(r.Inputs) == 0 {
		return ""
	}
	text := rows.Printable(r.Inputs[0])
	if more := len(r.Inputs) - 1; more > 0 {
		text += fmt.Sprintf(" +%d", more)
	}
	return text
}

// workspace is the id of the workspace, where that is known.
func (r listed) workspace() string {
	if r.Workspace == 0 {
		return ""
	}
	return strconv.FormatInt(r.Workspace, 10)
}

// ofRows is a number of rows, which exports do not have.
func (r listed) ofRows(n int64) string {
	if strings.HasPrefix(r.Verb, "export") {
		return ""
	}
	return ui.Grouped(n)
}

// table lists the runs for people, on a terminal of a number of columns. After the line of a run
// are its name with how it ended, and the command that goes on with it. These are never
// cut, so that they can be copied.
func table(all []listed, width int) string {
	columns := columnsOf(all)
	cells, widths := make([][]string, len(columns)), make([]int, len(columns))
	for i, c := range columns {
		widths[i] = ui.Width(c.head)
		for _, r := range all {
			cells[i] = append(cells[i], c.cell(r))
			widths[i] = max(widths[i], ui.Width(cells[i][len(cells[i])-1]))
		}
	}
	shown, cut := fit(columns, widths, width)
	t := ui.Table{}
	var line []string
	for _, i := range shown {
		t.Right = append(t.Right, columns[i].right)
		line = append(line, columns[i].head)
	}
	t.Add(line...)
	for at := range all {
		line = nil
		for _, i := range shown {
			cell := cells[i][at]
			if columns[i].least > 0 {
				cell = ui.ShortLeft(cell, cut)
			}
			line = append(line, cell)
		}
		t.Add(line...)
	}
	return withNames(all, strings.SplitAfter(t.String(), "\n"), width)
}

// fit chooses the columns that width has room for, and how wide the one is that may be
// cut.
func fit(columns []column, widths []int, width int) (shown []int, cut int) {
	for i := range columns {
		shown = append(shown, i)
	}
	for {
		whole, least, first := -2, -2, -1
		for _, i := range shown {
			whole += 2 + widths[i]
			least += 2 + widths[i]
			if c := columns[i]; c.least > 0 {
				least -= max(widths[i]-c.least, 0)
				cut = widths[i]
			}
			if d := columns[i].drop; d > 0 && (first < 0 || d < columns[first].drop) {
				first = i
			}
		}
		if least <= width || first < 0 {
			return shown, cut - max(whole-width, 0)
		}
		shown = slices.DeleteFunc(shown, func(i int) bool { return i == first })
	}
}

// withNames adds the names of runs, how these ended and what to do to the lines of a
// table, the first of which is its head.
func withNames(all []listed, lines []string, width int) string {
	names, endings := ui.Width("RUN"), ui.Width("ENDED")
	for _, r := range all {
		endings = max(endings, ui.Width(r.Ending))
	}
	for _, r := range all { // a name that is too long does not move the endings of others
		if n := ui.Width(rows.Printable(r.Run)); n+endings+4 <= width {
			names = max(names, n)
		}
	}
	name := func(run, ended string) string {
		between := strings.Repeat(" ", max(names-ui.Width(run), 0)+2)
		if ui.Width(run)+ui.Width(ended)+4 > width {
			between = "\n  "
		}
		return "  " + run + between + ended + "\n"
	}
	var b strings.Builder
	b.WriteString(lines[0] + name("RUN", "ENDED"))
	for i, r := range all {
		b.WriteString(lines[i+1] + name(rows.Printable(r.Run), r.Ending))
		if r.Next != "" {
			b.WriteString("  " + ui.Safe(r.Next) + "\n")
		}
	}
	return b.String()
}
