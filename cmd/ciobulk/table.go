package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/importer"
	"github.com/ciobulk/ciobulk/rows"
)

// table is the end of a run in words.
type table struct {
	summary *importer.Summary
	session *session
	end     *exitError
}

// maxReasonLines bounds how many reasons are printed; the summary has them all.
const maxReasonLines = 12

func (t table) text() string {
	var b strings.Builder
	t.ledger(&b)
	t.cost(&b)
	t.besides(&b)
	t.reasons(&b)
	t.forecast(&b)
	t.next(&b)
	return b.String()
}

func (t table) ledger(b *strings.Builder) {
	s := t.summary
	fmt.Fprintf(b, "%-12s %12s\n", "rows", grouped(s.Rows))
	for _, line := range []struct {
		name string
		n    int64
	}{
		{"accepted", s.Accepted}, {"rejected", s.Rejected}, {"filtered", s.Filtered},
		{"unchanged", s.Unchanged}, {"duplicates", s.Duplicates}, {"unknown", s.Unknown},
	} {
		fmt.Fprintf(b, "  %-10s %12s\n", line.name, grouped(line.n))
	}
	if s.Shard != "" {
		fmt.Fprintf(b, "shard %s; %s of other shards not counted\n", s.Shard, counted(s.OtherShards, "row"))
	}
}

func (t table) cost(b *strings.Builder) {
	s := t.summary
	if s.DryRun {
		rate := t.session.rate()
		fmt.Fprintf(b, "nothing was sent; it would be %s in %s, %s at %g a second\n",
			counted(s.Requests, "request"), size(s.Bytes), atLeast(float64(s.Requests)/rate), rate)
		return
	}
	fmt.Fprintf(b, "%v, %s rows/s; %s (%s) in %s\n", rounded(s.Seconds), grouped(int64(s.RowsPerSecond)),
		counted(s.Requests, "request"), counted(s.Retries, "retry"), size(s.Bytes))
}

// besides tells what only some verbs have.
func (t table) besides(b *strings.Builder) {
	s := t.summary
	if s.Resent > 0 {
		fmt.Fprintf(b, "%s at most may have been sent more than once, because the run was killed; that does no harm\n", counted(s.Resent, "row"))
	}
	if s.Triggers > 0 {
		fmt.Fprintf(b, "%s can start campaigns, being younger than 72 hours or without a time; --no-triggers filters them\n",
			counted(s.Triggers, "event"))
	}
	if c := s.Segment; c != nil {
		t.segment(b, c)
	}
	if s.ReceiptFile != "" {
		fmt.Fprintf(b, "the receipt is %s\n  SHA-256 %s\n", s.ReceiptFile, s.ReceiptSHA256)
	}
	if len(s.Replaced) > 0 {
		r := s.Replaced[0]
		fmt.Fprintf(b, "duplicates: %s:%d (row %s) gave way to %s\n", r.Input, r.Line, grouped(r.Row), r.By)
	}
}

// segment tells what became of the segment.
func (t table) segment(b *strings.Builder, c *importer.SegmentChange) {
	name := fmt.Sprintf("segment %d", c.ID)
	if c.Name != "" {
		name += fmt.Sprintf(", %q", c.Name)
	}
	if c.Before == nil || c.After == nil || c.NoChange == nil {
		fmt.Fprintf(b, "%s: how many ids matched somebody is not known (App API key missing, or the run was resumed)\n", name)
		return
	}
	fmt.Fprintf(b, "%s: %s before, %s after\n", name, grouped(*c.Before), grouped(*c.After))
	if *c.NoChange > 0 {
		already := "were in it already"
		if t.session.verb.remove {
			already = "were not in it"
		}
		fmt.Fprintf(b, "  %s changed nothing: they match nobody, %s, or stand twice\n", counted(*c.NoChange, "id"), already)
	}
}

func (t table) reasons(b *strings.Builder) {
	if len(t.summary.Reasons) == 0 {
		return
	}
	verdict := "not accepted"
	if t.summary.DryRun {
		verdict = "would be rejected"
	}
	fmt.Fprintf(b, "\n%s:\n", verdict)
	shown := t.summary.Reasons[:min(len(t.summary.Reasons), maxReasonLines)]
	width := 0
	for _, r := range shown {
		width = max(width, len(why(r)))
	}
	for _, r := range shown {
		fmt.Fprintf(b, "%8s  %-*s  %s:%d (row %s)\n", grouped(r.Count), width, why(r), r.Input, r.Line, grouped(r.Row))
	}
	if slices.ContainsFunc(t.summary.Reasons, func(r importer.Reason) bool { return r.Reason == rows.ReasonUTF8 }) {
		b.WriteString("          is the file of another encoding? name it: --encoding windows-1252\n")
	}
	if more := len(t.summary.Reasons) - len(shown); more > 0 {
		fmt.Fprintf(b, "          … and %s, see summary.json\n", counted(int64(more), "more reason"))
	}
}

// why names a reason: the service's word for it, the field, the answer's status.
func why(r importer.Reason) string {
	text := strings.TrimSpace(rows.Printable(r.Reason + " " + r.Field))
	if r.Status > 0 {
		text += fmt.Sprintf(" (%d)", r.Status)
	}
	return text
}

