package ui

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// Widths beyond which the table shortens what it shows; JSON has all.
const (
	mostSource = 60
	mostValue  = 100
)

// Explained is how one row is converted, with what runs recorded of it.
type Explained struct {
	mapping.Explanation
	Input    string
	Verbs    []string // that a run may have been recorded with
	StateDir string   // where runs are recorded
	Verdicts []runs.Verdict
}

// String returns the row for people.
func (e Explained) String() string {
	var b strings.Builder
	what := map[mapping.Outcome]string{mapping.Send: "would be sent", mapping.Filtered: "would be filtered", mapping.Rejected: "would be rejected"}[e.Outcome]
	if e.Action != "" {
		what = fmt.Sprintf("%s, %s", e.Action, what)
	}
	fmt.Fprintf(&b, "%s:%d (row %s): %s\n", rows.Printable(e.Input), e.Line, Grouped(e.Row), what)
	if r := e.Rejection; e.Outcome == mapping.Rejected {
		fmt.Fprintf(&b, "  %s\n", reasonText(r.Reason, r.Field, r.Message, ""))
	}
	if e.NotRow != "" {
		fmt.Fprintf(&b, "  it is not a row: %s\n", e.NotRow)
	}
	for _, c := range e.Conditions {
		if e.Outcome == mapping.Filtered && !c.Holds && c.Problem == "" {
			fmt.Fprintf(&b, "  where is false: %s\n", rows.Printable(c.Text))
		}
	}
	if e.Record != "" {
		fmt.Fprintf(&b, "  the record  %s\n", Short(strconv.Quote(e.Record), 1000))
	}
	if lines := e.lines(); len(lines) > 0 {
		b.WriteString("\n" + tabulated(lines))
	}
	if len(e.Unsent) > 0 {
		b.WriteString("\n  not sent:\n")
		var lines [][3]string
		for _, u := range e.Unsent {
			lines = append(lines, [3]string{columnName(u.Column), shownValue(u.Cell), u.Why})
		}
		b.WriteString(tabulated(lines))
	}
	b.WriteString("\n")
	if e.Operation != nil {
		fmt.Fprintf(&b, "  %s\n", SafeJSON(string(e.Operation)))
	}
	if limits := e.limits(); len(limits) > 0 {
		fmt.Fprintf(&b, "  %s\n", strings.Join(limits, "; "))
	}
	if e.Live {
		b.WriteString("  it can start campaigns: it is younger than 72 hours or has no timestamp\n")
	}
	e.records(&b)
	return b.String()
}

// tabulated sets lines of three cells. A long name has a line of its own.
func tabulated(lines [][3]string) string {
	t := Table{Indent: 2, MostFirst: 24}
	for _, l := range lines {
		t.Add(l[0], l[1], l[2])
	}
	return t.String()
}

// lines are the conditions and the parts: a line for where a value comes from, and
// one for each step from there.
func (e Explained) lines() (lines [][3]string) {
	for _, c := range e.Conditions {
		result := strconv.FormatBool(c.Holds)
		if c.Problem != "" {
			result = "rejected: " + rows.Printable(c.Problem)
		}
		lines = append(lines, [3]string{"where", Short(rows.Printable(c.Text), mostSource), result})
	}
	for _, p := range e.Parts {
		lines = append(lines, partLines(p)...)
	}
	return lines
}

func partLines(p mapping.Part) (lines [][3]string) {
	called := rows.Printable(p.Name)
	if p.Role == mapping.MatchPart {
		called = "match " + called
	}
	lines = append(lines, [3]string{called, partSource(p), shownValue(p.Cell)})
	switch {
	case p.Source == mapping.FromExpr && p.Cell.Kind == rows.Absent:
		lines[0][2] = "" // it fails
	case p.Source == mapping.FromConstant, p.Source == mapping.Derived:
		lines[0][2] = Short(SafeJSON(p.JSON), mostValue)
		return lines
	}
	for _, s := range p.Steps {
		lines = append(lines, [3]string{"", rows.Printable(s.Name), shownValue(s.Value)})
	}
	shown := Short(SafeJSON(p.JSON), mostValue)
	last := &lines[len(lines)-1]
	switch as := Short(rows.Printable(p.As), mostSource); {
	case p.Problem != "":
		lines = append(lines, [3]string{"", as, "rejected: " + Short(rows.Printable(p.Problem), 3*mostValue)})
	case p.JSON == "":
		lines = append(lines, [3]string{"", as, "not sent"})
	case p.Time != "":
		lines = append(lines, [3]string{"", as, fmt.Sprintf("%s (%s)", shown, p.Time)})
	case last[2] == shown && (as == "" || as == "text" || as == "unchanged" || as == "identifier"):
		// it is sent as it appears there
	default:
		lines = append(lines, [3]string{"", as, shown})
	}
	return lines
}

