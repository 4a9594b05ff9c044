// Package rows reads the records of CSV and JSONL files, of JSON arrays and of
// Excel workbooks, each knowing where it starts and ends, and writes CSV and JSONL.
//
// Start with Open. An Input is cut into Blocks of whole records by one
// goroutine (Input.Next); the records of a block are split into Rows by any
// number of Parsers, one a goroutine. Reading can start again at every
// Position that a block reported.
//
// Text stays text: a CSV cell is its bytes, a JSONL value keeps its digits and
// its spelling. What a value means is the mapping's business.
package rows

import "fmt"

// Format is the shape of an input.
type Format string

// The formats that are read. The rows of a workbook are as those of CSV, and the
// elements of an array as the lines of JSONL.
const (
	CSV   Format = "csv"
	JSONL Format = "jsonl"
	Array Format = "json"
	XLSX  Format = "xlsx"
)

// Rows returns the format that the rows have, CSV or JSONL: the one of the file
// of those that are rejected.
func (f Format) Rows() Format {
	switch f {
	case Array:
		return JSONL
	case XLSX:
		return CSV
	}
	return f
}

// Position is a place between two records of an input's decompressed bytes.
type Position struct {
	Row    int64 `json:"row"`    // records before it, the header not counted
	Line   int64 `json:"line"`   // line on which the next record starts, the first is 1
	Offset int64 `json:"offset"` // bytes before it
}

// Column is one name of an input's header.
type Column struct {
	Name string // without the spaces around it
}

// Kind is what a cell holds.
type Kind uint8

// The kinds of cells. CSV knows only Text.
const (
	Absent  Kind = iota // a JSONL object without this name
	Text                // a CSV cell, or a JSON string without its quotes and escapes
	Number              // a JSON number as it was spelt
	Boolean             // true or false
	Null                // null
	JSON                // an object or an array as it was spelt
)

// Cell is one value of a row. Its text points into the block or the parser:
// it may be read until the parser's next Row, and must not be changed.
type Cell struct {
	Kind Kind
	Text []byte
}

// Row is one record. It is valid until the parser's next Row.
type Row struct {
	Number int64  // the first row of an input is 1
	Line   int64  // the line on which it starts
	Raw    []byte // the record as it stands, without its line ending
	Cells  []Cell // by column; a broken CSV record has as many as were found
	Plain  bool   // no cell of Text holds what JSON strings must escape
	Report Report // only in a file of rejected rows, see Options.Rejected
	Order  []int  // JSONL: the columns that are present, as they stand in the record
	Broken *Broken
}

// Report is what a file of rejected rows says of a row, as far as somebody reads
// it again. Like the cells it is valid until the parser's next Row.
type Report struct{ Reason, Message []byte }

// The reasons of broken records.
const (
	ReasonMalformed = "malformed"    // it cannot be split into cells
	ReasonRagged    = "ragged"       // it has more or fewer cells than the header
	ReasonUTF8      = "invalid_utf8" // its bytes are not UTF-8
	ReasonDuplicate = "duplicate_name"
	ReasonCell      = "error_cell" // a cell of a workbook holds an error, or no value that could be read
)

// Broken says why a record cannot be used. It is data, not an error: reading
// goes on behind it.
type Broken struct {
	Reason  string
	Column  string // the column's name where it is known
	At      int    // byte of the record, the first is 1; 0 where it says nothing
	Message string
}

// Error is a reason why an input cannot be read, or not any further.
type Error struct {
	Name string // of the input
	Line int64  // 0 where the file as a whole is meant
	Msg  string
	Hint string // what to do, without a full stop; may be empty
	Err  error  // the cause; may be nil
}

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
