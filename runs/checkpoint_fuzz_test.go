package runs

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ciobulk/ciobulk/rows"
)

// checkpointOf is a checkpoint in which text stands wherever text may.
func checkpointOf(text string, n int64) Checkpoint {
	return Checkpoint{
		Version: checkpointVersion,
		Work: Work{Verb: text, Inputs: Inputs{1, n, text}, Mapping: text, Workspace: n, Shard: text, Segment: text,
			EventIDs: text, NoTriggers: n == 1, Class: rows.Class(text)},
		Position: Position{1, rows.Position{Row: n, Line: n, Offset: n}},
		Ledger:   Ledger{Rows: n, Accepted: n}, Replaced: []Replaced{{Input: text, Row: n, By: text}}, Nonce: text, ReceiptFile: Extent{n, text}, IDsFile: Extent{n, text},
		Reasons: []Reason{{Reason: text, Field: text, Count: n, Input: text}}, RejectedFile: Extent{n, text}, Ahead: Ahead{n, n}, Resent: n, Seconds: float64(n) / 7, StartedAt: testTime,
		Changed: text,
	}
}

// FuzzCheckpoint reads any bytes as a checkpoint: they are refused, or they are
// just what saving it again writes, so that nothing in it goes unread. One that is
// saved, whatever it holds, is read again as it was saved, and is refused with any
// one bit of it flipped, any part cut off, or anything after it.
func FuzzCheckpoint(f *testing.F) {
	for _, text := range []string{"", "people.csv", "\xff\xfe", "\ufffd", "a\x00\n\u2028<&>\"\\"} {
		good, err := checkpointOf(text, 7).encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(good, text, int64(7), uint32(99))
		f.Add(append(good, ' '), text, int64(-1), uint32(1<<20))
	}
	for _, text := range []string{"", "null", "{}", "[]", `{"version":1}`, `{"Version":1,"sha256":""}`, `{"version":1}{}`} {
		f.Add([]byte(text), text, int64(1<<62), uint32(0))
	}
	dir := f.TempDir()
	path := filepath.Join(dir, checkpointFile)
	f.Fuzz(func(t *testing.T, data []byte, text string, n int64, bit uint32) {
		load := func(data []byte) (Checkpoint, error) {
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			return loadCheckpoint(dir)
		}
		saved := func(c Checkpoint) []byte {
			data, err := c.encode()
			if err != nil {
				t.Fatal(err)
			}
			return data
		}
		if c, err := load(data); err == nil && !bytes.Equal(saved(c), data) {
			t.Errorf("read as %+v, which is saved as %s", c, saved(c))
		}
		c := checkpointOf(text, n)
		c.StartedAt = c.StartedAt.Add(time.Duration(n))
		good := saved(c)
		again, err := load(good)
		if err != nil || !bytes.Equal(saved(again), good) {
			t.Fatalf("%s: %v", good, err)
		}
		i := int(bit) % (8 * len(good))
		flipped := bytes.Clone(good)
		flipped[i/8] ^= 1 << (i % 8)
		for what, bad := range map[string][]byte{"a flipped bit": flipped, "a part": good[:i/8], "more after it": append(bytes.Clone(good), data...)} {
			if _, err := load(bad); err == nil && !bytes.Equal(bad, good) {
				t.Errorf("%s is taken: %s", what, bad)
			}
		}
	})
}
