package rows

import (
	"bytes"
	"strings"

	"github.com/ciobulk/ciobulk/rows/charset"
)

// Oddity is what makes a record something other than an ordinary row.
type Oddity uint8

// The oddities of records. A record with a mark is a row all the same; the others
// are not about anyone, and are passed over.
const (
	Ordinary    Oddity = iota
	HeaderAgain        // the header, once more: files were joined
	Ruler              // a line of dashes, as database clients print it under a header
	EmptyRow           // no cell has any text
	EndOfFile          // the character Ctrl-Z, with which DOS ended files
	MarkInside         // a byte order mark before the row, which is removed
)

// OddCounts counts records by their oddities. Its zero value has counted none.
type OddCounts struct {
	Headers int64 `json:"headers,omitempty"`
	Rulers  int64 `json:"rulers,omitempty"`
	Empty   int64 `json:"empty,omitempty"`
	Ends    int64 `json:"ends,omitempty"`
	Marks   int64 `json:"marks,omitempty"`
}

// Count adds one record.
func (n *OddCounts) Count(o Oddity) {
	switch o {
	case HeaderAgain:
		n.Headers++
	case Ruler:
		n.Rulers++
	case EmptyRow:
		n.Empty++
	case EndOfFile:
		n.Ends++
	case MarkInside:
		n.Marks++
	}
}

// Add adds the counts of other.
func (n *OddCounts) Add(other OddCounts) {
	n.Headers += other.Headers
	n.Rulers += other.Rulers
	n.Empty += other.Empty
	n.Ends += other.Ends
	n.Marks += other.Marks
}

// Passed reports whether the record is not a row. Such a record is also Broken, so
// that a caller that does not ask does not take it for one.
func (o Oddity) Passed() bool { return o != Ordinary && o != MarkInside }

// notRow says what a record is that is not a row.
func (o Oddity) notRow() *Broken {
	message := "not a row"
	switch o {
	case HeaderAgain:
		message = "the header, once more"
	case Ruler:
		message = "a line of dashes, not a row"
	case EmptyRow:
		message = "no cell has any text"
	case EndOfFile:
		message = "the end of a file of DOS, not a row"
	}
	return &Broken{Reason: ReasonNotRow, Message: message}
}

const (
	ctrlZ     = 0x1a
	separator = 0x1e // RFC 7464 begins each record of a sequence of JSON texts with it
)

// trimMarks removes what joined files leave at the ends of a record: byte order
// marks and Ctrl-Z. It notes how many bytes it removes at the front.
func (p *Parser) trimMarks(r *Row) {
	raw := r.Raw
	for {
		switch {
		case bytes.HasPrefix(raw, []byte(charset.BOM)):
			raw, r.Odd = raw[len(charset.BOM):], MarkInside
		case len(raw) > 0 && (raw[0] == ctrlZ || raw[0] == separator && p.format == JSONL):
			raw = raw[1:]
		default:
			p.trimmed = len(r.Raw) - len(raw)
			r.Raw = bytes.TrimRight(raw, "\x1a")
			if len(r.Raw) == 0 {
				r.Odd = EndOfFile
			}
			return
		}
	}
}

// marked reports whether a record may begin or end with what trimMarks removes.
func marked(raw []byte) bool {
	return raw[0] == charset.BOM[0] || raw[0] == ctrlZ || raw[0] == separator || raw[len(raw)-1] == ctrlZ
}

// suspectFirst notes how the first cell of a record begins that may not be a row: by
// nearly all first bytes it is.
func (p *Parser) suspectFirst() {
	for c := range ' ' + 1 {
		p.suspect[c] = true
	}
	for _, c := range []byte("-=:") {
		p.suspect[c] = true
	}
	if len(p.columns) > 0 && p.columns[0].Name != "" && !p.noHeader {
		p.suspect[p.columns[0].Name[0]] = true
	}
}

// oddity decides whether a CSV record with such a first cell is a row.
func (p *Parser) oddity(r *Row) Oddity {
	first, name := r.Cells[0].Text, p.columns[0].Name
	blank := len(first) == 0 || first[0] <= ' '
	switch {
	case blank && p.allCells(r, isBlank):
		return EmptyRow
	case (blank || len(first) >= len(name) && string(first[:len(name)]) == name) && p.repeats(r):
		return HeaderAgain
	case !blank && strings.IndexByte("-=:", first[0]) >= 0 && (r.Number == 1 || len(r.Raw) > 2*len(r.Cells)) && p.allCells(r, isRuler):
		return Ruler
	}
	return Ordinary
}

// allCells reports whether is holds for each cell of a record.
func (p *Parser) allCells(r *Row, is func([]byte) bool) bool {
	for _, c := range r.Cells {
		if !is(c.Text) {
			return false
		}
	}
	return true
}

// repeats reports whether a record is the header, perhaps with other quotes.
func (p *Parser) repeats(r *Row) bool {
	if len(r.Cells) != len(p.columns) || p.noHeader {
		return false
	}
	for i, c := range r.Cells {
		if string(bytes.TrimSpace(c.Text)) != p.columns[i].Name {
			return false
		}
	}
	return true
}

// isBlank reports whether a text is empty or of white space.
func isBlank(text []byte) bool {
	for _, c := range text {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return false
		}
	}
	return true
}

// isRuler reports whether a text is part of a line under a header.
func isRuler(text []byte) bool {
	text = bytes.Trim(text, " :")
	return len(text) > 0 && (len(bytes.Trim(text, "-")) == 0 || len(bytes.Trim(text, "=")) == 0)
}

// fit makes the cells of a record as many as the header has where the difference
// is only delimiters at the end: empty cells without a column, or columns without
// a name and a cell. A report keeps its place after them.
func (p *Parser) fit(r *Row) {
	own, want := len(r.Cells)-p.reportLen, len(p.columns)-p.reportLen
	switch {
	case own > want:
		for _, c := range r.Cells[want:own] {
			if !isBlank(c.Text) {
				return
			}
		}
		r.Cells = append(r.Cells[:want], r.Cells[own:]...)
	case own >= 0:
		for _, c := range p.columns[own:want] {
			if c.Name != "" {
				return
			}
		}
		report := append([]Cell(nil), r.Cells[own:]...)
		r.Cells = r.Cells[:own]
		for range want - own {
			r.Cells = append(r.Cells, Cell{Kind: Text})
		}
		r.Cells = append(r.Cells, report...)
	default:
		return
	}
	p.rewrite(r)
}

// rewrite makes the record what its cells are.
func (p *Parser) rewrite(r *Row) {
	p.rewritten = p.rewritten[:0]
	for i, c := range r.Cells {
		if i > 0 {
			p.rewritten = append(p.rewritten, p.delimiter)
		}
		p.rewritten = AppendCSVCell(p.rewritten, c.Text, p.delimiter)
	}
	r.Raw = p.rewritten
}
