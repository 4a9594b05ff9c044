package runs

import (
	"encoding/json"
	"path/filepath"
	"time"

	"github.com/ciobulk/ciobulk/internal/atomicfile"
	"github.com/ciobulk/ciobulk/join"
	"github.com/ciobulk/ciobulk/rows"
)

// Summary is the result of a run.
type Summary struct {
	Ledger
	Shard         string         `json:"shard,omitempty"`          // such as 2/8
	OtherShards   int64          `json:"other_shards,omitempty"`   // rows of the inputs that other shards have
	Odd           rows.OddCounts `json:"odd_rows,omitzero"`        // records that are not ordinary rows
	Notes         []string       `json:"notes,omitempty"`          // on identifiers that look damaged, and on values that were converted
	Requests      int64          `json:"requests"`                 // that were answered
	Retries       int64          `json:"retries"`                  // requests that were sent again
	Bytes         int64          `json:"bytes"`                    // of request bodies
	Seconds       float64        `json:"seconds"`                  // of work, all resumes together
	RowsPerSecond float64        `json:"rows_per_second"`          // rows by seconds
	ExitCode      int            `json:"exit_code"`                // that the process ends with
	Verb          string         `json:"verb"`                     // such as upsert, or segment add
	DryRun        bool           `json:"dry_run,omitempty"`        // nothing was sent
	Inputs        []string       `json:"inputs"`                   // paths as they were given
	Workspace     int64          `json:"workspace"`                // its id
	Region        string         `json:"region,omitempty"`         // us or eu
	Resumed       int            `json:"resumed"`                  // how many times the run was resumed
	Resent        int64          `json:"resent_at_most,omitempty"` // rows that may have been sent more than once
	StartedAt     time.Time      `json:"started_at"`               // in UTC
	FinishedAt    time.Time      `json:"finished_at"`              // in UTC
	Run           string         `json:"run,omitempty"`            // the run directory's name
	RejectedFile  string         `json:"rejected_file,omitempty"`  // empty where there is none
	ReceiptFile   string         `json:"receipt_file,omitempty"`   // of deletes and suppressions
	ReceiptSHA256 string         `json:"receipt_sha256,omitempty"` // of the receipt file
	Triggers      int64          `json:"triggers,omitempty"`       // events that may start campaigns
	Replaced      []Replaced     `json:"replaced,omitempty"`       // examples of duplicates
	Segment       *SegmentChange `json:"segment,omitempty"`        // what changed in the segment
	Sync          *SyncResult    `json:"sync,omitempty"`           // how the segment was made equal to the file
	Changes       *join.Counts   `json:"changes,omitempty"`        // people, compared with what was last sent
	Verified      any            `json:"verified,omitempty"`       // what was found when people were read back
	Reasons       []Reason       `json:"reasons"`                  // why rows were not accepted
	Guards        []Guard        `json:"guards,omitempty"`         // what had to hold, and what was found
	Plan          any            `json:"plan,omitempty"`           // what a dry run found
	Error         string         `json:"error,omitempty"`          // why the run broke off
	Hint          string         `json:"hint,omitempty"`           // what to do, where the run did not begin
	Step          string         `json:"step,omitempty"`           // of a job
	Version       string         `json:"version,omitempty"`        // of ciobulk
	Samples       []Sample       `json:"samples,omitempty"`        // how far the run was, about every ten seconds
}

// Guard is what had to hold for a run, so that no accident goes on: a limit, and what was
// found. It holds no personal data.
type Guard struct {
	Name  string `json:"name"`  // such as min-rows
	Limit string `json:"limit"` // as it was given
	Found string `json:"found,omitempty"`
}

// SyncResult is how a segment was made equal to a file, in people.
type SyncResult struct {
	Same         int64  `json:"same"`                  // were in both
	Add          int64  `json:"add"`                   // were in the file alone
	Extra        int64  `json:"extra"`                 // were in the segment alone
	Remove       int64  `json:"remove"`                // of these, those who were to leave
	Removed      int64  `json:"removed"`               // left
	NotRemoved   int64  `json:"not_removed,omitempty"` // could not be removed, or it is not known
	Kept         string `json:"kept,omitempty"`        // why no one was removed
	NotFound     int64  `json:"not_found,omitempty"`   // in the file, and no one in the workspace
	NotFoundFile string `json:"not_found_file,omitempty"`
}

// Short reports whether the segment is not equal to the file after all.
func (r *SyncResult) Short() bool { return r != nil && r.NotRemoved+r.NotFound > 0 }

// SegmentChange is what a run did to a segment. The counts are the service's, and
// nil where it was not asked or did not say.
type SegmentChange struct {
	ID     int64  `json:"id"`
	Name   string `json:"name,omitempty"`
	Before *int64 `json:"count_before,omitempty"`
	After  *int64 `json:"count_after,omitempty"`
	// NoChange is how many accepted ids changed nothing: they match no one, or
	// someone who was in the segment already (when adding) or was not (when
	// removing), or appear twice.
	NoChange *int64 `json:"no_change,omitempty"`
	// NotFound is how many people of the file match no one, when adding: nil where
	// that was not looked up. NotFoundFile has their rows, if there are some.
	NotFound     *int64 `json:"not_found,omitempty"`
	NotFoundFile string `json:"not_found_file,omitempty"`
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
		if err := atomicfile.Write(filepath.Join(run.Dir, "summary.json"), data, fileMode); err != nil {
			return err
		}
	}
	if path == "" {
		return nil
	}
	return atomicfile.Write(path, data, fileMode)
}
