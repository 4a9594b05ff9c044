package importer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
)

// Extent is how much of a report file is settled.
type Extent struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256,omitempty"` // of these bytes
}

// reportFile is a file that grows as blocks are settled and that a resumed run
// goes on with. It is made when there is something to write, and belongs to one
// goroutine.
type reportFile struct {
	path   string
	file   *os.File  // nil: nothing to write yet
	size   int64     // bytes that are settled
	sum    hash.Hash // of these; nil: there are none
	buffer []byte    // what flush will write
}

// open continues the file behind what is settled, or lets it begin anew. A file
// that is not as it was left is refused: somebody mended it too early.
func (f *reportFile) open(settled Extent) error {
	f.size = settled.Bytes
	if f.size == 0 {
		if err := os.Remove(f.path); err != nil && !os.IsNotExist(err) {
			return err
		}
		return nil
	}
	file, err := os.OpenFile(f.path, os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("its file is missing: %w", err)
	}
	f.file, f.sum = file, sha256.New()
	n, err := io.Copy(f.sum, io.NewSectionReader(file, 0, f.size))
	if err != nil {
		return err
	}
	if n < f.size || f.extent() != settled {
		return fmt.Errorf("%s is not as the run left it: it was changed; mend copies of it, or wait until the run has ended", f.path)
	}
	return file.Truncate(f.size)
}

// extent returns how much is settled.
func (f *reportFile) extent() Extent {
	if f.size == 0 {
		return Extent{}
	}
	return Extent{f.size, hex.EncodeToString(f.sum.Sum(nil))}
}

// empty reports whether nothing was added yet.
func (f *reportFile) empty() bool { return f.size == 0 && len(f.buffer) == 0 }

// flush writes what was added and waits until it is on the disk. What a crash
// leaves behind the settled bytes is cut off when the run is resumed.
func (f *reportFile) flush() error {
	if len(f.buffer) == 0 {
		return nil
	}
	if f.file == nil {
		file, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		f.file = file
	}
	if _, err := f.file.WriteAt(f.buffer, f.size); err != nil {
		return err
	}
	if err := f.file.Sync(); err != nil {
		return err
	}
	if f.sum == nil {
		f.sum = sha256.New()
	}
	f.size += int64(len(f.buffer))
	f.sum.Write(f.buffer)
	if f.buffer = f.buffer[:0]; cap(f.buffer) > 4*blockBytes {
		f.buffer = nil // few records are so long
	}
	return nil
}

func (f *reportFile) close() {
	if f.file != nil {
		f.file.Close()
	}
}
