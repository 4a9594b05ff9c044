package mapping

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/jsontext"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// identify returns the value that the row's person or object is found by, as it is
// sent, or why there is none. It settles which key that is.
func (m *Mapper) identify() (value []byte, reason, problem string) {
	if m.leading {
		return m.by.Identifier.read(m.row.Cells[m.by.at])
	}
	m.by, value, reason, problem = m.person()
	if len(m.plan.keys) > 1 {
		m.prefix = m.by.prefix[m.action]
	}
	return value, reason, problem
}

// person returns the key that the row's person is found by, the first whose cell is
// neither empty nor a word for nothing, and its value as it is sent, or why there is none.
func (m *Mapper) person() (by *boundKey, value []byte, reason, problem string) {
	keys := m.plan.keys
	if by = &keys[0]; len(keys) > 1 {
		at := slices.IndexFunc(keys, func(k boundKey) bool { return !k.nothing(m.row.Cells[k.at]) })
		if by = &keys[max(at, 0)]; at < 0 {
			return by, nil, customerio.ReasonRequired, m.noneFilled()
		}
	}
	value, reason, problem = by.Identifier.read(m.row.Cells[by.at])
	return by, value, reason, problem
}

// noneFilled says that no key identifies the row.
func (m *Mapper) noneFilled() string {
	columns, all := make([]string, 0, len(m.plan.keys)), "empty"
	for _, k := range m.plan.keys {
		columns = append(columns, fmt.Sprintf("%q", k.column))
		if cell := m.row.Cells[k.at]; len(convert.Trim(cell.Text)) > 0 && cell.Kind != rows.Null {
			all = "empty, or words for nothing"
		}
	}
	return "the columns " + strings.Join(columns, ", ") + " are all " + all
}

// Match returns the identifier that the person or object of the last row is found by.
func (m *Mapper) Match() customerio.Match { return m.by.Match }

func (m *Mapper) identifier(dst []byte, r *rows.Row) (_ []byte, hash uint64, ok bool) {
	if m.direct && m.record == nil {
		if c := &r.Cells[m.by.at]; (c.Kind == rows.Text || c.Kind == rows.Number) && m.findings.addDigits(c.Text, r.Number) { // the usual case
			dst = append(append(dst, m.prefix...), '"')
			dst = append(append(dst, c.Text...), '"')
			return dst, hashKey(customerio.ID, c.Text), true
		}
	}
	value, reason, problem := m.identify()
	if m.record != nil {
		m.record.identifier(m.by, m.row, value, problem)
	}
	match := m.by.Match
	if problem != "" {
		if reason == customerio.ReasonRequired && len(m.plan.keys) > 1 && !m.leading {
			return dst, 0, m.reject(reason, "identifiers", problem)
		}
		return dst, 0, m.reject(reason, "identifiers."+string(match), inColumn(m.by.column, problem))
	}
	if m.record == nil && (match == customerio.ID || match == customerio.ObjectID) {
		m.findings.AddID(value, r.Number)
	}
	if m.effects != nil {
		m.effects.begin(value, m.leading)
	}
	dst = append(dst, m.prefix...)
	if r.Plain {
		dst = append(append(append(dst, '"'), value...), '"')
	} else {
		dst = jsontext.AppendString(dst, value)
	}
	return dst, m.hash(value), true
}

// hash returns the hash of the identifier of the row's person or object.
func (m *Mapper) hash(value []byte) uint64 {
	h := hashKey(m.by.Match, value)
	if m.leading && m.plan.object.typeAt >= 0 {
		h = hashText(h, m.row.Cells[m.plan.object.typeAt].Text, false)
	}
	return h
}

// Identify returns who or what the operation of record i of b is about, as it is sent,
// and what it does to them: of a merge, the profile that vanishes. value points into the
// block or the mapper; it is nil where the row has none. matched names the identifier. It
// is for rows that Append came to Send for.
func (m *Mapper) Identify(b *rows.Block, i int) (value []byte, matched string, action Action) {
	m.row = m.parser.Row(b, i)
	if m.row.Broken != nil || !pickAction(m, m.row) {
		return nil, "", ""
	}
	if m.action == Merge {
		k := m.plan.merge
		value, _, _ = k.Identifier.read(m.row.Cells[k.at])
		return value, string(k.Match), m.action
	}
	value, _, _ = m.identify()
	return value, matchedBy(m), m.action
}

// Vanishing returns the hash of the profile or object that the operation of record i of b
// removes, where that is not the one that Append returned the hash of.
func (m *Mapper) Vanishing(b *rows.Block, i int, hash uint64) uint64 {
	if m.action != Merge {
		return hash
	}
	value, _, _ := m.Identify(b, i)
	return hashKey(m.plan.merge.Match, value)
}

// Finds reports whether record i of b is a row of the person whom value identifies,
// written as it is sent or as it is in the row. The case of emails does not matter.
func (m *Mapper) Finds(value []byte, b *rows.Block, i int) bool {
	m.row = m.parser.Row(b, i)
	if slices.ContainsFunc(m.plan.keys, func(k boundKey) bool { return k.at >= len(m.row.Cells) }) {
		return false // it could not be split
	}
	sent, _, problem := m.identify()
	same := bytes.Equal
	if m.by.Match == customerio.Email {
		same = bytes.EqualFold
	}
	return same(convert.Trim(m.row.Cells[m.by.at].Text), convert.Trim(value)) || problem == "" && same(sent, value)
}
