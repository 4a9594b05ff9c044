package rows

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/ciobulk/ciobulk/rows/charset"
)

// Error is a reason why an input cannot be read, or cannot be read to its end.
type Error struct {
	Kind ErrorKind
	Name string // of the input
	Line int64  // 0 where the file as a whole is meant
	Msg  string
	Hint string // what to do, without a full stop; empty where the caller words it by Kind
	Err  error  // the cause; may be nil

	Path       string              // of the input, as it was given
	Found      Format              // FormatDiffers, NotArray: what the content looks like; may be empty
	Sheets     []Sheet             // NoSuchSheet, EmptySheet: those that there are
	Encoding   charset.Encoding    // UnreadableHeader: as which it was read
	Candidates []charset.Candidate // UnclearEncoding, UnreadableHeader: what it may be
	Inside     string              // Wrapped: the name of the array with the rows
}

// Sheet is one worksheet of a workbook.
type Sheet struct {
	Name   string
	Hidden bool
}

// ErrorKind says what a caller can do about an error.
type ErrorKind uint8

// The kinds of errors. What to do about the first one and the last is in Hint, if
// anything is.
const (
	OtherError       ErrorKind = iota
	Damaged                    // the content is broken at Line: everything after it is unreadable, now and later
	Moved                      // a row is not where it was: this is not the input of the earlier run
	FormatDiffers              // the content is not of the format that the options or the name say
	NotArray                   // the options say that it is a JSON array
	NotWorkbook                // the options say that it is a workbook, or name a sheet
	IsWorkbook                 // the options say that it is not a workbook
	NoSuchSheet                // the options name a sheet that the workbook does not have
	EmptySheet                 // the sheet has no header
	NotText                    // the bytes are not text of an encoding that can be found
	UnclearEncoding            // the bytes may be text of several encodings
	UnreadableHeader           // the header has bytes that are not text of the encoding
	UnsplitRow                 // the first row of an input without a header does not say how many columns there are
	ColumnCount                // the options name more or fewer columns than the first row has
	OtherColumns               // a file of rejected rows has other columns than the options name
	Spread                     // a JSON object has several lines
	Wrapped                    // one JSON object has an array with the rows inside
	LoneReturns                // lines end in a carriage return alone
	NoHeaderRow                // the row that the options name is not there
	Empty                      // there is nothing in it
)

func (e *Error) Error() string {
	where := e.Name
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d", e.Name, e.Line)
	}
	if e.Err != nil {
		return fmt.Sprintf("%s: %s: %v", where, e.Msg, e.Err)
	}
	return where + ": " + e.Msg
}

func (e *Error) Unwrap() error { return e.Err }

// Permanent reports whether reading the same input again gives the same error.
func (e *Error) Permanent() bool { return e.Kind == Damaged }

// cause drops the operation and path that errors of the file system repeat.
func cause(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
