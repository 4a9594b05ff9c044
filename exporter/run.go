package exporter

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/atomicfile"
	"github.com/ciobulk/ciobulk/runs"
)

// State is the directory where runs are recorded.
type State struct {
	Dir     string
	Command []string // that begins runs, without the program's name, for their records
}

// Run is one export's directory, held by this process until Close.
type Run struct {
	Name       string
	Dir        string
	Checkpoint Checkpoint

	unlock func() error
}

// Checkpoint is how far a run has come. It holds no personal data and no secrets.
type Checkpoint struct {
	Version   int       `json:"version"`
	Query     Query     `json:"query"`
	Output    Output    `json:"output"`
	Command   []string  `json:"command,omitempty"` // that began it, without the program's name
	StartedAt time.Time `json:"started_at"`
	Resumed   int       `json:"resumed"`
	Via       Via       `json:"via,omitempty"`     // the way that was chosen
	Counted   *int64    `json:"counted,omitempty"` // what the service says there is
	List      Place     `json:"list"`
	People    Place     `json:"people"`
	Parts     []Part    `json:"parts,omitempty"`
	Twice     int64     `json:"twice"`
	Gone      int64     `json:"gone"`
	Known     int64     `json:"known"`
	Newest    int64     `json:"newest,omitempty"`    // of activities, Unix seconds
	Unordered bool      `json:"unordered,omitempty"` // activities do not come the newest first
	Requests  int64     `json:"requests"`
	Seconds   float64   `json:"seconds"`
	SHA256    string    `json:"sha256,omitempty"` // of the file, once it is whole
	Ended     string    `json:"ended,omitempty"`
}

// counted is the number of people that the service tells; 0 where it is not known.
func (c *Checkpoint) counted() int64 {
	if c.Counted == nil {
		return 0
	}
	return *c.Counted
}

// Part is one export job of the service.
type Part struct {
	Kind  customerio.ExportKind  `json:"kind"`
	Order customerio.ExportOrder `json:"order"`
	ID    int64                  `json:"id,omitempty"` // 0: not ordered yet
	Total int64                  `json:"total"`
	File  Place                  `json:"file"`
}

const (
	checkpointVersion = 1
	checkpointFile    = runs.ExportFile
	endedFinished     = "finished"
	endedDropped      = "dropped"
)

// Begin locks the work, which is a kind of export to a path, and finds or makes
// its run. Close the run in the end.
func (s State) Begin(q Query, out Output, mode runs.Mode, now time.Time) (*Run, error) {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return nil, err
	}
	id := workID(q, out)
	unlock, err := runs.Lock(filepath.Join(s.Dir, id+".lock"))
	if err != nil {
		return nil, err
	}
	r, err := s.begin(q, out, id, mode, now)
	if err != nil {
		_ = unlock() // the reason is err
		return nil, err
	}
	r.unlock = unlock
	return r, nil
}

// Close lets go of the work.
func (r *Run) Close() error { return r.unlock() }

// Started returns when the run began, which bounds what is exported.
func (r *Run) Started() time.Time { return r.Checkpoint.StartedAt }

