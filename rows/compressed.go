package rows

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxWindow bounds the memory that a zstd file may ask for.
const maxWindow = 128 << 20

// decompressed returns the name of the compression that head, the beginning of raw,
// is of, and a reader of what it holds; nil if there is none.
func decompressed(head []byte, raw io.Reader) (name string, r io.Reader, err error) {
	switch {
	case bytes.HasPrefix(head, []byte(gzipMagic)):
		g := &gzipMembers{raw: bufio.NewReaderSize(raw, ReadSize)}
		if g.z, err = gzip.NewReader(g.raw); err != nil {
			return "", nil, &Error{Msg: "is a damaged gzip file", Err: err}
		}
		g.z.Multistream(false)
		return "gzip", g, nil
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
		z, err := zstd.NewReader(raw, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return "", nil, &Error{Msg: "is a damaged zstd file", Err: err}
		}
		return "zstd", z, nil
	}
	return "", nil, nil
}

const gzipMagic = "\x1f\x8b"

// gzipMembers reads the members of a gzip file. As gzip(1) does, it ends at bytes that
// are not another member: padding with zeros, or something that was appended.
type gzipMembers struct {
	raw      *bufio.Reader
	z        *gzip.Reader
	ended    bool
	trailing bool // other bytes than zeros follow
}

func (m *gzipMembers) Read(p []byte) (n int, err error) {
	for !m.ended {
		n, err = m.z.Read(p)
		if n > 0 && errors.Is(err, io.EOF) {
			return n, nil // the next Read finds out what follows
		}
		if !errors.Is(err, io.EOF) {
			return n, err
		}
		if err := m.next(); err != nil {
			return 0, err
		}
	}
	return 0, io.EOF
}

// next begins the next member, if there is one.
func (m *gzipMembers) next() error {
	head, err := m.raw.Peek(len(gzipMagic))
	if string(head) == gzipMagic {
		if err := m.z.Reset(m.raw); err != nil {
			return err
		}
		m.z.Multistream(false)
		return nil
	}
	if m.ended = true; err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	for {
		c, err := m.raw.ReadByte()
		if err != nil {
			return nil
		}
		if m.trailing = c != 0; m.trailing {
			return nil
		}
	}
}

// isDamage reports whether an error is about compressed data that is not what was
// compressed.
func isDamage(err error) bool {
	if _, corrupt := errors.AsType[flate.CorruptInputError](err); corrupt {
		return true
	}
	for _, damage := range []error{gzip.ErrChecksum, gzip.ErrHeader, zip.ErrChecksum, zip.ErrFormat,
		zstd.ErrCRCMismatch, zstd.ErrMagicMismatch, zstd.ErrReservedBlockType, zstd.ErrUnexpectedBlockSize, zstd.ErrFrameSizeMismatch, zstd.ErrFrameSizeExceeded} {
		if errors.Is(err, damage) {
			return true
		}
	}
	return false
}
