package exporter

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ciobulk/ciobulk/internal/atomicfile"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// Format is the form of a file's records.
type Format string

// The formats.
const (
	CSV   Format = "csv"
	JSONL Format = "jsonl"
)

// Output is the file that an export makes.
type Output struct {
	Path        string    `json:"path"` // "-" is Stdout
	Format      Format    `json:"format"`
	Compression string    `json:"compression,omitempty"` // "gzip" or "zstd"
	Overwrite   bool      `json:"-"`                     // replace a file that is there
	Stdout      io.Writer `json:"-"`
}

// NewOutput returns the output at a path, whose name says its format and
// compression. A format that is given says it instead, such as jsonl or csv.gz.
func NewOutput(path, format string) (Output, error) {
	o := Output{Path: path}
	name := strings.ToLower(path)
	if format != "" {
		name = "." + strings.ToLower(format)
	}
	for ending, compression := range map[string]string{".gz": "gzip", ".zst": "zstd"} {
		if cut, has := strings.CutSuffix(name, ending); has {
			name, o.Compression = cut, compression
		}
	}
	switch {
	case strings.HasSuffix(name, ".csv"), path == "-" && format == "":
		o.Format = CSV
	case strings.HasSuffix(name, ".jsonl"), strings.HasSuffix(name, ".ndjson"):
		o.Format = JSONL
	default:
		return o, &OutputError{Path: path, Problem: UnknownFormat}
	}
	return o, nil
}

// OutputProblem is why a file cannot be written.
type OutputProblem int

// The problems of an OutputError.
const (
	UnknownFormat OutputProblem = iota // neither its name nor the format says what it is
	Exists                             // a file is there
	NotRegular                         // it is a device, a folder, a pipe or a link
)

// OutputError means that an output cannot be what it is named. Nothing was
// written.
type OutputError struct {
	Path    string
	Problem OutputProblem
}

func (e *OutputError) Error() string {
	switch e.Problem {
	case Exists:
		return fmt.Sprintf("%s exists already", e.Path)
	case NotRegular:
		return fmt.Sprintf("%s is not a regular file", e.Path)
	}
	return fmt.Sprintf("%s: the format of the file is not known", e.Path)
}

// Check refuses a path that may not be written: call it before anything is read.
func (o Output) Check() error {
	if o.Path == "-" {
		return nil
	}
	for _, path := range []string{o.Path, o.partial()} {
		info, err := os.Lstat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case !info.Mode().IsRegular():
			return &OutputError{path, NotRegular}
		case path == o.Path && !o.Overwrite:
			return &OutputError{path, Exists}
		}
	}
	info, err := os.Stat(filepath.Dir(o.Path))
	if err == nil && !info.IsDir() {
		err = &OutputError{filepath.Dir(o.Path), NotRegular}
	}
	return err
}

// partial is where the file is until it is whole.
func (o Output) partial() string { return o.Path + ".partial" }

// sink is an output that is being written.
type sink struct {
	*bufio.Writer
	o        Output
	file     *os.File  // nil: Stdout
	compress io.Closer // nil: not compressed
	digest   hash.Hash
}

// create begins the output. What an earlier run left of it is removed.
func (o Output) create() (*sink, error) {
	s := &sink{o: o, digest: sha256.New()}
	to := o.Stdout
	if o.Path != "-" {
		if err := os.Remove(o.partial()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		f, err := os.OpenFile(o.partial(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return nil, err
		}
		s.file, to = f, f
	}
	to = io.MultiWriter(to, s.digest)
	switch o.Compression {
	case "gzip":
		z := gzip.NewWriter(to)
		s.compress, to = z, z
	case "zstd":
		z, err := zstd.NewWriter(to, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true)) // the same bytes each time
		if err != nil {
			return nil, errors.Join(err, s.discard())
		}
		s.compress, to = z, z
	}
	s.Writer = bufio.NewWriterSize(to, spoolBuffer)
	return s, nil
}

// finish writes what is left, and returns when it is on the disk.
func (s *sink) finish() (sha string, err error) {
	err = s.Flush()
	if s.compress != nil && err == nil {
		err = s.compress.Close()
	}
	if s.file != nil {
		if err == nil {
			err = s.file.Sync()
		}
		if closeErr := s.file.Close(); err == nil {
			err = closeErr
		}
	}
	return hex.EncodeToString(s.digest.Sum(nil)), err
}

// rename puts the finished file in its place.
func (o Output) rename() error {
	if o.Path == "-" {
		return nil
	}
	if err := os.Rename(o.partial(), o.Path); err != nil {
		return err
	}
	return atomicfile.SyncDir(filepath.Dir(o.Path))
}

// discard removes what was written.
func (s *sink) discard() error {
	if s.file == nil {
		return nil
	}
	return errors.Join(s.file.Close(), os.Remove(s.o.partial()))
}

// holds reports whether the file at the path has a digest.
func (o Output) holds(sha string) bool {
	f, err := os.Open(o.Path)
	if err != nil {
		return false
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return err == nil && hex.EncodeToString(h.Sum(nil)) == sha
}
