package importer

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"time"

	"github.com/ciobulk/ciobulk/mapping"
	"github.com/gocarina/gocsv"
)

// ReceiptIdentifiers says how a receipt names people.
type ReceiptIdentifiers string

// The ways. The zero value is to name them as they were sent.
const (
	ClearIdentifiers ReceiptIdentifiers = "clear"
	HashIdentifiers  ReceiptIdentifiers = "hash" // the SHA-256 of the identifier in hexadecimal
)

// receiptFile is the proof of what was asked for people who were to be deleted or
// suppressed: a line for each of those operations that was sent.
type receiptFile struct {
	reportFile
	identifiers ReceiptIdentifiers
	lines       []receiptLine // that are not in the buffer yet
}

// receiptLine is one operation on a receipt.
type receiptLine struct {
	Input      string `csv:"input"`
	Row        int64  `csv:"row"`
	Match      string `csv:"match"`
	Identifier string `csv:"identifier"`
	Operation  string `csv:"operation"`
	Verdict    string `csv:"verdict"`
	Requested  string `csv:"requested_at"` // when it was answered, UTC
}

// record adds the lines of a block, whose refused rows are in order.
func (f *receiptFile) record(b *block, input func(record int) string, match string, m *mapping.Mapper) {
	refused := b.refused
	for i := range b.Len() {
		for len(refused) > 0 && int(refused[0].record) < i {
			refused = refused[1:]
		}
		if b.answered[i].IsZero() {
			continue
		}
		name := input(i) // before Identify, whose value it would overwrite
		value, action := m.Identify(&b.Block, i)
		if !action.Certified() {
			continue
		}
		line := receiptLine{
			Input: name, Row: m.Row().Number, Match: match, Identifier: f.name(value), Operation: string(action),
			Verdict: "accepted", Requested: b.answered[i].UTC().Format(time.RFC3339Nano),
		}
		if len(refused) > 0 && int(refused[0].record) == i {
			line.Verdict = "rejected"
			if refused[0].Unknown {
				line.Verdict = "unknown"
			}
		}
		f.lines = append(f.lines, line)
	}
}

func (f *receiptFile) name(value []byte) string {
	if f.identifiers != HashIdentifiers {
		return string(value)
	}
	sum := sha256.Sum256(value)
	return hex.EncodeToString(sum[:])
}

// flush writes the lines that were added.
func (f *receiptFile) flush() error {
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
	return f.reportFile.flush()
}
