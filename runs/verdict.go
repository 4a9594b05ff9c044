package runs

import (
	"path/filepath"
	"strings"

	"github.com/ciobulk/ciobulk/rows"
)

// last returns what a run recorded, or the newest of its retries that took up the
// row.
func (h *History) last(p past, row Row, wanted map[int64]bool, origin string) Verdict {
	v := h.verdict(p, row, wanted, origin)
	if v.Reason == "" {
		return v
	}
	path, err := filepath.Abs(p.RejectedPath())
	if err != nil {
		return v
	}
	for _, r := range h.retries[rows.Printable(path)] {
		if r.Finished() && r.Checkpoint.Work.Class.Takes(v.Reason) && !r.elsewhere(row) {
			again := h.last(r, row, wanted, origin)
			again.RetryOf = p.Name
			return again
		}
	}
	return v
}

// verdict returns what the run itself recorded of a row.
func (h *History) verdict(p past, row Row, wanted map[int64]bool, origin string) Verdict {
	v := Verdict{Run: p.Name, Changed: p.changed}
	if same := p.Checkpoint.Work.Mapping == h.mapping; !same && v.Changed == "" {
		v.Changed = "the mapping, the match field or the condition was different"
	}
	if v.Verdict = p.reach(row.Number); v.Verdict != "" {
		return v
	}
	refused, err := h.refusals(p, wanted, origin)
	if err != nil {
		v.Verdict, v.Message = NotKnown, err.Error()
		return v
	}
	r, is := refused[row.Number]
	if !is {
		v.Verdict = p.unrefused(row, v.Changed == "" && !p.isRetry())
		return v
	}
	v.Verdict, v.Reason, v.Field, v.Message, v.Status = "rejected", r.Reason, r.Field, r.Message, r.Status
	if r.Reason == rows.ReportUnknown {
		v.Verdict = "unknown"
	}
	return v
}

// refusals reads what a run's rejected file says of the rows that are judged.
func (h *History) refusals(p past, wanted map[int64]bool, origin string) (map[int64]Refused, error) {
	if found, is := h.refused[p.Name]; is {
		return found, nil
	}
	if len(p.Recipe.From()) == 1 {
		origin = "" // the rows need not name it
	}
	found := make(map[int64]Refused)
	err := p.Run.EachRefused(func(r Refused) {
		if wanted[r.Row] && (origin == "" || r.Input == origin) {
			found[r.Row] = r
		}
	})
	h.refused[p.Name] = found
	return found, err
}

// reach says why the run has no verdict on a row of the input, or "".
func (p past) reach(row int64) string {
	c := p.Checkpoint
	switch beyond := p.source > c.Position.Source || p.source == c.Position.Source && row > c.Position.Row; {
	case p.isRetry(): // its rows have other places
		return ""
	case p.source == 0 && row <= c.Work.Skip, beyond && p.Finished():
		return NotLookedAt
	case beyond:
		return NotSettled
	case p.source > 0 && c.Work.Skip > 0:
		return NotKnown // it may have been skipped
	}
	return ""
}

// unrefused is the verdict on a settled row that the rejected file does not have, as
// far as the ledger says; or else the mapping, if the run had the same.
func (p past) unrefused(row Row, same bool) string {
	c := p.Checkpoint
	certain := same && !c.Work.NoTriggers && c.Work.Class == "" && c.Duplicates == 0
	var may []string
	for _, verdict := range []struct {
		n    int64
		name string
	}{{c.Accepted, "accepted"}, {c.Filtered, "filtered"}, {c.Duplicates, "duplicate"}, {c.Unchanged, "unchanged"}} {
		switch {
		case verdict.n == 0:
		case certain && verdict.name == row.Would:
			return verdict.name
		default:
			may = append(may, verdict.name)
		}
	}
	if may == nil {
		return NotKnown
	}
	return strings.Join(may, " or ")
}
