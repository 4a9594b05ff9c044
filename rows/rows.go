// Package rows reads the records of CSV and JSONL files, of JSON arrays and of
// Excel workbooks, each with the place where it starts and ends, and writes CSV and
// JSONL.
//
// Start with Open. An Input is cut into Blocks of whole records by one
// goroutine (Input.Next); the records of a block are split into Rows by any
// number of Parsers, one per goroutine. Reading can start again at every Position
// that a block reported.
//
// Text stays text: a CSV cell is its bytes, a JSONL value keeps its digits. What a
// value means is decided by the mapping.
package rows

import (
	"strings"

	"github.com/ciobulk/ciobulk/internal/jsontext"
)

// Format is the shape of an input.
type Format string

// The formats that are read. The rows of a workbook are like those of CSV, and the
// elements of an array like the lines of JSONL.
const (
	CSV   Format = "csv"
	JSONL Format = "jsonl"
	Array Format = "json"
	XLSX  Format = "xlsx"
)

// Rows returns the format that the rows have, CSV or JSONL: that of the file of
// rejected rows.
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
	Absent  = Kind(jsontext.None)      // a JSONL object without this name
	Text    = Kind(jsontext.String)    // a CSV cell, or a JSON string without its quotes and escapes
	Number  = Kind(jsontext.Number)    // a JSON number as it is written
	Boolean = Kind(jsontext.Boolean)   // true or false
	Null    = Kind(jsontext.Null)      // null
	JSON    = Kind(jsontext.Composite) // an object or an array as it is written
	Faulty  = JSON + 1                 // a workbook's cell that has no value; its text is what is shown instead, see Fault
)

// Cell is one value of a row. Its text points into the block or the parser:
// it may be read until the parser's next Row, and must not be changed.
type Cell struct {
	Kind Kind
	Text []byte
}

// notCounted is shown for a formula without a stored value.
const notCounted = "#GETTING_DATA"

// Fault says why a cell of the kind Faulty has no value, as the end of a sentence.
func Fault(shown []byte) string {
	if string(shown) == notCounted {
		return faultOfFormula
	}
	return faultOfError + string(shown)
}

const (
	faultOfFormula = "has a formula without a stored value; open the workbook in a spreadsheet and save it"
	faultOfError   = "holds the error "
)

// IsFault reports whether a message ends with what Fault says.
func IsFault(message string) bool {
	return strings.HasSuffix(message, faultOfFormula) || strings.Contains(message, faultOfError)
}

// Row is one record. It is valid until the parser's next Row.
type Row struct {
	Number int64  // the first row of an input is 1
	Line   int64  // the line on which it starts
	Raw    []byte // the record as it is, without its line ending
	Cells  []Cell // by column; a broken CSV record has as many as were found
	Plain  bool   // no cell of Text holds what JSON strings must escape
	Report Report // only in a file of rejected rows, see Input.Rejected
	Order  []int  // JSONL: the columns that are present, in the order of the record
	Faulty bool   // a cell is of the kind Faulty
	Odd    Oddity // callers pass over a record that is not a row, and count it
	Broken *Broken
}

// The reasons of broken records.
const (
	ReasonMalformed = "malformed"      // it cannot be split into cells
	ReasonRagged    = "ragged"         // it has more or fewer cells than the header
	ReasonUTF8      = "invalid_utf8"   // its bytes are not UTF-8
	ReasonDuplicate = "duplicate_name" // a JSON object has the same name twice
	ReasonNotRow    = "not_a_row"      // it is not a row of data: a repeated header, a line of dashes, an empty row
	ReasonCell      = "error_cell"     // a cell of a workbook holds an error, or a value that cannot be read
)

// Broken says why a record cannot be used. It is data, not an error: reading
// continues after it.
type Broken struct {
	Reason  string
	Column  string // the column's name where it is known
	At      int    // byte of the record, the first is 1; 0 where there is no such byte
	Message string
}