// next prints what the user may want to do now.
func (t table) next(b *strings.Builder) {
	if file := t.rejectedFile(); file != "" {
		fmt.Fprintf(b, "\nthe rows are in %s\n", file)
		again := t.summary.Run != "" && t.end.code == exitRejected
		if t.session.retried == nil && !(again && t.session.mapping.Events()) {
			fmt.Fprintf(b, "mend them there, then: %s\n", t.mendedCommand(file))
			if again {
				fmt.Fprintf(b, "or send them as they are: %s\n", t.retryCommand())
			}
		} else if again { // events keep their ids only so
			fmt.Fprintf(b, "mend them in the run's own rejected file, or not, then: %s\n", t.retryCommand())
		}
	}
	if t.summary.Run == "" {
		return
	}
	switch t.end.code {
	case exitInterrupted, exitBroken, exitUnavailable, exitBudget:
		if t.session.inputsAreOthers() {
			fmt.Fprintf(b, "\nto begin again: %s\n", t.againCommand("--restart"))
			return
		}
		fmt.Fprintf(b, "\nto go on: %s\n", t.againCommand("--resume"))
	}
}

func (t table) rejectedFile() string {
	if t.summary.RejectedFile != "" && t.session.c.String("rejected") != "" {
		return t.session.c.String("rejected")
	}
	return t.summary.RejectedFile
}

// mendedCommand is the call that sends a mended rejected file.
func (t table) mendedCommand(file string) string {
	c := t.session.c
	words := append(append([]string{"ciobulk"}, strings.Fields(t.session.verb.name)...), file)
	for _, flag := range []string{"mapping", "match", "segment", "where", "event-ids", "workspace", "receipt-identifiers", "state-dir", "credentials"} {
		if c.IsSet(flag) {
			words = append(words, "--"+flag, fmt.Sprint(c.Value(flag)))
		}
	}
	// The file of rejected rows is UTF-8, has a header, and is CSV or JSONL: what
	// told how to read the input does not fit any more.
	if c.IsSet("format") {
		words = append(words, "--format", string(t.session.job.Sources[0].Input.Format))
	}
	if c.IsSet("delimiter") && t.session.job.Sources[0].Input.Format == rows.CSV {
		words = append(words, "--delimiter", c.String("delimiter"))
	}
	for _, flag := range []string{"no-triggers", "simulate"} {
		if c.Bool(flag) {
			words = append(words, "--"+flag)
		}
	}
	return shellLine(words)
}

// retryCommand is the call that sends the rows again that were not accepted.
func (t table) retryCommand() string {
	words := append([]string{"ciobulk", "retry", t.summary.Run}, t.stateDir()...)
	if t.session.c.Bool("simulate") {
		words = append(words, "--simulate")
	}
	return shellLine(words)
}

func (t table) stateDir() []string {
	if !t.session.c.IsSet("state-dir") {
		return nil
	}
	return []string{"--state-dir", t.session.c.String("state-dir")}
}

// againCommand is the present call with --resume or --restart.
func (t table) againCommand(flag string) string {
	words := []string{"ciobulk"}
	for _, arg := range t.session.args[1:] {
		if arg != "--restart" && arg != "--resume" {
			words = append(words, arg)
		}
	}
	return shellLine(append(words, flag))
}

// shellLine joins words so that a shell splits them again.
func shellLine(words []string) string {
	for i, w := range words {
		if escaped := rows.Printable(w); escaped != w {
			words[i] = dollarQuoted(w)
			continue
		}
		if w == "" || strings.ContainsAny(w, " \t\n'\"\\$`*?[](){}<>|&;#~!") {
			words[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

// dollarQuoted writes a word byte by byte, where it is no plain text, for shells
// that know $'…'.
func dollarQuoted(word string) string {
	var b strings.Builder
	for i := range len(word) {
		switch c := word[i]; {
		case c == '\'' || c == '\\':
			b.WriteString("\\" + string(rune(c)))
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return "$'" + b.String() + "'"
}

func counted(n int64, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if stem, ok := strings.CutSuffix(what, "person"); ok {
		return grouped(n) + " " + stem + "people"
	}
	if stem, ok := strings.CutSuffix(what, "y"); ok {
		what = stem + "ie"
	}
	return grouped(n) + " " + what + "s"
}

// size writes bytes in the unit that suits them.
func size(n int64) string {
	value, unit := float64(n), "bytes"
	for _, u := range []string{"kB", "MB", "GB", "TB"} {
		if value < 1000 {
			break
		}
		value, unit = value/1000, u
	}
	if unit == "bytes" {
		return counted(n, "byte")
	}
	return fmt.Sprintf("%.1f %s", value, unit)
}

func rounded(seconds float64) time.Duration {
	d := time.Duration(seconds * float64(time.Second))
	if d > time.Minute {
		return d.Round(time.Second)
	}
	return d.Round(time.Millisecond)
}

func atLeast(seconds float64) string {
	if seconds < 1 {
		return "under a second"
	}
	return "at least " + rounded(seconds).String()
}
