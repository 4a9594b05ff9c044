package mapping

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"

	"github.com/ciobulk/ciobulk/rows"
	"github.com/oklog/ulid/v2"
)

// Seed is what the ids of an input's events are derived from, besides their rows.
type Seed struct {
	// Input tells the rows of several inputs apart that are in one file of
	// rejected rows; empty where there is one.
	Input string
	Sum   [sha256.Size]byte
}

// SeedOf returns the seed for an input of so many bytes (-1 where that is not
// known) and the digest that rows.Input gives. nonce is empty, or what makes the
// ids those of one run.
func SeedOf(input string, size int64, digest, nonce string) Seed {
	text := strconv.AppendInt([]byte("ciobulk event\x00"), size, 10)
	return Seed{input, sha256.Sum256(append(text, "\x00"+digest+"\x00"+nonce...))}
}

// derive returns the id of an event: the same whenever the same row of the same
// input is sent, and another one for any other. The service ignores an event
// whose id it has seen, so that sending one again does no harm. It is a ULID in
// form; all of its bits come out of SHA-256, and none out of a clock.
func (m *Mapper) derive(r *rows.Row, name []byte) ulid.ULID {
	seed := m.seed(r)
	text := append(m.digest[:0], seed.Sum[:]...)
	text = binary.AppendVarint(text, r.Number)
	text = appendField(text, []byte(m.action))
	text = appendField(text, name)
	if r.Order == nil {
		for i, c := range r.Cells {
			if !m.plan.report[i] {
				text = appendField(text, c.Text)
			}
		}
	}
	columns := m.parser.Columns()
	for _, i := range r.Order {
		if column := columns[i].Name; column == "" || column[0] != '_' || !slices.Contains(rows.ReportColumns, column) {
			text = appendField(text, []byte(column))
			text = appendField(append(text, byte(r.Cells[i].Kind)), r.Cells[i].Text)
		}
	}
	m.digest = text
	sum := sha256.Sum256(text)
	return ulid.ULID(sum[:len(ulid.ULID{})])
}

// appendField appends text behind its length, so that no two lists of fields look
// alike.
func appendField(dst, text []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}

// seed returns the seed for the input that the row is of. In a file of rejected
// rows of several inputs, the message begins with its name.
func (m *Mapper) seed(r *rows.Row) *Seed {
	seeds := m.terms.Seeds
	if len(seeds) == 1 {
		return &seeds[0]
	}
	for i := range seeds {
		if bytes.HasPrefix(r.Report.Message, fmt.Appendf(nil, "%s:%d: ", seeds[i].Input, r.Line)) {
			return &seeds[i]
		}
	}
	return &seeds[0]
}

// Origin returns the name of the input that record i of b is of, in a file of
// rejected rows.
func (m *Mapper) Origin(b *rows.Block, i int) string {
	return m.seed(m.parser.Row(b, i)).Input
}
