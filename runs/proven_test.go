package runs

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"os"
	"path/filepath"
	"testing"
)

// The columns are added once, however often a run is completed, and the checkpoint knows
// the file as it is: a run that was killed before it was marked as done can be resumed.
func TestProofOfAReceipt(t *testing.T) {
	t.Parallel()
	p := Proof{&Run{Dir: t.TempDir()}}
	path := filepath.Join(p.Run.Dir, "receipt.csv")
	receipt := "input,row,match,identifier,operation,verdict,requested_at\na.csv,1,id,\"x,y\",delete,accepted,T\na.csv,2,email,x,delete,unknown,T\n"
	if err := os.WriteFile(path, []byte(receipt), 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := p.Before(); found != nil || err != nil {
		t.Fatalf("before anything was noted: %v, %v", found, err)
	}
	before := map[uint64]bool{7: true, 1<<63 + 5: true}
	if err := p.NoteBefore(before); err != nil {
		t.Fatal(err)
	}
	if found, err := p.Before(); err != nil || !maps.Equal(found, before) {
		t.Errorf("got %v, %v", found, err)
	}
	for range 2 {
		sum, err := p.Complete(func(match, name string) (string, string) { return match + "+" + name, "false" })
		if err != nil {
			t.Fatal(err)
		}
		want := "input,row,match,identifier,operation,verdict,requested_at,found_before,found_after\na.csv,1,id,\"x,y\",delete,accepted,T,\"id+x,y\",false\na.csv,2,email,x,delete,unknown,T,email+x,false\n"
		got, err := os.ReadFile(path)
		if err != nil || string(got) != want {
			t.Errorf("got %s, %v", got, err)
		}
		digest := sha256.Sum256(got)
		c := p.Run.Checkpoint
		if c.ReceiptFile != (Extent{int64(len(got)), hex.EncodeToString(digest[:])}) || sum != c.ReceiptFile.SHA256 {
			t.Errorf("the checkpoint has %+v, the file %x", c.ReceiptFile, digest)
		}
	}
	if _, err := (Proof{&Run{Dir: t.TempDir()}}).Complete(nil); err != nil {
		t.Errorf("without a receipt: %v", err)
	}
}
