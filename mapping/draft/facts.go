package draft

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/ciobulk/ciobulk/customerio"
	"github.com/ciobulk/ciobulk/mapping/convert"
	"github.com/ciobulk/ciobulk/rows"
)

// best returns the forms of a kind that fit all values, except one of every oneOf
// (0: without exception). Those that fail least come first.
func (p *column) best(kind formKind, oneOf int64) (fit []*trial) {
	for _, t := range p.trials {
		if t.kind == kind && t.fits(p.values, oneOf) {
			fit = append(fit, t)
		}
	}
	slices.SortStableFunc(fit, func(a, b *trial) int { return cmp.Compare(a.fails, b.fails) })
	return fit
}

// only reports whether all values are of one kind.
func (p *column) only(kind rows.Kind) bool { return p.filled > 0 && p.kinds[kind] == p.filled }

// digits returns how many digits all values have, if they are the same number of
// digits and nothing else.
func (p *column) digits() (length int, ok bool) {
	for n, count := range p.lengths {
		if count > 0 && count == p.values {
			return n, true
		}
	}
	return 0, false
}

// emailFlaws returns how many values are not email addresses, as far as they were
// tried.
func (p *column) emailFlaws() int64 {
	for _, t := range p.trials {
		if t.kind == formEmail {
			return t.fails + p.filled - p.values
		}
	}
	return p.filled
}

// confirmed reports whether a column with a name like an identifier's can hold some.
// Only emails and phone numbers can be told by their values.
func (p *column) confirmed() bool {
	switch p.hint.field {
	case customerio.Email:
		return len(p.best(formEmail, 2)) > 0
	case customerio.Phone:
		return len(p.best(formPhone, 2)) > 0
	}
	return p.hint.rank < 2*weak
}

// absences returns how many values are words for nothing.
func (p *column) absences() (n int64) {
	for _, count := range p.absent {
		n += count
	}
	return n
}

// nothings lists the column's words for nothing with their counts.
func (p *column) nothings() string {
	var words []string
	for _, word := range slices.Sorted(maps.Keys(p.absent)) {
		words = append(words, counted(word, p.absent[word]))
	}
	return strings.Join(words, ", ")
}

// learn notes what a column that can be read in one way only says about the others.
func (p *column) learn(s *style) {
	if fit := p.best(formDate, 8); len(fit) > 0 {
		if layout := fit[0].layout(); exchanged(fit) == nil && twin(layout) != "" {
			s.dayFirst = s.dayFirst || strings.Index(layout, "d") < strings.Index(layout, "m")
			s.monthFirst = s.monthFirst || strings.Index(layout, "m") < strings.Index(layout, "d")
		}
		return
	}
	if fit := p.best(formNumber, 50); len(fit) > 0 && misread(fit) == nil && p.short == 0 {
		r := &fit[0].rule
		s.comma = s.comma || r.Decimal == ','
		s.point = s.point || r.Type == convert.Number && r.Decimal != ',' && (r.Thousands == nil || r.Thousands[0] == ",")
	}
}

var someYear = regexp.MustCompile(`^(?:19|20)[0-9]{2}$`)

// valueName says what kind of value the column's name is, and what a column of such
// values may be called. Both are empty if the name is a name.
func (p *column) valueName() (what, called string) {
	name := []byte(p.name)
	switch kind := convert.ValueKind(name); {
	case kind != "":
		return kind, map[string]string{convert.EmailKind: "email", convert.PhoneKind: "phone", convert.UUIDKind: "id", convert.DateKind: "date"}[kind]
	case p.sameDigits(name) && p.index == 0:
		return "a number like those in its column", "id"
	case p.sameDigits(name):
		return "a number like those in its column", ""
	}
	return "", ""
}

// sameDigits reports whether a name is a number with as many digits as each value.
// Years are names of columns too.
func (p *column) sameDigits(name []byte) bool {
	n, same := p.digits()
	return same && n == len(name) && onlyDigits.Match(name) && !someYear.Match(name)
}

// proposedName returns a name for the column by its values, or nothing.
func (p *column) proposedName() string {
	switch {
	case len(p.best(formEmail, 2)) > 0:
		return "email"
	case p.e164*2 > p.values:
		return "phone"
	case len(p.best(formDate, 8)) > 0:
		return "date"
	case len(p.best(formNumber, 8)) == 0 && p.index < 3:
		return "name"
	}
	return ""
}
