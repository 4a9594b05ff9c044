package exporter

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Place is how far a spool has come. It is in the checkpoint.
type Place struct {
	Bytes   int64  `json:"bytes"`
	Records int64  `json:"records"`
	Seen    int64  `json:"seen,omitempty"` // of what is asked for, those that were
	Next    string `json:"next,omitempty"` // where the next page begins
	Done    bool   `json:"done,omitempty"`
}

// spool is a file of records in the run's directory. What is beyond its place is
// what a crash left, and is cut off when it is opened.
type spool struct {
	file   *os.File
	w      *bufio.Writer
	at     *Place
	synced int64 // bytes that are on the disk
	buffer []byte
}

const spoolBuffer = 256 << 10

// openSpool opens the spool of a name, at its place in the checkpoint.
func (e *export) openSpool(name string, at *Place) (*spool, error) {
	f, err := os.OpenFile(filepath.Join(e.Run.Dir, name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.Size() < at.Bytes {
		err = errSpool
	}
	if err == nil {
		err = f.Truncate(at.Bytes)
	}
	if err == nil {
		_, err = f.Seek(at.Bytes, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	s := &spool{file: f, w: bufio.NewWriterSize(f, spoolBuffer), at: at, synced: at.Bytes}
	e.spools = append(e.spools, s)
	return s, nil
}

// add appends a record.
func (s *spool) add(r record) error {
	s.buffer = r.appendTo(s.buffer[:0])
	n, err := s.w.Write(s.buffer)
	s.at.Bytes += int64(n)
	s.at.Records++
	return err
}

// Write appends bytes as they are, for spools that hold a file.
func (s *spool) Write(b []byte) (int, error) {
	n, err := s.w.Write(b)
	s.at.Bytes += int64(n)
	return n, err
}

// restart drops all that there is.
func (s *spool) restart() error {
	s.w.Reset(s.file)
	*s.at, s.synced = Place{}, 0
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return s.file.Truncate(0)
}

// sync returns when all that was added is on the disk.
func (s *spool) sync() error {
	if s.synced == s.at.Bytes {
		return nil
	}
	if err := s.w.Flush(); err != nil {
		return err
	}
	s.synced = s.at.Bytes
	return s.file.Sync()
}

func (s *spool) close() error { return s.file.Close() }

// each reads the records that were added, in their order.
func (s *spool) each(yield func(record) error) error {
	if err := s.w.Flush(); err != nil {
		return err
	}
	d := recordReader{r: bufio.NewReaderSize(io.NewSectionReader(s.file, 0, s.at.Bytes), spoolBuffer)}
	for {
		r, err := d.next()
		if errors.Is(err, io.EOF) && !errors.Is(err, errSpool) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := yield(r); err != nil {
			return err
		}
	}
}

// source is records that can be read more than once.
type source interface {
	each(yield func(record) error) error
}
