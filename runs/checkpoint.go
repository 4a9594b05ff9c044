package runs

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"time"

	"github.com/ciobulk/ciobulk/internal/atomicfile"
	"github.com/ciobulk/ciobulk/rows"
)

// checkpointVersion is raised when older programs must not continue a run, or this
// one not theirs.
const checkpointVersion = 3

// Position is a place in a run's sources.
type Position struct {
	Source int `json:"source"`
	rows.Position
}

// Settled identifies the text that is settled, so that a change of it is noticed.
type Settled struct {
	Earlier uint32 `json:"earlier_crc32"` // of the sources before Position.Source, see Chain
	Source  uint32 `json:"source_crc32"`  // rows.Block.Sum at Position
}

// Chain returns the sum of some sources and the one after them.
func Chain(earlier, source uint32) uint32 {
	return crc32.Update(earlier, crc32.IEEETable, binary.LittleEndian.AppendUint32(nil, source))
}

// Checkpoint is how far a run has come: everything before Position is settled. It
// holds no personal data and no secrets.
type Checkpoint struct {
	Version  int      `json:"version"`
	Work     Work     `json:"work"`
	Position Position `json:"position"`
	Settled  Settled  `json:"settled"`
	Ledger
	OtherShards  int64           `json:"other_shards,omitempty"` // rows that other shards send
	Odd          rows.OddCounts  `json:"odd_rows,omitzero"`      // records that are not ordinary rows
	Found        json.RawMessage `json:"found,omitempty"`        // what else the importer found in the rows; its own
	Triggers     int64           `json:"triggers,omitempty"`     // events sent that may start campaigns
	Replaced     []Replaced      `json:"replaced,omitempty"`     // examples of duplicates
	Nonce        string          `json:"nonce,omitempty"`        // that event ids are derived from
	Reasons      []Reason        `json:"reasons"`
	RejectedFile Extent          `json:"rejected_file"`
	ReceiptFile  Extent          `json:"receipt_file"`
	IDsFile      Extent          `json:"ids_file,omitzero"`
	Ahead        Ahead           `json:"ahead"`
	Resent       int64           `json:"resent_at_most,omitempty"` // rows that may have been sent more than once
	Requests     int64           `json:"requests"`
	Retries      int64           `json:"retries"`
	Bytes        int64           `json:"bytes"` // of request bodies
	Seconds      float64         `json:"seconds"`
	StartedAt    time.Time       `json:"started_at"`
	Resumed      int             `json:"resumed"`           // how often
	Changed      string          `json:"changed,omitempty"` // which input changed during the run, so that it cannot be continued
	Ended        Ending          `json:"ended,omitempty"`   // empty: it can be continued
	Sum          string          `json:"sha256,omitempty"`  // of the checkpoint without this line
}

// Ahead is the most that may have been sent of what comes after a checkpoint's
// position: nothing, once a run has ended in order.
type Ahead struct {
	Rows  int64 `json:"rows"`
	Bytes int64 `json:"bytes"` // of their text
}

// Max returns the larger of each.
func (a Ahead) Max(b Ahead) Ahead { return Ahead{max(a.Rows, b.Rows), max(a.Bytes, b.Bytes)} }

// Ending is how a run ended for good.
type Ending string

// The endings.
const (
	Finished Ending = "finished"
	Dropped  Ending = "dropped"
)

const checkpointFile = "checkpoint.json"

// fileMode is that of all files of a run: they may hold personal data.
const fileMode = 0o600

// Seen returns how many rows were looked at.
func (c Checkpoint) Seen() int64 { return c.Rows + c.OtherShards }

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
	return atomicfile.Write(filepath.Join(dir, checkpointFile), data, fileMode)
}

// encode returns the only bytes that are read as c.
func (c Checkpoint) encode() ([]byte, error) {
	c.Sum = ""
	data, err := json.Marshal(c)
	if err == nil && bytes.Contains(data, []byte(`\ufffd`)) {
		// Text that is not UTF-8, as names of files may be, changes when it is
		// written and read again; and so would the sum.
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

// errVersion is in the errors about checkpoints of another version of the program.
var errVersion = errors.New("another version")

// loadCheckpoint reads the checkpoint in dir and refuses a damaged one.
func loadCheckpoint(dir string) (Checkpoint, error) {
	path := filepath.Join(dir, checkpointFile)
	data, err := readRecord(path)
	if err != nil {
		return Checkpoint{}, err
	}
	return decodeCheckpoint(path, data)
}

// decodeCheckpoint reads the bytes of the checkpoint at path.
func decodeCheckpoint(path string, data []byte) (c Checkpoint, err error) {
	if len(data) == 0 {
		return c, fmt.Errorf("%s is damaged: it is empty", path)
	}
	var head struct{ Version int }
	if json.Unmarshal(data, &head) == nil && head.Version != checkpointVersion && head.Version > 0 {
		return c, fmt.Errorf("%s is of %w, %d; this program writes version %d", path, errVersion, head.Version, checkpointVersion)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, fmt.Errorf("%s is damaged: %w", path, err)
	}
	if c.Sum != c.sum() {
		return c, fmt.Errorf("%s is damaged: its checksum does not match", path)
	}
	if again, err := c.encode(); err != nil || !bytes.Equal(again, data) {
		return c, fmt.Errorf("%s is damaged: it does not have the form of a checkpoint", path)
	}
	return c, nil
}
