package importer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/ciobulk/ciobulk/rows"
)

// checkpointVersion is raised when older programs must not continue a run.
const checkpointVersion = 2

// Work is what a run is about. A run is continued only by the same work.
type Work struct {
	Verb      string     `json:"verb"`
	Inputs    []WorkFile `json:"inputs"`
	Mapping   string     `json:"mapping_sha256"` // mapping.Mapping.Digest
	Workspace int64      `json:"workspace"`      // 0 where the service did not tell
	Skip      int64      `json:"skip,omitempty"`
	Limit     int64      `json:"limit,omitempty"`
	Shard     string     `json:"shard,omitempty"`     // such as 2/8
	Segment   string     `json:"segment,omitempty"`   // as it was named
	EventIDs  string     `json:"event_ids,omitempty"` // "run": they are this run's own
	Options   string     `json:"options,omitempty"`   // flags that decide what is sent
}

// WorkFile is one input as the checkpoint knows it.
type WorkFile struct {
	Path   string `json:"path"` // absolute, or "-"
	Size   int64  `json:"size"`
	Digest string `json:"sha256_of_ends"`    // rows.Input.Digest
	ReadAs string `json:"read_as,omitempty"` // format, encoding and what else makes rows of it, in words
}

// Position is a place in a run's sources.
type Position struct {
	Source int `json:"source"`
	rows.Position
}

// Checkpoint is where a run stands: everything before Position is settled. It
// holds nobody's data and no secrets.
type Checkpoint struct {
	Version  int      `json:"version"`
	Work     Work     `json:"work"`
	Position Position `json:"position"`
	Ledger
	OtherShards  int64      `json:"other_shards,omitempty"` // rows that are none of this run's
	Triggers     int64      `json:"triggers,omitempty"`     // events sent that may start campaigns
	Replaced     []Replaced `json:"replaced,omitempty"`     // examples of duplicates
	Nonce        string     `json:"nonce,omitempty"`        // that event ids are derived from
	Reasons      []Reason   `json:"reasons"`
	RejectedFile Extent     `json:"rejected_file"`
	ReceiptFile  Extent     `json:"receipt_file"`
	Ahead        Ahead      `json:"ahead"`
	Resent       int64      `json:"resent_at_most,omitempty"` // rows that may have been sent more than once
	Requests     int64      `json:"requests"`
	Retries      int64      `json:"retries"`
	Bytes        int64      `json:"bytes"` // of request bodies
	Seconds      float64    `json:"seconds"`
	StartedAt    time.Time  `json:"started_at"`
	Resumed      int        `json:"resumed"`           // how often
	Changed      string     `json:"changed,omitempty"` // which input did under the run, so that it cannot be continued
	Ended        string     `json:"ended,omitempty"`   // "finished" or "dropped"; empty: it can be continued
	Sum          string     `json:"sha256,omitempty"`  // of the checkpoint without this line
}

// Ahead is the most that may have been sent of what stands behind a checkpoint's
// position: nothing, once a run has ended in order.
type Ahead struct {
	Rows  int64 `json:"rows"`
	Bytes int64 `json:"bytes"` // of their text
}

func (a Ahead) max(b Ahead) Ahead { return Ahead{max(a.Rows, b.Rows), max(a.Bytes, b.Bytes)} }

// The ways a run ends for good.
const (
	endedFinished = "finished"
	endedDropped  = "dropped"
)

const checkpointFile = "checkpoint.json"

// seen returns how many rows were looked at.
func (c Checkpoint) seen() int64 { return c.Rows + c.OtherShards }

func (c Checkpoint) sum() string {
	c.Sum = ""
	data, err := json.Marshal(c)
	if err != nil {
		return "" // it holds nothing that JSON does not know
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// save replaces the checkpoint in dir.
func (c Checkpoint) save(dir string) error {
	data, err := c.encode()
	if err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, checkpointFile), data)
}

// encode returns the only bytes that stand for c.
func (c Checkpoint) encode() ([]byte, error) {
	c.Sum = ""
	data, err := json.Marshal(c)
	if err == nil && bytes.Contains(data, []byte(`\ufffd`)) {
		// Text that is not UTF-8, as names of files may be, is another once it is
		// read again; and so would the sum be.
		var again Checkpoint
		err = json.Unmarshal(data, &again)
		c = again
	}
	if err != nil {
		return nil, err
	}
	c.Sum = c.sum()
	if data, err = json.MarshalIndent(c, "", "  "); err != nil {
		return nil, err
	}
	return append(data, '\n'), nil
}

// loadCheckpoint reads the checkpoint in dir and refuses a damaged one.
func loadCheckpoint(dir string) (Checkpoint, error) {
	var c Checkpoint
	path := filepath.Join(dir, checkpointFile)
	data, err := os.ReadFile(path)
	if err != nil {
		return c, err
	}
	if len(data) == 0 {
		return c, fmt.Errorf("%s is damaged: it is empty", path)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, fmt.Errorf("%s is damaged: %w", path, err)
	}
	if c.Version != checkpointVersion {
		return c, fmt.Errorf("%s is of version %d, this program's is %d", path, c.Version, checkpointVersion)
	}
	if c.Sum != c.sum() {
		return c, fmt.Errorf("%s is damaged: its checksum does not match", path)
	}
	if again, err := c.encode(); err != nil || !bytes.Equal(again, data) {
		return c, fmt.Errorf("%s is damaged: it is not written as a checkpoint is", path)
	}
	return c, nil
}

// difference says in what work differs from the checkpoint's, or "".
func (c Checkpoint) difference(work Work) string {
	was := c.Work
	for i, f := range work.Inputs {
		if i >= len(was.Inputs) {
			break
		}
		switch then := was.Inputs[i]; {
		case f == then:
		case f.Digest == then.Digest && f.Size == then.Size:
			return fmt.Sprintf("%s was read as %s, and is now as %s", f.Path, then.ReadAs, f.ReadAs)
		case f.Path == "-":
			return "standard input begins differently now"
		default:
			return fmt.Sprintf("%s has changed (%s then, %s now)", f.Path, then.describe(), f.describe())
		}
	}
	switch {
	case c.Changed != "":
		return c.Changed
	case was.Mapping != work.Mapping:
		return "the mapping, --match or --where is another"
	case was.Workspace != work.Workspace:
		return fmt.Sprintf("it was for workspace %d, these credentials are for %d", was.Workspace, work.Workspace)
	case was.Segment != work.Segment:
		return fmt.Sprintf("it was for segment %q, this is segment %q", was.Segment, work.Segment)
	case was.EventIDs != work.EventIDs || was.Options != work.Options:
		return "--event-ids, --no-triggers or --class is another"
	case was.Skip != work.Skip || was.Limit != work.Limit:
		return "--skip or --limit is another"
	}
	return ""
}

func (f WorkFile) describe() string {
	return fmt.Sprintf("%d bytes, digest %.8s…", f.Size, f.Digest)
}

// writeFile replaces path by data so that a crash leaves the old file or the
// new one: a temporary file, fsync, rename, and fsync of the folder, without
// which the rename may be lost.
func writeFile(path string, data []byte) error { return writeFrom(path, bytes.NewReader(data)) }

func writeFrom(path string, from io.Reader) error {
	temp := path + ".tmp"
	os.Remove(temp) // what a crash left, or somebody else put there with a mode of his
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, from)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		os.Remove(temp)
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