func partSource(p mapping.Part) string {
	switch p.Source {
	case mapping.FromConstant:
		return "a constant"
	case mapping.Derived:
		return "derived from the row and the file"
	case mapping.FromExpr:
		return "expr " + Short(rows.Printable(p.From), mostSource)
	case mapping.FromRest:
		return columnName(p.From) + ", rest: keep"
	}
	return columnName(p.From)
}

func columnName(of string) string { return "column " + Short(strconv.Quote(of), mostSource) }

// shownValue shows a cell: text in quotes, so that spaces show, and numbers without.
func shownValue(v mapping.Value) string {
	switch v.Kind {
	case rows.Absent:
		return "(none)"
	case rows.Null:
		return "null"
	case rows.Text:
		return Short(strconv.Quote(v.Text), mostValue)
	}
	return Short(SafeJSON(v.Text), mostValue)
}

// limits says how close a row is to the service's limits.
func (e Explained) limits() (words []string) {
	of := func(n, most int, what string) string {
		return fmt.Sprintf("%s of %s %s", Grouped(int64(n)), Grouped(int64(most)), what)
	}
	if e.Operation != nil && e.Action != mapping.Member {
		words = append(words, of(len(e.Operation), customerio.MaxOperation, "bytes"))
	}
	largest := mapping.Part{}
	count := 0
	for _, p := range e.Parts {
		switch most := identifierLimits[p.Name]; {
		case p.JSON == "":
		case p.Role == mapping.MatchPart && most > 0:
			words = append(words, p.Name+" "+of(p.Size(), most, "bytes"))
		case p.Role == mapping.NamePart:
			words = append(words, "name "+of(p.Size(), customerio.MaxEventName, "bytes"))
		case p.Role == mapping.AttributePart:
			if count++; p.Size() >= largest.Size() {
				largest = p
			}
		}
	}
	if count > 0 && e.Action == mapping.Upsert { // an event has only the limit of the whole
		words = append(words, of(count, customerio.MaxAttributes, "attributes"),
			fmt.Sprintf("the largest, %s, %s", Short(rows.Printable(largest.Name), mostSource), of(largest.Size(), customerio.MaxAttributeValue, "bytes")))
	}
	return words
}

var identifierLimits = map[string]int{"id": customerio.MaxID, "cio_id": customerio.MaxID, "email": customerio.MaxAttributeValue}

// records says what runs recorded of the row.
func (e Explained) records(b *strings.Builder) {
	if len(e.Verdicts) == 0 {
		fmt.Fprintf(b, "  no run of %s on this file is recorded in %s\n", strings.Join(e.Verbs, " or "), e.StateDir)
	}
	for _, v := range e.Verdicts {
		of := ""
		if v.RetryOf != "" {
			of = ", a retry of " + v.RetryOf
		}
		fmt.Fprintf(b, "  run %s%s: %s\n", v.Run, of, verdictText(v))
	}
}

func verdictText(v runs.Verdict) string {
	text := v.Verdict
	if v.Reason != "" || v.Message != "" {
		text += ", " + reasonText(v.Reason, v.Field, v.Message, v.Status)
	}
	if v.Changed != "" {
		text += "; " + v.Changed
	}
	return text
}

func reasonText(reason, field, message, status string) string {
	text := strings.TrimSpace(reason + " " + rows.Printable(field))
	if status != "" {
		text += fmt.Sprintf(" (%s)", status)
	}
	return strings.TrimPrefix(text+": "+rows.Printable(message), ": ")
}
