package rows

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/ciobulk/ciobulk/rows/charset"
)

// Input is one opened source of rows. Its fields are set by Open and not changed
// afterwards; its methods belong to one goroutine, Changed and Close excepted.
type Input struct {
	Name           string           // the path as it can be shown, see Printable, or "standard input"
	Path           string           // the path as it was given
	Stored         Format           // what the file is
	Format         Format           // what its rows are, Stored.Rows: CSV or JSONL
	Sheet          string           // XLSX: the name of the sheet that is read
	NoHeader       bool             // the first record is a row
	HeaderRow      int              // the row that the header is in, where it was named
	Delimiter      byte             // CSV only
	Compression    string           // "", "gzip", "zstd" or "zip", or several with commas
	Encoding       charset.Encoding // of its text
	Sample         string           // a word or two of the text, where the encoding was found by its letters
	BOM            bool             // it starts with a byte order mark
	CRLF           bool             // CSV: its first line ends in a carriage return and a line feed
	Header         []byte           // CSV: the header record as it is, or the names instead of one
	Columns        []Column         // CSV: the header's; JSONL: the names seen in the first objects
	DateColumns    []bool           // XLSX, by column: the rows that were read hold only dates; it changes with Next
	PercentColumns []bool           // the same for percentages
	Top            []TopRow         // XLSX: the first rows after the header, with cells beyond its columns
	HiddenRows     int64            // XLSX: rows that the sheet does not show
	SkipsHidden    bool             // they are not read
	Rejected       bool             // it is a file of rejected rows, see Row.Report
	Notes          []string         // what a user should know about the header
	Size           int64            // bytes of the file, compressed ones where it is compressed; -1 where unknown
	Digest         string           // SHA-256 of what identifies the content

	ahead
	options  Options
	opened   bool // by Open, not inside it
	stored   *stored
	decoder  *charset.Reader // nil: the text is UTF-8
	sheet    *sheet          // nil: it is not a workbook
	trailing *bool           // gzip: there are other bytes after the compressed data
	close    []func()
	first    Position // after the byte order mark and the header
	at       Position
	sum      uint32 // of the text from first to at
	stop     error  // what the last call of Next returned, if not nil: the ones that follow return it too
	padded   bool   // a line ending was added after the last record
	closed   bool   // an array, of which nothing follows
	use      use    // by the goroutine that reads
	typical  int    // bytes that the largest block so far needed, up to maxTypical
}

// ahead is what follows of an input: bytes that were read already, and the source
// of the others.
type ahead struct {
	carry  []byte
	source io.Reader
	ended  bool // the source has nothing more
}

// fill reads until size bytes are there or the source has ended. Nothing may be
// there yet.
func (a *ahead) fill(size int) error {
	head, n := make([]byte, size), 0
	var err error
	for n < size && err == nil {
		var m int
		m, err = a.source.Read(head[n:])
		n += m
	}
	a.carry, a.ended = head[:n], errors.Is(err, io.EOF)
	if err == nil || a.ended {
		return nil
	}
	e := &Error{Msg: "cannot be read", Err: cause(err)}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		e.Hint = "was it copied whole?"
	}
	return e
}

// rest returns all that follows as a reader.
func (a *ahead) rest() io.Reader {
	if a.ended {
		return newBytes(a.carry)
	}
	return io.MultiReader(newBytes(a.carry), a.source)
}

// Close releases the file and what was read ahead, and ends a call of Next that waits
// for a named pipe. It may be called more than once and by any goroutine, also while
// another one is in a call of Next, which then releases the rest when it returns; what
// is known of the input stays.
func (in *Input) Close() {
	in.stored.close()
	in.use.end(in.release)
}

func (in *Input) release() {
	for i := len(in.close) - 1; i >= 0; i-- {
		in.close[i]()
	}
	in.close, in.ahead, in.stop = nil, ahead{}, in.of(&Error{Msg: "cannot be read", Err: os.ErrClosed})
}

// Seekable reports whether SeekTo can jump; otherwise it reads.
func (in *Input) Seekable() bool {
	return in.Size >= 0 && in.Compression == "" && in.decoder == nil && in.sheet == nil
}

// At returns the position after the last block.
func (in *Input) At() Position { return in.at }

// Changed returns an *Error with ErrChanged if the file that was opened has been
// written to since: rows may then be half of one version and half of another, and
// the last one may have been cut short. Whether something other than a regular file
// has changed cannot be known. It may be called at any time, by any goroutine.
func (in *Input) Changed() error { return in.of(in.stored.changed()) }

// Replaced says in words what is at the path now instead of the file that was
// opened, or "". The rows are those of the file that was opened all the same.
func (in *Input) Replaced() string {
	if is := in.stored.replaced(); is != "" {
		return in.Name + " " + is
	}
	return ""
}

// Parser returns a new parser. JSONL objects may have any names: those given are
// columns 0, 1, … in their order, whatever the file holds; names beyond them get
// the columns that follow, in each parser separately. For CSV the columns are the
// header's, and names is not used.
func (in *Input) Parser(names []string) *Parser { return newParser(in, names) }

// EndNotes returns what a user should know about the content, as far as it was
// read.
func (in *Input) EndNotes() (notes []string) {
	if in.sheet != nil {
		notes = in.sheet.notes()
	}
	if in.trailing != nil && *in.trailing {
		notes = append(notes, "after the compressed data there are other bytes, which are not read")
	}
	for i := range notes {
		notes[i] = in.Name + ": " + notes[i]
	}
	return notes
}

func (in *Input) note(format string, args ...any) {
	in.Notes = append(in.Notes, fmt.Sprintf("%s: %s", in.Name, fmt.Sprintf(format, args...)))
}

// of completes an error with the input that it is about.
func (in *Input) of(err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		e.Name, e.Path = in.Name, in.Path
	}
	return err
}
