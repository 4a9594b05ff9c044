package draft

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/internal/distinct"
	"github.com/ciobulk/ciobulk/mapping"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// column is what was read of a column. It holds no values, except the first one that
// can be read in two ways, and words for nothing.
type column struct {
	index  int
	name   string
	hint   hint
	kinds  [rows.Faulty + 1]int64 // of the cells that are not empty
	filled int64                  // cells that are not empty
	values int64                  // of them, those that are not a word for nothing
	absent map[string]int64       // the words for nothing
	first  string                 // the first value that can be read in two ways
	trials []*trial
	taken  bool // by a part of an event
	people *distinct.Counter

	longest                                int // bytes of a value
	zeros, long, short, padded, inner      int64
	currency, percent, formulas, oversized int64
	e164                                   int64     // values that are phone numbers as the service has them
	lengths                                [32]int64 // of values that are digits
	dates                                  int64     // values with a year, or with a day, a month and a year
	marked                                 int64     // values that are only a cross or a tick
	firstMark                              string
	parts                                  [3]parts // by separator
	signs                                  signs
	ids                                    *mapping.Findings // of the values as ids; nil: the name is not an id's
	unfit                                  int64             // values that a run does not take for an id, of the column of one
	unfitRows                              [3]int64
	scratch                                []byte
}

// parts is what the values have between separators.
type parts struct {
	with  int64 // values with the separator
	count int64
	words *distinct.Counter
}

// separators are those of lists, in the order of column.parts.
const separators = "|;,"

// newColumn returns a column that is tried for the forms. columns is how many share
// the memory.
func newColumn(index int, name string, s *sample, columns int) *column {
	h := s.hintFor(name)
	size := min(max(1<<20/columns, 64), sampleRows)
	if h.field != "" {
		size = sampleRows // whether identifiers are unique matters
	}
	p := &column{index: index, name: name, hint: h, absent: make(map[string]int64), people: distinct.NewCounter(size)}
	if h.field == customerio.ID {
		p.ids = &mapping.Findings{}
	}
	for i := range s.forms {
		f := &s.forms[i]
		if f.kind == formPhone && f.rule.Country != "" && p.hint.field != customerio.Phone {
			continue // any long number can be one
		}
		p.trials = append(p.trials, &trial{form: f, earliest: convert.LastSecond, latest: convert.FirstSecond, now: s.now(), values: s.converter})
	}
	for i := range p.parts {
		p.parts[i].words = distinct.NewCounter(min(max(1<<18/columns, 64), 1<<10))
	}
	return p
}

// add reads the cell of a row.
func (p *column) add(cell rows.Cell, row int64) {
	text := convert.Trim(cell.Text)
	if cell.Kind == rows.Absent || cell.Kind == rows.Null || len(text) == 0 {
		return
	}
	p.filled++
	p.kinds[cell.Kind]++
	p.people.Add(hash(text, p.hint.field == customerio.Email))
	p.longest = max(p.longest, len(text))
	count(&p.oversized, len(text) > customerio.MaxAttributeValue)
	count(&p.padded, len(text) < len(cell.Text))
	if cell.Kind == rows.Faulty || cell.Kind == rows.Text && isNothing(text) {
		p.nothing(text)
		return
	}
	p.identify(cell, row)
	p.values++
	p.traits(text)
	p.signs.add(cell.Kind, text)
	p.try(cell.Kind, text, row)
}

// identify looks at a value as an id. It counts one that a run does not take for an
// id, though it is not a word for nothing and not too long.
func (p *column) identify(cell rows.Cell, row int64) {
	if p.ids == nil {
		return
	}
	p.ids.AddID(cell.Text, row)
	if cell.Kind != rows.Text || len(cell.Text) > customerio.MaxID || asID.Check(cell) == "" {
		return
	}
	if p.unfit < int64(len(p.unfitRows)) {
		p.unfitRows[p.unfit] = row
	}
	p.unfit++
}

var asID = mapping.Identifier{Match: customerio.ID}

// hash returns the hash of a text, in lower case if fold is set.
func hash(text []byte, fold bool) uint64 {
	if fold {
		text = bytes.ToLower(text)
	}
	h := fnv.New64a()
	h.Write(text)
	return h.Sum64()
}

func count(n *int64, is bool) {
	if is {
		*n++
	}
}

// nothing notes a word for nothing, as it is written.
func (p *column) nothing(text []byte) {
	if _, known := p.absent[string(text)]; known || len(p.absent) < maxNothings {
		p.absent[string(text)]++
	} else {
		p.absent[moreNothings]++
	}
}

