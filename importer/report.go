package importer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
)

// reportFile is a file that grows as blocks are settled and that a resumed run
// goes on with. It is made when there is something to write, and belongs to one
// goroutine.
type reportFile struct {
	path   string
	file   *os.File // nil: nothing to write yet
	size   int64    // bytes that are settled
	buffer []byte   // what flush will write
}

// open continues the file at size bytes, or lets it begin anew.
func (f *reportFile) open(size int64) error {
	f.size = size
	if size == 0 {
		if err := os.Remove(f.path); err != nil && !os.IsNotExist(err) {
			return err
		}
		return nil
	}
	file, err := os.OpenFile(f.path, os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("the run cannot be continued without its file: %w", err)
	}
	f.file = file
	if info, err := file.Stat(); err != nil {
		return err
	} else if info.Size() < size {
		return fmt.Errorf("%s has %d bytes, but the checkpoint knows %d: it was changed", f.path, info.Size(), size)
	}
	return file.Truncate(size)
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
	n, err := f.file.WriteAt(f.buffer, f.size)
	if err == nil {
		err = f.file.Sync()
	}
	if err != nil {
		return err
	}
	f.size += int64(n)
	if f.buffer = f.buffer[:0]; cap(f.buffer) > 4*blockBytes {
		f.buffer = nil // few records are so long
	}
	return nil
}

// sum returns the SHA-256 of what is settled, or "" where there is no file.
func (f *reportFile) sum() (string, error) {
	if f.file == nil {
		return "", nil
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(f.file, 0, f.size)); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func (f *reportFile) close() {
	if f.file != nil {
		f.file.Close()
	}
}
