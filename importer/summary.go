package importer

import (
	"time"

	"github.com/ciobulk/ciobulk/runs"
)

// summaryOf returns what the run has come to.
func summaryOf(s *settler) *runs.Summary {
	c := s.state
	sum := &runs.Summary{
		Ledger: c.Ledger, OtherShards: c.OtherShards, Odd: c.Odd, Notes: s.found.Notes(), Requests: c.Requests, Retries: c.Retries, Bytes: c.Bytes, Seconds: c.Seconds,
		Verb: s.im.Verb, DryRun: s.im.Sender == nil, Workspace: c.Work.Workspace, Resumed: c.Resumed, Resent: c.Resent,
		Triggers: c.Triggers, Replaced: c.Replaced, RejectedFile: s.rejected.Path(),
		StartedAt: c.StartedAt, FinishedAt: time.Now().UTC(), Reasons: append([]runs.Reason{}, c.Reasons...), Inputs: []string{},
	}
	if s.im.Forecast != nil {
		sum.Plan = s.im.Forecast
	}
	if s.im.Changed != nil {
		sum.Changes = &s.im.Changed.Counts
	}
	if c.Seconds > 0 {
		sum.RowsPerSecond = float64(c.Rows) / c.Seconds
	}
	for _, source := range s.im.Sources {
		sum.Inputs = append(sum.Inputs, source.Input.Path)
	}
	if s.im.Shard.Count > 1 {
		sum.Shard = s.im.Shard.String()
	}
	if s.im.Run != nil {
		sum.Run = s.im.Run.Name
	}
	if s.receipt != nil {
		sum.ReceiptFile, sum.ReceiptSHA256 = s.receipt.Path(), c.ReceiptFile.SHA256
	}
	return sum
}