// maxNothings bounds how many spellings of words for nothing are told apart; the
// others are counted as moreNothings.
const (
	maxNothings  = 16
	moreNothings = "…"
)

// ambiguous values may be shown: they are dates or amounts, and hold no words.
var ambiguous = regexp.MustCompile(`^-?[0-9]{1,4}[.,/-][0-9.,/: -]{1,20}(?: ?[AP]M)?$`)

var (
	// amount is money: a number with a sign or a code before or after it.
	amount = regexp.MustCompile(`^\(?-?(?:[€$£¥]|EUR|USD|GBP|CHF)\s*-?[0-9][0-9.,' ]*\)?$|^-?[0-9][0-9.,' ]*\s*(?:[€$£¥]|EUR|USD|GBP|CHF)$`)
	// shortenedNumber is what a spreadsheet makes of a long number.
	shortenedNumber = regexp.MustCompile(`^-?[0-9](?:[.,][0-9]+)?E\+[0-9]+$`)
	leadingZero     = regexp.MustCompile(`^[+-]?0[0-9]+(?:$|[^0-9.,])`)
	yearOrDay       = regexp.MustCompile(`(?:^|[^0-9])(?:19|20)[0-9]{2}(?:[^0-9]|$)|[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2}`)
	manyDigits      = regexp.MustCompile(`^[+-]?[0-9]{16}`)
	onlyDigits      = regexp.MustCompile(`^[0-9]+$`)
)

// traits notes what speaks against a type, or for a closer look.
func (p *column) traits(text []byte) {
	if p.first == "" && ambiguous.Match(text) {
		p.first = string(text)
	}
	count(&p.dates, yearOrDay.Match(text))
	count(&p.zeros, leadingZero.Match(text))
	count(&p.long, manyDigits.Match(text))
	count(&p.short, shortenedNumber.Match(text))
	if onlyDigits.Match(text) {
		p.lengths[min(len(text), len(p.lengths)-1)]++
	}
	count(&p.inner, bytes.Contains(text, []byte("\u00a0")))
	count(&p.e164, convert.IsE164(text))
	count(&p.currency, amount.Match(text))
	count(&p.percent, bytes.HasSuffix(text, []byte("%")))
	count(&p.formulas, bytes.HasPrefix(text, []byte(`="`)))
	if len(text) == 1 && text[0]|0x20 == 'x' || string(text) == "✓" || string(text) == "✔" {
		p.marked++
		p.firstMark = string(text)
	}
	for i := range p.parts {
		p.parts[i].add(text, separators[i])
	}
}

func (s *parts) add(text []byte, separator byte) {
	count(&s.with, bytes.IndexByte(text, separator) >= 0)
	for part := range bytes.SplitSeq(text, []byte{separator}) {
		s.count++
		s.words.Add(hash(bytes.TrimSpace(part), true))
	}
}

// try tries the forms that are left. An object or a list of JSONL can only be JSON.
func (p *column) try(kind rows.Kind, text []byte, row int64) {
	dated := kind == rows.Text && seemsDated(text)
	bracketed := text[0] == '{' || text[0] == '['
	amount := text
	if kind == rows.Text {
		amount = signedAmount(text)
	}
	p.trials = slices.DeleteFunc(p.trials, func(t *trial) bool {
		switch {
		case t.kind == formNumber && kind != rows.JSON:
			p.scratch = t.try(amount, p.scratch, row)
		case t.kind == formDate && !dated, t.kind.bracketed() && !bracketed, kind == rows.JSON && t.kind != formJSON && t.kind != formPreferences:
			t.fail(row)
		default:
			p.scratch = t.try(text, p.scratch, row)
		}
		return t.hopeless(p.values)
	})
}

// seemsDated reports whether a text may be a date. It saves trying some hundreds of
// layouts.
func seemsDated(text []byte) bool {
	if zone := bytes.Index(text, []byte(" (")); zone > 0 {
		text = text[:zone]
	}
	if len(text) < 6 || len(text) > 40 {
		return false
	}
	digits, letters := 0, 0
	for _, c := range text {
		switch {
		case '0' <= c && c <= '9':
			digits++
		case c >= utf8.RuneSelf:
			return false
		case 'a' <= c|0x20 && c|0x20 <= 'z':
			letters++
		}
	}
	return digits >= 3 && letters <= 12
}

// counts tells how many of the column's cells are distinct.
func (p *column) counts() string { return fmt.Sprintf("%s of %d", p.distinct(), p.filled) }

func (p *column) distinct() string {
	about := ""
	if !p.people.Exact() {
		about = "about "
	}
	return fmt.Sprintf("%s%d distinct", about, p.people.Distinct())
}
