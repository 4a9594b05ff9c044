package jobs

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/ciobulk/ciobulk/cmd/internal/call"
	"github.com/ciobulk/ciobulk/cmd/internal/exit"
	"github.com/ciobulk/ciobulk/internal/atomicfile"
	"github.com/ciobulk/ciobulk/runs"
)

// record is what is kept of a job between its executions: how far the last one came,
// and how many rows the steps had. It holds no personal data. Its methods may be called
// from any goroutine.
type record struct {
	path string

	mu   sync.Mutex // above what steps write
	kept kept
}

type kept struct {
	Version int               `json:"version"`
	Job     string            `json:"job_sha256"` // of what the job meant
	Started time.Time         `json:"started_at"`
	Ended   bool              `json:"ended"` // all steps had their turn
	Steps   map[string]result `json:"steps"` // of this execution, that have ended
	Rows    map[string]int64  `json:"rows"`  // of each step's last run that finished
}

// result is how a step ended.
type result struct {
	Code    int     `json:"exit_code"`
	Seconds float64 `json:"seconds"`
	Skipped string  `json:"skipped,omitempty"` // the step that it comes after and that failed
	Earlier bool    `json:"earlier,omitempty"` // it had finished before the job was killed
	Input   string  `json:"input,omitempty"`   // the files as they were, see files
	call.Outcome
}

// finished reports whether steps that come after it may run.
func (r result) finished() bool {
	return r.Skipped == "" && (r.Code == exit.Done || r.Code == exit.Rejected)
}

const recordVersion = 1

// open locks a job and reads its record. The error is runs.ErrLocked if it runs.
func open(stateDir string, j *job) (r *record, unlock func() error, err error) {
	abs, err := filepath.Abs(j.path)
	if err != nil {
		return nil, nil, err
	}
	if err := os.MkdirAll(stateDir, 0o700); err != nil {
		return nil, nil, exit.Usage(err.Error(), "--state-dir names another place for the records of runs")
	}
	sum := sha256.Sum256([]byte(abs))
	base := filepath.Join(stateDir, "job-"+hex.EncodeToString(sum[:])[:8])
	if unlock, err = runs.Lock(base + ".lock"); err != nil {
		return nil, nil, err
	}
	r = &record{path: base + ".json"}
	if err := r.load(); err != nil {
		return nil, nil, errors.Join(err, unlock())
	}
	return r, unlock, nil
}

func (r *record) load() error {
	data, err := os.ReadFile(r.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(data, &r.kept)
	}
	if err == nil && r.kept.Version != recordVersion {
		err = errors.New("another version of ciobulk wrote it")
	}
	if err != nil {
		return exit.Usage(fmt.Sprintf("the record of the job, %s, cannot be read: %v", r.path, err), "remove it; the job then starts with its first step")
	}
	return nil
}

// begin begins an execution, or goes on with one that was killed. It says which.
func (r *record) begin(j *job, now time.Time) (again bool, err error) {
	again = r.kept.Version == recordVersion && !r.kept.Ended && r.kept.Job == j.digest
	if again {
		return true, nil
	}
	rows := r.kept.Rows
	if rows == nil {
		rows = make(map[string]int64)
	}
	r.kept = kept{Version: recordVersion, Job: j.digest, Started: now.UTC(), Steps: make(map[string]result), Rows: rows}
	return false, r.save()
}

// earlier returns how a step ended before the job was killed.
func (r *record) earlier(name string) (done result, is bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	done, is = r.kept.Steps[name]
	done.Earlier = true
	return done, is && done.finished()
}

// lastRows is how many rows a step had when it last finished, 0 if it never did.
func (r *record) lastRows(name string) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.kept.Rows[name]
}

// note records how a step ended.
func (r *record) note(name string, done result) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept.Steps[name] = done
	if done.finished() && !done.Earlier {
		r.kept.Rows[name] = done.Rows
	}
	return r.save()
}

// end records that all steps had their turn.
func (r *record) end() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.kept.Ended = true
	return r.save()
}

// save writes the record. The caller holds the lock.
func (r *record) save() error {
	data, err := json.MarshalIndent(r.kept, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(r.path, append(data, '\n'), 0o600)
}
