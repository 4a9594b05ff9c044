package rows

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
)

// Options overrule what Open would find out by itself.
type Options struct {
	Format    Format    // empty: by the name's ending, else by the content
	Delimiter byte      // 0: the one that splits the first records best
	Encoding  Encoding  // empty: by the first bytes; a byte order mark is believed first
	Sheet     string    // of a workbook: its name, or its number; empty: the first one that shows
	NoHeader  bool      // CSV and workbooks: the first record is a row
	Columns   []string  // the names of the columns then; nil: c1, c2, …
	Stdin     io.Reader // what the path "-" reads

	// Rejected says that the input is a file of rejected rows, and that its
	// rows have the numbers and lines that they had in the input they are of.
	Rejected bool
}

// Input is one opened source of rows. Its fields are set by Open and not
// changed afterwards; its methods belong to one goroutine.
type Input struct {
	Name        string   // the path as it can be shown, see Printable, or "standard input"
	Path        string   // the path as it was given
	Stored      Format   // what the file is
	Format      Format   // what its rows are, Stored.Rows: CSV or JSONL
	Sheet       string   // XLSX: the name of the sheet that is read
	NoHeader    bool     // the first record is a row
	Delimiter   byte     // CSV only
	Compression string   // "", "gzip", "zstd" or "zip", or several with commas
	Encoding    Encoding // of its text
	BOM         bool     // it starts with a byte order mark
	CRLF        bool     // CSV: its first line ends in a carriage return and a line feed
	Header      []byte   // CSV: the header record as it stands, or the names instead of one
	Columns     []Column // CSV: the header's; JSONL: the names seen in the first objects
	DateColumns []bool   // XLSX, by column: the first rows hold numbers that are shown as dates
	Notes       []string // what a user should know about the header
	Size        int64    // bytes of the file, compressed as it is; -1 where unknown
	Digest      string   // SHA-256 of what identifies the content, see digest

	options Options
	decoder *decoder // nil: the text is UTF-8
	sheet   *sheet   // nil: it is no workbook
	inside  string   // the name of the file in an archive
	file    *os.File // nil for standard input
	source  io.Reader
	close   func()
	first   Position // behind the byte order mark and the header
	at      Position
	carry   []byte // read, but behind the last record of the last block
	ended   bool
	stop    error // what the last call of Next returned, if not nil: the ones that follow do too
	padded  bool  // a line ending was added behind the last record
	closed  bool  // an array, of which nothing follows
	typical int   // bytes that the largest block so far needed, up to maxTypical
	read    atomic.Int64

	was os.FileInfo // of the file, when it was opened
}

// Expand turns command-line arguments into paths: a pattern that no file is
// called by becomes the files it matches, in the order of their names.
func Expand(args []string) ([]string, error) {
	var paths []string
	for _, arg := range args {
		if _, err := os.Lstat(arg); err == nil || arg == "-" || !strings.ContainsAny(arg, "*?[") {
			paths = append(paths, arg)
			continue
		}
		matches, err := filepath.Glob(arg)
		if err != nil {
			return nil, &Error{Name: Printable(arg), Msg: "there is no such file, and as a pattern it is not valid"}
		}
		if len(matches) == 0 {
			return nil, &Error{Name: Printable(arg), Msg: "no file matches this pattern"}
		}
		paths = append(paths, matches...)
	}
	return paths, nil
}

// Open opens the file at path, "-" being standard input, finds out what it is
// and reads a CSV header. Errors are of type *Error.
func Open(path string, o Options) (*Input, error) {
	in := &Input{Name: Printable(path), Path: path, Delimiter: o.Delimiter, options: o, Size: -1, close: func() {}}
	if err := in.open(o.Stdin); err != nil {
		return nil, err
	}
	if err := in.start(); err != nil {
		in.Close()
		return nil, err
	}
	return in, nil
}

// Close releases the file. It may be called more than once.
func (in *Input) Close() {
	in.close()
	if in.file != nil {
		in.file.Close()
	}
}

// Seekable reports whether SeekTo can jump; otherwise it reads.
func (in *Input) Seekable() bool {
	return in.file != nil && in.Size >= 0 && in.Compression == "" && in.decoder == nil && in.sheet == nil
}

func (in *Input) open(stdin io.Reader) error {
	if in.Path == "-" {
		in.Name = "standard input"
		in.source = counter{stdin, &in.read}
		return nil
	}
	if err := in.refuseNoFile(); err != nil {
		return err
	}
	var err error
	if in.file, err = os.Open(in.Path); err != nil {
		return &Error{Name: in.Name, Msg: "cannot be opened", Err: cause(err)}
	}
	if in.was, err = in.file.Stat(); err != nil {
		in.file.Close()
		return &Error{Name: in.Name, Msg: "cannot be opened", Err: cause(err)}
	}
	if in.was.Mode().IsRegular() {
		in.Size = in.was.Size()
	}
	in.source = counter{in.bounded(0), &in.read}
	return nil
}

// bounded reads the file from offset on, a regular one as whole does.
func (in *Input) bounded(offset int64) io.Reader {
	if in.Size < 0 {
		return in.file
	}
	return &whole{in.file, in.Size - offset, in.Size}
}

// cause drops the operation and path that os errors repeat.
func cause(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// start looks at the first bytes: compression, encoding, format, header.
func (in *Input) start() error {
	head, ended, err := in.sample(4)
	if err != nil {
		return err
	}
	if in.Digest, err = in.digest(); err != nil {
		return err
	}
	if err = in.decompress(head, ended); err != nil {
		return err
	}
	if in.carry, in.ended, err = in.sample(sampleSize); err != nil {
		return err
	}
	if in.Digest == "" {
		in.Digest = hexSHA256(in.carry)
	}
	if err := in.unpack(); err != nil || in.sheet != nil {
		return err
	}
	if in.options.Sheet != "" {
		return &Error{Name: in.Name, Msg: "is no workbook and has no sheets", Hint: "leave --sheet out"}
	}
	if err := in.decode(); err != nil {
		return err
	}
	in.at.Line = 1
	if len(bytes.TrimSpace(in.carry)) == 0 && in.ended {
		return in.empty()
	}
	return in.recognise()
}

func (in *Input) empty() error {
	return &Error{Name: in.Name, Msg: "is empty", Hint: "a CSV file needs a header and a JSONL file an object on each line"}
}

// sample reads until size bytes are there or the input has ended.
func (in *Input) sample(size int) (head []byte, ended bool, err error) {
	head = make([]byte, size)
	n := 0
	for n < size && err == nil {
		var m int
		m, err = in.source.Read(head[n:])
		n += m
	}
	if errors.Is(err, io.EOF) {
		return head[:n], true, nil
	}
	if err != nil {
		e := &Error{Name: in.Name, Msg: "cannot be read", Err: cause(err)}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			e.Hint = "was it copied whole?"
		}
		return nil, false, e
	}
	return head[:n], false, nil
}

// progress returns how many bytes of the file were read. Archives are read in
// parts, some of them twice.
func (in *Input) progress() int64 {
	n := in.read.Load()
	if in.Size >= 0 {
		n = min(n, in.Size)
	}
	return n
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