func workID(q Query, out Output) string {
	name := out.Path
	if name == "-" { // what goes to one standard output has nothing to do with another
		name += q.String()
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s", q.What, name))
	return fmt.Sprintf("export-%s-%s", q.What, hex.EncodeToString(sum[:])[:8])
}

func (s State) begin(q Query, out Output, id string, mode runs.Mode, now time.Time) (*Run, error) {
	r, err := s.unfinished(id)
	fresh := mode == runs.Restart || mode == runs.ResumeOrRestart
	if damaged, ok := errors.AsType[*runs.UnfinishedError](err); ok && fresh {
		path := filepath.Join(s.Dir, damaged.Run, checkpointFile)
		err = os.Rename(path, path+".damaged")
	}
	if err != nil {
		return nil, err
	}
	if r == nil {
		return s.create(q, out, id, now)
	}
	kind, problem := r.difference(q, out)
	if mode == runs.Restart || mode == runs.ResumeOrRestart && problem != "" {
		if err := r.Drop(); err != nil {
			return nil, err
		}
		return s.create(q, out, id, now)
	}
	if mode == runs.Refuse || problem != "" {
		return nil, &runs.UnfinishedError{Run: r.Name, Rows: max(r.Checkpoint.List.Records, r.Checkpoint.People.Records), Kind: kind, Problem: problem}
	}
	r.Checkpoint.Resumed++
	return r, r.save()
}

// difference is why a run is not of this query and output.
func (r *Run) difference(q Query, out Output) (runs.ProblemKind, string) {
	was, now := r.Checkpoint.Query.String(), q.String()
	switch {
	case r.Checkpoint.Version != checkpointVersion:
		return runs.OtherVersion, fmt.Sprintf("its checkpoint has version %d, not %d", r.Checkpoint.Version, checkpointVersion)
	case r.Checkpoint.Query.Workspace != q.Workspace:
		return runs.WorkspaceDiffers, fmt.Sprintf("it is of %s, and this is of %s", r.Checkpoint.Query.Workspace, q.Workspace)
	case was != now:
		return runs.OptionsDiffer, "it exports something else"
	case r.Checkpoint.Output.Format != out.Format || r.Checkpoint.Output.Compression != out.Compression:
		return runs.OptionsDiffer, "its file has another format"
	}
	return "", ""
}

// unfinished finds the newest run of the work that has not ended.
func (s State) unfinished(id string) (*Run, error) {
	entries, err := os.ReadDir(s.Dir)
	if err != nil {
		return nil, err
	}
	for _, entry := range slices.Backward(entries) {
		if !entry.IsDir() || !strings.HasSuffix(entry.Name(), "-"+id) {
			continue
		}
		r := &Run{Name: entry.Name(), Dir: filepath.Join(s.Dir, entry.Name())}
		data, err := os.ReadFile(filepath.Join(r.Dir, checkpointFile))
		if errors.Is(err, os.ErrNotExist) { // it was killed before it began
			continue
		}
		if err == nil {
			err = json.Unmarshal(data, &r.Checkpoint)
		}
		if err != nil {
			return nil, &runs.UnfinishedError{Run: r.Name, Kind: runs.Damaged, Problem: err.Error()}
		}
		if r.Checkpoint.Ended == "" {
			return r, nil
		}
	}
	return nil, nil
}

func (s State) create(q Query, out Output, id string, now time.Time) (*Run, error) {
	name := now.UTC().Format("20060102-150405.000") + "-" + id
	r := &Run{Name: name, Dir: filepath.Join(s.Dir, name)}
	if err := os.Mkdir(r.Dir, 0o700); err != nil {
		return nil, err
	}
	r.Checkpoint = Checkpoint{Version: checkpointVersion, Query: q, Output: out, Command: s.Command, StartedAt: now.UTC()}
	if err := r.save(); err != nil {
		return nil, err
	}
	return r, atomicfile.SyncDir(s.Dir)
}

func (r *Run) save() error {
	data, err := json.MarshalIndent(r.Checkpoint, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(r.Dir, checkpointFile), append(data, '\n'), 0o600)
}

// Empty reports whether a run has read nothing: then there is nothing to resume.
func (r *Run) Empty() bool {
	c := &r.Checkpoint
	return c.List.Bytes == 0 && !c.List.Done && c.People.Bytes == 0 && (len(c.Parts) == 0 || c.Parts[0].ID == 0)
}

// Drop marks the run as never to be continued, and removes what it has read.
func (r *Run) Drop() error {
	r.Checkpoint.Ended = endedDropped
	return errors.Join(r.save(), r.clear())
}

// Finish marks the run as done and removes the people's data in its directory.
// The caller calls it once everything else is written.
func (r *Run) Finish() error {
	r.Checkpoint.Ended = endedFinished
	return errors.Join(r.save(), r.clear())
}

// clear removes the spools.
func (r *Run) clear() error {
	entries, err := os.ReadDir(r.Dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), spoolPrefix) {
			err = errors.Join(err, os.Remove(filepath.Join(r.Dir, entry.Name())))
		}
	}
	return err
}

// spoolPrefix begins the names of the files with people's data.
const spoolPrefix = "spool-"
