// Package atomicfile writes files whole: after a crash at any instant the path holds
// the old file or the new one, never a part of either.
//
// Start with Write, or with Create for what is made piece by piece.
package atomicfile

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrNotRegular is in the errors about a path that holds a device, a folder, a pipe
// or a symbolic link. Such a path is never replaced.
var ErrNotRegular = errors.New("not a regular file")

// Write replaces the file at path by data. mode is that of the new file, whatever
// the old one had. Errors are those of the file system.
func Write(path string, data []byte, mode fs.FileMode) error {
	return WriteFrom(path, bytes.NewReader(data), mode)
}

// WriteFrom is Write of what from has.
func WriteFrom(path string, from io.Reader, mode fs.FileMode) error {
	f, err := Create(path, mode)
	if err != nil {
		return err
	}
	defer f.Discard()
	if _, err := io.Copy(f.File, from); err != nil {
		return err
	}
	return f.Commit()
}

// File is a file that is not at its path yet. End with Commit or Discard.
type File struct {
	*os.File
	path string
	done bool
}

// Create begins the file at path, beside it. A part that a crash left there is
// removed.
func Create(path string, mode fs.FileMode) (*File, error) {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "replace", Path: path, Err: ErrNotRegular}
	}
	temp := path + ".tmp"
	_ = os.Remove(temp) // what a crash left, or someone else put there with another mode
	f, err := os.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	if mode != 0o600 {
		if err := f.Chmod(mode); err != nil { // whatever the umask
			_ = f.Close()
			_ = os.Remove(temp)
			return nil, err
		}
	}
	return &File{File: f, path: path}, nil
}

// Commit puts the file at its path, and returns when it is on the disk: the content
// before the rename, or a crash could leave an empty file; and the folder after it,
// or the rename could be lost. After an error the path holds what it held before.
func (f *File) Commit() error {
	f.done = true
	temp := f.Name()
	err := f.Sync()
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(temp, f.path)
	}
	if err != nil {
		_ = os.Remove(temp)
		return err
	}
	return SyncDir(filepath.Dir(f.path))
}

// Discard removes the part that was written. After Commit it does nothing, so that
// it may be deferred.
func (f *File) Discard() {
	if f.done {
		return
	}
	f.done = true
	_ = f.Close()
	_ = os.Remove(f.Name())
}

// SyncDir returns when the names in a folder are on the disk.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
