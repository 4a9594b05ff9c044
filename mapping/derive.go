package mapping

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"

	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
	"github.com/oklog/ulid/v2"
)

// Seed is what the ids of an input's events are derived from, besides their rows.
type Seed struct {
	// Input is what a file of rejected rows calls the input; empty for rows that are
	// read from the input itself, or were added to such a file by hand.
	Input string
	Sum   [sha256.Size]byte
}

// SeedOf returns the seed for an input of size bytes (-1 where that is not known)
// and the digest that rows.Input gives. nonce is empty, or what makes the
// ids those of one run.
func SeedOf(input string, size int64, digest, nonce string) Seed {
	text := strconv.AppendInt([]byte("ciobulk event\x00"), size, 10)
	return Seed{input, sha256.Sum256(append(text, "\x00"+digest+"\x00"+nonce...))}
}

// deriver derives the ids of events. It belongs to one goroutine.
type deriver struct {
	seeds []Seed
	known func(input string, row int64) (id string, known bool) // Terms.IDs
	last  ulid.ULID                                             // that was derived; zero: none since it was cleared
	cells []namedCell                                           // CSV: the columns that are not an earlier run's report, by their names
	text  []byte                                                // scratch
}

// undated is the time in the ids of events without a timestamp, in unix seconds: the
// beginning of 2020, which does not depend on when they are sent.
const undated = 1577836800

// derive returns the id of an event: the same whenever the same row of the same
// input is sent, and another one for any other. The service ignores an event
// whose id it has seen, so that sending one again does no harm. It is a ULID: its
// time is that of the event, or a fixed one, and its other bits come from SHA-256. The
// order of the columns and empty cells do not count, for spreadsheets change them.
// There is a problem where the row's input is not known: the row is then rejected. at
// is in unix seconds.
func (d *deriver) derive(r *rows.Row, columns []rows.Column, action Action, name []byte, at int64) (id ulid.ULID, problem string) {
	seed, problem := d.seed(r)
	if problem != "" {
		return id, problem
	}
	if d.known != nil && r.Report.Given {
		if text, known := d.known(seed.Input, r.Number); known && id.UnmarshalText([]byte(text)) == nil {
			d.last = id
			return id, ""
		}
	}
	text := append(d.text[:0], seed.Sum[:]...)
	text = binary.AppendVarint(text, r.Number)
	text = appendField(text, []byte(action))
	text = appendField(text, name)
	if r.Order == nil {
		text = d.appendCells(text, r)
	}
	for _, i := range r.Order {
		if column := columns[i].Name; column == "" || column[0] != '_' || !slices.Contains(rows.ReportColumns, column) {
			text = appendField(text, []byte(column))
			text = appendField(append(text, byte(r.Cells[i].Kind)), r.Cells[i].Text)
		}
	}
	d.text = text
	sum := sha256.Sum256(text)
	copy(id[:], sum[:])
	_ = id.SetTime(uint64(max(at, 0) * 1000)) // it fails after the year 10889
	d.last = id
	return id, ""
}

// namedCell is a column of CSV and a hash of its name.
type namedCell struct {
	column int
	name   uint64
}

// namedCells returns the columns that are not a report's, ordered by their names.
func namedCells(columns []rows.Column) (cells []namedCell) {
	for i, c := range columns {
		if !slices.Contains(rows.ReportColumns, c.Name) {
			sum := sha256.Sum256([]byte(c.Name))
			cells = append(cells, namedCell{i, binary.LittleEndian.Uint64(sum[:])})
		}
	}
	slices.SortStableFunc(cells, func(a, b namedCell) int { return strings.Compare(columns[a.column].Name, columns[b.column].Name) })
	return cells
}

// appendCells appends the cells of a row of CSV that have text, in the order of their
// names. The names themselves would cost a third of the time of an event, so the sum
// of their hashes is mixed into the seed, with which text begins.
func (d *deriver) appendCells(text []byte, r *rows.Row) []byte {
	names := uint64(0)
	for _, c := range d.cells {
		if c.column < len(r.Cells) && len(r.Cells[c.column].Text) > 0 {
			names += c.name
			text = appendField(text, r.Cells[c.column].Text)
		}
	}
	binary.LittleEndian.PutUint64(text, binary.LittleEndian.Uint64(text)^names)
	return text
}

// appendField appends text after its length, so that no two lists of fields look
// alike.
func appendField(dst, text []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}

// seed returns the seed for the input that the row comes from. There is a problem
// where a file of rejected rows does not say which input that is, or names one that is
// not known.
func (d *deriver) seed(r *rows.Row) (_ Seed, problem string) {
	name := ""
	if r.Report.Given {
		if name = string(r.Report.Input); name == "" {
			name = d.only()
		}
		switch {
		case r.Report.Lost:
			return Seed{}, inColumn("_row", "damaged"+noID)
		case name == "":
			return Seed{}, inColumn("_input", "is empty"+noID)
		}
	}
	for _, s := range d.seeds {
		if s.Input == name {
			return s, ""
		}
	}
	return Seed{}, inColumn("_input", convert.Quote([]byte(name))+" is not an input of the run"+noID)
}

const noID = ": cannot derive the event's id, and with another id the event could happen twice"

// only returns the name of the one input that rejected rows come from, or "" where
// there are several or none.
func (d *deriver) only() (name string) {
	for _, s := range d.seeds {
		switch {
		case s.Input == "":
		case name != "":
			return ""
		default:
			name = s.Input
		}
	}
	return name
}
