package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/rows"
)

// Widths beyond which the table shortens what it shows; JSON has all.
const (
	mostSource = 60
	mostValue  = 100
)

// printText prints one row for people.
func (x *explainer) printText(e *explained) error {
	var b strings.Builder
	what := map[mapping.Outcome]string{mapping.Send: "would be sent", mapping.Filtered: "would be filtered", mapping.Rejected: "would be rejected"}[e.Outcome]
	if e.Action != "" {
		what = fmt.Sprintf("%s, %s", e.Action, what)
	}
	fmt.Fprintf(&b, "%s:%d (row %s): %s\n", rows.Printable(x.input.Name), e.Line, grouped(e.Row), what)
	if r := e.Rejection; e.Outcome == mapping.Rejected {
		fmt.Fprintf(&b, "  %s\n", refusal{r.Reason, r.Field, r.Message, ""})
	}
	for _, c := range e.Conditions {
		if e.Outcome == mapping.Filtered && !c.Holds && c.Problem == "" {
			fmt.Fprintf(&b, "  where is false: %s\n", rows.Printable(c.Text))
		}
	}
	if e.Record != "" {
		fmt.Fprintf(&b, "  the record  %s\n", short(strconv.Quote(e.Record), 1000))
	}
	if lines := e.lines(); len(lines) > 0 {
		b.WriteString("\n")
		tabulate(&b, lines)
	}
	if len(e.Unsent) > 0 {
		b.WriteString("\n  not sent:\n")
		var lines [][3]string
		for _, u := range e.Unsent {
			lines = append(lines, [3]string{columnName(u.Column), shownValue(u.Cell), u.Why})
		}
		tabulate(&b, lines)
	}
	b.WriteString("\n")
	if e.Operation != nil {
		fmt.Fprintf(&b, "  %s\n", escaped(string(e.Operation)))
	}
	if limits := e.limits(); len(limits) > 0 {
		fmt.Fprintf(&b, "  %s\n", strings.Join(limits, "; "))
	}
	if e.Live {
		b.WriteString("  it can start campaigns, being younger than 72 hours or without a time\n")
	}
	x.records(&b, e)
	_, err := fmt.Fprint(x.out, b.String())
	return err
}

// lines are the conditions and the parts: a line for where a value comes from, and
// one for each step from there.
func (e *explained) lines() (lines [][3]string) {
	for _, c := range e.Conditions {
		result := strconv.FormatBool(c.Holds)
		if c.Problem != "" {
			result = "rejected: " + rows.Printable(c.Problem)
		}
		lines = append(lines, [3]string{"where", short(rows.Printable(c.Text), mostSource), result})
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
		lines[0][2] = short(escaped(p.JSON), mostValue)
		return lines
	}
	for _, s := range p.Steps {
		lines = append(lines, [3]string{"", rows.Printable(s.Name), shownValue(s.Value)})
	}
	shown := short(escaped(p.JSON), mostValue)
	last := &lines[len(lines)-1]
	switch as := short(rows.Printable(p.As), mostSource); {
	case p.Problem != "":
		lines = append(lines, [3]string{"", as, "rejected: " + short(rows.Printable(p.Problem), 3*mostValue)})
	case p.JSON == "":
		lines = append(lines, [3]string{"", as, "not sent"})
	case p.Moment != "":
		lines = append(lines, [3]string{"", as, fmt.Sprintf("%s (%s)", shown, p.Moment)})
	case last[2] == shown && (as == "" || as == "text" || as == "as it stands" || as == "identifier"):
		// it is sent as it stands there
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
		return "expr " + short(rows.Printable(p.From), mostSource)
	case mapping.FromRest:
		return columnName(p.From) + ", rest: keep"
	}
	return columnName(p.From)
}

func columnName(of string) string { return "column " + short(strconv.Quote(of), mostSource) }

// shownValue shows a cell: text in quotes, so that spaces show, and numbers without.
func shownValue(v mapping.Value) string {
	switch v.Kind {
	case rows.Absent:
		return "(none)"
	case rows.Null:
		return "null"
	case rows.Text:
		return short(strconv.Quote(v.Text), mostValue)
	}
	return short(escaped(v.Text), mostValue)
}

// limits tells how near a row is to the service's limits.
func (e *explained) limits() (words []string) {
	of := func(n, most int, what string) string {
		return fmt.Sprintf("%s of %s %s", grouped(int64(n)), grouped(int64(most)), what)
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
		case p.Role == mapping.NamePart && e.Action == mapping.Event:
			words = append(words, "name "+of(p.Size(), customerio.MaxEventName, "bytes"))
		case p.Role == mapping.AttributePart:
			if count++; p.Size() >= largest.Size() {
				largest = p
			}
		}
	}
	if count > 0 {
		words = append(words, of(count, customerio.MaxAttributes, "attributes"),
			fmt.Sprintf("the largest, %s, %s", short(rows.Printable(largest.Name), mostSource), of(largest.Size(), customerio.MaxAttributeValue, "bytes")))
	}
	return words
}

var identifierLimits = map[string]int{"id": customerio.MaxID, "cio_id": customerio.MaxID, "email": customerio.MaxAttributeValue}

// records tells what runs recorded of the row.
func (x *explainer) records(b *strings.Builder, e *explained) {
	if len(e.verdicts) == 0 {
		fmt.Fprintf(b, "  no run of %s on this file is recorded in %s\n", strings.Join(x.names, " or "), x.c.String("state-dir"))
	}
	for _, v := range e.verdicts {
		of := ""
		if v.RetryOf != "" {
			of = ", a retry of " + v.RetryOf
		}
		fmt.Fprintf(b, "  run %s%s: %s\n", v.Run, of, v)
	}
}

func (v verdict) String() string {
	text := v.Verdict
	if v.Reason != "" || v.Message != "" {
		text += ", " + refusal{v.Reason, v.Field, v.Message, v.Status}.String()
	}
	if v.Changed != "" {
		text += "; " + v.Changed
	}
	return text
}

func (r refusal) String() string {
	text := strings.TrimSpace(r.reason + " " + rows.Printable(r.field))
	if r.status != "" {
		text += fmt.Sprintf(" (%s)", r.status)
	}
	return strings.TrimPrefix(text+": "+rows.Printable(r.message), ": ")
}
