package mapping

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/rows"
)

// profile is what a draft knows of a column. It holds no values but the first one
// and words that stand for nothing.
type profile struct {
	index  int
	name   string
	hint   hint
	kinds  [rows.JSON + 1]int64 // of the cells that are not empty
	filled int64                // cells that are not empty
	values int64                // of them, those that are no word for nothing
	absent map[string]int64
	first  string // the first value that may be read in two ways
	trials []*trial
	taken  bool   // by a part of an event
	people sketch // the values as identifiers

	longest                                int   // bytes of a value
	zeros, long, short, padded, inner      int64 // see traits
	currency, percent, formulas, oversized int64
	e164                                   int64     // values that are phone numbers as the service has them
	lengths                                [32]int64 // of values that are digits
	marked                                 int64     // values that are but a cross or a tick
	firstMark                              string
	parts                                  [3]parts // by separator

	scratch []byte
}

// parts is what a column's values have between separators.
type parts struct {
	with  int64 // values with the separator
	count int64
	words sketch
}

func newProfile(index int, name string, h hint, forms []form, columns int) *profile {
	p := &profile{index: index, name: name, hint: h, absent: make(map[string]int64), people: newSketch(1 << 20 / columns)}
	if h.field != "" {
		p.people = newSketch(sampleRows) // what is unique of them matters
	}
	for i := range forms {
		f := &forms[i]
		if f.kind == formPhone && f.rule.country != "" && p.hint.field != customerio.Phone {
			continue // any long number may be one
		}
		p.trials = append(p.trials, &trial{form: f, earliest: lastSecond, until: firstSecond})
	}
	for i := range p.parts {
		p.parts[i].words = newSketch(min(1<<18/columns, 1<<10))
	}
	return p
}

// add looks at the cell of a row.
func (p *profile) add(cell rows.Cell, row int64) {
	text := trimmed(cell.Text)
	if cell.Kind == rows.Absent || cell.Kind == rows.Null || len(text) == 0 {
		return
	}
	p.filled++
	p.kinds[cell.Kind]++
	p.people.add(hashText(0, text, p.hint.field == customerio.Email))
	p.longest = max(p.longest, len(text))
	if len(text) > customerio.MaxAttributeValue {
		p.oversized++
	}
	if len(text) < len(cell.Text) {
		p.padded++
	}
	if cell.Kind == rows.Text && p.nothing(text) {
		return
	}
	p.values++
	p.traits(text)
	p.try(cell.Kind, text, row)
}

// nothings are words for no value, in lower case. The first ones are errors of
// spreadsheets, which are nothing else.
var nothings = []string{
	"#n/a", "#ref!", "#value!", "#div/0!", "#name?", "#null!", "#num!", "#nv", "#bezug!", "#wert!", "#zahl!",
	"n/a", "na", "null", `\n`, "-", "--", "–", "—", "none", "nil", "nan", "k.a.", "k. a.", "keine angabe", "unknown", "unbekannt", "(empty)", "(leer)", "?",
}

// spreadsheetErrors is how many of the nothings are those.
const spreadsheetErrors = 11

// nothing notes a word for no value, in the spelling that stands there.
func (p *profile) nothing(text []byte) bool {
	if len(text) > 16 {
		return false
	}
	if _, known := p.absent[string(text)]; !known && (len(p.absent) >= 16 || !slices.Contains(nothings, strings.ToLower(string(text)))) {
		return false
	}
	p.absent[string(text)]++
	return true
}

func isSpreadsheetError(word string) bool {
	return slices.Contains(nothings[:spreadsheetErrors], strings.ToLower(word))
}

// ambiguous values may be shown: they are dates or amounts, and hold no words.
var ambiguous = regexp.MustCompile(`^-?[0-9]{1,4}[.,/-][0-9.,/: -]{1,20}(?: ?[AP]M)?$`)

// amount is money: a number with a sign or a code in front or behind.
var amount = regexp.MustCompile(`^(?:[€$£¥]|EUR|USD|GBP|CHF)\s*-?[0-9][0-9.,' ]*$|^-?[0-9][0-9.,' ]*\s*(?:[€$£¥]|EUR|USD|GBP|CHF)$`)

var shortenedNumber = regexp.MustCompile(`^-?[0-9](?:[.,][0-9]+)?E\+[0-9]+$`)

// traits notes what speaks against a type, or for a look.
func (p *profile) traits(text []byte) {
	if p.first == "" && ambiguous.Match(text) {
		p.first = string(text)
	}
	_, digits := splitSign(text)
	run, rest := digitRun(digits)
	if len(run) > 1 && run[0] == '0' && (len(rest) == 0 || rest[0] != '.' && rest[0] != ',') {
		p.zeros++
	}
	if len(run) > 15 {
		p.long++
	}
	if len(digits) == len(run) && len(digits) == len(text) {
		p.lengths[min(len(text), len(p.lengths)-1)]++
	}
	p.count(&p.short, shortenedNumber.Match(text))
	p.count(&p.inner, bytes.Contains(text, []byte("\u00a0")))
	p.count(&p.e164, isE164(text))
	p.count(&p.currency, amount.Match(text))
	p.count(&p.percent, bytes.HasSuffix(text, []byte("%")))
	p.count(&p.formulas, bytes.HasPrefix(text, []byte(`="`)))
	p.mark(text)
	for i := range p.parts {
		p.parts[i].add(text, "|;,"[i])
	}
}

func (p *profile) count(n *int64, is bool) {
	if is {
		*n++
	}
}

func (s *parts) add(text []byte, separator byte) {
	if bytes.IndexByte(text, separator) >= 0 {
		s.with++
	}
	for part := range bytes.SplitSeq(text, []byte{separator}) {
		s.count++
		s.words.add(hashText(0, bytes.TrimSpace(part), true))
	}
}

// try tries the forms that are left. Those of JSONL values with kinds of their own
// are tried for moments only.
func (p *profile) try(kind rows.Kind, text []byte, row int64) {
	dated := kind == rows.Text && seemsDated(text)
	bracketed := text[0] == '{' || text[0] == '['
	p.trials = slices.DeleteFunc(p.trials, func(t *trial) bool {
		switch {
		case t.kind == formDate && !dated, t.kind == formJSON && !bracketed, kind == rows.JSON && t.kind != formJSON:
			t.fail(row)
		default:
			p.scratch = t.try(text, p.scratch, row)
		}
		return t.hopeless(p.values)
	})
}

// seemsDated reports whether a text may spell a date: that is looked at before
// some two hundred layouts are.
func seemsDated(text []byte) bool {
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

// only reports whether all values are of one kind.
func (p *profile) only(kind rows.Kind) bool { return p.filled > 0 && p.kinds[kind] == p.filled }

// mark counts crosses and ticks.
func (p *profile) mark(text []byte) {
	if len(text) == 1 && text[0]|0x20 == 'x' || string(text) == "✓" || string(text) == "✔" {
		p.marked++
		p.firstMark = string(text)
	}
}
