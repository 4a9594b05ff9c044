package runs

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
)

// Extent is how much of a growing file is settled.
type Extent struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256,omitempty"` // of these bytes
}

// growing is a file that grows as blocks are settled and that a resumed run goes on
// with. It is made when there is something to write, and belongs to one goroutine.
type growing struct {
	path   string
	file   *os.File  // nil: nothing to write yet
	size   int64     // bytes that are settled
	sum    hash.Hash // of these; nil: there are none
	buffer []byte    // what Flush will write
}

// maxKept bounds the buffer that is kept for the next rows, in bytes: few records are
// so long.
const maxKept = 1 << 20

// open continues the file after what is settled, or lets it begin again. A file that
// is not as the run left it is refused: someone changed it too early.
func (f *growing) open(settled Extent) error {
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
	if err == nil && (n < f.size || f.Extent() != settled) {
		err = fmt.Errorf("%s is not as the run left it: it was changed before the run had ended", f.path)
	}
	if err == nil {
		err = file.Truncate(f.size)
	}
	if err != nil {
		f.Close()
	}
	return err
}

// Extent returns how much is settled.
func (f *growing) Extent() Extent {
	if f.size == 0 {
		return Extent{}
	}
	return Extent{f.size, hex.EncodeToString(f.sum.Sum(nil))}
}

// Path returns where the file is, or empty where there is none.
func (f *growing) Path() string {
	if f.size == 0 {
		return ""
	}
	return f.path
}

// empty reports whether nothing was added yet.
func (f *growing) empty() bool { return f.size == 0 && len(f.buffer) == 0 }

// Flush writes what was added and waits until it is on the disk. What a crash leaves
// after the settled bytes is cut off when the run is resumed.
func (f *growing) Flush() error {
	if len(f.buffer) == 0 {
		return nil
	}
	if f.file == nil {
		file, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE|os.O_EXCL, fileMode)
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
	if f.buffer = f.buffer[:0]; cap(f.buffer) > maxKept {
		f.buffer = nil
	}
	return nil
}

// Close closes the file. It may be called more than once.
func (f *growing) Close() {
	if f.file != nil {
		_ = f.file.Close() // every Flush has waited for the disk
		f.file = nil
	}
}
