package rows

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
)

// digestSize is how much of each end of a file its digest covers.
const digestSize = 1 << 20

// stored is an input's bytes as they are stored: those of a file, or of standard
// input.
type stored struct {
	path string
	file *os.File    // nil for standard input
	was  os.FileInfo // of the file, when it was opened
	size int64       // of a regular file; -1 for others
	read atomic.Int64

	closed atomic.Bool
}

// openStored opens the file at path, "-" being standard input, and returns its
// bytes from the beginning.
func openStored(path string, stdin io.Reader) (*stored, io.Reader, error) {
	s := &stored{path: path, size: -1}
	if path == "-" {
		return s, counter{stdin, &s.read}, nil
	}
	if err := refuse(path); err != nil {
		return nil, nil, err
	}
	var err error
	if s.file, err = os.Open(path); err != nil {
		return nil, nil, &Error{Msg: "cannot be opened", Err: cause(err)}
	}
	if s.was, err = s.file.Stat(); err != nil {
		s.file.Close()
		return nil, nil, &Error{Msg: "cannot be opened", Err: cause(err)}
	}
	if s.was.Mode().IsRegular() {
		s.size = s.was.Size()
	}
	return s, s.from(0), nil
}

// refuse names what there is at the path that cannot be read at all.
func refuse(path string) error {
	info, err := os.Stat(path)
	link, linkErr := os.Readlink(path)
	switch {
	case path == "":
		return &Error{Msg: "is not the name of a file", Hint: "is a variable of the shell empty?"}
	case errors.Is(err, os.ErrNotExist) && linkErr == nil:
		return &Error{Msg: "is a symbolic link to " + Printable(link) + ", which is not there"}
	case err != nil:
		return &Error{Msg: "cannot be opened", Err: cause(err)}
	case info.IsDir():
		return &Error{Msg: "is a directory", Hint: "name a file, or a pattern such as " + filepath.Join(path, "*.csv")}
	case info.Mode()&os.ModeSocket != 0:
		return &Error{Msg: "is a socket", Hint: "name a file, or - for standard input"}
	}
	return nil
}

// from reads the file from offset on, a regular one as whole does.
func (s *stored) from(offset int64) io.Reader {
	if s.size < 0 {
		return counter{s.file, &s.read}
	}
	return counter{&whole{s.file, s.size - offset, s.size}, &s.read}
}

// seek reads a regular file from offset on.
func (s *stored) seek(offset int64) (io.Reader, error) {
	if _, err := s.file.Seek(offset, io.SeekStart); err != nil {
		return nil, &Error{Msg: "cannot continue", Err: cause(err)}
	}
	s.read.Store(offset)
	return s.from(offset), nil
}

// before returns the byte of the file before offset, 0 where there is none.
func (s *stored) before(offset int64) byte {
	var b [1]byte
	_, _ = s.file.ReadAt(b[:], offset-1)
	return b[0]
}

// sum returns the CRC-32 of a part of the file.
func (s *stored) sum(from, to int64) (uint32, error) {
	h := crc32.NewIEEE()
	if n, err := io.Copy(h, io.NewSectionReader(s.file, from, to-from)); err != nil || n < to-from {
		return 0, &Error{Msg: "cannot be read", Err: cause(cmp.Or(err, io.ErrUnexpectedEOF))}
	}
	return h.Sum32(), nil
}

func (s *stored) close() {
	if s != nil && s.file != nil && !s.closed.Swap(true) {
		s.file.Close()
	}
}

// progress returns how many bytes of the file were read. Archives are read in
// parts, some of them twice.
func (s *stored) progress() int64 {
	if s == nil {
		return 0
	}
	n := s.read.Load()
	if s.size >= 0 {
		n = min(n, s.size)
	}
	return n
}

// digest identifies the content: SHA-256 over the first and the last MiB of a
// file's bytes as they are stored, which with its size distinguishes files without
// reading them whole; "" for a stream, whose first bytes must do.
func (s *stored) digest() (string, error) {
	if s.file == nil || s.size < 0 {
		return "", nil
	}
	h := sha256.New()
	first := io.NewSectionReader(s.file, 0, min(s.size, digestSize))
	last := io.NewSectionReader(s.file, max(s.size-digestSize, 0), digestSize)
	buffer := make([]byte, max(1, min(s.size, 32<<10)))
	for _, part := range []io.Reader{first, last} {
		if _, err := io.CopyBuffer(h, part, buffer); err != nil {
			return "", &Error{Msg: "cannot be read", Err: cause(err)}
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func hexSHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// counter counts the bytes that pass.
type counter struct {
	r io.Reader
	n *atomic.Int64
}

func (c counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// countingAt counts the bytes that are read anywhere.
type countingAt struct {
	r io.ReaderAt
	n *atomic.Int64
}

func (c countingAt) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.r.ReadAt(p, at)
	c.n.Add(int64(n))
	return n, err
}
