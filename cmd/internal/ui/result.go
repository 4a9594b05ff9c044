package ui

import (
	"fmt"
	"strings"

	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/ciobulk/ciobulk/runs"
)

// Result is the end of a run in words. Summary is what it came to; the rest is what
// the summary does not say.
type Result struct {
	Summary  *runs.Summary
	Forecast *importer.Forecast // of a dry run
	Rate     float64            // requests a second that the run may send
	Removed  bool               // people left the segment; otherwise they joined it
	Events   bool               // rows are events, of which a person may have many
	Proof    *ReadBack          // nil: people were not read back
	Hints    []string           // about the reasons
	Next     []string           // what to do now, a line each
	Paint    Paint
}

// maxReasonLines bounds how many reasons are printed; the summary has them all.
const maxReasonLines = 12

// String returns the table: the ledger, cost, reasons, and what to do next.
func (r Result) String() string {
	var b strings.Builder
	r.ledger(&b)
	r.cost(&b)
	r.details(&b)
	r.reasons(&b)
	r.forecast(&b)
	if r.Proof != nil {
		r.Proof.after(&b)
	}
	if len(r.Next) > 0 {
		b.WriteString("\n" + strings.Join(r.Next, "\n") + "\n")
	}
	return r.Paint.ledger(Safe(b.String()), r.Summary.Rejected, r.Summary.Unknown)
}

func (r Result) ledger(b *strings.Builder) {
	s := r.Summary
	t := Table{Right: []bool{false, true}, Min: []int{12, 11}}
	for i, line := range ledgerLines(s) {
		if i > 0 {
			line.name = "  " + line.name
		}
		t.Add(line.name, Grouped(line.n))
	}
	b.WriteString(t.String())
	if odd := oddRows(s.Odd); odd != "" {
		fmt.Fprintf(b, "%s\n", odd)
	}
	for _, note := range s.Notes {
		fmt.Fprintf(b, "%s\n", note)
	}
	if s.Shard != "" {
		fmt.Fprintf(b, "shard %s; %s of other shards not counted\n", s.Shard, Counted(s.OtherShards, "row"))
	}
}

// ledgerLine is a verdict and how many rows have it.
type ledgerLine struct {
	name string
	n    int64
}

// ledgerLines are all rows, and then the verdicts.
func ledgerLines(s *runs.Summary) []ledgerLine {
	return []ledgerLine{
		{"rows", s.Rows}, {"accepted", s.Accepted}, {"rejected", s.Rejected}, {"filtered", s.Filtered},
		{"unchanged", s.Unchanged}, {"duplicates", s.Duplicates}, {"unknown", s.Unknown},
	}
}

// oddRows says which records were not ordinary rows; empty if all were.
func oddRows(odd rows.OddCounts) string {
	var said []string
	for i, n := range []int64{odd.Headers, odd.Rulers, odd.Empty, odd.Ends} {
		if n > 0 {
			said = append(said, Counted(n, []string{"repeated header", "ruler", "empty row", "Ctrl-Z mark"}[i])+" filtered")
		}
	}
	if odd.Marks > 0 {
		said = append(said, "a byte order mark removed from "+Counted(odd.Marks, "row"))
	}
	return strings.Join(said, ", ")
}

func (r Result) cost(b *strings.Builder) {
	s := r.Summary
	if s.DryRun {
		fmt.Fprintf(b, "nothing was sent; a run sends %s (%s), which takes %s at %g requests/s\n",
			Counted(s.Requests, "request"), Size(s.Bytes), AtLeast(float64(s.Requests)/r.Rate), r.Rate)
		return
	}
	fmt.Fprintf(b, "%s, %s rows/s; %s (%s), %s\n", Took(s.Seconds), Grouped(int64(s.RowsPerSecond)),
		Counted(s.Requests, "request"), Counted(s.Retries, "retry"), Size(s.Bytes))
}

