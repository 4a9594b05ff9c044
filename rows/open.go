package rows

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/ciobulk/ciobulk/rows/charset"
	"github.com/klauspost/compress/zstd"
)

// Options override what Open would find out by itself.
type Options struct {
	Format    Format           // empty: by the ending of the name, else by the content
	Delimiter byte             // 0: the one that splits the first records best
	Encoding  charset.Encoding // empty: by the bytes; a byte order mark takes precedence in any case
	Sheet     string           // of a workbook: its name, or its number; empty: the first one that is not hidden
	HeaderRow int              // CSV and workbooks: the row that the header is in, the first is 1; 0: the first one with text
	Hidden    HiddenRows       // of a workbook: what to do with rows that it does not show
	NoHeader  bool             // CSV and workbooks: the first record is a row
	Columns   []string         // the names of the columns then; nil: c1, c2, …
	Stdin     io.Reader        // what the path "-" reads

	// Rejected says that the input is a file of rejected rows, whose rows have the
	// numbers and lines that they had in the inputs they come from. Other files of
	// rejected rows are recognised by their columns.
	Rejected bool
}

// HiddenRows says what to do with the rows that a workbook does not show, usually
// because of a filter.
type HiddenRows string

// The ways to treat hidden rows. The zero value includes them, too; it says that no
// one has decided so.
const (
	IncludeHidden HiddenRows = "include"
	SkipHidden    HiddenRows = "skip"
)

// Expand turns command-line arguments into paths: a pattern that is not the name of
// a file becomes the files it matches, in the order of their names.
func Expand(args []string) ([]string, error) {
	var paths []string
	for _, arg := range args {
		if _, err := os.Lstat(arg); err == nil || arg == "-" || !strings.ContainsAny(arg, "*?[") {
			paths = append(paths, arg)
			continue
		}
		matches, err := filepath.Glob(arg)
		if err != nil {
			return nil, &Error{Name: Printable(arg), Path: arg, Msg: "there is no such file, and it is not valid as a pattern"}
		}
		if len(matches) == 0 {
			return nil, &Error{Name: Printable(arg), Path: arg, Msg: "no file matches this pattern"}
		}
		paths = append(paths, matches...)
	}
	return paths, nil
}

// Open opens the file at path, "-" being standard input, finds out what it is
// and reads a CSV header. Errors are of type *Error.
func Open(path string, o Options) (*Input, error) {
	in := &Input{Name: Printable(path), Path: path, Delimiter: o.Delimiter, options: o, HeaderRow: o.HeaderRow, Size: -1}
	switch path {
	case "-":
		in.Name = "standard input"
	case "":
		in.Name = `""`
	}
	if err := (&opening{in, o, ""}).run(); err != nil {
		in.Close()
		return nil, in.of(err)
	}
	in.sum = 0 // the header is not a row
	in.Rejected = o.Rejected || hasReport(in.Columns)
	in.opened = true
	return in, nil
}

// opening is one call of Open.
type opening struct {
	*Input
	options Options
	inside  string // the name of the file in an archive
}

// run looks at the first bytes: compression, encoding, format, header.
func (o *opening) run() (err error) {
	if o.stored, o.source, err = openStored(o.Path, o.options.Stdin); err != nil {
		return err
	}
	o.Size = o.stored.size
	if err = o.fill(4); err != nil {
		return err
	}
	if o.Digest, err = o.stored.digest(); err != nil {
		return err
	}
	if err = o.decompress(); err != nil {
		return err
	}
	if o.Digest == "" {
		o.Digest = hexSHA256(o.carry)
	}
	if err := o.unpack(); err != nil || o.sheet != nil {
		return err
	}
	if o.options.Sheet != "" {
		return &Error{Kind: NotWorkbook, Msg: "is not a workbook and has no sheets"}
	}
	if err := decodeText(o.Input, o.options); err != nil {
		return err
	}
	o.at.Line = 1
	if len(bytes.TrimSpace(o.carry)) == 0 && o.ended {
		return errEmpty()
	}
	return o.recognise()
}

func errEmpty() error {
	return &Error{Kind: Empty, Msg: "is empty", Hint: "a CSV file needs a header, a JSONL file an object on each line"}
}

// decompress reads what a compressed file holds, if it is one, and the first bytes
// of the text.
func (o *opening) decompress() error {
	head := o.carry
	o.source = o.rest()
	name, r, err := decompressed(head, o.source)
	if err != nil {
		return err
	}
	if r != nil {
		o.Compression, o.source = name, r
		switch r := r.(type) {
		case *gzipMembers:
			o.trailing = &r.trailing
		case *zstd.Decoder:
			o.close = append(o.close, r.Close)
		}
	}
	if o.Compression == "" && o.Size >= 0 { // of thousands of small files, that much for each would be garbage
		return o.fill(int(min(sampleSize, o.Size+1)))
	}
	return o.fill(sampleSize)
}

func newBytes(text []byte) io.Reader { return bytes.NewReader(text) }
