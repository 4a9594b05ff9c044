package exporter

import (
	"encoding/json"
	"path/filepath"
	"time"

	"github.com/ciobulk/ciobulk/internal/atomicfile"
)

// Summary is what an export came to.
type Summary struct {
	What       What      `json:"what"`
	File       string    `json:"file"`
	Via        Via       `json:"via,omitempty"`
	Exported   int64     `json:"exported"`          // records in the file
	Counted    *int64    `json:"counted,omitempty"` // what the service says there is; nil where it does not
	Twice      int64     `json:"twice"`             // that came again, and are in the file once
	Gone       int64     `json:"gone"`              // people who were deleted while they were read
	Known      int64     `json:"known,omitempty"`   // activities that an earlier export has
	Short      bool      `json:"short"`             // more than 0.1 % of what was counted is missing
	Columns    int       `json:"columns"`
	Requests   int64     `json:"requests"`
	Seconds    float64   `json:"seconds"` // of work, all resumes together
	Resumed    int       `json:"resumed"`
	StartedAt  time.Time `json:"started_at"`
	FinishedAt time.Time `json:"finished_at"`
	SHA256     string    `json:"sha256,omitempty"`
	Run        string    `json:"run"`
	ExitCode   int       `json:"exit_code"`
	Error      string    `json:"error,omitempty"`
}

func (e *export) summary(err error) *Summary {
	c := e.c
	c.Seconds += time.Since(e.began).Seconds()
	s := &Summary{
		What: e.Query.What, File: e.Output.Path, Via: c.Via, Exported: e.exported, Counted: c.Counted,
		Twice: c.Twice, Gone: c.Gone, Known: c.Known, Columns: e.columns, Requests: c.Requests, Seconds: c.Seconds,
		Resumed: c.Resumed, StartedAt: c.StartedAt, FinishedAt: time.Now().UTC(), SHA256: c.SHA256, Run: e.Run.Name,
	}
	if err != nil {
		s.Error = err.Error()
		return s
	}
	s.Short = s.short(e.Query.What)
	return s
}

// short reports whether more than 0.1 % of what was counted is missing. No people
// at all are right only where the service counts none.
func (s *Summary) short(what What) bool {
	if s.Counted != nil {
		return (*s.Counted-s.Exported)*1000 > *s.Counted
	}
	return s.Exported == 0 && (what == People || what == Segment)
}

// Save writes the summary as summary.json into the run's directory, and to path
// as well unless that is empty.
func (s *Summary) Save(r *Run, path string) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	data = append(data, '\n')
	if err := atomicfile.Write(filepath.Join(r.Dir, "summary.json"), data, 0o600); err != nil || path == "" {
		return err
	}
	return atomicfile.Write(path, data, 0o600)
}
