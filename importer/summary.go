package importer

import (
	"encoding/json"
	"path/filepath"
	"time"
)

// Summary is what a run came to.
type Summary struct {
	Ledger
	Shard         string         `json:"shard,omitempty"`        // such as 2/8
	OtherShards   int64          `json:"other_shards,omitempty"` // rows of the inputs that other shards have
	Requests      int64          `json:"requests"`
	Retries       int64          `json:"retries"`
	Bytes         int64          `json:"bytes"`   // of request bodies
	Seconds       float64        `json:"seconds"` // of work, all resumes together
	RowsPerSecond float64        `json:"rows_per_second"`
	ExitCode      int            `json:"exit_code"`
	Verb          string         `json:"verb"`
	DryRun        bool           `json:"dry_run,omitempty"`
	Inputs        []string       `json:"inputs"`
	Workspace     int64          `json:"workspace"`
	Region        string         `json:"region,omitempty"`
	Resumed       int            `json:"resumed"`
	Resent        int64          `json:"resent_at_most,omitempty"` // rows that may have been sent more than once
	StartedAt     time.Time      `json:"started_at"`
	FinishedAt    time.Time      `json:"finished_at"`
	Run           string         `json:"run,omitempty"`           // the run directory's name
	RejectedFile  string         `json:"rejected_file,omitempty"` // empty where there is none
	ReceiptFile   string         `json:"receipt_file,omitempty"`
	ReceiptSHA256 string         `json:"receipt_sha256,omitempty"`
	Triggers      int64          `json:"triggers,omitempty"` // events that may start campaigns
	Replaced      []Replaced     `json:"replaced,omitempty"` // examples of duplicates
	Segment       *SegmentChange `json:"segment,omitempty"`
	Reasons       []Reason       `json:"reasons"`
	Plan          *Forecast      `json:"plan,omitempty"`  // of a dry run
	Error         string         `json:"error,omitempty"` // why the run broke off
}

// SegmentChange is what a run did to a segment. The counts are the service's, and
// nil where it was not asked or did not tell.
type SegmentChange struct {
	ID     int64  `json:"id"`
	Name   string `json:"name,omitempty"`
	Before *int64 `json:"count_before,omitempty"`
	After  *int64 `json:"count_after,omitempty"`
	// NoChange is how many accepted ids changed nothing: they match nobody, or
	// somebody who was in the segment already (when adding) or was not (when
	// removing), or stand twice.
	NoChange *int64 `json:"no_change,omitempty"`
}

func (s *settler) summary() *Summary {
	c := s.state
	sum := &Summary{
		Ledger: c.Ledger, OtherShards: c.OtherShards, Requests: c.Requests, Retries: c.Retries, Bytes: c.Bytes, Seconds: c.Seconds,
		Verb: s.job.Verb, DryRun: s.job.Sender == nil, Workspace: c.Work.Workspace, Resumed: c.Resumed, Resent: c.Resent,
		Triggers: c.Triggers, Replaced: c.Replaced, Plan: s.job.Forecast,
		StartedAt: c.StartedAt, FinishedAt: time.Now().UTC(), Reasons: append([]Reason{}, c.Reasons...), Inputs: []string{},
	}
	if c.Seconds > 0 {
		sum.RowsPerSecond = float64(c.Rows) / c.Seconds
	}
	for _, source := range s.job.Sources {
		sum.Inputs = append(sum.Inputs, source.Input.Path)
	}
	if s.job.Shard.Count > 1 {
		sum.Shard = s.job.Shard.String()
	}
	if s.job.Run != nil {
		sum.Run = s.job.Run.Name
	}
	if s.receipt.size > 0 {
		sum.ReceiptFile, sum.ReceiptSHA256 = s.receipt.path, c.ReceiptFile.SHA256
	}
	if s.rejected.size > 0 {
		sum.RejectedFile = s.rejected.path
	}
	return sum
}

// Save writes the summary as summary.json into the run's directory, and to
// path as well unless that is empty.
func (s *Summary) Save(run *Run, path string) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	data = append(data, '\n')
	if run != nil {
		if err := writeFile(filepath.Join(run.Dir, "summary.json"), data); err != nil {
			return err
		}
	}
	if path == "" {
		return nil
	}
	return writeFile(path, data)
}
