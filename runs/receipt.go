package runs

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"strings"

	"github.com/gocarina/gocsv"

	"github.com/ciobulk/ciobulk/rows/charset"
)

// Identifiers says how a receipt names people.
type Identifiers string

// The ways. The zero value means no receipt.
const (
	ClearIdentifiers Identifiers = "clear" // as they were sent
	HashIdentifiers  Identifiers = "hash"  // the SHA-256 of the identifier in hexadecimal
)

// Receipt is the proof of what was asked for people who were to be deleted or
// suppressed: a line for each of those operations that was sent. It belongs to one
// goroutine.
type Receipt struct {
	growing
	identifiers Identifiers
	lines       []ReceiptLine // that are not in the buffer yet
}

// ReceiptLine is one operation on a receipt.
type ReceiptLine struct {
	Input      string `csv:"input"`
	Row        int64  `csv:"row"`
	Match      string `csv:"match"`
	Identifier string `csv:"identifier"`
	Operation  string `csv:"operation"`
	Verdict    string `csv:"verdict"`
	Requested  string `csv:"requested_at"` // when it was answered, UTC
}

// NewReceipt returns the run's receipt, which names people in the way of identifiers.
func NewReceipt(r *Run, identifiers Identifiers) *Receipt {
	return &Receipt{growing: r.receipt, identifiers: identifiers}
}

// Add adds a line about the person with the identifier; Flush writes it. A cell that a
// spreadsheet would run as a formula gets an apostrophe, which is not part of the text.
func (f *Receipt) Add(line ReceiptLine, identifier []byte) {
	line.Input, line.Identifier = Inert(line.Input), Inert(f.name(identifier))
	f.lines = append(f.lines, line)
}

// Inert returns text for a cell of a file that people open in a spreadsheet: with an
// apostrophe before it, if it begins like a formula or with a mark that readers remove
// (Ctrl-Z, a byte order mark). Files that are input again must not have it.
func Inert(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\x1a", rune(text[0])) || strings.HasPrefix(text, charset.BOM) {
		return "'" + text
	}
	return text
}

func (f *Receipt) name(value []byte) string {
	if f.identifiers != HashIdentifiers {
		return string(value)
	}
	sum := sha256.Sum256(value)
	return hex.EncodeToString(sum[:])
}

// Flush writes the lines that were added, and waits until they are on the disk.
func (f *Receipt) Flush() error {
	if len(f.lines) > 0 {
		var text bytes.Buffer
		w := gocsv.NewSafeCSVWriter(csv.NewWriter(&text))
		write := gocsv.MarshalCSVWithoutHeaders
		if f.empty() {
			write = gocsv.MarshalCSV
		}
		if err := write(&f.lines, w); err != nil {
			return err
		}
		f.buffer = append(f.buffer, text.Bytes()...)
		f.lines = f.lines[:0]
	}
	return f.growing.Flush()
}