// details are what only some verbs have.
func (r Result) details(b *strings.Builder) {
	s := r.Summary
	if s.Resent > 0 {
		fmt.Fprintf(b, "at most %s were sent twice, because the run was killed; that has no effect\n", Counted(s.Resent, "row"))
	}
	if s.Triggers > 0 {
		fmt.Fprintf(b, "%s can start campaigns: they are younger than 72 hours or have no timestamp; --no-triggers leaves them out\n",
			Counted(s.Triggers, "event"))
	}
	if s.Segment != nil {
		r.segment(b, s.Segment)
	}
	if s.Sync != nil {
		synced(b, s.Sync)
	}
	if s.ReceiptFile != "" {
		fmt.Fprintf(b, "receipt: %s\n  SHA-256 %s\n", s.ReceiptFile, s.ReceiptSHA256)
	}
	if len(s.Replaced) > 0 {
		d := s.Replaced[0]
		fmt.Fprintf(b, "duplicates: for example %s:%d (row %s), replaced by %s\n", d.Input, d.Line, Grouped(d.Row), d.By)
	}
}

// synced says how a segment was made equal to the file.
func synced(b *strings.Builder, r *runs.SyncResult) {
	fmt.Fprintf(b, "people: %s in both, %s only in the file, %s only in the segment; %s removed\n",
		Grouped(r.Same), Grouped(r.Add), Grouped(r.Extra), Grouped(r.Removed))
	if r.Kept != "" {
		fmt.Fprintf(b, "no one was removed: %s\n", r.Kept)
	}
	if r.NotRemoved > 0 {
		fmt.Fprintf(b, "%s could not be removed\n", Counted(r.NotRemoved, "person"))
	}
	notFound(b, r.NotFound, r.NotFoundFile)
}

// notFound says whom a file names who is not there.
func notFound(b *strings.Builder, n int64, file string) {
	if n > 0 {
		match := "match"
		if n == 1 {
			match = "matches"
		}
		fmt.Fprintf(b, "%s of the file %s no one: %s\n", Counted(n, "identifier"), match, file)
	}
}

// segment says how the segment has changed.
func (r Result) segment(b *strings.Builder, c *runs.SegmentChange) {
	name := fmt.Sprintf("segment %d", c.ID)
	if c.Name != "" {
		name += fmt.Sprintf(", %q", c.Name)
	}
	if c.Before == nil || c.After == nil || c.NoChange == nil {
		fmt.Fprintf(b, "%s: cannot determine how many ids matched a person (no App API key, or the run was resumed)\n", name)
		return
	}
	fmt.Fprintf(b, "%s: %s before, %s after\n", name, Grouped(*c.Before), Grouped(*c.After))
	if *c.NoChange > 0 {
		already := "were in it already"
		if r.Removed {
			already = "were not in it"
		}
		fmt.Fprintf(b, "  %s changed nothing: they match no one, %s, or appear twice\n", Counted(*c.NoChange, "id"), already)
	}
	if c.NotFound != nil {
		notFound(b, *c.NotFound, c.NotFoundFile)
	}
}

func (r Result) reasons(b *strings.Builder) {
	all := r.Summary.Reasons
	if len(all) == 0 {
		return
	}
	verdict := "not accepted"
	if r.Summary.DryRun {
		verdict = "would be rejected"
	}
	fmt.Fprintf(b, "\n%s:\n", verdict)
	t := Table{Right: []bool{true}, Min: []int{8}}
	for _, reason := range all[:min(len(all), maxReasonLines)] {
		t.Add(Grouped(reason.Count), why(reason), fmt.Sprintf("%s:%d (row %s)", reason.Input, reason.Line, Grouped(reason.Row)))
	}
	b.WriteString(t.String())
	if more := len(all) - maxReasonLines; more > 0 {
		fmt.Fprintf(b, "          … and %s, see summary.json\n", Counted(int64(more), "more reason"))
	}
	for _, hint := range r.Hints {
		fmt.Fprintf(b, "          %s\n", hint)
	}
}

// why names a reason: the word for it, the field, the status of the answer.
func why(r runs.Reason) string {
	text := strings.TrimSpace(rows.Printable(r.Reason + " " + r.Field))
	if r.Status > 0 {
		text += fmt.Sprintf(" (%d)", r.Status)
	}
	return text
}
