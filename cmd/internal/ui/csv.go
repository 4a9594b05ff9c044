package ui

import (
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// CSV returns lines of cells as CSV. No cell can move the cursor of a terminal, or is a
// formula to a spreadsheet.
func CSV(lines [][]string) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	for _, line := range lines {
		safe := make([]string, len(line))
		for i, cell := range line {
			safe[i] = runs.Inert(rows.Printable(cell))
		}
		_ = w.Write(safe) // a strings.Builder takes everything
	}
	w.Flush()
	return b.String()
}

// CSV returns the ledger and the reasons, one a line.
func (r Result) CSV() string {
	s := r.Summary
	lines := [][]string{{"verdict", "rows", "reason", "field", "status", "input", "line", "row"}}
	for _, l := range ledgerLines(s) {
		lines = append(lines, []string{l.name, fmt.Sprint(l.n), "", "", "", "", "", ""})
	}
	for _, reason := range s.Reasons {
		status := ""
		if reason.Status > 0 {
			status = fmt.Sprint(reason.Status)
		}
		lines = append(lines, []string{"reason", fmt.Sprint(reason.Count), reason.Reason, reason.Field, status, reason.Input, fmt.Sprint(reason.Line), fmt.Sprint(reason.Row)})
	}
	return CSV(lines)
}

// ExplainedHeader is the first line of what (Explained).CSV returns.
var ExplainedHeader = []string{"input", "line", "row", "outcome", "part", "name", "source", "column", "cell", "json", "problem"}

// CSV returns the row as lines without a header: one for each part of the operation.
func (e Explained) CSV() string {
	start := []string{e.Input, fmt.Sprint(e.Line), fmt.Sprint(e.Row), outcomes[e.Outcome]}
	var lines [][]string
	add := func(cells ...string) { lines = append(lines, append(append([]string{}, start...), cells...)) }
	if e.Outcome == mapping.Rejected {
		add("rejection", e.Rejection.Field, "", "", "", "", e.Rejection.Reason+": "+e.Rejection.Message)
	}
	for _, p := range e.Parts {
		add(p.Role, p.Name, p.Source, p.From, p.Cell.Text, p.JSON, p.Problem)
	}
	for _, u := range e.Unsent {
		add("not sent", "", "", u.Column, u.Cell.Text, "", u.Why)
	}
	return CSV(lines)
}

// outcomes are the words for what becomes of a row, for programs.
var outcomes = map[mapping.Outcome]string{mapping.Send: "send", mapping.Filtered: "filtered", mapping.Rejected: "rejected"}
